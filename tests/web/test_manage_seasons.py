"""Managing seasons without scripts: looked at, changed with open eyes, copied, kept from others."""

from io import BytesIO

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from tests.web.conftest import Page, Visitor, run_jobs
from tests.web.offices import READY, TOKEN, say, staff
from tests.workflows.walking import Walk
from workflows.shared.associations import Association
from workflows.shared.edits import Edit
from workflows.shared.register import find_member_by_number
from workflows.shared.seasons import Season, list_slots

ZHEJIANG = "330000"


def season_of(app: Flask, code: str = ZHEJIANG) -> Season:
    """The demo's season of an association."""
    with app.extensions["engine"].database.read() as session:
        return session.scalars(
            select(Season).join(Association).where(Association.code == code)
        ).one()


def address(app: Flask, section: str = "", code: str = ZHEJIANG) -> str:
    """Where a season, or a section of it, is."""
    return "/".join(filter(None, ["/manage/seasons", str(season_of(app, code).id), section]))


def go_on(visitor: Visitor, page: Page, **typed: str) -> Page:
    """Type into the form on the page and send it."""
    values = page.values()
    for name, value in typed.items():
        values.setlist(name.replace("__", "-"), [value])
    return visitor.send(page.form().get("action"), values)


def test_a_manager_finds_every_season_of_his_associations(app: Flask) -> None:
    page = staff(app, "zj_manage").open("/manage")
    assert page.path == "/manage/seasons"
    assert "Zhejiang Institute" in page.text
    assert "Guangzhou" not in page.text
    assert "Open now" in page.text


def test_a_season_shows_all_that_it_says(app: Flask) -> None:
    page = staff(app, "zj_manage").open(address(app))
    for words in (
        "31 December 2022",
        "40.00",
        "100.00",
        "出国（境）",
        "暂缓证明材料",
        "decision table",
    ):
        assert words in page.text
    assert "What was due has arrived" in page.text
    assert "Old enough: nothing is asked, what was earned counts" in page.text


def test_what_a_change_touches_is_shown_before_it_is_saved(app: Flask) -> None:
    manager = staff(app, "zj_manage")
    Walk(app.extensions["engine"], READY).start()
    page = go_on(manager, manager.open(address(app, "window")), closes_date="2022-10-31")
    assert page.status == 200
    assert "earlier than" in page.text
    assert "31 October 2022" in page.text
    assert season_of(app).closes_date.isoformat() == "2022-12-31"
    refused = go_on(manager, page, reason=" ")
    assert refused.status == 422
    assert "Say why" in refused.text
    saved = go_on(manager, refused, reason="The platform moves in November.")
    assert "The season was changed." in saved.text
    assert "The platform moves in November." in saved.text
    season = season_of(app)
    assert (season.closes_date.isoformat(), season.version) == ("2022-10-31", 2)


@pytest.mark.parametrize(
    ("section", "typed", "field", "sentence"),
    [
        ("window", {"closes_date": "2022-06-01"}, "closes_date", "not close before it opens"),
        ("window", {"opens_date": "gestern"}, "opens_date", "a date such as"),
        ("window", {"cut_off_date": "2022-12-01"}, "cut_off_date", "before the window opens"),
        ("window", {"hours_until_date": "2020-02-01"}, "hours_until_date", "is not before"),
        ("hours", {"hours_required": "40.005"}, "hours_required", "at most two decimals"),
        ("hours", {"hours_required": "NaN"}, "hours_required", "a number from 0"),
        ("hours", {"hours_required_joined_late": "41"}, "hours_required_joined_late", "not asked"),
        ("hours", {"late_joining_day": "31", "late_joining_month": "2"}, "late_joining_day", "day"),
        ("hours", {"learning_url": "javascript:alert(1)"}, "learning_url", "begins with https"),
        ("fee", {"fee_yearly": "-1"}, "fee_yearly", "a number from 0"),
        ("review", {"reminder_days": "30, x"}, "reminder_days", "whole number"),
        ("review", {"review_levels": "3"}, "review_levels", "Choose"),
        ("materials", {"slots__0__megabytes": "51"}, "slots-0-megabytes", "from 1 to 50"),
        ("materials", {"slots__0__label": ""}, "slots-0-label", "Enter"),
        ("grounds", {"deferral_grounds-count": "0"}, "deferral_grounds", "from 1 to 20 rows"),
        (
            "grounds",
            {"deferral_grounds__1__label": "出国（境）"},
            "deferral_grounds-1-label",
            "twice",
        ),
        ("commitment_inspection", {"text": ""}, "text", "Enter"),
    ],
)
def test_a_wrong_value_gets_a_sentence_at_its_field(
    app: Flask, section: str, typed: dict[str, str], field: str, sentence: str
) -> None:
    manager = staff(app, "zj_manage")
    page = go_on(manager, manager.open(address(app, section)), **typed)
    assert page.status == 422
    (said,) = page.html.xpath(f"//a[@href='#{field}']")
    assert sentence in say(said)
    assert page.html.xpath(f"//*[@id='{field}']")
    assert season_of(app).version == 1


def test_rows_are_added_moved_and_removed_without_scripts(app: Flask) -> None:
    manager = staff(app, "zj_manage")
    page = manager.open(address(app, "materials"))
    page = go_on(manager, page, action="add:slots")
    page = go_on(
        manager,
        page,
        slots__2__label="身份证明",
        slots__2__kind="inspection",
        slots__2__megabytes="5",
        slots__2__required="1",
        action="up:slots:2",
    )
    page = go_on(manager, page, action="remove:slots:0")
    page = go_on(manager, page)
    assert "身份证明" in page.text
    go_on(manager, page, reason="Proof of identity is asked for.")
    with app.extensions["engine"].database.read() as session:
        found = list_slots(session, season_id=season_of(app).id, kind="inspection")
        assert [(each.label, each.required) for each in found] == [("身份证明", True)]


def test_a_page_with_the_whole_form_is_sent_twice_and_saved_once(app: Flask) -> None:
    manager = staff(app, "zj_manage")
    page = go_on(manager, manager.open(address(app, "grounds")), action="add:deferral_grounds")
    page = go_on(manager, page, deferral_grounds__4__label="参军")
    for _time in range(2):
        again = go_on(manager, page, reason="The association recognises it.")
        assert "The season was changed." in again.text
    with app.extensions["engine"].database.read() as session:
        assert len(session.scalars(select(Edit)).all()) == 1
    assert season_of(app).deferral_grounds[-1] == {
        "value": "ground_1",
        "label": "参军",
        "label_en": "",
    }


def test_what_somebody_else_saved_meanwhile_is_shown_and_kept(app: Flask) -> None:
    first, second = staff(app, "zj_manage"), staff(app, "admin")
    early = first.open(address(app, "review"))
    page = go_on(second, second.open(address(app, "review")), review_working_days="8")
    go_on(second, page, reason="Fewer people in summer.")
    conflict = go_on(first, early, resubmission_days="20")
    assert conflict.status == 409
    assert "Somebody else changed this season meanwhile" in conflict.text
    assert "Fewer people in summer." in conflict.text
    values = conflict.values()
    assert (values["review_working_days"], values["resubmission_days"]) == ("8", "20")
    go_on(first, go_on(first, conflict), reason="More time.")
    season = season_of(app)
    assert (season.review_working_days, season.resubmission_days) == (8, 20)


def test_a_change_saved_after_somebody_elses_is_not_saved(app: Flask) -> None:
    first, second = staff(app, "zj_manage"), staff(app, "admin")
    shown = go_on(first, first.open(address(app, "fee")), fee_yearly="120")
    other = go_on(second, second.open(address(app, "fee")), fee_yearly="80")
    go_on(second, other, reason="Decided in June.")
    refused = go_on(first, shown, reason="Decided in May.")
    assert refused.status == 409
    assert season_of(app).fee_yearly == 8000


def test_a_new_commitment_is_a_new_version_and_the_old_one_is_kept(app: Flask) -> None:
    manager = staff(app, "zj_manage")
    page = go_on(manager, manager.open(address(app, "commitment_inspection")), text="新的承诺。")
    assert "As members will read it" in page.text
    saved = go_on(manager, page, reason="Worded anew.")
    assert "2 versions" in saved.text
    assert "如有不实，本人愿意承担相应责任" in saved.text


def test_next_years_season_is_a_copy_a_year_later_and_made_once(app: Flask) -> None:
    manager = staff(app, "zj_manage")
    values: MultiDict[str, str] = MultiDict(TOKEN)
    page = manager.send(f"{address(app)}/next", values)
    assert "Season 2022" in page.text
    assert "31 December 2023" in page.text
    assert "暂缓证明材料" in page.text
    again = manager.send("/manage/seasons/" + page.path.split("/")[-1] + "/next", values)
    assert "Season 2023" in again.text


@pytest.mark.parametrize("login", ["zj_review", "zj_fees"])
def test_the_place_is_not_there_for_who_has_no_duty_for_it(app: Flask, login: str) -> None:
    visitor = staff(app, login)
    assert visitor.open("/manage/seasons").status == 404
    assert visitor.open(address(app)).status == 404
    assert "Management" not in visitor.open("/inbox").links()


def test_the_auditor_reads_everything_and_finds_no_button(app: Flask) -> None:
    auditor = staff(app, "audit")
    for path in ("/manage/seasons", address(app), "/manage/absentees"):
        page = auditor.open(path)
        assert page.status == 200
        assert not page.html.xpath("//main//button[not(ancestor::form[@method='get'])]")
    assert auditor.open(address(app, "window")).status == 403
    values: MultiDict[str, str] = MultiDict(TOKEN)
    assert auditor.send(f"{address(app)}/next", values).status == 403
    assert auditor.send(f"{address(app, 'window')}/save", values).status == 403
    remind = MultiDict({**TOKEN, "whom": "all"})
    assert auditor.send("/manage/absentees/remind", remind).status == 403


def test_another_associations_season_is_not_there(app: Flask) -> None:
    manager = staff(app, "zj_manage")
    for section in ("", "window"):
        assert manager.open(address(app, section, code="440000")).status == 404
    season_id = season_of(app, "440000").id
    assert manager.open(f"/manage/absentees?season={season_id}").status == 404


def test_the_list_of_who_has_not_applied_is_taken_away_as_texts(app: Flask) -> None:
    with app.extensions["engine"].database.transaction() as session:
        member = find_member_by_number(session, READY)
        assert member is not None
        member.name = "=HYPERLINK(1)"
    manager = staff(app, "zj_manage")
    answer = manager.client.get("/manage/absentees.xlsx?q=330000100", buffered=True)
    assert answer.mimetype.endswith("spreadsheetml.sheet")
    sheet = load_workbook(BytesIO(answer.data)).active
    assert sheet is not None
    heads, first, *others = sheet.iter_rows()
    assert [each.value for each in heads][:2] == ["Name", "Member number"]
    assert (first[0].value, first[0].data_type, first[1].value) == ("=HYPERLINK(1)", "s", READY)
    assert all(str(each[1].value).startswith("330000100") for each in others)


def test_a_manager_reminds_what_the_filters_show(app: Flask) -> None:
    manager = staff(app, "zj_manage")
    page = manager.open(f"/manage/absentees?q={READY}")
    assert "1 member found" in page.text
    for _time in range(2):
        values = page.values("/manage/absentees/remind")
        values["whom"] = "all"
        sent = manager.send("/manage/absentees/remind", values)
        assert "0 of 1" in sent.text
    run_jobs(app)
    assert "1 member reminded" in manager.open(sent.path).text
    assert "1 member found" in manager.open("/manage/absentees?reminded=yes").text
    other = staff(app, "gd_manage")
    assert other.open(sent.path).status == 404


def test_reminding_nobody_is_refused_with_a_sentence(app: Flask) -> None:
    manager = staff(app, "zj_manage")
    values = manager.open("/manage/absentees").values("/manage/absentees/remind")
    values["whom"] = "ticked"
    assert "There is nobody to remind." in manager.send("/manage/absentees/remind", values).text


@pytest.mark.parametrize(
    "query", ["season=x", "office=99", "after=-1", "draft=?", "q=%25", "after=9e9"]
)
def test_addresses_that_make_no_sense_are_answered(app: Flask, query: str) -> None:
    assert staff(app, "zj_manage").open(f"/manage/absentees?{query}").status == 200
