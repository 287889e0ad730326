"""会员电子证书 through its pages: who may do what, twice, late, with files that are no photos."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from engine.cases import Case
from engine.tasks import Task
from tests.web.conftest import READY, Page, Visitor, run_jobs, together
from tests.workflows.certifying import make_photo
from workflows.member_certificate.stand_in import count_comparisons, hold_photo, set_mood
from workflows.shared.certificates import (
    Certificate,
    find_certificate,
    read_printed,
    supersede_certificate,
)
from workflows.shared.photos import find_photo
from workflows.shared.privacy import Consent
from workflows.shared.register import Member, find_member_by_number, identity_number
from workflows.shared.register_writing import write_fields

HOME = "/certificate"
OTHER = "330000100002"
PHOTO = make_photo()


def get_member(app: Flask) -> Member:
    with app.extensions["engine"].database.read() as session:
        found = find_member_by_number(session, READY)
        assert found is not None
        return found


def put_on_file(app: Flask) -> None:
    """Let the photo service know a photo of the member."""
    engine = app.extensions["engine"]
    with engine.database.transaction() as session:
        member = find_member_by_number(session, READY)
        assert member is not None
        number = identity_number(engine.vault, member)
        hold_photo(session, engine.vault, identity_number=number, picture=PHOTO)


def begin(app: Flask, member: Visitor) -> Page:
    """Begin, let the photo be looked up, and see what is to be done."""
    member.send(HOME, member.open(HOME).values(HOME))
    run_jobs(app)
    return member.open(HOME)


def open_upload(app: Flask, member: Visitor) -> Page:
    """The page on which a photo is chosen."""
    page = begin(app, member)
    (address,) = page.html.xpath("//main//a[starts-with(@href, '/certificate/photo/')]/@href")
    return member.open(address)


def send_photo(
    member: Visitor, page: Page, content: bytes, name: str = "photo.jpg", **changed: str
) -> Page:
    """Send a photo from the page, agreed to and confirmed."""
    values = {**page.values(page.path), "agree": "true", "confirmed": "compare", **changed}
    (slot,) = page.html.xpath("//input[@type='file' and @id='photo']/@name")
    return member.upload(page.path, values, slot, content, name)


def bill(app: Flask) -> int:
    with app.extensions["engine"].database.read() as session:
        return count_comparisons(session)


def issue(app: Flask, member: Visitor) -> Certificate:
    """Issue a certificate with the photo on file."""
    put_on_file(app)
    return finish(app, member, begin(app, member))


def finish(app: Flask, member: Visitor, page: Page) -> Certificate:
    """Confirm what is printed."""
    action = page.html.xpath("//form[starts-with(@action, '/certificate/steps/')]/@action")[0]
    member.send(action, {**page.values(action), "confirmed": "issue"})
    run_jobs(app)
    with app.extensions["engine"].database.read() as session:
        found = find_certificate(session, get_member(app).id)
        assert found is not None
        return found


def without_address(app: Flask) -> None:
    """Let the register say no address of the member."""
    engine = app.extensions["engine"]
    with engine.database.transaction() as session:
        found = find_member_by_number(session, READY)
        assert found is not None
        write_fields(session, engine.vault, found, {"address": ""})


def test_a_certificate_is_issued_and_downloaded_by_its_member_alone(
    app: Flask, member: Visitor
) -> None:
    certificate = issue(app, member)
    page = member.open(HOME)
    assert certificate.number in page.text
    address = f"/certificate/{certificate.id}/certificate.pdf"
    with member.client.get(address) as response:
        assert response.status_code == 200
        assert response.data.startswith(b"%PDF-")
        assert response.headers["Content-Disposition"].startswith("attachment")
    with member.client.get(f"/certificate/{certificate.id}/certificate.png") as response:
        assert response.data.startswith(b"\x89PNG")
    assert member.open(f"/certificate/{certificate.id}/certificate.exe").status == 404
    assert member.open("/certificate/999999/certificate.pdf").status == 404
    other = Visitor(app)
    other.enter(OTHER)
    assert other.open(address).status == 404
    assert Visitor(app).open(address).path.startswith("/sign-in")


def test_one_that_was_superseded_is_not_given_out(app: Flask, member: Visitor) -> None:
    certificate = issue(app, member)
    engine = app.extensions["engine"]
    with engine.database.transaction() as session:
        supersede_certificate(session, certificate.member_id, ["name"], engine.now())
    page = member.open(f"/certificate/{certificate.id}/certificate.pdf")
    assert page.status == 409
    assert "not valid any more" in page.text
    home = member.open(HOME)
    assert "What it shows has changed" in home.text
    assert "Your certificate does not hold any more" in home.text


def test_beginning_twice_at_once_begins_once(app: Flask, member: Visitor) -> None:
    put_on_file(app)
    values = member.open(HOME).values(HOME)
    again = Visitor(app)
    again.enter(READY)
    more = again.open(HOME).values(HOME)
    first, second = together(app, lambda: member.send(HOME, values), lambda: again.send(HOME, more))
    assert {first.status, second.status} == {200}
    with app.extensions["engine"].database.read() as session:
        query = select(func.count()).where(
            Case.subject_no == READY, Case.process_id == "member_certificate"
        )
        assert session.scalar(query) == 1
    run_jobs(app)
    certificate = finish(app, member, member.open(HOME))
    said = member.send(HOME, {"csrf_token": values["csrf_token"]})
    assert "Your certificate is valid" in said.text
    assert certificate.number in said.text


def test_a_photo_is_sent_twice_and_compared_once(app: Flask, member: Visitor) -> None:
    page = open_upload(app, member)
    assert send_photo(member, page, PHOTO).path == HOME
    late = send_photo(member, page, PHOTO)
    assert late.path == HOME
    run_jobs(app)
    assert bill(app) == 1
    assert "The photo matches" in member.open(HOME).text
    with app.extensions["engine"].database.read() as session:
        query = select(func.count()).select_from(Consent).where(Consent.place == "photo")
        assert session.scalar(query) == 1


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (make_photo(size=(177, 220)), "photo.jpg", "177 × 220"),
        (make_photo(dpi=None), "photo.jpg", "no resolution stated"),
        (make_photo(dpi=(72, 72)), "photo.jpg", "72 × 72 dpi"),
        (make_photo(quality=100, grain=60), "photo.jpg", "K"),
        (make_photo(kind="PNG"), "photo.png", "PNG"),
        (b"no picture", "photo.jpg", "There is a problem"),
        (b"", "photo.jpg", "There is a problem"),
        (b"\x00\x00\x00\x18ftypheic", "photo.jpg", "HEIC"),
    ],
)
def test_a_file_that_breaks_a_rule_is_told_so_and_uses_nothing_up(
    app: Flask, member: Visitor, content: bytes, name: str, said: str
) -> None:
    answer = send_photo(member, open_upload(app, member), content, name)
    assert answer.status == 422
    assert said in answer.text
    run_jobs(app)
    assert bill(app) == 0
    assert send_photo(member, answer, PHOTO).path == HOME
    run_jobs(app)
    assert bill(app) == 1


def test_nobody_is_compared_who_did_not_agree_or_confirm(app: Flask, member: Visitor) -> None:
    page = open_upload(app, member)
    refused = send_photo(member, page, PHOTO, agree="")
    assert refused.status == 422
    asked = send_photo(member, page, PHOTO, confirmed="", outcome="compare")
    assert asked.status == 200
    assert "Only when you confirm is it compared, once." in asked.text
    run_jobs(app)
    assert bill(app) == 0


def test_an_upload_is_its_members_alone(app: Flask, member: Visitor) -> None:
    page = open_upload(app, member)
    other = Visitor(app)
    other.enter(OTHER)
    assert other.open(page.path).status == 404
    values = {"csrf_token": other.open(HOME).values(HOME)["csrf_token"], "outcome": "compare"}
    assert other.send(page.path, values).status == 404
    steps = page.path.replace("/photo/", "/steps/")
    assert other.send(steps, values).status == 404
    assert other.send(f"{steps}/draft", values).status == 404


def test_only_what_the_page_showed_is_confirmed(app: Flask, member: Visitor) -> None:
    put_on_file(app)
    page = begin(app, member)
    (action,) = set(page.html.xpath("//form[starts-with(@action, '/certificate/steps/')]/@action"))
    values = {**page.values(action), "confirmed": "issue"}
    engine = app.extensions["engine"]
    with engine.database.transaction() as session:
        found = find_member_by_number(session, READY)
        assert found is not None
        write_fields(session, engine.vault, found, {"name": "何改名"})
    answer = member.send(action, values)
    assert answer.status == 422
    assert "has changed since you opened this page" in answer.text
    assert "何改名" in answer.text
    with engine.database.read() as session:
        assert find_certificate(session, get_member(app).id) is None
    # A page that gives nothing back has shown nothing.
    assert member.send(action, {**values, "seen": ""}).status == 422
    member.send(action, {**answer.values(action), "confirmed": "issue"})
    with engine.database.read() as session:
        issued = find_certificate(session, get_member(app).id)
        assert issued is not None
        assert read_printed(session, engine.vault, issued)["name"] == "何改名"


def test_a_photo_of_ten_years_ago_may_be_renewed(app: Flask, member: Visitor) -> None:
    issue(app, member)
    assert "Have a new photo printed" not in member.open(HOME).text
    engine = app.extensions["engine"]
    with engine.database.transaction() as session:
        photo = find_photo(session, get_member(app).id)
        assert photo is not None
        photo.taken_at = engine.now() - timedelta(days=3660)
    page = member.open(HOME)
    assert "Your photo is more than 10 years old" in page.text
    member.send(HOME, page.values(HOME))
    run_jobs(app)
    page = member.open(HOME)
    assert "The photo on file is too old: upload a new one" in page.text
    assert "Download as PDF" in page.text


def test_what_was_issued_is_downloaded_by_itself_once(app: Flask, member: Visitor) -> None:
    put_on_file(app)
    page = begin(app, member)
    action = page.html.xpath("//form[starts-with(@action, '/certificate/steps/')]/@action")[0]
    with member.client.post(action, data={**page.values(action), "confirmed": "issue"}) as response:
        address = response.headers["Location"]
    with member.client.get(address) as response:
        _seconds, _semicolon, target = response.headers["Refresh"].partition("; url=")
    with member.client.get(target) as response:
        assert response.data.startswith(b"%PDF-")
    with member.client.get(HOME) as response:
        assert "Refresh" not in response.headers


def test_messages_and_old_addresses_lead_to_the_page(app: Flask, member: Visitor) -> None:
    page = open_upload(app, member)
    task_id = page.path.rpartition("/")[2]
    assert member.open(f"/tasks/{task_id}").path.startswith(HOME)
    with app.extensions["engine"].database.read() as session:
        case_id = session.scalars(
            select(Task.case_id).where(Task.process_id == "member_certificate")
        ).one()
    assert member.open(f"/applications/{case_id}").path.startswith(HOME)
    send_photo(member, page, PHOTO)
    assert member.open(page.path).path == HOME


def test_a_phone_is_told_at_once_what_is_missing(app: Flask, member: Visitor) -> None:
    without_address(app)
    words = "Please complete the required fields of your basic information first…"
    assert words not in member.open(HOME).text
    assert words in member.open(HOME, headers={"Sec-CH-UA-Mobile": "?1"}).text


def test_the_simulator_tells_the_photo_service_how_to_behave(app: Flask) -> None:
    watcher = Visitor(app)
    values = watcher.open("/simulator").values("/simulator/moods")
    assert values["photo_service"] == "matching"
    values["photo_service"] = "mismatching"
    watcher.send("/simulator/moods", values)
    assert watcher.open("/simulator").values("/simulator/moods")["photo_service"] == "mismatching"
    values["photo_service"] = "furious"
    watcher.send("/simulator/moods", values)
    assert watcher.open("/simulator").values("/simulator/moods")["photo_service"] == "mismatching"


def test_a_photo_that_does_not_match_leads_to_the_association(app: Flask, member: Visitor) -> None:
    with app.extensions["engine"].database.transaction() as session:
        set_mood(session, "mismatching")
    send_photo(member, open_upload(app, member), PHOTO)
    run_jobs(app)
    page = member.open(HOME)
    assert "The photo did not match: your association reviews it on site." in page.text
    assert "0571-00000000" in page.text


def test_at_a_desk_what_is_missing_is_asked_for_where_the_certificate_is(
    app: Flask, member: Visitor
) -> None:
    without_address(app)
    member.client.set_cookie("huiji_language", "zh")
    profile = member.open("/profile")
    page = member.open(profile.links()["下载会员证"])
    assert page.path == HOME
    (button,) = page.form(HOME).xpath(".//button")
    assert button.text_content().strip() == "信息确认并下载会员证"
    member.send(HOME, page.values(HOME))
    run_jobs(app)
    asked = member.open(HOME)
    assert "请您先将基础信息中的必填信息补充完整" in asked.text
    action = "/certificate/steps/"
    assert asked.values(action)["address"] == ""
    values = {**asked.values(action), "address": "杭州市演示路9号", "outcome": "save"}
    member.send(asked.form(action).get("action"), values)
    run_jobs(app)
    assert "没有查询到照片信息" in member.open(HOME).text


def test_both_rules_and_whom_to_call_are_said_before_anything_is_used_up(
    app: Flask, member: Visitor
) -> None:
    member.client.set_cookie("huiji_language", "zh")
    page = open_upload(app, member)
    (before,) = page.html.xpath("//section[@aria-labelledby='rules-title']")
    (asking,) = page.html.xpath("//dialog[@id='confirm-upload']")
    assert "确认上传" in asking.text_content()
    for rules in (before, asking):
        said = "".join(rules.text_content().split())
        for rule in (
            "照片为本人近1年内1寸免冠白底证件照片，要求清晰、完整",
            "禁止上传生活照、全身照等不符合要求的照片",
            "jpg格式，占用磁盘容量大小在10-20K之间",
            "178像素×220像素",
            "分辨率至少满足每英寸96×96点",
            "照片将与公安部照片库对比，费用原因，每人仅有一次上传对比机会",
            "若上传的照片对比不成功，需要联系注协进行现场审核",
        ):
            assert rule in said
        (contacts,) = rules.xpath(".//a[@href='/contacts']")
        assert contacts.text_content().startswith("点击此处查看咨询电话")


def test_a_phone_offers_its_camera_its_album_and_its_files(app: Flask, member: Visitor) -> None:
    page = open_upload(app, member)
    (chosen,) = page.html.xpath("//input[@type='file' and @id='photo']")
    # Without `capture` a phone asks whether it is of the album or a file.
    assert "capture" not in chosen.attrib
    assert {"image/jpeg", ".jpg"} <= set(chosen.get("accept").split(","))
    (camera,) = page.html.xpath("//input[@data-photo-camera]")
    assert camera.get("capture") == "user"
