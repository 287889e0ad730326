"""An event for errors offers those that its step can end with."""

from playwright.sync_api import expect

from tests.browser.conftest import Enter, Errands
from tests.browser.test_studio_diagram import draw


def test_errors_are_offered_where_they_can_happen(enter: Enter, errand: Errands) -> None:
    admin, app = enter("admin"), errand("admin").app
    desk = draw(admin, app, "firm_password_reset").choose("password_changed")
    options = desk.entry("error").locator("option")
    expect(options).to_have_count(2)
    expect(options.first).to_have_text(admin.say("Any error"))
    expect(desk.entry("error")).to_have_value("password_changed")

    # An error that ends a called process is offered on its call, and no other one.
    desk = draw(admin, app, "inspection").choose("deferral_stepped_back")
    expect(desk.entry("error")).to_have_value("stepped_back")
    expect(desk.entry("error").locator("option[value=password_changed]")).to_have_count(0)

    # A step that ends with none says so.
    desk = draw(admin, app, "ruling").choose("record_ruling")
    desk.at("record_ruling kind").select_option("error_boundary")
    desk.at("record_ruling add").click()
    expect(desk.group("studio-error")).to_contain_text(
        admin.say("No error is known with which this step ends.")
    )
    expect(admin.page.locator("[data-problems] .problem-error").first).to_be_visible()
