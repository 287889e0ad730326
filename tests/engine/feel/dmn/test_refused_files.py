"""Files that are refused, with a sentence that names the element."""

import time

import pytest

from engine.feel.dmn import InvalidDecision, load_decisions
from tests.engine.feel.dmn.models import expression, literal, model, output, requires, table

ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/">&b;</definitions>"""
FILE = b"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/">&a;</definitions>"""


@pytest.mark.parametrize(
    ("xml", "sentence"),
    [
        (b"", "not well-formed"),
        (b"<definitions", "not well-formed"),
        (b"<html/>", "not a DMN model"),
        (b'<definitions xmlns="urn:other"/>', "not a DMN model"),
        (ENTITIES, "document type"),
        (FILE, "document type"),
        (b"<a>" + b" " * 6_000_000 + b"</a>", "larger than"),
        (b"<a>" * 100_000, "not well-formed"),
    ],
)
def test_file_that_is_no_model_is_refused(xml: bytes, sentence: str) -> None:
    with pytest.raises(InvalidDecision, match=sentence):
        load_decisions(xml)


@pytest.mark.parametrize(
    ("inner", "element", "sentence"),
    [
        (literal("fee", "1 +"), "fee", "ends too early"),
        (literal("fee", "1", needs=requires("Input", "nowhere")), "fee", "“#nowhere”"),
        (
            literal("a", "b", needs=requires("Decision", "b"))
            + literal("b", "a", needs=requires("Decision", "a")),
            "a",
            "requires itself",
        ),
        (literal("a", "1") + literal("a", "2"), "a", "given twice"),
        (
            table([["1"]], inputs=[expression("x")], outputs=[output("y")]),
            "r0",
            "one cell for each column",
        ),
        (
            table([["and", "1"]], inputs=[expression("x")], outputs=[output("y")]),
            "r0",
            "not expected here",
        ),
        (table([["1", "1"]], inputs=[""], outputs=[output("y")]), "i0", "has no expression"),
        (
            table([], inputs=[expression("x")], outputs=[output("y")],
                  attributes='hitPolicy="BEST"'),
            "d",
            "no hit policy “BEST”",
        ),
        (
            table([], inputs=[expression("x")], outputs=[output("y")],
                  attributes='hitPolicy="COLLECT" aggregation="MEDIAN"'),
            "d",
            "no aggregation “MEDIAN”",
        ),
        (table([], inputs=[expression("x")], outputs=[]), "d", "has no output"),
        (
            ('<decision id="d" name="d"><literalExpression expressionLanguage="python">'
            "<text>1</text></literalExpression></decision>"),
            "d",
            "is not FEEL",
        ),
        (literal("deep", "(" * 1000), "deep", "too deeply"),
    ],
)  # fmt: skip
def test_mistake_is_named_with_its_element(inner: str, element: str, sentence: str) -> None:
    with pytest.raises(InvalidDecision) as caught:
        load_decisions(model(inner))

    assert any(
        problem.element == element and sentence in str(problem) for problem in caught.value.problems
    ), caught.value.problems


def test_all_mistakes_are_found_at_once() -> None:
    with pytest.raises(InvalidDecision) as caught:
        load_decisions(model(literal("a", "1 +") + literal("b", "(") + literal("c", "1")))

    assert [problem.element for problem in caught.value.problems] == ["a", "b"]


def test_place_of_a_syntax_error_is_given() -> None:
    with pytest.raises(InvalidDecision) as caught:
        load_decisions(model(literal("a", "1 +\n\n  and")))

    problem = caught.value.problems[0]
    assert (problem.line, problem.column) == (3, 3)


def test_file_that_is_only_tried_keeps_its_problems() -> None:
    decisions = load_decisions(model(literal("a", "1 +") + literal("b", "2")), strict=False)

    assert decisions.evaluate("a") is None
    assert decisions.evaluate("b") == 2
    assert [problem.element for problem in decisions.problems] == ["a"]


def test_missing_cell_of_a_file_that_is_only_tried_counts_as_null() -> None:
    xml = model(table([["1"]], inputs=[expression("x")], outputs=[output("y")]))

    assert load_decisions(xml, strict=False).evaluate("d", {"x": 1}) is None


def test_external_function_is_mentioned_and_null() -> None:
    xml = model(
        '<decision id="d" name="d"><functionDefinition kind="Java">'
        "<literalExpression><text>{class: 1}</text></literalExpression>"
        "</functionDefinition></decision>"
    )

    decisions = load_decisions(xml)

    assert "External functions are not supported." in str(decisions.problems[0])
    assert decisions.evaluate("d") is None


@pytest.mark.parametrize(
    ("inner", "sentence"),
    [
        ("".join(literal(f"d{n}", "1") for n in range(1_001)), "more than 1000 parts"),
        ("".join(literal(f"d{n}", "1 + " * 400 + "1") for n in range(250)), "too many"),
        (table([["1", "2"]] * 11_000, inputs=[expression("a")], outputs=["/>"]), "too many"),
    ],
)
def test_a_model_that_takes_too_long_to_read_is_refused(inner: str, sentence: str) -> None:
    started = time.process_time()

    with pytest.raises(InvalidDecision, match=sentence):
        load_decisions(model(inner))

    assert time.process_time() - started < 10


def test_a_table_of_5000_rules_is_read() -> None:
    rules = [[f'"{n}"', f"[{n}..{n + 1}]", str(n)] for n in range(5_000)]
    columns = [expression("name"), expression("years")]
    found = load_decisions(model(table(rules, inputs=columns, outputs=['name="o"/>'])))

    assert found.evaluate("d", {"name": "4999", "years": 4999}) == 4999
