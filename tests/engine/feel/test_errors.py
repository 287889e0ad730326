"""What goes wrong: mistakes found before anything runs, and warnings where something is null."""

import pytest

from engine.feel import FeelSyntaxError, compile_expression, compile_unary_tests
from tests.engine.feel.saying import NOW


@pytest.mark.parametrize(
    ("source", "line", "column", "sentence"),
    [
        ("", 1, 1, "ends too early"),
        ("1 +", 1, 4, "ends too early"),
        ("if a then 1", 1, 12, "“else” should follow"),
        ("fee > 100\nand and", 2, 5, "“and” is not expected here"),
        ("sum(1, 2", 1, 9, "ends too early"),
        ("a = b)", 1, 6, "“)” is not expected here"),
        ('"open', 1, 1, "a string begins here and does not end"),
        ("a == ", 1, 6, "ends too early"),
        ("金额，1", 1, 3, "full-width"),
        ("{a: 1, a: 2}", 1, 8, "given twice"),
        ("f(1, b: 2)", 1, 9, "all arguments by name"),
        ("@5", 1, 2, "a string should follow"),
        ("{a 1}", 1, 5, "“:” should follow the key"),
        ("x instance of", 1, 14, "ends too early"),
        ("[1..", 1, 5, "ends too early"),
        ("1e99999", 1, 1, "is not a number"),
    ],
)
def test_syntax_error_says_where_and_what(
    source: str, line: int, column: int, sentence: str
) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression(source)

    assert (caught.value.line, caught.value.column) == (line, column)
    assert sentence.lower() in str(caught.value).lower()


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("missing", "There is no variable “missing”."),
        ("unknown(1)", "There is no function “unknown”."),
        ('1 + "2"', "A number and a string cannot be added."),
        ("1 / 0", "A number cannot be divided by zero."),
        ('1 < "2"', "A number and a string cannot be compared."),
        ('date("2026-13-01")', "There is no such day."),
        ('@"soon"', "“soon” is not a date like 2026-04-30."),
        ("{a: 1}.b", "The context has no entry “b”."),
        ("[1][2]", "The list has no element 2."),
        ("abs(1, 2)", "“abs” takes the parameters (n)."),
        ('abs("1")', "The parameter “n” takes a"),
        ("now()", "No time was given to this evaluation."),
        ("1 instance of money", "There is no type “money”."),
        ('if "a" then 1 else 2', "The condition is neither true nor false"),
    ],
)
def test_warning_says_why_something_is_null(source: str, sentence: str) -> None:
    _, warnings = compile_expression(source).evaluate_with_warnings()

    assert sentence in str(warnings[0])


def test_warning_says_where() -> None:
    _, warnings = compile_expression("1 +\n  (2 / 0)").evaluate_with_warnings()

    assert [(warning.line, warning.column) for warning in warnings] == [(2, 6), (1, 3)]


def test_no_warning_where_nothing_is_wrong() -> None:
    value, warnings = compile_expression("null = a or today() > b").evaluate_with_warnings(
        {"a": None, "b": NOW.date()}, now=NOW
    )

    assert value is True
    assert warnings == []


def test_expression_knows_what_it_reads() -> None:
    expression = compile_expression(
        "sum(for row in case.rows return row.hours * factor) > limit"
        " and count(members[age > oldest]) = 0 and {x: 1, y: x}.y = fee_total(case.id)"
    )

    assert expression.variables == {"case", "factor", "limit", "members"}
    assert expression.paths == {"case.rows", "case.id", "factor", "limit", "members"}
    assert expression.possible_variables == {"age", "oldest"}
    assert expression.functions == {"sum", "count", "fee_total"}
    assert expression.unknown_functions == {"fee_total"}


def test_function_that_the_expression_defines_is_not_unknown() -> None:
    expression = compile_expression("{double: function(n) n * 2, r: double(x)}.r")

    assert expression.unknown_functions == frozenset()
    assert expression.variables == {"x"}


def test_unary_tests_know_what_they_read() -> None:
    tests = compile_unary_tests("< limit, other(?)")

    assert tests.variables == {"limit"}
    assert tests.unknown_functions == {"other"}
