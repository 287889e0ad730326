"""A member's photo is seen and renewed from his entry, for a reason."""

from flask import Flask
from sqlalchemy import select

from engine.cases import Case
from tests.web.conftest import Page, Visitor, together
from tests.web.registrars import AUDITOR, NUMBER, entry_of, find_cpa, show_data, staff
from tests.workflows.certifying import Certifying, put_on_file, with_photo_service
from workflows.shared.messages import Message


def renew(who: Visitor, address: str, reason: str = "照片已逾十年") -> Page:
    """Have the photo of a member renewed."""
    values = who.open(f"{address}/photo").values()
    values["reason"] = reason
    return who.send(f"{address}/photo", values)


def renewals(app: Flask, key: int) -> list[Case]:
    """The applications for a certificate of a member."""
    with app.extensions["engine"].database.read() as session:
        query = select(Case).where(Case.process_id == "member_certificate", Case.subject_id == key)
        return list(session.scalars(query.order_by(Case.id)))


def test_a_photo_is_renewed_once_with_a_reason_that_the_member_reads(app: Flask) -> None:
    who = staff(app)
    key, address = entry_of(app)
    offered = who.open(address).links()
    assert offered["Have the photo renewed"] == f"{address}/photo"
    refused = renew(who, address, reason="  ")
    assert refused.status == 422
    assert "Say why the photo is to be renewed" in refused.text
    values = who.open(f"{address}/photo").values()
    values["reason"] = "照片已逾十年"
    first, second = (who.send(f"{address}/photo", values) for _twice in range(2))
    assert "The photo is to be renewed." in first.text
    assert "was begun meanwhile" in second.text
    assert [each.state for each in renewals(app, key)] == ["open"]
    with app.extensions["engine"].database.read() as session:
        told = session.scalars(select(Message).where(Message.template == "photo_renewed")).all()
        assert ["照片已逾十年" in each.text for each in told] == [True]
    assert renew(who, address).path == address
    assert [each.state for each in renewals(app, key)] == ["cancelled", "open"]


def test_a_photo_is_renewed_once_by_two_at_once(app: Flask) -> None:
    who, colleague = staff(app), staff(app, "zj_photos")
    key, address = entry_of(app)
    values = [each.open(f"{address}/photo").values() for each in (who, colleague)]
    for each in values:
        each["reason"] = "照片已逾十年"
    together(
        app,
        lambda: who.send(f"{address}/photo", values[0]),
        lambda: colleague.send(f"{address}/photo", values[1]),
    )
    (renewal,) = renewals(app, key)
    assert renewal.state == "open"
    seen = colleague.open(address).html.xpath("//section//a/@href")
    assert f"/cases/{renewal.id}" in seen
    assert colleague.open(f"/cases/{renewal.id}").status == 200


def test_the_photo_on_file_is_seen_for_a_reason(app: Flask) -> None:
    engine = app.extensions["engine"]
    with_photo_service(engine)
    put_on_file(engine, NUMBER)
    Certifying(engine, NUMBER).begin().do("confirm_information", "issue")
    who = staff(app)
    _key, address = entry_of(app)
    assert "The photo on file is of" in who.open(address).text
    assert not who.open(address).html.xpath("//img[contains(@src, '/files/')]")
    show_data(who, address)
    (source,) = who.open(address).html.xpath("//img[contains(@src, '/files/')]/@src")
    with who.client.get(source) as answer:
        assert answer.mimetype == "image/jpeg"
    clerk = staff(app, "zj_fees")
    assert not clerk.open(address).html.xpath("//img[contains(@src, '/files/')]")


def test_who_may_not_renew_a_photo_is_not_offered_it(app: Flask) -> None:
    _key, address = entry_of(app)
    for login in ("zj_review2", "gz_manage", AUDITOR):
        assert staff(app, login).open(f"{address}/photo").status == 404
    assert "Have the photo renewed" not in staff(app, AUDITOR).open(address).links()
    _cpa, of_cpa = find_cpa(app)
    assert staff(app).open(f"{of_cpa}/photo").status == 404
