"""Drawn forms: every control has its label, hint and error; nothing needs scripts."""

from typing import Any

import pytest
from markupsafe import Markup

import forms
from tests.forms.documents import (
    bind,
    button,
    component,
    draw,
    environment,
    page,
    posted,
    text_of,
)

CHOICE = {"values": [{"value": "a", "label": "甲"}, {"value": "b", "label": "乙"}]}
EVERYTHING = [
    component("textfield", "name", description="如证件上所写", validate={"required": True}),
    component("textarea", "story"),
    component("number", "hours", properties={"format": "hours"}),
    component("checkbox", "agreed", validate={"required": True}),
    component("select", "region", properties={"list": "regions"}),
    component("radio", "sex", properties={"list": "sexes"}),
    component("checklist", "things", **CHOICE),
    component("datetime", "day", dateLabel="日期"),
    component(
        "dynamiclist",
        "schools",
        components=[component("textfield", "school", properties={"hint": "例如 中山大学"})],
        properties={"rowLabel": "学历"},
    ),
    component("filepicker", "proof", accept=".pdf"),
    {"type": "separator", "id": "line"},
]
FILE = {
    "slot": "proof",
    "id": "77",
    "name": "<证明>.pdf",
    "kind": "pdf",
    "size": 3 * 2**20,
    "sha256": "0" * 64,
}


def controls(tree: Any) -> list[Any]:
    return [
        each
        for each in tree.xpath("//input | //select | //textarea")
        if each.get("type") != "hidden"
    ]


@pytest.mark.parametrize("mode", ["edit", "read"])
def test_every_control_has_a_label_and_ids_are_unique(mode: forms.drawing.Mode) -> None:
    bound = bind(*EVERYTHING)
    errors = bound.read(posted(), outcome="send").errors
    tree = draw(bound, {"proof": [FILE]}, mode=mode, errors=errors, marking=mode == "read")
    ids = [each.get("id") for each in tree.xpath("//*[@id]")]
    assert len(ids) == len(set(ids))
    for control in controls(tree):
        labels = tree.xpath("//label[@for=$id]", id=control.get("id") or "?")
        assert labels or control.xpath("ancestor::label"), control.get("name")
    for described in tree.xpath("//*[@aria-describedby]"):
        for name in described.get("aria-describedby").split():
            assert name in ids


def test_no_script_no_style_no_handlers() -> None:
    tree = draw(bind(*EVERYTHING, button("ask", confirm="确定?")), {"proof": [FILE]})
    assert tree.xpath("//script | //style | //@style") == []
    assert [name for each in tree.iter() for name in each.attrib if name.startswith("on")] == []


def test_an_error_stands_at_its_field_and_leads_there_from_the_summary() -> None:
    bound = bind(*EVERYTHING)
    reading = bound.read(posted(schools__row="0", schools__0__school="x" * 201), outcome="send")
    tree = draw(bound, reading.values, errors=reading.errors)
    (summary,) = tree.xpath("//*[@role='alert']")
    links = {each.get("href"): text_of(each) for each in summary.xpath(".//a")}
    assert links == {
        "#field-name": "Fill in: 标签name.",
        "#field-agreed": "Tick the box to go on: 标签agreed.",
        "#field-schools-0-school": "标签school: Enter at most 200 characters.",
    }
    for link in links:
        (control,) = tree.xpath("//*[@id=$id]", id=link[1:])
        assert control.get("aria-invalid") == "true"
        assert f"{link[1:]}-error" in control.get("aria-describedby")


def test_what_people_type_is_only_ever_text() -> None:
    evil = '"><script>alert(1)</script>{{ 7 * 7 }}'
    bound = bind(*EVERYTHING, context={"evil": evil})
    values = {
        "name": evil,
        "story": evil,
        "region": evil,
        "hours": evil,
        "schools": [{"school": evil}],
    }
    for mode in ("edit", "read"):
        drawn = str(forms.draw(environment(), bound, bound.complete(values), mode=mode))
        assert "<script>" not in drawn
        assert "49" not in drawn


def test_a_label_speaks_of_the_context() -> None:
    bound = bind(
        component("checkbox", "agreed", label="{{year}}年度"), context={"year": "<b>2021</b>"}
    )
    (label,) = draw(bound).xpath("//label[input[@name='agreed']]")
    assert text_of(label) == "<b>2021</b>年度"


def test_english_texts_and_lists() -> None:
    english = {
        "example.name.label": "Full name",
        "example.sex.label": "Sex",
        "example.things.values.a": "Thing A",
        "example.schools.school.label": "School",
        "example.schools.rowLabel": "Education",
        "example.day.label": "Day",
        "example.button_send.label": "Send it",
    }
    words = text_of(draw(bind(*EVERYTHING, english=english, language="en")))
    for word in ("Full name", "Male", "Thing A", "School", "Education 1", "Day", "Send it"):
        assert word in words
    assert "乙" in words
    assert "Full name" not in text_of(draw(bind(*EVERYTHING, english=english)))


def test_regions_are_grouped_by_province() -> None:
    tree = draw(bind(*EVERYTHING), {"region": "440100"})
    (chosen,) = tree.xpath("//select[@name='region']//option[@selected]")
    assert (chosen.getparent().get("label"), text_of(chosen)) == ("广东省", "广州市")


def test_a_browser_is_told_what_is_typed() -> None:
    fields = {
        "mobile": ("tel", "tel", "tel"),
        "email": ("email", "email", "email"),
        "code": ("text", "numeric", "one-time-code"),
        "new_password": ("password", None, "new-password"),
    }
    tree = draw(
        bind(*[component("textfield", name, properties={"format": name}) for name in fields])
    )
    for name, told in fields.items():
        (control,) = tree.xpath("//input[@name=$name]", name=name)
        assert told == (control.get("type"), control.get("inputmode"), control.get("autocomplete"))


def test_secrets_are_never_drawn() -> None:
    bound = bind(component("textfield", "code", properties={"format": "code"}))
    assert "123456" not in str(forms.draw(environment(), bound, {"code": "123456"}))
    assert "code" not in str(forms.draw(environment(), bound, {"code": "123456"}, mode="read"))


def test_a_locked_field_has_no_control_and_is_covered() -> None:
    field = component("textfield", "number", properties={"locked": "true", "mask": "identity"})
    bound = bind(field, context={"number": "11010519491231002X"})
    covered = draw(bound)
    assert covered.xpath("//input[@name='number']") == []
    assert "1101051*****" in text_of(covered)
    assert "11010519491231002X" not in text_of(covered)
    assert "11010519491231002X" in text_of(draw(bound, reveal=True))


def test_the_primary_button_is_what_enter_presses() -> None:
    tree = draw(bind(*EVERYTHING))
    first = tree.xpath("//button")[0]
    assert (first.get("name"), first.get("value"), first.get("tabindex")) == (
        "outcome",
        "send",
        "-1",
    )


def test_a_question_is_asked_by_a_dialog_or_by_the_next_page() -> None:
    bound = bind(button("apply", confirm="确认要申请{{year}}年度年检吗"), context={"year": 2021})
    tree = draw(bound)
    (dialog,) = tree.xpath("//dialog")
    assert "确认要申请2021年度年检吗" in text_of(dialog)
    (opener,) = tree.xpath("//button[@data-opens=$id]", id=dialog.get("id"))
    assert opener.get("value") == "apply"
    asked = draw(bound, confirming="apply")
    (box,) = asked.xpath("//*[@aria-labelledby='asked']")
    assert [each.get("value") for each in box.xpath(".//button")] == ["cancel", "apply"]
    assert draw(bound, confirming="send").xpath("//*[@aria-labelledby='asked']") == []


def test_marks_stand_at_fields_and_files_and_are_listed_above() -> None:
    bound = bind(*EVERYTHING)
    marks = [forms.Mark("name", "同音字"), forms.Mark("proof.proof.77", "看不清")]
    tree = draw(bound, {"proof": [FILE]}, marks=marks)
    (mark,) = tree.xpath("//*[@id='field-name-mark']")
    assert "同音字" in text_of(mark)
    (mark,) = tree.xpath("//*[@id='field-proof-proof-mark']")
    assert "看不清" in text_of(mark)
    (listed,) = tree.xpath("//*[contains(@class, 'notice-returned')]")
    assert listed.xpath(".//a/@href") == ["#field-name", "#field-proof-proof"]


def test_files_are_listed_with_what_can_be_done_to_them() -> None:
    drawn = forms.draw(
        environment(),
        bind(*EVERYTHING),
        {"proof": [FILE]},
        file_address=lambda file: f"/files/{file['id']}",
    )
    tree = page(str(drawn))
    (link,) = tree.xpath("//a[@href='/files/77']")
    assert text_of(link).startswith("<证明>.pdf")
    actions = [each.get("value") for each in tree.xpath("//*[@data-slot]//button")]
    assert actions == ["replace_file:proof/77", "remove_file:proof/77", "upload:proof"]
    (field,) = tree.xpath("//input[@type='file']")
    assert (field.get("name"), field.get("accept")) == ("file.proof", ".pdf")
    assert "pdf, at most 5 MB each" in text_of(tree)
    assert text_of(tree).count("files in all.") == 1


def test_one_slot_can_be_drawn_alone() -> None:
    bound = bind(*EVERYTHING)
    slot = bound.find_slot("proof")
    assert slot is not None
    drawn = forms.draw_slot(environment(), bound, slot, [FILE], error="太大")  # type: ignore[list-item]
    assert "太大" in text_of(page(str(drawn)))
    assert "<证明>.pdf" in text_of(page(str(drawn)))


def test_answers_to_check_have_a_change_link_at_each_section() -> None:
    group = {
        "type": "group",
        "id": "group",
        "label": "个人信息",
        "components": [component("textfield", "name")],
    }
    bound = bind(group)
    link = draw(bound, {"name": "李雷"}, mode="read", change_address="/back")
    assert [text_of(each) for each in link.xpath("//a[@href='/back']")] == ["Change 个人信息"]
    assert [
        (text_of(each.getparent().find("dt")), text_of(each)) for each in link.xpath("//dd")
    ] == [("标签name", "李雷")]
    press = draw(bound, mode="read", change_outcome="change")
    assert press.xpath("//button/@value") == ["change"]
    assert draw(bound, mode="print", change_outcome="change").xpath("//button | //a") == []


def test_what_is_no_answer_is_said_and_what_is_left_out_is_left_out() -> None:
    bound = bind(
        component("textfield", "name"),
        component("textfield", "note", properties={"summary": "false"}),
    )
    words = text_of(draw(bound, {"note": "geheim"}, mode="read"))
    assert "Not given" in words
    assert "geheim" not in words


def test_changes_are_told_in_words() -> None:
    bound = bind(*EVERYTHING)
    old = bound.complete({"name": "甲", "schools": [{"school": "北大"}, {"school": "清华"}]})
    new = bound.complete({"name": "乙", "schools": [{"school": "北大"}], "proof": [FILE]})
    tree = draw(bound, new, mode="read", changes=forms.compare(bound, old, new))
    said = [text_of(each) for each in tree.xpath("//*[contains(@class, 'change')]")]
    words = " ".join(said)
    assert "Changed before: 甲 now:→ 乙" in words
    assert "学历 2 Removed 清华" in words
    assert "Added <证明>.pdf" in words


def test_a_field_that_a_panel_shows_is_drawn_only_without_the_panel() -> None:
    bound = bind(
        {"type": "text", "id": "block", "text": "", "properties": {"panel": "answers"}},
        component("number", "version", properties={"locked": "true", "shownBy": "answers"}),
        context={"version": 3},
    )
    for mode in ("edit", "read"):
        with_panel = draw(bound, mode=mode, panels={"answers": Markup("<p>甲</p>")})
        assert "标签version" not in text_of(with_panel)
        assert "标签version" in text_of(draw(bound, {"version": 3}, mode=mode))


def test_a_panel_is_drawn_from_its_data_and_is_not_there_without() -> None:
    panel = {"type": "text", "id": "block", "text": "不用", "properties": {"panel": "answers"}}
    bound = bind(panel)
    with_data = draw(bound, panels={"answers": [Markup("<p>甲</p>"), Markup("<p>乙</p>")]})
    assert [text_of(each) for each in with_data.xpath("//p")] == ["甲", "乙"]
    assert draw(bound).xpath("//p") == []
    assert text_of(draw(bound, panels={"answers": Markup("<b>丙</b>")})).startswith("按钮send 丙")


def test_several_forms_stand_on_one_page() -> None:
    bound = bind(component("textfield", "name"))
    tree = draw(bound, mode="read", marking=True, scope="first.")
    assert tree.xpath("//input[@name='mark']/@value") == ["first.name"]
    assert tree.xpath("//input[@name='comment.first.name']/@id") == ["field-first-name-comment"]


def test_marks_of_a_reviewer_are_read() -> None:
    bound = bind(*EVERYTHING)
    values = bound.complete({"proof": [FILE]})
    paths = list(forms.mark_paths(bound, values))
    assert {"name", "schools", "schools.0.school", "proof.proof", "proof.proof.77"} <= set(paths)
    submitted = posted(mark=["x.name", "x.nothing"], comment__x__name=" 改 ", comment__x__day="晚")
    assert forms.read_marks(submitted, paths, scope="x.") == (
        forms.Mark("name", "改"),
        forms.Mark("day", "晚"),
    )


def test_only_what_can_be_changed_can_be_marked() -> None:
    locked = component("textfield", "name", properties={"locked": "true"})
    bound = bind(locked, component("checkbox", "agreed"), component("textfield", "day"))
    values = bound.complete({"name": "蔡", "agreed": True, "day": "晚"})
    assert list(forms.mark_paths(bound, values)) == ["day"]
    tree = page(str(forms.draw(environment(), bound, values, mode="read", marking=True)))
    assert tree.xpath("//input[@name='mark']/@value") == ["day"]


def test_a_list_of_things_to_do() -> None:
    tasks = [
        {"title": "年检", "address": "/go", "status": "draft", "words": "草稿", "text": "到年底"},
        {"title": "注册", "address": "", "status": "passed", "words": "通过", "text": ""},
    ]
    tree = page(str(forms.draw_tasks(environment(), tasks)))
    assert [text_of(each) for each in tree.xpath("//li")] == ["年检 到年底 草稿", "注册 通过"]
    assert tree.xpath("//a/@href") == ["/go"]


def test_problems_without_a_form() -> None:
    tree = page(str(forms.draw_errors(environment(), [("", "整个不行"), ("a", "这里")])))
    assert [text_of(each) for each in tree.xpath("//li")] == ["整个不行", "这里"]
