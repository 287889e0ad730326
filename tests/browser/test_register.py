"""The register at a browser: looked for, read for a reason, changed, admitted, its books kept."""

from playwright.sync_api import expect

from tests.browser.conftest import Enter
from tests.browser.walking import Person

NUMBER, NAME = "330000100001", "蔡思源"
PAYER = "330000100003"


def find(manager: Person, text: str, place: str = "/register/members") -> Person:
    """Look for somebody."""
    manager.go(place).main.locator("#q").fill(text)
    return manager.press("Find")


def give_reason(manager: Person, form: str, reason: str) -> Person:
    """Say why, in one of the forms of a page."""
    manager.main.locator(f"#{form}-reason").fill(reason)
    return manager


def test_a_manager_finds_a_member_reads_the_data_for_a_reason_and_corrects_the_entry(
    enter: Enter,
) -> None:
    manager = enter("zj_manage")
    manager.go("/register").is_at("Members").look("register-members")
    find(manager, NAME[:1]).sees(NAME)
    find(manager, NUMBER).main.get_by_role("link", name=NAME).click()
    manager.look("register-member").follow("Change the entry")
    manager.is_at("Show personal data")
    manager.main.locator("#reason").fill("本人来函更正")
    manager.press("Show")
    manager.main.locator("[name=employer]").fill("杭州新单位有限公司")
    manager.look("register-edit").press("保存修改")
    expect(manager.main.get_by_role("alert")).to_be_visible()
    manager.main.locator("[name=reason]").fill("本人来函更正")
    manager.press("保存修改").sees("The entry was changed.").sees("杭州新单位有限公司")
    manager.sees("Personal data").look("register-member-open")
    manager.follow("All changes").sees("本人来函更正").look("register-member-changes")
    mobile = manager.go("/register/members").main
    mobile.locator("#q").fill("15400000001")
    manager.press("Find")
    expect(manager.page.get_by_role("heading", level=1)).to_contain_text(NAME)
    assert "15400000001" not in manager.page.url
    find(manager, "13999999999").look("register-nobody")
    manager.sees("Nobody of your associations has exactly this number or address")


def test_a_manager_admits_a_member_whose_link_is_on_its_way(enter: Enter) -> None:
    manager = enter("zj_manage", "phone")
    manager.go("/register/members").follow("Admit a member").is_at("Admit a member")
    for field, text in (
        ("number", "330000888888"),
        ("admission_date", "2020-01-01"),
        ("name", "欧阳名字特别长"),
        ("identity_number", "11010519491231002X"),
        ("mobile", "13700001111"),
        ("reason", "浙注协〔2026〕8号"),
    ):
        manager.main.locator(f"[name={field}]").fill(text)
    manager.main.locator("[name=kind][value=non_practising]").check()
    manager.main.locator("[name=sex][value='2']").check()
    manager.main.locator("[name=identity_type]").select_option("identity_card")
    manager.look("register-admit").press("登记入会")
    manager.sees("Not activated yet").look("register-admitted")
    manager.follow("Membership")
    manager.main.locator("[name=state][value=resigned]").check()
    give_reason(manager, "end", "本人申请").look("register-membership")
    manager.press("End the membership").sees("Resigned")
    manager.follow("Membership").look("register-over")


def test_a_manager_keeps_the_books_of_a_member(enter: Enter) -> None:
    manager = enter("zj_manage")
    find(manager, PAYER).main.locator("a.whole").first.click()
    manager.follow("Ledger of fees").look("register-fees")
    manager.main.locator("#year").fill("2020")
    manager.main.locator("#amount").fill("100")
    give_reason(manager, "payment", "银行转账").press("Enter the payment")
    manager.sees("The payment was entered.")
    manager.page.go_back()
    manager.main.locator("#settle-year").fill("2019")
    manager.main.locator("#settle-status").select_option("exempt")
    give_reason(manager, "settle", "困难减免").press("Correct the ledger").sees("困难减免")
    manager.page.get_by_role("navigation").get_by_role("link", name="周志远").click()
    manager.follow("Ledger of hours").look("register-hours")
    manager.main.locator("#hours").fill("8")
    manager.main.locator("#title").fill("补录")
    give_reason(manager, "enter", "线下班").press("Enter the hours").sees("补录")
    manager.main.locator("summary").click()
    manager.main.locator("details [name=reason]").fill("录错")
    manager.look("register-take-back").press("Take these hours back").sees("-8.00")
    manager.go("/register/changes").is_at("Changes of the register").look("register-changes")
    manager.sees("困难减免")


def test_a_manager_admits_a_firm_and_closes_it(enter: Enter) -> None:
    manager = enter("zj_manage")
    manager.go("/register/firms").is_at("Firms").look("register-firms").follow("Admit a firm")
    for field, text in (
        ("number", "33008888"),
        ("name", "浙江名字特别长的新设会计师事务所（特殊普通合伙）"),
        ("head", "马天"),
        ("mobile", "13700002222"),
        ("reason", "浙财会〔2026〕1号"),
    ):
        manager.main.locator(f"[name={field}]").fill(text)
    manager.look("register-admit-firm").press("登记事务所").sees("Not activated yet")
    manager.sees("The contact data are covered.").follow("Show contact data")
    manager.look("register-firm-ask").main.locator("#reason").fill("电话核实")
    manager.press("Show").sees("13700002222").look("register-firm-open").press("Cover again")
    manager.look("register-firm").follow("Close or move").look("register-firm-state")
    give_reason(manager, "close", "注销").press("Close the firm").sees("Closed down")


def test_a_clerk_has_a_photo_renewed(enter: Enter) -> None:
    clerk = enter("zj_photos", "phone")
    find(clerk, NUMBER).main.get_by_role("link", name=NAME).click()
    clerk.follow("Have the photo renewed").look("register-photo")
    clerk.main.locator("#reason").fill("照片已使用十年，按规定更换")
    clerk.press("Have it renewed").sees(
        "The photo is to be renewed. The member was told; set the appointment in the inbox."
    ).look("register-renewed")
    clerk.follow("Have the photo renewed").look("register-photo-again")


def test_a_manager_changes_of_a_cpa_what_the_platform_does_not_own(enter: Enter) -> None:
    manager = enter("zj_manage", "phone")
    manager.go("/register/members?kind=cpa").main.locator("a.whole").first.click()
    manager.follow("Change the entry").main.locator("#reason").fill("本人来函")
    manager.press("Show").sees(
        "What the %(name)s says of this CPA is changed there and comes here by itself."
        " It is not in this form.",
        name="注册会计师行业统一监管平台",
    ).look("register-edit-cpa")
    manager.main.locator("[name=address]").fill("浙江省杭州市新路 9 号")
    manager.main.locator("[name=reason]").fill("本人来函")
    manager.press("保存修改").sees("The entry was changed.")


def test_who_helps_callers_sees_only_that_somebody_is_a_member(enter: Enter) -> None:
    helper = enter("zj_help", "phone")
    find(helper, NUMBER).main.get_by_role("link", name=NAME).click()
    helper.sees(
        "More than this is shown to nobody who helps callers:"
        " in a call the system compares what is on file."
    ).look("register-short")
