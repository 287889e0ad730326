"""An administrator begins a process of the association's own, and releases it as it begins."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Enter
from workflows.studio.beginning import IdNotAllowed


@pytest.mark.parametrize("width", ["phone", "desktop"])
def test_a_new_process_is_named_opened_and_released(enter: Enter, width: str) -> None:
    admin = enter("admin", width).go("/studio/").follow("New process").is_at("New process")
    admin.type(admin.say("Name in Chinese"), "核对地址").type(admin.say("Name in English"), "???")
    admin.press("Begin it").sees(IdNotAllowed.message).look("studio-new-refused")
    admin.type(admin.say("Name in English"), "Check address").look("studio-new")
    admin.press("Begin it")
    page = admin.page
    expect(page.locator("#studio-canvas [data-element-id=handle]")).to_be_visible()
    expect(page.locator("[data-problems]")).to_contain_text(admin.say("No problems found"))
    draft = page.url.partition("/studio/")[2].partition("/edit/")[0]
    admin.go("/studio/").sees("Begun, not released yet").look("studio-begun")
    admin.go(f"/studio/{draft}/release")
    admin.field(admin.say("The reason")).fill("新增地址核对")
    admin.press("Make release %(number)s", number=1).sees("none yet").look("studio-own")
