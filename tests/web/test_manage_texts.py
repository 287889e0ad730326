"""Messages in an association's own words: previewed, kept, inherited again, refused."""

from flask import Flask

from tests.web.conftest import Page, Visitor
from tests.web.offices import staff

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
