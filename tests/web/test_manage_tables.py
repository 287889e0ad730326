"""The decision tables that are at work, in words."""

import pytest
from flask import Flask

from tests.web.conftest import READY, Visitor
from tests.web.offices import say, staff


def test_every_table_at_work_can_be_read_in_both_languages(app: Flask) -> None:
    manager = staff(app, "zj_manage")
    page = manager.open("/manage/decision-tables")
    for words in (
        "Hours of a year",
        "Hours of an inspection",
        "Limits of hours for output",
        "Membership fee",
        "Joined in that year, after the date of the settings",
        ">= year_facts.free_age",
        "Professional papers published",
        "release 1",
    ):
        assert words in page.text, words
    cells = {say(each) for each in page.html.xpath("//main//tbody/tr/td[not(@class='title')]")}
    assert cells >= {"Yes", "No", "paper", "elsewhere", "any"}
    assert not cells & {"true", "false", '"paper"'}
    assert page.links()["Decision tables"] == "/manage/decision-tables"
    manager.client.set_cookie("huiji_language", "zh")
    chinese = manager.open("/manage/decision-tables")
    for words in ("一个年度的学时", "达到免学时年龄", "产出法形式学时上限", "缴费情况"):
        assert words in chinese.text, words


def test_who_may_read_processes_is_led_from_a_table_to_its_process(app: Flask) -> None:
    links = staff(app, "admin").open("/manage/decision-tables").links()
    assert links["To the processes"] == "/studio/"
    assert "/studio/processes/inspection" in links.values()
    links = staff(app, "zj_manage").open("/manage/decision-tables").links()
    assert not [each for each in links.values() if each.startswith("/studio")]


@pytest.mark.parametrize("login", ["zj_review", "zj_training"])
def test_who_manages_nothing_has_no_such_page(app: Flask, login: str) -> None:
    assert staff(app, login).open("/manage/decision-tables").status == 404


def test_a_member_has_no_such_page(app: Flask) -> None:
    member = Visitor(app)
    member.enter(READY)
    assert member.open("/manage/decision-tables").status == 404
