"""Messages in an association's own words: previewed, kept, inherited again, refused."""

import pytest
from flask import Flask

from tests.web.conftest import Page, Visitor
from tests.web.offices import staff
from web.manage.text_values import VALUES
from workflows.shared.message_texts import names_of
from workflows.shared.templates import all_texts

PAGE = "/manage/texts/application_approved.inspection"


def press(visitor: Visitor, action: str, **typed: str) -> Page:
    values = visitor.open(PAGE).values(PAGE)
    values["action"] = action
    for name, text in typed.items():
        values[name] = text
    return visitor.send(PAGE, values)


def test_words_are_previewed_kept_and_taken_back(app: Flask) -> None:
    manager = staff(app, "zj_manage")
    shown = press(manager, "preview", text="$name，恭喜！<b>粗</b>")
    assert "张三，恭喜！<b>粗</b>" in shown.html.get_element_by_id("preview").text_content()
    assert "恭喜" not in manager.open(PAGE).text

    kept = press(manager, "keep", text="$name，恭喜！")
    assert "Own words" in kept.text
    assert "Messages are sent in these words" in kept.text
    assert "恭喜" not in staff(app, "gd_manage").open(PAGE).text
    assert "As shipped" in press(manager, "reset").text


def test_words_that_name_what_is_not_there_are_refused(app: Flask) -> None:
    manager = staff(app, "zj_manage")
    assert "$salary is not a value" in press(manager, "keep", text="$salary").text
    assert press(manager, "keep", text="100 $ ").status == 422
    assert press(manager, "keep", title="").status == 422
    assert manager.open("/manage/texts/nothing").status == 404


def test_only_the_associations_managers_change_words(app: Flask) -> None:
    values = staff(app, "zj_manage").open(PAGE).values(PAGE)
    values["action"], values["text"] = "keep", "外人写的"
    auditor = staff(app, "audit")
    values["csrf_token"] = (b"s" * 32).hex()
    assert auditor.open("/manage/texts").status == 200
    assert auditor.send(PAGE, values).status == 403
    assert staff(app, "gd_manage").send(PAGE, values).status == 404
    assert staff(app, "zj_review").send(PAGE, values).status == 404


def test_a_text_message_says_the_title_or_words_of_its_own(app: Flask) -> None:
    manager = staff(app, "zj_manage")
    shown = press(manager, "preview").html.xpath("//*[@class='text-message']")
    assert [each.text_content() for each in shown] == [
        "2026年度年检通过",
        "Your inspection for 2026 has passed",
    ]
    press(manager, "keep", sms="恭喜：$year年度年检已通过", sms_en="Passed: $year")
    kept = manager.open(PAGE).html.xpath("//*[@class='text-message']")
    assert [each.text_content() for each in kept] == ["恭喜：2026年度年检已通过", "Passed: 2026"]
    assert "by: Official account, Text message, Mail" in manager.open(PAGE).text


def test_words_that_do_not_fit_into_a_text_message_are_refused(app: Flask) -> None:
    manager = staff(app, "zj_manage")
    assert "one line of at most 60" in press(manager, "keep", sms="长" * 61).text
    assert press(manager, "keep", sms="一\n二").status == 422
    assert press(manager, "keep", sms="$salary").status == 422


def test_a_message_that_costs_no_text_message_has_no_words_for_one(app: Flask) -> None:
    page = staff(app, "zj_manage").open("/manage/texts/not_applied_yet")
    assert not page.html.xpath("//*[@name='sms']")
    assert "by: Official account, Mail" in page.text


@pytest.mark.parametrize("template", sorted(all_texts()))
def test_every_value_of_a_message_has_a_meaning_and_an_example(template: str) -> None:
    assert [name for name in names_of(template) if name not in VALUES] == []
