"""The runner for the test cases of the DMN TCK."""

from pathlib import Path

import pytest

from engine.feel.tck import report, run
from tests.engine.feel.dmn.models import literal, model, requires

CASES = """<?xml version="1.0" encoding="UTF-8"?>
<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xmlns:xsd="http://www.w3.org/2001/XMLSchema">
  <modelName>{model}</modelName>
  {cases}
</testCases>"""
INPUTS = """
<inputNode name="n"><value xsi:type="xsd:decimal">3</value></inputNode>
<inputNode name="rows"><list><item><component name="d"><value xsi:type="xsd:date">2026-04-30</value>
</component></item><item><component name="d"><value xsi:nil="true"/></component></item></list>
</inputNode>"""


def case(id: str, result: str, expected: str, *, error: bool = False) -> str:
    failing = ' errorResult="true"' if error else ""
    return (
        f'<testCase id="{id}">{INPUTS}<resultNode name="{result}" type="decision"{failing}>'
        f"<expected>{expected}</expected></resultNode></testCase>"
    )


def value(kind: str, text: str) -> str:
    return f'<value xsi:type="xsd:{kind}">{text}</value>'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two levels: one that passes, and one with a failure and an external function."""
    needs = requires("Input", "n") + requires("Input", "rows")
    two = tmp_path / "compliance-level-2" / "0001-sums"
    three = tmp_path / "compliance-level-3" / "0076-external"
    two.mkdir(parents=True)
    three.mkdir(parents=True)
    inputs = '<inputData id="n" name="n"/><inputData id="rows" name="rows"/>'
    decisions = (
        literal("double", "n * 2", needs=needs)
        + literal("third", "n / 9", needs=needs)
        + literal("days", "rows.d", needs=needs)
        + literal("span", 'duration("P1DT2H")')
        + literal("clock", 'time("10:00:00@Etc/UTC")')
        + literal("pair", '{a: "x", b: true}')
        + literal("wrong", "n / 0", needs=needs)
    )
    (two / "0001-sums.dmn").write_bytes(model(inputs + decisions))
    day = value("date", "2026-04-30")
    cases = [
        case("001", "double", value("decimal", "6.0")),
        case("002", "third", value("double", "0.333333333")),
        case("003", "days", f"<list><item>{day}</item><item><value xsi:nil='true'/></item></list>"),
        case("004", "span", value("duration", "PT26H")),
        case("005", "clock", value("time", "10:00:00Z")),
        case("006", "pair", f'<component name="a"><value>x</value></component>'
                            f'<component name="b">{value("boolean", "true")}</component>'),
        case("007", "wrong", '<value xsi:nil="true"/>', error=True),
    ]  # fmt: skip
    (two / "0001-sums-test-01.xml").write_text(
        CASES.format(model="0001-sums.dmn", cases="".join(cases))
    )
    (three / "0076-external.dmn").write_bytes(
        model(
            literal("one", "1") + '<decision id="java" name="java"><functionDefinition kind="Java">'
            "<literalExpression><text>{}</text></literalExpression></functionDefinition></decision>"
        )
    )
    (three / "0076-external-test-01.xml").write_text(
        CASES.format(
            model="0076-external.dmn",
            cases=case("001", "one", value("decimal", "1"))
            + case("002", "java", value("decimal", "1")),
        )
    )
    return tmp_path


def test_report_ends_with_a_line_for_each_level(folder: Path) -> None:
    lines: list[str] = []

    assert report(folder, lines.append) is True
    assert lines == [
        "level 2: 7 passed, 0 failed, 0 skipped",
        "level 3: 1 passed, 0 failed, 1 skipped",
    ]


def test_results_of_a_service_may_bear_the_names_of_its_decisions(tmp_path: Path) -> None:
    decisions = (
        literal("asked", '"elsewhere"')
        + literal("greeting", '"to " + asked', needs=requires("Decision", "asked"))
        + literal("sum", "1 + 1")
    )
    services = "".join(
        f'<decisionService id="{name}" name="{name}">'
        + "".join(f'<outputDecision href="#{each}"/>' for each in outputs)
        + '<inputDecision href="#asked"/></decisionService>'
        for name, outputs in (("single", ["greeting"]), ("double", ["greeting", "sum"]))
    )
    (tmp_path / "m.dmn").write_bytes(model(decisions + services))
    asked = f'<inputNode name="asked">{value("string", "you")}</inputNode>'
    greeting = value("string", "to you")
    cases = "".join(
        f'<testCase id="{id}" type="decisionService" invocableName="{service}">{asked}'
        f'<resultNode name="{name}"><expected>{expected}</expected></resultNode></testCase>'
        for id, service, name, expected in (
            ("001", "single", "greeting", greeting),
            ("002", "double", "greeting", greeting),
            ("003", "double", "sum", value("decimal", "2")),
            ("004", "single", "single", greeting),
        )
    )
    (tmp_path / "m-test-01.xml").write_text(CASES.format(model="m.dmn", cases=cases))

    assert [(each.outcome, each.reason) for each in run(tmp_path)] == [("passed", "")] * 4


def test_failure_is_written_with_its_case_and_what_was_found(folder: Path) -> None:
    tests = folder / "compliance-level-2" / "0001-sums" / "0001-sums-test-01.xml"
    tests.write_text(tests.read_text().replace(">6.0<", ">7<"))
    lines: list[str] = []

    assert report(folder, lines.append) is False
    assert "0001-sums-test-01.xml 001: double: expected Decimal('7'), found Decimal('6')" in lines
    assert "level 2: 6 passed, 1 failed, 0 skipped" in lines


def test_model_that_cannot_be_read_fails_its_cases(folder: Path) -> None:
    (folder / "compliance-level-2" / "0001-sums" / "0001-sums.dmn").write_text("<broken")

    outcomes = {result.outcome for result in run(folder) if result.level == "2"}

    assert outcomes == {"failed"}


def test_missing_model_fails_its_cases(folder: Path) -> None:
    (folder / "compliance-level-2" / "0001-sums" / "0001-sums.dmn").unlink()

    reasons = {result.reason for result in run(folder) if result.level == "2"}

    assert reasons == {"There is no model 0001-sums.dmn."}


def test_values_without_a_type_take_that_of_the_model(tmp_path: Path) -> None:
    types = (
        '<itemDefinition name="tRow"><itemComponent name="day"><typeRef>date</typeRef>'
        '</itemComponent><itemComponent name="sum"><typeRef>number</typeRef></itemComponent>'
        '</itemDefinition><itemDefinition name="tRows" isCollection="true"><typeRef>tRow</typeRef>'
        '</itemDefinition><inputData id="rows" name="rows">'
        '<variable name="rows" typeRef="undeclared:tRows"/></inputData>'
    )
    needs = requires("Input", "rows")
    decisions = (
        literal("total", "sum(rows.sum) + 0.50", needs=needs)
        + literal("month", "rows[1].day.month", needs=needs)
        + literal("nothing", "1 / 0", needs=needs)
        + literal("name", '"x"', needs=needs)
    )
    (tmp_path / "m.dmn").write_bytes(model(types + decisions))
    rows = "".join(
        f'<item><component name="day"><value>2026-0{month}-01</value></component>'
        f'<component name="sum"><value>{month}</value></component></item>'
        for month in (4, 5)
    )
    results = "".join(
        f'<resultNode name="{name}"><expected><value>{expected}</value></expected></resultNode>'
        for name, expected in (("total", "9.5"), ("month", "4.0"), ("nothing", ""), ("name", "x"))
    )
    (tmp_path / "m-test-01.xml").write_text(
        CASES.format(
            model="m.dmn",
            cases=f'<testCase id="1"><inputNode name="rows"><list>{rows}</list></inputNode>'
            f"{results}</testCase>",
        )
    )

    assert [result.reason for result in run(tmp_path)] == [""]
