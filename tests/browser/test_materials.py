"""Files at a step: sent with progress, shown, replaced, removed, and refused with a sentence."""

import pytest
from playwright.sync_api import FilePayload, Locator, Page, Route, expect

from tests.browser.attachments import MB, big_photo, document, payload, picture
from tests.browser.conftest import NOT_READY, Enter, Errands
from tests.browser.walking import Person

MEMBER = "440100100001"
SLOT = "在职证明"


@pytest.fixture
def member(enter: Enter, errand: Errands) -> Person:
    """A member of Guangzhou, where a proof of employment is asked for."""
    errand(MEMBER).start().to("provide_materials")
    return enter(MEMBER).go("/").follow("Go on").is_at("缴费与材料")


def slot(page: Page) -> Locator:
    """The place for the proof."""
    return page.locator(".slot", has_text=SLOT)


def choose(member: Person, *files: FilePayload) -> None:
    """Choose files for the proof."""
    for each in files:
        slot(member.page).locator("input[type=file]").set_input_files(each)


def test_a_file_is_sent_shown_and_removed(member: Person) -> None:
    choose(member, payload("proof.png", picture(), "image/png"))
    link = slot(member.page).get_by_role("link", name="proof.png")
    expect(link).to_be_visible()
    member.look("materials-with-file")
    with member.page.context.expect_page() as opened:
        link.click()
    preview = opened.value
    expect(preview.locator("img")).to_be_visible()
    preview.close()
    slot(member.page).get_by_role("button", name=member.say("Delete")).click()
    expect(slot(member.page).get_by_role("link")).to_have_count(0)
    member.press("下一步").is_at("缴费与材料")
    expect(member.page.get_by_role("alert")).to_contain_text(SLOT)


def test_a_file_chosen_before_the_scripts_came_is_sent(enter: Enter, errand: Errands) -> None:
    errand(MEMBER).start().to("provide_materials")
    member = enter(MEMBER).go("/")
    member.page.remove_locator_handler(member.page.locator(NOT_READY))
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    member.page.route("**/forms-*.js", hold)
    member.link("Go on").click(no_wait_after=True)
    choose(member, payload("proof.png", picture(), "image/png"))
    link = slot(member.page).get_by_role("link", name="proof.png")
    expect(link).to_have_count(0)
    for each in held:
        each.continue_()
    expect(link).to_be_visible()


def test_what_was_attached_waits_on_another_device(member: Person, enter: Enter) -> None:
    choose(member, payload("proof.png", picture(), "image/png"))
    expect(slot(member.page).get_by_role("link", name="proof.png")).to_be_visible()
    elsewhere = enter(MEMBER, "phone").go("/").follow("Go on").is_at("缴费与材料")
    expect(slot(elsewhere.page).get_by_role("link", name="proof.png")).to_be_visible()


def test_a_file_is_replaced_by_another_one(member: Person) -> None:
    choose(member, payload("first.png", picture(), "image/png"))
    expect(slot(member.page).get_by_role("link")).to_have_count(1)
    with member.page.expect_file_chooser() as chooser:
        slot(member.page).locator("[data-replace]").click()
    chooser.value.set_files([payload("second.pdf", document(), "application/pdf")])
    expect(slot(member.page).get_by_role("link", name="second.pdf")).to_be_visible()
    expect(slot(member.page).get_by_role("link", name="first.png")).to_have_count(0)


def test_files_are_looked_at_not_believed(member: Person) -> None:
    choose(member, payload("proof.pdf", b"MZ this is a program", "application/pdf"))
    problem = slot(member.page).locator(".invalid-feedback")
    expect(problem).to_be_visible()
    expect(slot(member.page).get_by_role("link")).to_have_count(0)
    member.look("materials-refused")


def test_a_file_over_the_limit_is_not_sent(member: Person) -> None:
    choose(member, payload("proof.pdf", document() + b"\n" * 5 * MB, "application/pdf"))
    expect(slot(member.page)).to_contain_text(member.say("The file is too large."))
    expect(slot(member.page).get_by_role("link")).to_have_count(0)


def test_a_phone_picture_over_the_limit_is_offered_smaller(member: Person) -> None:
    choose(member, payload("IMG_1.jpg", big_photo(5 * MB), "image/jpeg"))
    smaller = slot(member.page).get_by_role(
        "button", name=member.say("The picture is too large. Send it smaller")
    )
    expect(smaller).to_be_focused()
    smaller.click()
    expect(slot(member.page).get_by_role("link", name="IMG_1.jpg")).to_be_visible()


def test_heic_is_refused_with_a_sentence(member: Person) -> None:
    choose(member, payload("IMG_2.HEIC", b"\0\0\0\x18ftypheic", "image/heic"))
    expect(slot(member.page)).to_contain_text("HEIC")
    expect(slot(member.page).get_by_role("link")).to_have_count(0)


def test_five_files_are_the_most(member: Person) -> None:
    for number in range(1, 6):
        choose(member, payload(f"{number}.png", picture(height=100 + number), "image/png"))
        expect(slot(member.page).get_by_role("link")).to_have_count(number)
    choose(member, payload("6.png", picture(), "image/png"))
    expect(slot(member.page).locator(".invalid-feedback")).to_be_visible()
    expect(slot(member.page).get_by_role("link")).to_have_count(5)


def test_where_nothing_is_asked_for_nothing_is_shown(enter: Enter, errand: Errands) -> None:
    number = "440300100001"
    errand(number).start().to("provide_materials")
    member = enter(number).go("/").follow("Go on").is_at("缴费与材料")
    expect(member.page.locator("input[type=file]")).to_have_count(0)
    member.sees("No fee is due this year.").press("下一步").is_at("确认申请")
