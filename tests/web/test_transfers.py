"""The pages of imports and exports: for whom they are, what they take, what they give."""

import io
import zipfile
from uuid import UUID

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.web.conftest import Page, Visitor, run_jobs, together
from tests.web.offices import TOKEN, staff
from tests.workflows.office import account
from tests.workflows.tables import Rows, make_book
from workflows.register.transfers.staging import RegisterImport, path_of
from workflows.shared.accounts import StaffDuty, give_duty
from workflows.shared.register import Member

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEMBER = "330000100001"
ROWS: Rows = [("会员编号", "姓名", "工作单位"), (MEMBER, None, "演示新单位")]
KEY = UUID(int=7)


@pytest.fixture
def manager(app: Flask) -> Visitor:
    """A manager of Zhejiang."""
    return staff(app, "zj_manage")


def send(
    who: Visitor,
    rows: Rows | bytes,
    *,
    kind: str = "members",
    key: UUID = KEY,
    name: str = "表.xlsx",
) -> Page:
    """Send a table."""
    content = rows if isinstance(rows, bytes) else make_book(rows).getvalue()
    said = {**TOKEN, "key": str(key), "table": (io.BytesIO(content), name)}
    return Page(
        who.client.post(
            f"/register/transfers/{kind}", data=said, content_type="multipart/form-data"
        )
    )


def address(key: UUID = KEY, end: str = "") -> str:
    """Where an import is."""
    return f"/register/transfers/imports/{key}{end}"


def employer(app: Flask) -> str:
    """Where the member works, says the register."""
    with app.extensions["engine"].database.read() as session:
        return session.scalars(select(Member.employer).where(Member.number == MEMBER)).one()


def count_imports(app: Flask) -> int:
    """How many imports there are."""
    with app.extensions["engine"].database.read() as session:
        return session.scalar(select(func.count()).select_from(RegisterImport)) or 0


def test_a_table_goes_from_its_file_to_its_result(app: Flask, manager: Visitor) -> None:
    assert send(manager, ROWS).status == 302
    assert "hx-get" in manager.client.get(address()).text
    run_jobs(app)
    assert "演示新单位" in manager.client.get(address()).text
    assert employer(app) != "演示新单位"
    said = {**TOKEN, "reason": "年度核对"}
    for _ in range(2):
        assert manager.client.post(address(end="/confirm"), data=said).status_code == 302
    run_jobs(app)
    assert employer(app) == "演示新单位"
    sent = manager.client.get(address(end="/result.xlsx"), buffered=True)
    assert (sent.status_code, sent.mimetype) == (200, XLSX)
    book = openpyxl.load_workbook(io.BytesIO(sent.get_data()))
    assert MEMBER in [cell.value for cell in book.worksheets[2][2]]


def test_a_result_speaks_one_language_to_its_last_row(app: Flask, manager: Visitor) -> None:
    send(manager, [("会员编号", "姓名", "手机号码"), (MEMBER, None, "12345")])
    run_jobs(app)
    manager.client.set_cookie("huiji_language", "zh")
    sent = manager.client.get(address(end="/result.xlsx"), buffered=True)
    book = openpyxl.load_workbook(io.BytesIO(sent.get_data()))
    assert book.sheetnames == ["导入结果", "错误行", "修改", "新增"]
    (row,) = book["错误行"].iter_rows(min_row=2, values_only=True)
    assert (row[1], row[4]) == ("手机号码", "这不是手机号码。")


@pytest.mark.parametrize(
    ("login", "kinds"),
    [
        ("zj_manage", {"members", "firms", "fees", "hours"}),
        ("zj_fees", {"fees"}),
        ("zj_training", {"hours"}),
        ("zj_review", set()),
        ("audit", set()),
        ("zj_help", set()),
    ],
)
def test_each_duty_has_its_tables(app: Flask, login: str, kinds: set[str]) -> None:
    who = staff(app, login)
    assert who.client.get("/register/transfers").status_code == (200 if kinds else 404)
    for kind in ("members", "firms", "fees", "hours", "nothing"):
        expected = 200 if kind in kinds else 404
        assert who.client.get(f"/register/transfers/{kind}").status_code == expected
        template = who.client.get(f"/register/transfers/{kind}/template.xlsx", buffered=True)
        assert template.status_code == expected
        given = who.client.post(f"/register/transfers/{kind}/export", data=TOKEN, buffered=True)
        assert given.status_code == expected
        if kind not in kinds:
            assert send(who, ROWS, kind=kind, key=UUID(int=9)).status == 404
    assert count_imports(app) == 0


def test_who_lost_the_duty_for_a_table_looks_at_no_import_of_it(
    app: Flask, manager: Visitor
) -> None:
    send(manager, ROWS)
    run_jobs(app)
    assert manager.client.get(address()).status_code == 200
    with app.extensions["engine"].database.transaction() as session:
        own = account(session, "zj_manage").id
        duties = select(StaffDuty).where(StaffDuty.account_id == own)
        found = session.scalars(duties).all()
        give_duty(session, account_id=own, association_id=found[0].association_id, duty="fees")
        for each in found:
            if each.duty != "fees":
                session.delete(each)
    for end in ("", "/result.xlsx"):
        assert manager.client.get(address(end=end), buffered=True).status_code == 404
    for end in ("/confirm", "/again", "/discard"):
        said = {**TOKEN, "reason": "年度核对"}
        assert manager.client.post(address(end=end), data=said).status_code == 404
    assert "表.xlsx" not in manager.client.get("/register/transfers").text
    assert employer(app) != "演示新单位"


def test_who_keeps_the_duty_elsewhere_looks_at_no_import_of_the_former_region(
    app: Flask, manager: Visitor
) -> None:
    send(manager, ROWS)
    run_jobs(app)
    with app.extensions["engine"].database.transaction() as session:
        own = account(session, "zj_manage").id
        elsewhere = account(session, "gz_manage").id
        found = session.scalars(select(StaffDuty).where(StaffDuty.account_id == elsewhere)).first()
        assert found is not None
        for each in session.scalars(select(StaffDuty).where(StaffDuty.account_id == own)):
            session.delete(each)
        give_duty(session, account_id=own, association_id=found.association_id, duty="manage")
    for end in ("", "/result.xlsx"):
        assert manager.client.get(address(end=end), buffered=True).status_code == 404
    for end in ("/confirm", "/again", "/discard"):
        said = {**TOKEN, "reason": "年度核对"}
        assert manager.client.post(address(end=end), data=said).status_code == 404
    assert send(manager, ROWS).status == 404
    for path in ("/register/transfers", "/register/transfers/members"):
        assert "表.xlsx" not in manager.client.get(path).text
    assert employer(app) != "演示新单位"


def test_an_import_is_only_its_senders(app: Flask, manager: Visitor) -> None:
    send(manager, ROWS)
    run_jobs(app)
    other = staff(app, "zj_manage2")
    for end in ("", "/result.xlsx"):
        assert other.client.get(address(end=end)).status_code == 404
    for end in ("/confirm", "/again", "/discard"):
        said = {**TOKEN, "reason": "核对"}
        assert other.client.post(address(end=end), data=said).status_code == 404
    assert send(other, ROWS).status == 404
    assert count_imports(app) == 1


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "表.xlsx"),
        (b"no workbook", "表.xlsx"),
        (b"%PDF-1.7", "表.xlsx"),
        (make_book(ROWS).getvalue(), "表.csv"),
    ],
)
def test_a_file_that_is_no_workbook_is_refused_with_a_sentence(
    app: Flask, manager: Visitor, content: bytes, name: str
) -> None:
    page = send(manager, content, name=name)
    assert page.status == 422
    assert page.html.xpath("//*[@class='error-summary']//a")
    assert count_imports(app) == 0


def test_a_broken_workbook_is_refused_when_it_is_read(app: Flask, manager: Visitor) -> None:
    broken = io.BytesIO()
    with zipfile.ZipFile(make_book(ROWS)) as whole, zipfile.ZipFile(broken, "w") as made:
        for name in whole.namelist():
            content = whole.read(name)
            made.writestr(name, content[:-20] if "sheet1" in name else content)
    send(manager, broken.getvalue())
    run_jobs(app)
    page = manager.open(address())
    assert page.status == 200
    assert page.html.xpath("//*[contains(@class, 'notice-warning')]")


def test_nothing_is_confirmed_without_a_reason(app: Flask, manager: Visitor) -> None:
    send(manager, ROWS)
    run_jobs(app)
    refused = manager.client.post(address(end="/confirm"), data=TOKEN)
    assert refused.status_code == 422
    assert 'id="reason-problem"' in refused.text


def test_what_is_thrown_away_is_gone(app: Flask, manager: Visitor) -> None:
    send(manager, ROWS)
    run_jobs(app)
    manager.client.post(address(end="/discard"), data=TOKEN)
    assert manager.client.get(address()).status_code == 404
    assert not path_of(app.extensions["engine"], KEY).exists()


def test_the_same_page_sent_twice_at_once_is_one_import(app: Flask, manager: Visitor) -> None:
    other = staff(app, "zj_manage")
    pages = together(app, lambda: send(manager, ROWS), lambda: send(other, ROWS))
    assert {each.status for each in pages} == {302}
    assert count_imports(app) == 1


def test_nobody_has_more_than_three_under_way(app: Flask, manager: Visitor) -> None:
    found = [send(manager, ROWS, key=UUID(int=each)).status for each in range(1, 5)]
    assert found == [302, 302, 302, 422]


def test_data_in_full_need_a_reason(app: Flask, manager: Visitor) -> None:
    said = {**TOKEN, "in_full": "on"}
    refused = manager.client.post("/register/transfers/members/export", data=said)
    assert refused.status_code == 422
    given = manager.client.post(
        "/register/transfers/members/export", data={**said, "reason": "换届"}, buffered=True
    )
    assert (given.status_code, given.mimetype) == (200, XLSX)
    sheet = openpyxl.load_workbook(io.BytesIO(given.get_data())).worksheets[0]
    assert MEMBER in [row[0] for row in sheet.iter_rows(values_only=True)]
    assert "*" not in str([list(row) for row in sheet.iter_rows(values_only=True)])
