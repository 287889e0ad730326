"""密码重置申请表: from the first page over the signed form to signing in."""

import re

import pypdfium2
import pytest

from tests.browser.attachments import document, payload, picture
from tests.browser.conftest import Enter, Server
from tests.browser.visitors import NEW, link_at, sign_in
from tests.browser.walking import Person

SIZES = pytest.mark.parametrize("size", ["phone", "desktop"])
MEMBER, MOBILE, MAILBOX = "330000100001", "+8613812345678", "cai@example.com"
SENT = "Your application was sent"


def fill(
    person: Person, target: str = "本系统", *, login: str = MEMBER, mail: bool = False
) -> Person:
    """Fill in the application form."""
    person.go("/reset/").follow("Apply on paper").is_at("Password reset on paper")
    person.press("Fill in the form").is_at("填写申请表")
    page = person.page
    page.get_by_role("radio", name=re.compile(target)).check()
    page.get_by_label(re.compile("^办理注协")).select_option(label="浙江省注册会计师协会")
    if target == "本系统":
        page.get_by_label(re.compile("^用户类型")).select_option(label="非执业会员")
    person.type("申请人", "蔡思源").type("登录帐号", login).type("手机号码", "13812345678")
    person.type("密码重置原因", "更换手机后收不到验证码").type("备注", "无")
    page.get_by_role("radio", name="电子邮箱" if mail else "上面的手机号码").check()
    if mail:
        person.field("电子邮箱").last.fill(MAILBOX)
    return person


def upload(person: Person) -> Person:
    """Upload the signed form and the two others."""
    for label, name, content in (
        ("签名的申请表扫描件", "form.pdf", document()),
        ("注册会计师证书扫描件", "certificate.png", picture()),
        ("身份证扫描件", "identity.png", picture(colour="#999999")),
    ):
        slot = person.page.locator(".slot", has_text=label)
        slot.locator("input[type=file]").set_input_files(payload(name, content))
        slot.get_by_role("link", name=name).wait_for()
    return person


def send(person: Person) -> Person:
    """Send the application off."""
    person.press("提交申请")
    person.page.get_by_role("button", name=re.compile("^(提交申请|确定)")).last.click()
    return person.is_at(SENT)


def apply(person: Person, target: str = "本系统", *, mail: bool = False) -> Person:
    """An application that waits for the association."""
    fill(person, target, mail=mail).press("下一步").is_at("上传扫描件")
    return send(upload(person))


def decide(enter: Enter, words: str, reason: str = "") -> Person:
    """Open the application at the help desk and decide it."""
    staff = enter("zj_help").go("/inbox")
    staff.page.get_by_role("link", name=re.compile("蔡思源")).first.click()
    staff.sees("Compared with the register")
    if reason:
        staff.type("原因", reason)
    staff.press(words)
    confirm = staff.page.get_by_role("button", name="确定", exact=True)
    if words != "退回":
        confirm.click()
    staff.page.wait_for_url(re.compile("/inbox/?$"))
    return staff


@SIZES
def test_an_approved_application_ends_with_a_new_password(
    enter: Enter, server: Server, size: str
) -> None:
    member = enter(size=size)
    member.go("/paper-reset").look("paper-start")
    fill(member).look("paper-form").press("下一步").is_at("上传扫描件").look("paper-scans")
    with member.page.expect_download() as downloading:
        member.follow("Application form (PDF)")
    pdf = pypdfium2.PdfDocument(downloading.value.path())
    text = pdf[0].get_textpage().get_text_bounded()
    pdf.close()
    assert "蔡思源" in text
    send(upload(member)).look("paper-sent")

    staff = enter("zj_help").go("/inbox")
    staff.page.get_by_role("link", name=re.compile("蔡思源")).first.click()
    staff.sees("Compared with the register").look("paper-review")
    decide(enter, "批准并发送一次性链接")

    member.go(link_at(server, MOBILE)).is_at("Set a new password").look("link-password")
    member.type(member.say("New password"), "short")
    member.type(member.say("New password again"), "short").press("Set this password")
    member.sees("A password has at least %(length)s characters.", length=10)
    member.look("link-password-short")
    member.type(member.say("New password"), NEW)
    member.type(member.say("New password again"), NEW).press("Set this password")
    member.is_at("Sign in").sees("Your new password is set. Please sign in with it.")
    sign_in(member, MEMBER, "Member")


@SIZES
def test_a_returned_application_comes_back_in_another_browser(
    enter: Enter, server: Server, size: str
) -> None:
    apply(enter(size=size), mail=True)
    decide(enter, "退回", "签名不清晰，请重新签名。")
    other = enter(size=size).go(link_at(server, MAILBOX)).is_at("Go on with your application")
    other.look("paper-come-back").press("Go on").is_at("上传扫描件")
    other.sees("签名不清晰，请重新签名。").look("paper-returned")
    send(other)
    decide(enter, "批准并发送一次性链接")
    other.go(link_at(server, MAILBOX)).is_at("Set a new password")


@SIZES
def test_what_was_done_on_the_platform_is_told(enter: Enter, server: Server, size: str) -> None:
    apply(enter(size=size), "注册会计师行业统一监管平台")
    decide(enter, "已在平台办理")
    told = enter(size=size).go(link_at(server, MOBILE))
    told.is_at("Your password was reset on the platform").look("paper-done")


def test_what_is_refused_is_told_with_its_reason(enter: Enter, server: Server) -> None:
    apply(enter())
    decide(enter, "不予批准", "证件与登记信息不符。")
    told = enter(size="phone").go(link_at(server, MOBILE)).is_at("Your application was refused")
    told.sees("证件与登记信息不符。").look("paper-refused")


def test_the_receipt_number_sends_another_link(enter: Enter, server: Server) -> None:
    first = fill(enter()).press("下一步").is_at("上传扫描件")
    number = first.page.locator(".notice .number").inner_text()
    link_at(server, MOBILE)
    other = enter(size="phone").go("/paper-reset").follow("Go on with your application")
    other.is_at("Go on with your application").look("paper-receipt")
    other.type(other.say("Receipt number"), number.lower()).press("Send me a link")
    other.sees(
        "If there is such an application, a link was sent to the mobile number or mailbox that it "
        "names. Nothing came? Then look at the number again, or try tomorrow."
    ).look("paper-receipt-sent")
    other.go(link_at(server, MOBILE)).press("Go on").is_at("上传扫描件")
    # The browser that had it has it no more.
    first.go("/paper-reset/step", status=422).is_at("Go on with your application")


def test_a_link_that_was_used_says_so(enter: Enter, server: Server) -> None:
    apply(enter())
    decide(enter, "批准并发送一次性链接")
    address = link_at(server, MOBILE)
    member = enter(size="phone").go(address)
    member.type(member.say("New password"), NEW)
    member.type(member.say("New password again"), NEW).press("Set this password").is_at("Sign in")
    member.go(address, status=410).is_at("This link does not serve").look("link-used")
