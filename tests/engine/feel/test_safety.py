"""What a stranger may type: nothing is reached but data, and nothing goes on without end."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.feel import (
    Budget,
    BudgetExceeded,
    Expression,
    FeelSyntaxError,
    UnaryTests,
    compile_expression,
    compile_unary_tests,
)

ENDLESS = [
    "count(for i in 1..1000000000 return i)",
    "some i in 1..1000000000 satisfies i < 0",
    "every a in 1..10000, b in 1..10000 satisfies a > 0",
    "{f: function(n) f(n + 1), r: f(0)}.r",
    "{f: function(f, n) f(f, n), r: f(f, 1)}.r",
    "{y: function(f) f(f), r: y(function(g) g(g))}.r",
    "count((for i in 1..2000 return i)[count((for j in 1..2000 return j)[item > 0]) > 0])",
    "sort((for i in 1..100000 return -i), function(a, b) a < b)",
    "count(for i in 1..100000 return partial)",
    "count(distinct values(for i in 1..5000 return {a: i}))",
]
HUGE = [
    "{a: \"xxxxxxxxxx\"" + "".join(f", a{n}: a{n - 1 if n else ''} + a{n - 1 if n else ''}"
                                   for n in range(40)) + "}.a39",
    "{a: [1]" + "".join(
        f", a{n}: concatenate(a{n - 1 if n else ''}, a{n - 1 if n else ''})" for n in range(40)
    ) + "}.a39",
    "{a: [1]" + "".join(f", a{n}: [a{n - 1 if n else ''}, a{n - 1 if n else ''}]"
                        for n in range(40)) + "}.a39",
    "string({a: [1]" + "".join(f", a{n}: [a{n - 1 if n else ''}, a{n - 1 if n else ''}]"
                               for n in range(40)) + "}.a39)",
    "{a: [1]" + "".join(f", a{n}: [a{n - 1 if n else ''}, a{n - 1 if n else ''}]"
                        for n in range(40)) + ", r: a39 = a39}.r",
    "flatten({a: [1]" + "".join(f", a{n}: [a{n - 1 if n else ''}, a{n - 1 if n else ''}]"
                                for n in range(40)) + "}.a39)",
    'count(for i in 1..100000 return replace("aaaaaaaaaaaaaaaaaaaa", "a", "bbbbbbbbbbbbbbbbbbb"))',
]  # fmt: skip


@pytest.mark.parametrize("source", ENDLESS + HUGE)
def test_budget_ends_what_would_not_end(source: str) -> None:
    expression = compile_expression(source)
    started = time.process_time()

    with pytest.raises(BudgetExceeded):
        expression.evaluate()

    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+$", "(a|aa)+$", "(.*a){20}", "(a?){50}a{50}$", "(x+x+)+y", r"(a*)*\\1$", "((a*)*)*b"],
)
def test_hostile_pattern_ends_soon(pattern: str) -> None:
    source = f'matches("{"a" * 5000}{"x" * 5000}!", "{pattern}")'
    started = time.process_time()

    try:
        answer = compile_expression(source).evaluate()
    except BudgetExceeded:
        answer = None

    assert answer in (True, False, None)
    assert time.process_time() - started < 2


def test_many_slow_matches_end_soon_too() -> None:
    text = "a" * 18 + "!"
    source = f'count(for i in 1..10000 return matches("{text}" + string(i), "(a|aa)+$"))'
    started = time.process_time()

    with pytest.raises(BudgetExceeded):
        compile_expression(source).evaluate()

    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "source",
    [
        "1.0000001 ** 1e30",
        "exp(1e6000)",
        "log(1e-6000)",
        "modulo(1e6144, 3)",
        "decimal(1e6144, 6000)",
        "odd(1e6144)",
        "string(1e6144)",
        "-(1e6144) * 1e6144",
        '@"P999999999Y" * 1e30',
        'date("999999999-12-31") + @"P1Y"',
        "for i in 1..1e40 return i",
        'substring("a", 1e40)',
    ],
)
def test_extreme_numbers_take_no_time(source: str) -> None:
    started = time.process_time()

    with contextlib.suppress(BudgetExceeded):
        compile_expression(source).evaluate()

    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "pattern",
    [
        "(((a{1,1000}){1,1000}){1,1000}){1,1000}",
        "((a{1000}){1000}){1000}",
        "a{999999}",
        "(" * 400 + ")" * 400,
        "[" * 500,
    ],
)
def test_pattern_that_is_too_large_is_refused(pattern: str) -> None:
    started = time.process_time()

    assert compile_expression(f'matches("b", "{pattern}")').evaluate() in (None, False)
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "source",
    [
        "(" * 5000 + "1" + ")" * 5000,
        "[" * 5000,
        "-" * 5000 + "1",
        "not(" * 5000,
        "if a then " * 5000,
        "1" + " + 1" * 50_000,
        "1" + " + 1" * 20_000,
        "a" + ".b" * 20_000,
        "x" * 200_000,
    ],
)
def test_source_that_is_too_deep_or_long_is_refused(source: str) -> None:
    with pytest.raises(FeelSyntaxError, match=r"too deeply|longer than|too early"):
        compile_expression(source)


@pytest.mark.parametrize(
    "source",
    [
        '"' + '\\"' * 49_000,
        "/*" * 49_000,
        '/* "' * 24_000,
        "{" + ", ".join(f'"a b{n}": a b' for n in range(4_000)) + "}",
    ],
)
def test_strings_comments_and_names_take_time_by_the_length_alone(source: str) -> None:
    started = time.process_time()

    with contextlib.suppress(FeelSyntaxError):
        compile_expression(source)

    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ('"a" + /* "b" */ "c"', "ac"),
        ('"/*" + "b" // "c', "/*b"),
        ('"\\"/*\\"" + "*/"', '"/*"*/'),
        ('{"a b": 1, "a b c": 2, x: a b + a b c}.x', 3),
        ('{"a+b": 1, "a+b+c": 2, x: a+b+c + a+b}.x', 3),
    ],
)
def test_strings_comments_and_names_end_where_they_should(source: str, value: object) -> None:
    assert compile_expression(source).evaluate() == value


@pytest.mark.parametrize("source", ['1 + "a', '/* a */ "b\\"', '"a" + "', '1 /* "a" + "b'])
def test_a_string_or_comment_without_an_end_is_told(source: str) -> None:
    with pytest.raises(FeelSyntaxError, match=r"does not end|not expected"):
        compile_expression(source)


def test_long_chain_is_no_deep_nest() -> None:
    chain = " + ".join("1" for _ in range(150))

    assert compile_expression(chain).evaluate() == 150


def test_smaller_budget_can_be_given() -> None:
    expression = compile_expression("count(for i in 1..100 return i)")

    assert expression.evaluate() == 100
    with pytest.raises(BudgetExceeded):
        expression.evaluate(budget=Budget(steps=50))


@dataclass
class Secret:
    """An object that must stay closed."""

    password: str = "hunter2"

    def open(self) -> str:
        raise AssertionError("Called from an expression.")

    def __iter__(self) -> Iterator[int]:
        raise AssertionError("Gone through by an expression.")


@pytest.mark.parametrize(
    "source",
    [
        "secret.password",
        "secret.open()",
        "secret.__class__",
        "secret[1]",
        "string(secret)",
        "text.__class__",
        "text.upper",
        "numbers.append",
        "mapping.items",
        "mapping.__init__",
        "function.__globals__",
        "function(1)",
        "number.real",
    ],
)
def test_nothing_but_data_can_be_reached(source: str) -> None:
    context = {
        "secret": Secret(),
        "text": "t",
        "numbers": [1],
        "mapping": {"a": 1},
        "function": len,
        "number": 1,
    }
    if source.startswith("function"):
        source = "`function`" + source.removeprefix("function")

    found = compile_expression(source).evaluate(context)

    assert found in (None, [None])


def test_objects_within_data_become_null() -> None:
    value, warnings = compile_expression("rows").evaluate_with_warnings({"rows": [1, Secret()]})

    assert value == [1, None]
    assert "no data" in str(warnings[0])


def test_context_that_holds_itself_ends() -> None:
    loop: dict[str, object] = {}
    loop["self"] = loop

    with pytest.raises(BudgetExceeded):
        compile_expression("loop").evaluate({"loop": loop})


def test_nothing_given_is_changed() -> None:
    context = {"rows": [{"n": 1}]}

    compile_expression("append(rows, {n: 2})[1]").evaluate(context)
    compile_expression('context put(rows[1], "n", 9)').evaluate(context)

    assert context == {"rows": [{"n": 1}]}


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["1", "a", "(", ")", "[", "]", "{", "}", ",", ":", "..", ".", "+", "-", "*", "**", "/",
             "=", "<", ">=", "in", "and", "or", "if", "then", "else", "for", "return", "some",
             "satisfies", "between", "instance of", "function", "number", '"s"', "@", "?", "not",
             "null", "true", "count", "date and time", "“", "`", "\\", "中 文"]
        ),
        max_size=14,
    )
)  # fmt: skip
def test_any_text_is_an_expression_or_a_syntax_error(words: list[str]) -> None:
    source = " ".join(words)
    for compile_text in (compile_expression, compile_unary_tests):
        found = read_or_refused(compile_text, source)
        if isinstance(found, Expression):
            found.evaluate({"a": [1, {"b": 2}], "中 文": "x"})


def read_or_refused(
    compile_text: Callable[[str], Expression | UnaryTests], source: str
) -> Expression | UnaryTests | None:
    """Compile a text; an error must say where it is."""
    try:
        return compile_text(source)
    except FeelSyntaxError as error:
        if min(error.line, error.column) < 1 or not str(error):
            raise
        return None
