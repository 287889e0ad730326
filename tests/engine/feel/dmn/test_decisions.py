"""Decisions that require others, boxed expressions, types, services and imports."""

from datetime import UTC, date, datetime

import pytest

from engine.feel import Failure, Functions
from engine.feel.dmn import InvalidDecision, load_decisions
from engine.feel.values import Value
from tests.engine.feel.dmn.models import literal, model, requires

NOW = datetime(2026, 4, 15, tzinfo=UTC)


def box(inner: str, before: str = "") -> bytes:
    return model(f'{before}<decision id="d" name="d">{inner}</decision>')


def text(source: str) -> str:
    escaped = source.replace("<", "&lt;").replace(">", "&gt;")
    return f"<literalExpression><text>{escaped}</text></literalExpression>"


def entry(name: str, source: str) -> str:
    return f'<contextEntry><variable name="{name}"/>{text(source)}</contextEntry>'


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        (text("n * 2"), 10),
        (f"<list>{text('n')}{text('n + 1')}</list>", [5, 6]),
        (
            f"<context>{entry('a', 'n')}{entry('b c', 'a * 2')}</context>",
            {"a": 5, "b c": 10},
        ),
        (
            f"<context>{entry('a', 'n')}<contextEntry>{text('a + 1')}</contextEntry></context>",
            6,
        ),
        (
            (
                '<relation><column name="k"/><column name="v"/>'
                f"<row>{text('1')}{text('n')}</row><row>{text('2')}{text('n + 1')}</row></relation>"
            ),
            [{"k": 1, "v": 5}, {"k": 2, "v": 6}],
        ),
        (
            (
                f"<conditional><if>{text('n > 3')}</if><then>{text('1')}</then>"
                f"<else>{text('2')}</else></conditional>"
            ),
            1,
        ),
        (
            (
                f"<conditional><if>{text('n')}</if><then>{text('1')}</then>"
                f"<else>{text('2')}</else></conditional>"
            ),
            None,
        ),
        (f"<filter><in>{text('rows')}</in><match>{text('x > 1')}</match></filter>", [{"x": 2}]),
        (f"<filter><in>{text('rows')}</in><match>{text('string(x)')}</match></filter>", None),
        (
            f'<for iteratorVariable="i"><in>{text("1..3")}</in><return>{text("i")}</return></for>',
            None,
        ),
        (
            (
                f'<for iteratorVariable="i"><in>{text("[1, 2]")}</in>'
                f"<return>{text('i + count(partial)')}</return></for>"
            ),
            [1, 3],
        ),
        (
            (
                f'<some iteratorVariable="r"><in>{text("rows")}</in>'
                f"<satisfies>{text('r.x = 2')}</satisfies></some>"
            ),
            True,
        ),
        (
            (
                f'<every iteratorVariable="r"><in>{text("rows")}</in>'
                f"<satisfies>{text('r.x = 2')}</satisfies></every>"
            ),
            False,
        ),
        (
            (
                "<context><contextEntry><variable name='f'/><functionDefinition>"
                "<formalParameter name='a'/><formalParameter name='b'/>"
                f"{text('a - b')}</functionDefinition></contextEntry>"
                f"<contextEntry><invocation>{text('f')}"
                f"<binding><parameter name='b'/>{text('1')}</binding>"
                f"<binding><parameter name='a'/>{text('n')}</binding>"
                "</invocation></contextEntry></context>"
            ),
            4,
        ),
    ],
)
def test_boxed_expression_has_its_value(inner: str, expected: object) -> None:
    decisions = load_decisions(box(inner), strict=False)

    assert decisions.evaluate("d", {"n": 5, "rows": [{"x": 1}, {"x": 2}]}) == expected


def test_decision_sees_what_it_requires() -> None:
    decisions = load_decisions(
        model(
            '<inputData id="i" name="Yearly Fee"/>'
            '<businessKnowledgeModel id="k" name="with interest"><encapsulatedLogic>'
            f'<formalParameter name="sum" typeRef="number"/>{text("sum * 1.1")}'
            "</encapsulatedLogic></businessKnowledgeModel>"
            + literal("base", "Yearly Fee - 100", needs=requires("Input", "i"))
            + literal(
                "due",
                "with interest(base)",
                needs=requires("Decision", "base") + requires("Knowledge", "k"),
            )
        )
    )

    assert decisions.ids == ("base", "due")
    assert decisions.evaluate("due", {"Yearly Fee": 900}) == 880
    assert decisions.evaluate("with interest", {"sum": 10}) == 11


def test_decision_may_recur_through_its_knowledge_model() -> None:
    decisions = load_decisions(
        model(
            '<businessKnowledgeModel id="k" name="factorial"><encapsulatedLogic>'
            f'<formalParameter name="n"/>{text("if n < 2 then 1 else n * factorial(n - 1)")}'
            "</encapsulatedLogic></businessKnowledgeModel>"
            + literal("d", "factorial(10)", needs=requires("Knowledge", "k"))
        )
    )

    assert decisions.evaluate("d") == 3628800


TYPES = """
<itemDefinition name="tKind"><typeRef>string</typeRef>
  <allowedValues><text>"a", "b"</text></allowedValues></itemDefinition>
<itemDefinition name="tKinds" isCollection="true"><typeRef>tKind</typeRef></itemDefinition>
<itemDefinition name="tMember"><itemComponent name="no"><typeRef>string</typeRef></itemComponent>
  <itemComponent name="joined"><typeRef>date</typeRef></itemComponent></itemDefinition>
"""


@pytest.mark.parametrize(
    ("type_ref", "source", "expected"),
    [
        ("number", '"text"', None),
        ("string", '["one"]', "one"),
        ("tKinds", '"a"', ["a"]),
        ("tKind", '"c"', None),
        ("tKinds", '["a", "c"]', None),
        ("tMember", '{no: "1", joined: @"2026-01-01"}', {"no": "1", "joined": date(2026, 1, 1)}),
        ("tMember", '{no: "1"}', None),
        ("tMember", '{no: 1, joined: @"2026-01-01"}', None),
        ("date and time", '@"2026-01-01"', datetime(2026, 1, 1, tzinfo=UTC)),
    ],
)
def test_result_is_converted_to_its_type(type_ref: str, source: str, expected: Value) -> None:
    xml = model(TYPES + literal("d", source, type_ref=type_ref))

    assert load_decisions(xml).evaluate("d") == expected


def test_expression_may_ask_for_a_type_of_the_model() -> None:
    xml = model(TYPES + literal("d", '{no: "1", joined: @"2026-01-01"} instance of tMember'))

    assert load_decisions(xml).evaluate("d") is True


def test_service_is_called_by_name_and_from_outside() -> None:
    decisions = load_decisions(
        model(
            '<inputData id="i" name="n"/>'
            + literal("inner", "n + 1", needs=requires("Input", "i"))
            + literal("outer", "inner * 2", needs=requires("Decision", "inner"))
            + '<decisionService id="s" name="doubled"><outputDecision href="#outer"/>'
            '<encapsulatedDecision href="#outer"/><inputDecision href="#inner"/></decisionService>'
            + literal("d", "doubled(10)", needs=requires("Knowledge", "s"))
        )
    )

    assert decisions.evaluate("d", {"n": 1}) == 20
    assert decisions.evaluate("s", {"inner": 4}) == 8
    assert decisions.evaluate("outer", {"n": 1}) == 4


def test_decision_is_found_by_its_id_its_variable_and_its_name_on_the_diagram() -> None:
    xml = model(literal("fee", "5")).replace(
        b'id="fee" name="fee"', b'id="d1" name="What it costs"'
    )
    decisions = load_decisions(xml)

    for name in ("d1", "fee", "What it costs"):
        assert decisions.has(name)
        assert decisions.evaluate(name) == 5


def test_imported_model_is_seen_under_its_name() -> None:
    library = load_decisions(
        model(literal("rate", "0.5")).replace(b'namespace="urn:m"', b'namespace="urn:library"')
    )
    xml = model(
        '<import name="lib" namespace="urn:library" importType="x"/>'
        + literal("d", "lib.rate * 10").replace(
            "<literalExpression>",
            '<informationRequirement><requiredDecision href="urn:library#rate"/>'
            "</informationRequirement><literalExpression>",
        )
    )

    assert load_decisions(xml, [library]).evaluate("d") == 5
    with pytest.raises(InvalidDecision, match="urn:library#rate"):
        load_decisions(xml)


def test_variables_that_no_input_declares_are_seen() -> None:
    assert load_decisions(box(text("case.year"))).evaluate("d", {"case": {"year": 2026}}) == 2026


def test_model_knows_the_variables_that_must_be_given() -> None:
    decisions = load_decisions(
        model(
            '<inputData id="i" name="n"/>'
            + literal("a", "n + case.year", needs=requires("Input", "i"))
            + literal("b", "a + 1", needs=requires("Decision", "a"))
        )
    )

    assert decisions.variables == {"n", "case"}


def test_clock_and_functions_are_passed_on() -> None:
    functions = Functions()

    @functions.add("twice", "n: number")
    def twice(n: int) -> int:
        return n * 2

    decisions = load_decisions(box(text("twice(today().day)")))

    assert decisions.evaluate("d", now=NOW, functions=functions) == 30
    assert [str(problem) for problem in decisions.problems] == ["d: There is no function “twice”."]


def test_unknown_decision_is_said() -> None:
    with pytest.raises(Failure, match="There is no decision “x”"):
        load_decisions(box(text("1"))).evaluate("x")


@pytest.mark.parametrize("version", ["20180521", "20191111", "20211108", "20230324"])
def test_versions_of_the_standard_are_read(version: str) -> None:
    scheme = "http" if version == "20180521" else "https"
    xml = model(literal("d", "1"), namespace=f"{scheme}://www.omg.org/spec/DMN/{version}/MODEL/")

    assert load_decisions(xml).evaluate("d") == 1


def test_imported_model_may_use_the_same_ids_and_names() -> None:
    needs = requires("Input", "n")
    inner = '<inputData id="n" name="n"/>' + literal("d", '"inner " + n', needs=needs)
    library = load_decisions(model(inner).replace(b'namespace="urn:m"', b'namespace="urn:library"'))
    outer = '<informationRequirement><requiredDecision href="urn:library#d"/>'
    xml = model(
        '<import name="lib" namespace="urn:library" importType="x"/><inputData id="n" name="n"/>'
        + literal("d", 'n + ", " + lib.d', needs=f"{needs}{outer}</informationRequirement>")
    )
    decisions = load_decisions(xml, [library])

    assert decisions.evaluate("d", {"n": "1"}) == "1, inner 1"
    assert decisions.evaluate("d", {"n": "1", "lib": {"n": "2"}}) == "1, inner 2"


@pytest.mark.parametrize("called", ["quote(lib.base: 30)", "quote(30)", "quote(`lib.base`: 30)"])
def test_service_takes_an_imported_decision_under_its_qualified_name(called: str) -> None:
    inner = literal("base", "10") + literal("fee", "base * 2", needs=requires("Decision", "base"))
    library = load_decisions(model(inner).replace(b'namespace="urn:m"', b'namespace="urn:library"'))
    xml = model(
        '<import name="lib" namespace="urn:library" importType="x"/>'
        '<decisionService id="quote" name="quote"><outputDecision href="urn:library#fee"/>'
        '<inputDecision href="urn:library#base"/></decisionService>'
        + literal("d", called, needs=requires("Knowledge", "quote"))
    )
    decisions = load_decisions(xml, [library])

    assert decisions.evaluate("d") == 60
    assert decisions.evaluate("quote", {"lib": {"base": 4}}) == 8


def renamed(xml: bytes, namespace: str) -> bytes:
    return xml.replace(b'namespace="urn:m"', f'namespace="{namespace}"'.encode())


def merging(*namespaces: str) -> str:
    return "".join(f'<import name="" namespace="{each}" importType="x"/>' for each in namespaces)


def test_parts_of_a_model_imported_without_a_name_are_as_if_they_were_own() -> None:
    fees = load_decisions(
        renamed(
            model(
                '<itemDefinition name="tName"><typeRef>string</typeRef></itemDefinition>'
                '<inputData id="n" name="n"><variable name="n" typeRef="number"/></inputData>'
                + literal("fee", "n * 2", needs=requires("Input", "n"))
            ),
            "urn:fees",
        )
    )
    between = load_decisions(renamed(model(merging("urn:fees")), "urn:between"), [fees])
    xml = model(
        merging("urn:between")
        + literal("sum", "fee + n", needs=requires("Decision", "fee") + requires("Input", "n"))
        + '<decision id="name" name="name"><variable name="name" typeRef="tName"/>'
        + requires("Input", "n") + text("n") + "</decision>"
    )  # fmt: skip
    decisions = load_decisions(xml, [between])

    assert decisions.evaluate("sum", {"n": 5}) == 15
    assert decisions.evaluate("fee", {"n": 5}) == 10
    assert decisions.evaluate("name", {"n": 5}) is None
    assert set(decisions.inputs) == {"n"}


def test_of_several_models_imported_without_a_name_the_first_counts() -> None:
    models = [
        load_decisions(renamed(model(literal("rate", value)), f"urn:{value}"))
        for value in ("1", "2")
    ]
    both = merging("urn:1", "urn:2")
    needs = requires("Decision", "rate")

    assert (
        load_decisions(model(both + literal("d", "rate", needs=needs)), models).evaluate("d") == 1
    )
    own = model(both + literal("rate", "3") + literal("d", "rate", needs=needs))
    assert load_decisions(own, models).evaluate("d") == 3


@pytest.mark.parametrize("namespace", ["", "urn:library"])
def test_own_decision_counts_for_an_imported_one_of_its_name_within_that_model_too(
    namespace: str,
) -> None:
    needs = requires("Decision", "rate").replace('href="', f'href="{namespace}')
    inner = literal("rate", "1") + literal("fee", "rate * 10", needs=needs)
    library = load_decisions(renamed(model(inner), "urn:library"))
    outer = literal("d", "fee", needs=requires("Decision", "fee"))
    decisions = load_decisions(
        model(merging("urn:library") + literal("rate", "2") + outer), [library]
    )

    assert decisions.evaluate("d") == 20
    assert decisions.evaluate("fee") == 20
    assert library.evaluate("fee") == 10


def test_circle_through_an_imported_model_is_found_and_leaves_that_model_alone() -> None:
    inner = literal("rate", "1") + literal("fee", "rate * 10", needs=requires("Decision", "rate"))
    library = load_decisions(renamed(model(inner), "urn:library"))
    needs = requires("Decision", "fee")
    own = literal("d", "fee", needs=needs) + literal("rate", "fee", needs=needs)

    with pytest.raises(InvalidDecision, match="requires itself"):
        load_decisions(model(merging("urn:library") + own), [library])
    assert library.evaluate("fee") == 10


def test_type_of_a_model_hides_one_imported_without_a_name() -> None:
    def typed(type_ref: str) -> str:
        return f'<itemDefinition name="tCode"><typeRef>{type_ref}</typeRef></itemDefinition>'

    library = load_decisions(renamed(model(typed("number")), "urn:library"))
    decision = '<decision id="d" name="d"><variable name="d" typeRef="tCode"/>' + text('"a"')
    xml = model(merging("urn:library") + typed("string") + decision + "</decision>")

    assert load_decisions(xml, [library]).evaluate("d") == "a"


def test_name_with_a_dot_is_a_variable_where_there_is_one_and_else_a_path() -> None:
    xml = model(
        '<inputData id="p" name="p"/>'
         '<businessKnowledgeModel id="b" name="b"><encapsulatedLogic>'
        '<formalParameter name="p.n"/><literalExpression><text>p.n * 2</text></literalExpression>'
        "</encapsulatedLogic></businessKnowledgeModel>"
        '<decision id="d" name="d">' + requires("Input", "p") + requires("Knowledge", "b")
        + "<invocation>" + text("b") + '<binding><parameter name="p.n"/>' + text("p.n + 1")
        + "</binding></invocation></decision>"
    )  # fmt: skip

    assert load_decisions(xml).evaluate("d", {"p": {"n": 3}}) == 8
