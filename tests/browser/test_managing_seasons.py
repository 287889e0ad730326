"""A manager at a browser: changes a season, reminds who has not applied; an auditor looks on."""

from playwright.sync_api import expect

from engine.jobs import Worker
from tests.browser.conftest import Enter, Errands, Server


def run_jobs(server: Server) -> None:
    """Do what is due."""
    Worker(server.app.extensions["engine"]).run_due()


def test_a_manager_sees_what_a_change_touches_and_saves_it(enter: Enter, errand: Errands) -> None:
    errand("330000100001").start()
    manager = enter("zj_manage").go("/manage").is_at("Seasons").look("seasons")
    manager.main.get_by_role("link", name="浙江省注册会计师协会").click()
    manager.look("season")
    manager.main.locator("#window a").click()
    manager.is_at("Window and cut-off dates").look("season-edit")
    manager.type(manager.say("Closes on"), "2020-01-01")
    manager.press("Go on: what it touches")
    manager.sees("The window must not close before it opens.").look("season-wrong")
    closes = manager.field(manager.say("Opens on")).input_value()
    manager.type(manager.say("Closes on"), closes)
    manager.press("Go on: what it touches")
    manager.is_at("What the change touches").look("season-impact")
    manager.type(manager.say("Why is it changed?"), "窗口期提前结束。")
    manager.press("Save the change")
    manager.sees("The season was changed.").sees("窗口期提前结束。").look("season-changed")


def test_a_manager_adds_a_material_with_the_keyboard_and_without_scripts(enter: Enter) -> None:
    manager = enter("zj_manage", "phone", javascript=False).go("/manage/seasons")
    manager.main.get_by_role("link", name="浙江省注册会计师协会").click()
    manager.main.locator("#materials a").first.click()
    manager.press("Add a row")
    manager.page.locator("#slots-2-label").fill("身份证明")
    manager.page.locator("#slots-2-megabytes").fill("5")
    manager.page.locator("#slots-2-required").check()
    manager.page.locator("#slots-2-label").press("Enter")
    manager.is_at("What the change touches").sees("身份证明")


def test_a_material_is_looked_at(enter: Enter) -> None:
    manager = enter("zj_manage").go("/manage/seasons")
    manager.main.get_by_role("link", name="浙江省注册会计师协会").click()
    manager.main.locator("#materials a").first.click()
    manager.press("Add a row").look("season-materials")
    manager.go(manager.page.url.replace("materials", "commitment_inspection"))
    manager.type(manager.say("Text"), "本人承诺如实填写。\n本人遵守章程。")
    manager.press("Go on: what it touches").look("season-commitment")


def test_a_manager_reminds_who_has_not_applied(enter: Enter, server: Server) -> None:
    manager = enter("zj_manage").go("/manage/absentees").is_at("Not applied yet")
    manager.look("absentees")
    manager.main.get_by_role("checkbox").first.check()
    manager.press("Remind the ticked")
    manager.is_at("Reminding").look("reminding")
    run_jobs(server)
    manager.go("/manage/absentees?reminded=yes").look("absentees-reminded")
    expect(manager.main.get_by_role("checkbox")).to_have_count(1)
    manager.go("/manage/absentees?q=zzz").sees("Nobody is found with these filters")
    manager.look("absentees-empty")


def test_the_list_on_a_phone(enter: Enter, errand: Errands) -> None:
    errand("330000100001").start()
    manager = enter("zj_manage", "phone").go("/manage/absentees?draft=draft")
    manager.sees("330000100001").look("absentees-phone")
    manager.go("/manage/seasons")
    manager.main.get_by_role("link", name="浙江省注册会计师协会").click()
    manager.look("season-phone")
    manager.main.locator("#materials a").first.click()
    manager.look("season-materials-phone")


def test_an_auditor_reads_a_season_and_has_no_button(enter: Enter) -> None:
    auditor = enter("audit", "phone").go("/manage/seasons").look("seasons-auditor")
    auditor.main.get_by_role("link", name="浙江省注册会计师协会").click()
    assert auditor.main.get_by_role("button").count() == 0
    auditor.go("/manage/absentees").look("absentees-auditor")
    assert auditor.main.get_by_role("checkbox").count() == 0
