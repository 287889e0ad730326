"""Tables for the register: sent, looked through, confirmed, with a result to take away."""

from pathlib import Path

import openpyxl
from playwright.sync_api import expect

from engine.jobs import Worker
from tests.browser.conftest import Enter, Server
from tests.workflows.tables import Rows, make_book
from workflows.register.transfers.staging import QUEUE

ZJ = "浙江省注册会计师协会"
HEADS = ("会员编号", "姓名", "所属注协", "证件类型", "证件号码", "手机号码", "工作单位")
ROWS: Rows = [
    HEADS,
    (
        "330055500001",
        "诸葛明远",
        "浙江省注册会计师协会",
        "护照",
        "E12345678",
        "15400010001",
        "演示医院",
    ),
    (
        "330055500002",
        "夏侯晓燕",
        "浙江省注册会计师协会",
        "居民身份证",
        "330102198005060011",
        None,
        None,
    ),
    ("330000100001", None, None, None, None, None, "演示（浙江）智能装备制造股份有限公司"),
]


def work(server: Server) -> None:
    """Do what waits of imports."""
    Worker(server.app.extensions["engine"]).run_due(queue=QUEUE)


def test_a_table_is_looked_through_confirmed_and_taken_over(
    enter: Enter, server: Server, tmp_path: Path
) -> None:
    table = tmp_path / "二〇二二年度浙江省注册会计师协会会员信息核对表（第三批，含新入会人员）.xlsx"
    table.write_bytes(make_book(ROWS).getvalue())
    manager = enter("zj_manage").go("/register/transfers").is_at("Import and export")
    manager.look("transfers")
    manager.page.locator(".transfer-kinds a").first.click()
    manager.is_at("Members").look("transfer")
    page = manager.page
    page.get_by_label(manager.say("Table to import (xlsx)")).set_input_files(table)
    manager.press("Look through it")
    expect(page.locator("#import progress")).to_be_visible()
    manager.look("import-reading")
    work(server)
    # The page finds out by itself.
    expect(page.locator(".attendance-tally dd")).to_have_text(["1", "1", "0", "1"])
    manager.look("import-ready")
    page.locator(".transfer-parts a").last.click()
    expect(page.locator(".transfer-fields ins")).to_have_text(
        "演示（浙江）智能装备制造股份有限公司"
    )
    manager.look("import-changed")
    page.locator("#reason").fill("年度核对")
    page.locator(".btn-primary").click()
    # Wrong lines are left out by nobody who has not said so.
    expect(page.locator(".error-summary")).to_be_visible()
    manager.look("import-refused")
    page.locator("[name=without_wrong]").check()
    page.locator("main .btn-primary").click()
    expect(page.locator("#import progress")).to_be_visible()
    work(server)
    expect(page.locator(".notice-success")).to_be_visible()
    manager.look("import-applied")
    with page.expect_download() as taken:
        manager.link("Result (xlsx)").click()
    with taken.value.path().open("rb") as content:
        book = openpyxl.load_workbook(content)
    assert [sheet.max_row for sheet in book.worksheets[1:]] == [2, 2, 2]


def test_a_table_is_sent_on_a_phone_without_scripts(
    enter: Enter, server: Server, tmp_path: Path
) -> None:
    table = tmp_path / "fees.xlsx"
    rows = [("会员编号", "年度", "缴费状态", "金额（元）"), ("330000100001", 2019, "已缴费", 100)]
    table.write_bytes(make_book(rows).getvalue())
    clerk = enter("zj_fees", "phone", javascript=False).go("/register/transfers/fees")
    page = clerk.page
    page.get_by_label(clerk.say("Table to import (xlsx)")).set_input_files(table)
    clerk.press("Look through it")
    work(server)
    page.locator("noscript a").click()
    expect(page.locator(".attendance-tally dd")).to_have_text(["1", "0", "0", "0"])
    page.locator("#reason").fill("历史缴费补录")
    page.locator("main .btn-primary").click()
    work(server)
    page.locator("noscript a").click()
    expect(page.locator(".notice-success")).to_be_visible()
