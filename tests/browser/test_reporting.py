"""Opening a year of financial reporting: asked, watched, and what the firm does with its link."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Enter, Server
from tests.browser.visitors import NEW, link_at, sign_in

MOBILE, FINANCE = "+8615499990001", "33000001_cw"


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_a_year_is_opened_and_a_firm_sets_its_new_password(
    enter: Enter, server: Server, size: str
) -> None:
    manager = enter("zj_manage", size).go("/manage/reporting").is_at("Financial reporting")
    manager.look("reporting-none")
    manager.main.get_by_role("spinbutton").fill("2022")
    manager.main.locator("form .actions button").click()
    manager.look("reporting-asked")
    manager.press("Open %(year)s and reset", year=2022)
    manager.is_at("Financial reporting").sees("Reporting for %(year)s", year=2022)
    address = link_at(server, MOBILE)
    # The page moves on by itself.
    expect(manager.main.get_by_role("progressbar")).to_have_attribute("value", "3")
    manager.look("reporting-open")
    firm = enter(size=size).go(address).is_at("Set a new password")
    firm.type(firm.say("New password"), NEW)
    firm.type(firm.say("New password again"), NEW).press("Set this password").is_at("Sign in")
    sign_in(firm, FINANCE, "Accounting firm")


def test_what_the_form_names_is_changed(enter: Enter) -> None:
    manager = enter("zj_manage").go("/manage/paper-resets").is_at("Password reset on paper")
    manager.type(manager.say("E-mail"), "no address").press("Save")
    manager.look("paper-resets-wrong")
    manager.type(manager.say("E-mail"), "ywj@example.cn").press("Save").sees("Saved.")
