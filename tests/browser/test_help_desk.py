"""The help desk: a call from the first question to the one-time link."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Enter, Server
from workflows.shared.accounts import find_account
from workflows.shared.own_facts import read_facts

SIZES = pytest.mark.parametrize("size", ["phone", "desktop"])
MEMBER = "330000100001"
SENT = "A one-time link is on its way. The holder sets a new password with it."


def facts(server: Server) -> dict[str, str]:
    """What the register says of the member."""
    engine = server.app.extensions["engine"]
    with engine.database.read() as session:
        account = find_account(session, user_type="member", login=MEMBER)
        return read_facts(session, engine.vault, account)


@SIZES
def test_a_caller_is_asked_and_helped(enter: Enter, server: Server, size: str) -> None:
    desk = enter("zj_help", size).go("/help-desk").is_at("Help desk").look("help-desk")
    label = desk.say("Number, name or mobile number, each whole")
    desk.type(label, "nobody").press("Find").look("help-desk-nobody")
    desk.type(label, MEMBER).press("Find").look("help-desk-found")
    desk.press("Begin the call").sees("Is it really the holder?").look("help-desk-call")
    known = facts(server)
    names = desk.main.locator("input[name=name]")
    first = names.first.get_attribute("value")
    desk.page.locator(f"#{first}").fill("110101199003071234")
    desk.press("Compare")
    expect(names).to_have_count(3)
    for _ in range(3):
        name = names.first.get_attribute("value")
        desk.page.locator(f"#{name}").fill(known[name])
        left = names.count()
        desk.press("Compare")
        expect(names).to_have_count(left - 1)
    desk.sees("Correct the mobile number").look("help-desk-proved")
    desk.type(desk.say("New mobile number"), "15499998888").press("Correct it")
    desk.sees("154****8888")
    desk.press("Send the link").sees(SENT).look("help-desk-done")
    desk.press("End the call").is_at("Help desk").sees("one-time link sent").look("help-desk-calls")
