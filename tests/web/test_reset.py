"""找回密码 of members, on the pages: every row of the table, walked to the sign-in."""

from flask import Flask

from tests.web.conftest import Visitor
from tests.web.resetting import (
    ACCOUNT,
    NEW_PASSWORD,
    Forgetful,
    last_code,
    mobile_of,
)


def test_a_code_by_text_message_leads_to_a_new_password(app: Flask) -> None:
    person, mobile = Forgetful(app), mobile_of(app)
    page = person.begin()
    assert page.path == "/reset/step"
    assert f"{mobile[3:6]}****{mobile[-4:]}" in page.text
    page = person.press(page, outcome="mobile")
    page = person.ask_for_code(page, mobile=mobile[3:])
    assert page.status == 200
    page = person.press(page, outcome="next", mobile=mobile[3:], code=last_code(app, mobile))
    assert "New password" in page.text
    page = person.press(page, outcome="reset", password=NEW_PASSWORD, password_again=NEW_PASSWORD)
    assert "Your password was reset" in page.text
    assert Visitor(app).sign_in(ACCOUNT, NEW_PASSWORD).path == "/"
