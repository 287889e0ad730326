"""What differs between two states of a process, in words."""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from workflows.studio.differences import (
    Change,
    Difference,
    Setting,
    Vocabulary,
    describe_differences,
    differences_of,
)
from workflows.studio.english import KINDS

ROOT = Path(__file__).parents[3]
DIAGRAM = "bpmn/output_hours/output_hours.bpmn"
TABLE = "bpmn/output_hours/limits.dmn"
FORM = "forms/output_hours/state_output.form"
ENGLISH = "bpmn/output_hours/output_hours.en.json"

Edit = Callable[[str], str]


@pytest.fixture
def shipped() -> dict[str, bytes]:
    return documents_of("output_hours")


def documents_of(process_id: str) -> dict[str, bytes]:
    files = [*(ROOT / "bpmn" / process_id).iterdir(), *(ROOT / "forms" / process_id).iterdir()]
    return {each.relative_to(ROOT).as_posix(): each.read_bytes() for each in files}


def compare(
    old: dict[str, bytes], path: str, edit: Edit, vocabulary: Vocabulary | None = None
) -> list[Change]:
    """What is said of one document that was edited."""
    new = {**old, path: edit(old[path].decode()).encode()}
    assert new != old, "the edit did nothing"
    (found,) = describe_differences("output_hours", old, new, vocabulary or Vocabulary())
    assert (found.path, found.kind, found.more) == (path, "changed", 0)
    return list(found.changes)


def replace(old: str, new: str, count: int = -1) -> Edit:
    return lambda text: text.replace(old, new, count)


def said(change: Change) -> tuple[str, str, list[tuple[str, str, str]]]:
    details = [(each.label, each.before, each.after) for each in change.details]
    return change.kind, change.thing, details


@pytest.mark.parametrize("process_id", [path.name for path in (ROOT / "bpmn").iterdir()])
def test_a_process_is_the_same_as_itself(process_id: str) -> None:
    documents = documents_of(process_id)
    assert describe_differences(process_id, documents, dict(documents), Vocabulary()) == []


def test_documents_that_came_went_or_changed_are_named_diagram_first(
    shipped: dict[str, bytes],
) -> None:
    new = {**shipped, "forms/output_hours/new.form": b"{}", DIAGRAM: shipped[DIAGRAM] + b"\n"}
    del new[TABLE]
    assert differences_of(shipped, new) == [
        Difference(DIAGRAM, "changed"),
        Difference(TABLE, "removed"),
        Difference("forms/output_hours/new.form", "added"),
    ]


def test_a_renamed_step_given_to_others_is_one_change(shipped: dict[str, bytes]) -> None:
    def edit(text: str) -> str:
        text = text.replace('name="核定学时"', 'name="审核"')
        return text.replace('candidateGroups="training"', 'candidateGroups="review"')

    assert [said(each) for each in compare(shipped, DIAGRAM, edit)] == [
        (
            "changed",
            "Step of a person “审核”",
            [("Name of the element", "核定学时", "审核"), ("Who does it", "Training", "Review")],
        )
    ]


def test_an_added_step_is_said_with_what_it_comes_after(shipped: dict[str, bytes]) -> None:
    def edit(text: str) -> str:
        text = text.replace(
            '<bpmn:serviceTask id="tell_refused"',
            '<bpmn:userTask id="check_again" name="复核"><bpmn:extensionElements>'
            '<zeebe:formDefinition formId="state_output"/></bpmn:extensionElements>'
            "</bpmn:userTask>"
            '<bpmn:sequenceFlow id="one" sourceRef="credit" targetRef="check_again"/>'
            '<bpmn:serviceTask id="tell_refused"',
        )
        return text.replace(
            "<bpmn:flowNodeRef>credit<",
            "<bpmn:flowNodeRef>check_again</bpmn:flowNodeRef><bpmn:flowNodeRef>credit<",
        )

    (added,) = compare(shipped, DIAGRAM, edit)
    assert said(added) == (
        "added",
        "Step of a person “复核”, after “登记学时”",
        [("Form to fill in", "", "填写成果"), ("Lane", "", "地方注协")],
    )
    assert (added.old, added.new) == ("", "check_again")


def test_a_step_that_went_says_what_it_came_after(shipped: dict[str, bytes]) -> None:
    def edit(text: str) -> str:
        begin = text.index('<bpmn:serviceTask id="tell_granted"')
        end = text.index("</bpmn:serviceTask>", begin) + len("</bpmn:serviceTask>")
        return text[:begin] + text[end:]

    found = compare(shipped, DIAGRAM, edit)
    assert ("removed", "Automatic step “通知会员认定”, after “登记学时”", []) in [
        said(each) for each in found
    ]


def test_a_new_id_of_a_step_is_no_other_step(shipped: dict[str, bytes]) -> None:
    def edit(text: str) -> str:
        for around in ('"{}"', ">{}<"):
            text = text.replace(around.format("reviewed"), around.format("decided"))
        return text

    assert [said(each) for each in compare(shipped, DIAGRAM, edit)] == [
        ("changed", "Choice of a way “审核结论？”", [("Id", "reviewed", "decided")])
    ]


@pytest.mark.parametrize(
    ("edit", "thing", "details"),
    [
        (
            replace('_outcome = "refuse"', '_outcome = "deny"'),
            "Way “不予认定” from “审核结论？” to “通知会员不予认定”",
            [
                (
                    "When it is taken",
                    '=review_output_hours_outcome = "refuse"',
                    '=review_output_hours_outcome = "deny"',
                )
            ],
        ),
        (
            replace('type="output_hours.credit"', 'type="output_hours.tell"'),
            "Automatic step “登记学时”",
            [("Operation that runs", "Credit", "Tell")],
        ),
        (
            replace('formId="review_output_hours"', 'formId="state_output"'),
            "Step of a person “核定学时”",
            [("Form to fill in", "核定学时", "填写成果")],
        ),
        (
            replace('decisionId="output_limit"', 'decisionId="other"'),
            "Decision table as a step “查找学时上限”",
            [("Decision in a table", "产出法形式学时上限", "other")],
        ),
        (
            replace('source="=hours_granted" target="hours"', 'source="=1" target="hours"'),
            "Automatic step “登记学时”",
            [("What goes in: Hours", "=hours_granted", "=1")],
        ),
        (
            replace('value="output_in_review"', 'value="in_second_review"'),
            "Step of a person “核定学时”",
            [("Status meanwhile", "In review", "In second review")],
        ),
        (
            replace('attachedToRef="review_output_hours"', 'attachedToRef="state_output"'),
            "Event on a step “会员撤回”",
            [("On the step", "核定学时", "填写成果")],
        ),
    ],
)
def test_what_changed_at_an_element_is_said_before_and_after(
    shipped: dict[str, bytes], edit: Edit, thing: str, details: list[tuple[str, str, str]]
) -> None:
    words = Vocabulary(
        operations={"output_hours.credit": "Credit", "output_hours.tell": "Tell"},
        inputs={"output_hours.credit": {"hours": "Hours"}},
    )
    assert [said(each) for each in compare(shipped, DIAGRAM, edit, words)] == [
        ("changed", thing, details)
    ]


def test_a_step_in_another_lane_and_a_lane_of_another_name(shipped: dict[str, bytes]) -> None:
    def edit(text: str) -> str:
        moved = "<bpmn:flowNodeRef>begin_round</bpmn:flowNodeRef>"
        text = text.replace(moved, "")
        text = text.replace("<bpmn:flowNodeRef>started<", moved + "<bpmn:flowNodeRef>started<")
        return text.replace(
            '<bpmn:lane id="member" name="会员"', '<bpmn:lane id="member" name="人"'
        )

    assert [said(each) for each in compare(shipped, DIAGRAM, edit)] == [
        ("changed", "Automatic step “开始新一轮”", [("Lane", "地方注协", "人")]),
        ("changed", "Lane “人”", [("Name of the element", "会员", "人")]),
    ]


def test_a_way_without_a_name_is_called_by_where_it_leads(shipped: dict[str, bytes]) -> None:
    def edit(text: str) -> str:
        return text.replace(
            'default="output_stated_to_review_output_hours"', 'default="output_stated_to_abandoned"'
        ).replace(
            '<bpmn:sequenceFlow id="output_stated_to_abandoned" name="放弃"',
            '<bpmn:sequenceFlow id="output_stated_to_abandoned"',
        )

    changes = [said(each) for each in compare(shipped, DIAGRAM, edit)]
    way = [("In every other case", "提交", "to “已放弃”")]
    assert ("changed", "Choice of a way “提交？”", way) in changes


def test_a_timer_is_said_before_and_after() -> None:
    old = documents_of("paper_password_reset")
    path = "bpmn/paper_password_reset/paper_password_reset.bpmn"
    text = old[path].decode()
    begin = text.index("<bpmn:timeDuration")
    source = text[text.index(">", begin) + 1 : text.index("</bpmn:timeDuration>", begin)]
    new = {**old, path: text.replace(f">{source}</bpmn:timeD", ">P3D</bpmn:timeD", 1).encode()}
    ((found,),) = [
        each.changes
        for each in describe_differences("paper_password_reset", old, new, Vocabulary())
    ]
    assert [(each.label, each.before, each.after) for each in found.details] == [
        ("After a duration", source, "P3D")
    ]


def test_what_is_only_drawn_otherwise_is_one_line(shipped: dict[str, bytes]) -> None:
    def edit(text: str) -> str:
        at = text.index("<dc:Bounds", text.index('bpmnElement="credit"'))
        return text[:at] + text[at:].replace('y="', 'y="1', 2)

    (found,) = compare(shipped, DIAGRAM, edit)
    assert found.kind == "moved"
    assert found.thing.startswith("Drawing: 2 elements stand elsewhere")


def test_what_is_only_written_otherwise_is_said_to_be_so(shipped: dict[str, bytes]) -> None:
    (found,) = compare(shipped, DIAGRAM, replace('exporterVersion="5.40.0"', 'exporterVersion="6"'))
    assert found.thing == "It only is written otherwise; nothing follows from it."


def test_everything_that_is_written_in_a_diagram_shows_when_it_changes(
    shipped: dict[str, bytes],
) -> None:
    """Whatever attribute of whatever element of a process gets another value is a change."""
    from lxml import etree

    root = etree.fromstring(shipped[DIAGRAM])
    (process,) = root.iterchildren("{*}process")
    for element in process.iter(etree.Element):
        for name, value in element.attrib.items():
            if name.endswith("}type") or (name == "id" and not element.getparent().get("id")):
                continue
            element.set(name, f"{value}x")
            new = {**shipped, DIAGRAM: etree.tostring(root)}
            changes = describe_differences("output_hours", shipped, new, Vocabulary())[0].changes
            element.set(name, value)
            is_said = changes[0].thing != "It only is written otherwise; nothing follows from it."
            is_nameless = name == "id" and element.tag.endswith("Definition")
            assert is_said or is_nameless, (element.tag, name)


def test_a_changed_rule_says_its_cells_by_their_columns(shipped: dict[str, bytes]) -> None:
    found = compare(shipped, TABLE, replace("<text>20</text>", "<text>25</text>", 1))
    assert [said(each) for each in found] == [
        ("changed", "Rule 1 “公开发表的专业论文”", [("该形式每年最多（学时）", "20", "25")])
    ]
    assert (found[0].old, found[0].new) == ("paper", "paper")


def test_rules_that_came_went_and_moved(shipped: dict[str, bytes]) -> None:
    def edit(text: str) -> str:
        rules = text.split("<rule ")
        head, paper, book, *others = rules
        closing = others[-1][others[-1].index("</rule>") + len("</rule>") :]
        new = paper.replace("paper", "essay").replace("公开发表的专业论文", "随笔")
        others[-1] = others[-1][: others[-1].index("</rule>") + len("</rule>")]
        kept = [new, *others, paper]
        assert book
        return "<rule ".join([head, *kept]) + closing

    words = [said(each) for each in compare(shipped, TABLE, edit)]
    assert words[0][:2] == ("added", "Rule 1 “随笔”")
    assert ("形式", "any", "essay") in words[0][2]
    assert ("moved", "Rule 6 “公开发表的专业论文”", [("Position", "rule 1", "rule 6")]) in words
    assert words[-1][:2] == ("removed", "Rule 2 “出版的专业著作、教材、译著”")


def test_hit_policy_and_columns(shipped: dict[str, bytes]) -> None:
    def edit(text: str) -> str:
        text = text.replace('hitPolicy="UNIQUE"', 'hitPolicy="FIRST"')
        text = text.replace('label="形式"', 'label="成果形式"')
        return text.replace(
            '<output id="kind_most"', '<input id="age" label="年龄"/><output id="kind_most"'
        )

    assert [said(each) for each in compare(shipped, TABLE, edit)] == [
        (
            "changed",
            "Decision “产出法形式学时上限”",
            [
                (
                    "Which rules count",
                    "At most one rule holds",
                    "The first rule that holds counts",
                )
            ],
        ),
        ("changed", "Condition “成果形式”", [("Title of the column", "形式", "成果形式")]),
        ("added", "Condition “年龄”", [("Title of the column", "", "年龄")]),
    ]


def test_a_new_column_says_what_the_rules_have_in_it(shipped: dict[str, bytes]) -> None:
    def edit(text: str) -> str:
        text = text.replace(
            '<output id="kind_most"', '<input id="age" label="年龄"/><output id="kind_most"'
        )
        return text.replace(
            '<outputEntry id="book_kind_most">',
            '<inputEntry id="book_age"><text>&gt;= 60</text></inputEntry>'
            '<outputEntry id="book_kind_most">',
        )

    assert [said(each) for each in compare(shipped, TABLE, edit)] == [
        ("added", "Condition “年龄”", [("Title of the column", "", "年龄")]),
        ("changed", "Rule 2 “出版的专业著作、教材、译著”", [("年龄", "any", ">= 60")]),
    ]


def test_a_column_that_went_takes_its_cells_along(shipped: dict[str, bytes]) -> None:
    def edit(text: str) -> str:
        begin = text.index('<output id="years_back"')
        text = text[:begin] + text[text.index("/>", begin) + 2 :]
        return re.sub(
            r'<outputEntry id="\w+_years_back">.*?</outputEntry>', "", text, flags=re.DOTALL
        )

    assert [said(each) for each in compare(shipped, TABLE, edit)] == [
        ("removed", "Result “可以申请几年以前的成果”", [])
    ]


WORDS = Vocabulary(
    components={"textfield": "Text, one line", "select": "Choice"},
    settings={
        ("textfield", "validate", "maxLength"): Setting("Most characters"),
        ("textfield", "attribute", "label"): Setting("Label"),
        ("textfield", "validate", "required"): Setting(
            "Must be filled in", {"true": "Yes", "false": "No"}
        ),
        ("textfield", "property", "width"): Setting("Width", {"full": "Whole line"}),
    },
)


def test_a_changed_field_says_its_settings_in_words(shipped: dict[str, bytes]) -> None:
    def edit(text: str) -> str:
        form = json.loads(text)
        (title,) = [each for each in form["components"] if each.get("key") == "title"]
        title["label"] = "题目"
        title["validate"] = {"required": False, "minLength": 2, "maxLength": 200}
        del title["properties"]
        return json.dumps(form)

    assert [said(each) for each in compare(shipped, FORM, edit, WORDS)] == [
        (
            "changed",
            "Text, one line “题目”",
            [
                ("Label", "成果名称", "题目"),
                ("Must be filled in", "Yes", "No"),
                ("Most characters", "120", "200"),
                ("Width", "Whole line", ""),
            ],
        )
    ]


def test_fields_that_came_went_and_moved(shipped: dict[str, bytes]) -> None:
    def edit(text: str) -> str:
        form = json.loads(text)
        fields = {each.get("key", each["id"]): each for each in form["components"]}
        del fields["contribution"]
        kind = fields.pop("output_kind")
        new = {"type": "textfield", "id": "isbn", "key": "isbn", "label": "书号"}
        form["components"] = [*fields.values(), new, kind]
        return json.dumps(form)

    words = [said(each) for each in compare(shipped, FORM, edit, WORDS)]
    assert (
        "added",
        "Text, one line “书号”, after “放弃”",
        [("Name in the data", "", "isbn")],
    ) in words
    assert (
        "moved",
        "Choice “成果形式”",
        [("Position", "after “limits”", "after “书号”")],
    ) in words
    assert "removed" in [kind for kind, _thing, _details in words]
    assert len(words) == 3


def test_a_form_that_came_says_what_is_in_it_and_nothing_of_its_file(
    shipped: dict[str, bytes],
) -> None:
    field = {"type": "textfield", "id": "isbn", "key": "isbn", "label": "书号"}
    form = {"type": "default", "id": "new", "components": [field]}
    new = {**shipped, "forms/output_hours/new.form": json.dumps(form).encode()}
    (found,) = describe_differences("output_hours", shipped, new, WORDS)
    assert [said(each) for each in found.changes] == [
        ("added", "Text, one line “书号”", [("Name in the data", "", "isbn")])
    ]


def test_a_section_that_moved_takes_its_fields_along(shipped: dict[str, bytes]) -> None:
    def field(name: str) -> dict[str, str]:
        return {"type": "textfield", "id": name, "key": name, "label": name}

    inside = [field(f"in_{n}") for n in range(5)]
    section = {"type": "group", "id": "part", "label": "部分", "components": inside}
    others = [field(f"out_{n}") for n in range(8)]
    old = {**shipped, FORM: json.dumps({"components": [section, *others]}).encode()}
    moved = json.dumps({"components": [*others, section]})
    assert [said(each) for each in compare(old, FORM, lambda _: moved)] == [
        ("moved", "group “部分”", [("Position", "first", "after “out_7”")])
    ]


def test_options_and_outcomes(shipped: dict[str, bytes]) -> None:
    def edit(text: str) -> str:
        form = json.loads(text)
        form["components"][-1]["properties"]["outcome"] = "leave"
        form["components"][1] |= {"values": [{"label": "论文", "value": "paper"}]}
        return json.dumps(form)

    found = compare(shipped, FORM, edit, WORDS)
    details = [(each.label, each.after) for change in found for each in change.details]
    assert ("Choice “paper”", "论文") in details
    assert ("outcome", "leave") in details


def test_english_texts_are_said_where_they_stand(shipped: dict[str, bytes]) -> None:
    found = compare(shipped, ENGLISH, replace('"Grant the hours"', '"Review"'))
    assert [said(each) for each in found] == [
        ("changed", f"“核定学时”: {KINDS['name']}", [("English", "Grant the hours", "Review")])
    ]


def test_a_reader_of_english_finds_english_names(shipped: dict[str, bytes]) -> None:
    found = compare(
        shipped, DIAGRAM, replace('type="output_hours.credit"', 'type="x"'), Vocabulary("en")
    )
    assert found[0].thing == "Automatic step “Credit the hours”"


def test_a_document_that_cannot_be_read_is_compared_as_a_whole(shipped: dict[str, bytes]) -> None:
    for path in (DIAGRAM, TABLE, FORM):
        (found,) = compare(shipped, path, lambda text: f"<{text}")
        assert found.thing == "It cannot be read, so that it is compared as a whole."


def test_long_texts_are_cut(shipped: dict[str, bytes]) -> None:
    (found,) = compare(shipped, DIAGRAM, replace('name="登记学时"', f'name="{"学" * 5000}"'))
    assert len(found.details[0].after) == 301


def test_at_most_300_lines_are_listed(shipped: dict[str, bytes]) -> None:
    steps = "".join(f'<bpmn:userTask id="s{n}" name="步骤{n}"/>' for n in range(1000))
    new = {
        **shipped,
        DIAGRAM: shipped[DIAGRAM].replace(b"</bpmn:process>", f"{steps}</bpmn:process>".encode()),
        ENGLISH: b"{}",
    }
    diagram, english = describe_differences("output_hours", shipped, new, Vocabulary())
    assert (len(diagram.changes), diagram.more) == (300, 700)
    assert (len(english.changes), english.more > 0) == (0, True)


def rows(count: int, cells: int) -> bytes:
    """A table of so many rules without cells, and of so many columns."""
    inputs = "".join(f'<input id="i{n}"/>' for n in range(cells))
    rules = "".join(f'<rule id="r{n}"/>' for n in range(count))
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"><decision id="d">'
        f"<decisionTable>{inputs}{rules}</decisionTable></decision></definitions>"
    ).encode()


def diagram_of(inner: str) -> bytes:
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0">'
        f'<process id="output_hours">{inner}</process></definitions>'
    ).encode()


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (TABLE, rows(20_000, 20_000), rows(20_001, 20_001)),
        (
            DIAGRAM,
            diagram_of("".join(f'<task name="n" id="a{n}"/>' for n in range(25_000))),
            diagram_of("".join(f'<task name="n" id="b{n}"/>' for n in range(25_000))),
        ),
        (
            DIAGRAM,
            diagram_of('<task id="a"/>'),
            diagram_of(
                '<task id="a"/>'
                + "".join(
                    f'<sequenceFlow id="f{n}" sourceRef="a" targetRef="a"/>' for n in range(14_000)
                )
            ),
        ),
        (
            FORM,
            json.dumps({"components": [{"id": f"a{n}"} for n in range(60_000)]}).encode(),
            json.dumps({"components": [{"id": f"a{n}"} for n in reversed(range(60_000))]}).encode(),
        ),
        (
            DIAGRAM,
            diagram_of("<userTask id='a'/>"),
            diagram_of(
                "<userTask id='a'><extensionElements><zeebe:ioMapping>"
                + '<zeebe:input source="=1" target="x"/>' * 25_000
                + "</zeebe:ioMapping></extensionElements></userTask>"
            ),
        ),
    ],
)
def test_no_document_takes_long(
    shipped: dict[str, bytes], path: str, old: bytes, new: bytes
) -> None:
    begun = time.process_time()
    assert describe_differences(
        "output_hours", {**shipped, path: old}, {**shipped, path: new}, Vocabulary()
    )
    assert time.process_time() - begun < 10
