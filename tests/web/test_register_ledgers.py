"""Fees, hours and exemptions are entered in a member's ledgers, and taken back."""

from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from tests.web.conftest import Page, Visitor, together
from tests.web.registrars import entry_of, put, staff
from workflows.shared.fees import FeePayment, find_entry


def ledger(who: Visitor, address: str, action: str, /, **typed: str) -> Page:
    """Send a form of a ledger."""
    page = who.open(address)
    values = page.values(f"{address}{action}")
    put(values, typed)
    return who.send(f"{address}{action}", values)


def test_a_payment_at_the_counter_is_entered_once(app: Flask) -> None:
    who = staff(app)
    _key, address = entry_of(app, "330000100003")
    books = f"{address}/fees"
    values = who.open(books).values(f"{books}/payments")
    put(values, {"year": "2019", "amount": "500.5", "reason": "柜台刷卡", "voucher": "A-12"})
    assert "The payment was entered." in who.send(f"{books}/payments", values).text
    page = who.send(f"{books}/payments", values)
    assert page.text.count("500.50 yuan") == 2  # the row, and the name of its button
    assert "A-12" in who.open(address).text
    for wrong in ("0", "-3", "abc", "1.234", "NaN"):
        values["amount"] = wrong
        assert who.send(f"{books}/payments", values).status == 422


def test_a_payment_that_was_entered_wrongly_is_taken_back_once(app: Flask) -> None:
    who = staff(app)
    key, address = entry_of(app, "330000100003")
    books = f"{address}/fees"
    entered = ledger(who, books, "/payments", year="2019", amount="500", reason="柜台刷卡")
    (action,) = entered.html.xpath("//form[contains(@action, 'take-back')]/@action")
    back = entered.values(action)
    assert who.send(action, back).status == 422
    back["reason"] = "录错了人"
    taken = who.send(action, back)
    assert "The payment was taken back." in taken.text
    assert "-500.00 yuan" in taken.text
    assert not taken.html.xpath("//form[contains(@action, 'take-back')]")
    assert who.send(action, back).status == 422
    assert "录错了人" in who.open(address).text
    with app.extensions["engine"].database.read() as session:
        entry = find_entry(session, member_id=key, year=2019)
        assert entry is not None
        assert entry.status == "to_pay"
        paid = select(FeePayment.id).where(FeePayment.member_id != key)
        others = session.scalars(paid.limit(1)).all()
    for other in (*others, 999_999):
        assert who.send(f"{books}/payments/{other}/take-back", back).status == 404
    again = ledger(who, books, "/payments", year="2019", amount="300", reason="柜台刷卡")
    assert "300.00 yuan" in again.text


def test_a_year_of_the_fee_ledger_is_corrected(app: Flask) -> None:
    who = staff(app)
    _key, address = entry_of(app, "330000100003")
    books = f"{address}/fees"
    typed = MultiDict(who.open(books).html.xpath(f"//form[@action='{books}']")[0].form_values())
    put(typed, {"year": "2020", "status": "exempt", "reason": "困难减免"})
    page = who.send(books, typed)
    assert "The ledger was changed." in page.text
    assert "Not paid yet" in page.text  # "To pay" is what a member is asked to do
    assert "To pay" not in page.text
    assert "困难减免" in page.text
    typed["year"] = "1800"
    assert who.send(books, typed).status == 422


def test_hours_are_entered_and_taken_back(app: Flask) -> None:
    who = staff(app)
    _key, address = entry_of(app)
    books = f"{address}/hours"
    values = MultiDict(who.open(books).html.xpath(f"//form[@action='{books}']")[0].form_values())
    put(values, {"year": "2021", "hours": "7.5", "title": "补录培训", "reason": "线下班"})
    assert "The hours were entered." in who.send(books, values).text
    page = who.send(books, values)
    assert page.text.count("补录培训") == 2  # the row, and the name of its button
    (action,) = page.html.xpath("//form[contains(@action, 'take-back')]/@action")
    back = page.values(action)
    back["reason"] = "录错"
    taken = who.send(action, back)
    assert "-7.50" in taken.text
    assert not taken.html.xpath("//form[contains(@action, 'take-back')]")
    assert who.send(action, back).status == 422


def test_an_exemption_from_hours_is_entered_and_withdrawn(app: Flask) -> None:
    who = staff(app)
    _key, address = entry_of(app)
    books = f"{address}/hours"
    given = ledger(who, books, "/exemptions", year="2018", reason="产假", action="exempt")
    assert "产假" in given.text
    gone = ledger(who, books, "/exemptions", year="2018", reason="误录", action="withdraw")
    assert "The exemption was withdrawn." in gone.text


def test_one_payment_sent_twice_at_once_is_one(app: Flask) -> None:
    who = staff(app)
    _key, address = entry_of(app, "330000100003")
    books = f"{address}/fees"
    values = who.open(books).values(f"{books}/payments")
    put(values, {"year": "2018", "amount": "321", "reason": "柜台"})
    pages = together(app, *[lambda: who.send(f"{books}/payments", values)] * 2)
    assert [each.status for each in pages] == [200, 200]
    assert who.open(books).text.count("321.00 yuan") == 2  # the row, and the name of its button
