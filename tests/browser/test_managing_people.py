"""A manager and his people: an account opened, duties given and taken, an account closed."""

from playwright.sync_api import expect

from tests.browser.conftest import Enter, Errands
from tests.browser.errands import find_task
from tests.browser.test_signing_in import sign_in
from tests.browser.walking import Person

LOGIN, NAME = "zj_wang_with_many_characters", "王新"
CLERK, OWN_NAME = "浙江会费岗", "浙江管理员"
MEMBER, APPLICANT = "330000100001", "蔡思源"
OWN = "a calm river at dawn"


def open_account(manager: Person) -> str:
    """Open an account for a colleague; answers the password that was issued."""
    manager.go("/manage/staff").is_at("Staff and duties").look("staff")
    manager.follow("Add a person")
    manager.main.locator("#name").fill(NAME)
    manager.main.locator("#login").fill(LOGIN)
    manager.main.locator("#new-duty").select_option("review")
    manager.press("Open the account").is_at("Issued password").look("staff-password")
    return manager.main.locator("#issued").inner_text()


def find(manager: Person, name: str) -> Person:
    """Open the page of a person of the list."""
    manager.go("/manage/staff?closed=1").main.get_by_role("link", name=name, exact=True).click()
    expect(manager.page.get_by_role("heading", level=1)).to_contain_text(name)
    return manager


def begin_work(person: Person, issued: str) -> Person:
    """Sign in with the issued password and change it, as must be done first."""
    person.go("/").page.get_by_role("radio", name=person.say("Association staff")).check()
    sign_in(person, LOGIN, issued)
    person.is_at("Change the password").look("password-issued")
    person.go("/inbox").is_at("Change the password")
    for field, text in (("current", issued), ("new", OWN), ("again", OWN)):
        person.main.locator(f"#{field}").fill(text)
    person.press("Change the password")
    return person.go("/inbox").is_at("Inbox")


def test_a_colleague_gets_an_account_changes_the_password_and_is_out_when_it_is_closed(
    enter: Enter,
) -> None:
    manager = enter("zj_manage")
    issued = open_account(manager)
    manager.follow("I have noted it").sees("Password still to be changed").look("staff-person")
    manager.page.reload()
    manager.sees_not(issued)
    manager.go("/manage/staff").sees(NAME).sees_not(issued)

    colleague = begin_work(enter(), issued)
    find(manager, NAME).sees_not("Password still to be changed")
    manager.press("Close the account").sees(
        "The account is closed; the person was signed out everywhere."
    ).look("staff-closed")
    colleague.go("/inbox").is_at("Sign in")
    manager.press("Open the account again").sees("The account is open again.")
    colleague.go("/inbox").is_at("Sign in")


def test_a_duty_given_and_taken_counts_at_the_next_click(enter: Enter, errand: Errands) -> None:
    errand(MEMBER).start().apply()
    manager, clerk = find(enter("zj_manage", "phone"), CLERK), enter("zj_fees")
    clerk.go("/inbox").sees_not(APPLICANT)
    manager.main.locator("#duty").select_option("review")
    manager.press("Give the duty").sees("The duty was given.").look("staff-person-phone")
    clerk.go("/inbox").main.get_by_role("link", name=APPLICANT).click()
    expect(clerk.button("通过")).to_be_visible()
    review = manager.main.get_by_role("listitem").filter(has_text=manager.say("Review"))
    review.get_by_role("button").click()
    manager.sees("The duty was taken away.")
    expect(manager.main.get_by_role("button", name=manager.say("Take away"))).to_have_count(0)
    clerk.press("通过")
    expect(clerk.page.get_by_role("heading", level=1)).not_to_have_text(clerk.say("Inbox"))
    clerk.go("/inbox").sees_not(APPLICANT)
    assert find_task(errand(MEMBER).app, MEMBER, "review_application") is not None


def test_a_manager_gives_nothing_that_is_not_his_to_give(enter: Enter) -> None:
    manager = find(enter("zj_manage"), CLERK)
    for select, value in (("#duty", "manage"), ("#duty", "admin"), ("#association", "1")):
        option = manager.main.locator(f"{select} option")
        assert value not in option.evaluate_all("all => all.map(each => each.value)")
        # Whoever writes it into the page himself is refused.
        option.first.evaluate("(option, value) => { option.value = value; }", value)
        manager.main.locator(select).select_option(value)
        manager.press("Give the duty")
        manager.sees("You may not give or take this duty for this association.")
        manager = find(manager, CLERK)
    expect(manager.main.get_by_role("button", name=manager.say("Take away"))).to_have_count(0)
    find(manager, OWN_NAME).sees("Others change your own duties.").look("staff-own")
    expect(manager.button("Close the account")).to_have_count(0)
