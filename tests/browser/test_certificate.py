"""会员电子证书: every way to a certificate, at a phone and at a desk."""

import re
from io import BytesIO

import pypdfium2
from PIL import Image
from playwright.sync_api import expect

from engine.actors import SYSTEM
from tests.browser import certifying
from tests.browser.attachments import payload
from tests.browser.certifying import (
    HOME,
    START,
    agree_and_send,
    choose,
    crop,
    go_on,
    tell,
)
from tests.browser.conftest import Enter, Server
from tests.browser.walking import Person
from workflows.shared.certificates import supersede_certificate
from workflows.shared.leaving import end_membership
from workflows.shared.register import find_member_by_number

CAI, LIN = "330000100001", "330000100002"
ZHEJIANG = "330000"
CLERK, ABOVE = "zj_review", "cicpa_manage"
ONE_COMPARISON = (
    "It is compared with the photo database of the public security authorities. Because of what"
    " that costs, everybody has one comparison only; if it fails, your association reviews your"
    " photo on site."
)
NOT_USED = (
    "The comparison was not used. Choose another file, or let this page crop and compress it."
)
ONLY_ONCE = "The photo keeps every rule. Only when you confirm is it compared, once."
STILL_THERE = "Your one comparison is not used up. It is tried again by itself every ten minutes."
DOWNLOADING = "Your certificate was issued and is being downloaded. It stays here for you."
OFFER = "Choose or take any picture: this page crops and compresses it."
TITLE = "Electronic member certificate"
FIGURES = re.compile(r"178 × 220 .*(1\d|20)\.\d\sK.* 96 dpi")


def begin(server: Server, person: Person) -> Person:
    """Begin at the certificate's page; what is looked up is looked up."""
    person.go(HOME).is_at(TITLE).press(START)
    person.is_at(TITLE)
    go_on(server, person)
    return person


def upload(server: Server, person: Person) -> Person:
    """Upload a picture that the page crops; it is compared."""
    person.follow("Upload a photo").is_at("Upload a photo")
    choose(person, certifying.from_a_camera())
    agree_and_send(crop(person))
    go_on(server, person)
    return person


def confirm(server: Server, person: Person) -> Person:
    """Confirm what is printed."""
    person.press("信息确认并下载会员证")
    with person.page.expect_download() as arriving:
        person.page.locator("dialog[open]").get_by_role("button", name=person.say("OK")).click()
    assert arriving.value.path().read_bytes().startswith(b"%PDF-")
    person.is_at(TITLE).sees(DOWNLOADING)
    go_on(server, person)
    return person.sees("Certificate number")


def download(person: Person, words: str) -> bytes:
    """Download what a link leads to."""
    with person.page.expect_download() as arriving:
        person.follow(words)
    return arriving.value.path().read_bytes()


def sit_down_as_clerk(server: Server, enter: Enter) -> Person:
    """Somebody of the association who looks after photos."""
    certifying.give_duty(server, CLERK, "photos", ZHEJIANG)
    return enter(CLERK)


def open_case(staff: Person, name: str) -> Person:
    """Open what waits of a member in the inbox."""
    staff.go("/inbox?kind=member_certificate").page.get_by_role("link", name=name).first.click()
    expect(staff.page.get_by_role("heading", level=1)).to_contain_text(name)
    staff.page.wait_for_load_state("load")
    return staff


def arrange(clerk: Person, name: str) -> None:
    """Set an appointment."""
    open_case(clerk, name)
    clerk.type("审核日期", "2099-09-20").type("时间", "上午9:30").type("地点", "杭州市演示路1号")
    clerk.look("certificate-arrange").press("确定预约并通知会员")
    clerk.sees("杭州市演示路1号")  # the next step opens by itself


def decide(clerk: Person, outcome: str) -> None:
    """Press a decision and confirm it."""
    clerk.press(outcome)
    clerk.page.locator("dialog[open]").get_by_role("button", name=clerk.say("OK")).click()
    clerk.is_at("Inbox")


def test_a_picture_from_a_phone_is_cropped_compared_and_printed(
    enter: Enter, server: Server
) -> None:
    member = enter(CAI, "phone").go("/").follow(TITLE).is_at(TITLE).look("certificate-begin")
    member.press(START).is_at(TITLE)
    go_on(server, member)
    member.sees("No photo of you was found").look("certificate-no-photo")
    member.follow("Upload a photo").is_at("Upload a photo").look("certificate-upload")
    choose(member, certifying.from_a_camera())
    editor = member.page.get_by_role("dialog", name=member.say("Crop the picture"))
    stage = editor.get_by_role("group")
    expect(stage).to_be_focused()
    for key in ("+", "+", "ArrowDown", "Shift+ArrowLeft"):
        stage.press(key)
    member.look("certificate-crop")
    crop(member)
    expect(member.page.locator("[data-photo-figures]")).to_have_text(FIGURES)
    member.look("certificate-cropped").page.locator("#agree").check()
    member.press("Upload and compare")
    window = member.page.get_by_role("dialog", name=member.say("Confirm the upload"))
    expect(window).to_contain_text(member.say(ONE_COMPARISON))
    member.look("certificate-confirm-upload")
    window.get_by_role("button", name=member.say("Confirm"), exact=True).click()
    member.is_at(TITLE).sees("Your photo is being compared").look("certificate-comparing")
    go_on(server)
    member.sees("The photo matches: you can confirm and download.")  # by itself
    member.look("certificate-matched")
    confirm(server, member).look("certificate-issued")

    pdf = pypdfium2.PdfDocument(download(member, "Download as PDF"))
    assert len(pdf) == 1
    assert "蔡思源" in pdf[0].get_textpage().get_text_bounded()
    pdf.close()
    with Image.open(BytesIO(download(member, "Save as a picture"))) as picture:
        assert picture.format == "PNG"
    assert certifying.bill(server) == 1


def test_its_code_says_what_it_is_worth(enter: Enter, server: Server) -> None:
    certifying.put_on_file(server, CAI)
    member = begin(server, enter(CAI))
    member.sees("Your photo is on file").look("certificate-on-file")
    confirm(server, member)
    address = member.link("What its QR code shows").get_attribute("href")
    stranger = enter(size="phone").go(address or "").is_at("This certificate is valid")
    stranger.sees("蔡**").sees_not("蔡思源").sees_not(CAI).look("certificate-valid")
    engine = server.app.extensions["engine"]
    with certifying.writing(server) as session:
        found = find_member_by_number(session, CAI)
        assert found is not None
        supersede_certificate(session, found.id, ["name"], engine.now())
    stranger.go(address or "").is_at("This certificate has been superseded")
    stranger.look("certificate-superseded")
    member.go(HOME).sees("Earlier certificates").look("certificate-again")
    begin(server, member)
    confirm(server, member).sees("330000100001-02").look("certificate-second")
    address = member.link("What its QR code shows").get_attribute("href")
    with certifying.writing(server) as session:
        found = find_member_by_number(session, CAI)
        assert found is not None
        end_membership(
            session,
            engine,
            member=found,
            state="resigned",
            reason="个人原因",
            by=SYSTEM,
            now=engine.now(),
        )
    stranger.go(address or "").is_at("This certificate has been revoked")
    stranger.look("certificate-revoked")
    forged = (address or "")[:-1] + ("A" if (address or "")[-1] != "A" else "B")
    stranger.go(forged, status=404).is_at("This code is not genuine")


def test_without_scripts_each_rule_is_said_with_what_was_measured(
    enter: Enter, server: Server
) -> None:
    member = begin(server, enter(CAI, "phone", javascript=False))
    member.follow("Upload a photo").is_at("Upload a photo")
    member.press("Upload and compare").is_at("Upload a photo")
    expect(member.page.get_by_role("alert")).to_be_visible()
    choose(member, certifying.too_large())
    member.page.locator("#agree").check()
    member.press("Upload and compare").is_at("Upload a photo").sees("300 × 400")
    member.sees(NOT_USED).sees("no resolution stated")
    choose(member, b"no picture at all")
    member.press("Upload and compare").is_at("Upload a photo")
    choose(member, certifying.fitting())
    member.press("Upload and compare").sees(ONLY_ONCE)
    member.press("Confirm").is_at(TITLE)
    assert certifying.bill(server) == 0
    go_on(server, member)
    member.sees("The photo matches: you can confirm and download.")
    assert certifying.bill(server) == 1


def test_what_was_measured_can_be_read_by_everybody(enter: Enter, server: Server) -> None:
    plain = begin(server, enter(CAI, javascript=False))
    plain.follow("Upload a photo").is_at("Upload a photo")
    choose(plain, certifying.too_large())
    plain.page.locator("#agree").check()
    plain.press("Upload and compare").sees("300 × 400")
    member = enter(CAI).go(HOME).follow("Upload a photo").is_at("Upload a photo")
    member.page.evaluate("document.querySelector('#photo-editor').dataset.field = ''")
    choose(member, certifying.too_large())
    agree = member.page.locator("#agree")
    agree.check()
    member.press("Upload and compare")
    member.page.locator("#confirm-upload").get_by_role(
        "button", name=member.say("Confirm"), exact=True
    ).click()
    expect(member.page.get_by_role("alert")).to_be_focused()
    member.look("certificate-measured")


def test_an_identity_photo_that_fits_is_sent_as_it_is_and_others_are_not_taken(
    enter: Enter, server: Server
) -> None:
    member = begin(server, enter(LIN, language="en"))
    member.look("certificate-no-photo").follow("Upload a photo").is_at("Upload a photo")
    said = member.page.locator("#photo-said")
    choose(member, b"\x00\x00\x00\x18ftypheic", "IMG_1.HEIC")
    expect(said).to_contain_text("HEIC")
    choose(member, b"words")
    expect(said).to_have_text("This file is no picture that can be opened.")
    choose(member, certifying.fitting())
    expect(said).to_have_text("The file has the right figures and is sent as it is.")
    member.look("certificate-fits")
    member.page.get_by_label("Take a photo").set_input_files(
        payload("small.jpg", certifying.too_small(), "image/jpeg")
    )
    expect(member.page.locator("[data-warning]")).to_be_visible()
    member.page.keyboard.press("Escape")
    expect(member.page.locator("#photo-editor")).to_be_hidden()


def test_a_photo_service_that_is_away_is_asked_again(enter: Enter, server: Server) -> None:
    tell(server, "away")
    member = begin(server, enter(CAI, "phone")).sees("The photo could not be fetched")
    member.look("certificate-photo-failed")
    tell(server, "matching")
    member.press("重新获取照片").is_at(TITLE)
    go_on(server, member)
    tell(server, "away")
    upload(server, member)
    member.sees(STILL_THERE).look("certificate-away")
    assert certifying.bill(server) == 0
    tell(server, "matching")
    member.press("再次比对").is_at(TITLE)
    go_on(server, member)
    member.sees("The photo matches: you can confirm and download.")


def test_a_photo_that_does_not_match_is_taken_on_site(enter: Enter, server: Server) -> None:
    tell(server, "mismatching")
    member = upload(server, begin(server, enter(CAI, "phone")))
    member.sees("The photo did not match: your association reviews it on site.")
    member.look("certificate-mismatch")
    clerk = sit_down_as_clerk(server, enter)
    arrange(clerk, "蔡思源")
    go_on(server, member)
    member.sees("杭州市演示路1号").look("certificate-appointment")

    open_case(clerk, "蔡思源")
    field = clerk.page.locator("#decision input[type=file]")
    expect(clerk.page.locator("[data-progress]")).to_contain_text(clerk.say(OFFER))
    field.set_input_files(payload("on-site.jpg", certifying.from_a_camera(), "image/jpeg"))
    crop(clerk.look("certificate-on-site-crop"))
    taken = clerk.page.get_by_role(
        "img", name=clerk.say("Photo of %(name)s taken on site", name="蔡思源")
    )
    expect(taken).to_be_visible()
    clerk.look("certificate-on-site")
    decide(clerk, "审核通过")
    go_on(server, member)
    member.sees("Your photo was accepted on site").look("certificate-accepted")
    confirm(server, member)
    assert certifying.bill(server) == 1


def test_without_scripts_a_photo_taken_on_site_is_uploaded_as_it_is(
    enter: Enter, server: Server
) -> None:
    tell(server, "mismatching")
    upload(server, begin(server, enter(CAI)))
    arrange(sit_down_as_clerk(server, enter), "蔡思源")
    go_on(server)
    clerk = enter(CLERK, javascript=False)
    open_case(clerk, "蔡思源")
    for content, said in ((certifying.too_large(), "300×400"), (certifying.fitting(), "")):
        clerk.page.locator("#decision input[type=file]").set_input_files(
            payload("on-site.jpg", content, "image/jpeg")
        )
        clerk.page.locator("#decision button[name=action][value^='upload:']").click()
        clerk.page.locator("#decision button[name=outcome][value=accept]").click()
        if said:
            clerk.sees(said)
            clerk.page.locator("#decision button[value^='remove_file:']").click()
    clerk.page.locator("#decision button[name=confirmed][value=accept]").first.click()
    clerk.is_at("Inbox")


def refuse(server: Server, enter: Enter, member: Person) -> Person:
    """Have a photo that did not match refused on site; the clerk."""
    clerk = sit_down_as_clerk(server, enter)
    arrange(clerk, "蔡思源")
    go_on(server)
    open_case(clerk, "蔡思源").type("原因", "到场人员与登记身份不符。")
    decide(clerk, "不予通过")
    go_on(server, member)
    return clerk


def appeal(server: Server, member: Person) -> None:
    """Say something against the refusal, which goes to the association above."""
    member.type("申诉理由", "当日证件消磁，请重新核对。").press("提出申诉")
    member.page.locator("dialog[open]").get_by_role("button", name=member.say("OK")).click()
    member.is_at(TITLE)
    go_on(server, member)
    member.sees("Your appeal is with the association above yours")


def test_an_appeal_that_succeeds_leads_to_the_certificate(enter: Enter, server: Server) -> None:
    tell(server, "mismatching")
    member = upload(server, begin(server, enter(CAI, "phone")))
    clerk = refuse(server, enter, member)
    member.sees("到场人员与登记身份不符。").look("certificate-refused")
    appeal(server, member)
    member.look("certificate-appealed")

    above = enter(ABOVE)
    open_case(above, "蔡思源").sees("到场人员与登记身份不符。")
    above.sees("当日证件消磁，请重新核对。").type("理由", "证件已核实，请重新审核。")
    decide(above.look("certificate-appeal"), "撤销并重新审核")
    go_on(server, member)
    member.sees("Your appeal succeeded: your photo is reviewed again on site")
    member.sees("证件已核实，请重新审核。").look("certificate-overturned")

    open_case(clerk, "蔡思源").sees("证件已核实，请重新审核。").look("certificate-again-on-site")
    arrange(clerk, "蔡思源")
    open_case(clerk, "蔡思源").sees("证件已核实，请重新审核。")
    clerk.page.locator("#decision input[type=file]").set_input_files(
        payload("on-site.jpg", certifying.fitting(), "image/jpeg")
    )
    expect(clerk.page.get_by_role("link", name="on-site.jpg")).to_be_visible()
    decide(clerk, "审核通过")
    go_on(server, member)
    confirm(server, member.sees("Your photo was accepted on site"))
    assert certifying.bill(server) == 1


def test_an_appeal_that_fails_ends_the_application(enter: Enter, server: Server) -> None:
    tell(server, "mismatching")
    member = upload(server, begin(server, enter(CAI, "phone")))
    clerk = refuse(server, enter, member)
    appeal(server, member)
    above = enter(ABOVE)
    decide(open_case(above, "蔡思源").type("理由", "两次核对均与登记身份不符。"), "维持")
    go_on(server, member)
    member.sees("Your photo was refused, and no certificate was issued")
    member.sees("两次核对均与登记身份不符。").look("certificate-upheld")
    # Who applies again is not compared again: he is seen on site.
    member.press(START).is_at(TITLE)
    go_on(server, member)
    member.sees("The photo did not match: your association reviews it on site.")
    open_case(clerk, "蔡思源")
    assert certifying.bill(server) == 1


def test_missing_information_is_completed_by_whom_it_belongs_to(
    enter: Enter, server: Server
) -> None:
    certifying.empty(server, CAI, address="", nation="")
    certifying.put_on_file(server, CAI)
    member = enter(CAI, "phone")
    member.page.context.set_extra_http_headers({"Sec-CH-UA-Mobile": "?1"})
    member.go(HOME).sees("Please complete the required fields of your basic information first…")
    member.sees("通讯地址").look("certificate-missing").press("OK").is_at(TITLE)
    go_on(server, member)
    member.look("certificate-information")
    member.page.get_by_label("通讯地址").first.fill("杭州市演示路1号")
    member.page.locator(".certificate-step button[value=save]").last.click()
    member.is_at(TITLE)
    go_on(server, member)
    member.sees("Your association supplies what only it may change").look("certificate-supply")

    clerk = sit_down_as_clerk(server, enter)
    open_case(clerk, "蔡思源")
    clerk.look("certificate-to-supply").page.get_by_label("民族").select_option(index=1)
    clerk.type("补充依据", "入会档案。")
    clerk.page.locator("#decision button[value=supplied]").last.click()
    clerk.is_at("Inbox")
    go_on(server, member)
    member.sees("Your photo is on file")
