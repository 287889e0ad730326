"""The language: literals, operators, control, paths, filters, ranges, functions."""

import pytest

from tests.engine.feel.saying import means, value_of

MEMBER = {
    "member": {"name": "王芳", "age": 41, "hours": [8, 12.5, 20]},
    "fee status": "unpaid",
    "会员": {"年龄": 41},
    "items": [{"price": 10, "n": 1}, {"price": 25, "n": 2}, {"price": 40, "n": 3}],
}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        # arithmetic
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("10 / 4", "2.5"),
        ("1 / 3 * 3", "0.9999999999999999999999999999999999"),
        ("0.1 + 0.2", "0.3"),
        ("-3 ** 2", "9"),
        ("2 ** 3 ** 2", "64"),
        ("-(2 ** 2)", "-4"),
        ("1 / 0", "null"),
        ("1.5e3", "1500"),
        (".25", "0.25"),
        ('"a" + "b"', '"ab"'),
        ('"a" + 1', "null"),
        ("null + 1", "null"),
        # comparison
        ("1 = 1.0", "true"),
        ("1 != 2", "true"),
        ('1 = "1"', "null"),
        ("null = null", "true"),
        ("1 = null", "false"),
        ('"abc" < "abd"', "true"),
        ("[1, 2] = [1, 2]", "true"),
        ("{a: 1, b: 2} = {b: 2, a: 1}", "true"),
        ("3 between 1 and 5", "true"),
        ("null between 1 and 5", "null"),
        ("5 in (1, 3, 5)", "true"),
        ("5 in (> 3)", "true"),
        ("5 in [1..5)", "false"),
        ("5 in ]4..5]", "true"),
        ("5 in [5..9[", "true"),
        ('"b" in ["a".."c"]', "true"),
        ("5 in ([1..2], [4..6])", "true"),
        ("[1, 2] in [[1, 2], [3]]", "true"),
        # control
        ('if 2 > 1 then "yes" else "no"', '"yes"'),
        ('if null then "yes" else "no"', '"no"'),
        ("for i in 1..3 return i * i", "[1, 4, 9]"),
        ("for i in 3..1 return i", "[3, 2, 1]"),
        ("for i in [1, 2], j in [10, 20] return i + j", "[11, 21, 12, 22]"),
        ("for i in 1..2, j in 1..i return j", "[1, 1, 2]"),
        ("for i in 0..4 return if i = 0 then 1 else i * partial[-1]", "[1, 1, 2, 6, 24]"),
        (
            'for d in @"2026-02-27"..@"2026-03-01" return d.day',
            "[27, 28, 1]",
        ),
        ("for i in (1..4) return i", "[2, 3]"),
        ("some x in [1, 2, 3] satisfies x > 2", "true"),
        ("every x in [1, 2, 3] satisfies x > 2", "false"),
        ("every x in [] satisfies x > 2", "true"),
        ("some x in [1, null] satisfies x > 2", "null"),
        ('some x in [1, 2] satisfies if x = 2 then true else "x"', "null"),
        ('[1, 2]["x"]', "null"),
        # paths and filters
        ("member.name", '"王芳"'),
        ("会员.年龄 >= 18", "true"),
        ('fee status = "unpaid"', "true"),
        ("items.price", "[10, 25, 40]"),
        ("items[price > 20].n", "[2, 3]"),
        ("items[item.price > 20][1].n", "2"),
        ("items[-1].n", "3"),
        ("items[4]", "null"),
        ("member.hours[item >= 10]", "[12.5, 20]"),
        ("member.absent", "null"),
        ("7[1]", "7"),
        ("7[item > 3]", "[7]"),
        ("null[1]", "null"),
        ("{a: {b: 1}, c: [{b: 2}]}...b", "[1, 2]"),
        # contexts and functions
        ("{a: 1, b: a + 1, c d: b * 2}.c d", "4"),
        ('{"a+b": 1, x: a+b + 1}.x', "2"),
        ("{f: function(x, y) x - y, r: f(5, 3)}.r", "2"),
        ("{f: function(x, y) x - y, r: f(y: 5, x: 3)}.r", "-2"),
        ("(function(x: number) x * 2)(4)", "8"),
        ('(function(x: number) x = null)("four")', "true"),
        ("{make: function(n) function(m) n + m, r: make(1)(2)}.r", "3"),
        ("sort([3, 1, 2], function(a, b) a > b)", "[3, 2, 1]"),
        # types
        ("1 instance of number", "true"),
        ("[1, 2] instance of list<number>", "true"),
        ('[1, "2"] instance of list<number>', "false"),
        ("{a: 1} instance of context<a: number>", "true"),
        ("[1..2] instance of range<number>", "true"),
        ("null instance of number", "false"),
        ("null instance of Null", "true"),
        ('@"P1Y" instance of years and months duration', "true"),
        ("(function(a: number) a) instance of function<number> -> Any", "true"),
        (
            (
                "[function(a: string) 1, function(b: number) 2]"
                " instance of list<function<string> -> Any>"
            ),
            "true",
        ),
        (
            "[function(a: string) 1, function(a, b) 2] instance of list<function<string> -> Any>",
            "false",
        ),
        ("[function(a: string) 1, 2] instance of list<function<string> -> Any>", "false"),
        ('(function() {b: "b", c: 1}) instance of function<> -> context<b: string>', "true"),
        ('(function() {b: "b"}) instance of function<> -> context<b: string, c: string>', "false"),
        (
            (
                "(function(a: context<a: string>) 1) instance of"
                " function<context<a: string, b: string>> -> number"
            ),
            "true",
        ),
        (
            (
                "(function(a: context<a: string, b: string>) 1) instance of"
                " function<context<a: string>> -> number"
            ),
            "false",
        ),
        # moments: equal to the second; a date is the start of its day in UTC
        ('@"10:00:00.25" = @"10:00:00.75"', "true"),
        ('@"10:00:00.25" < @"10:00:00.75"', "false"),
        ('@"2026-04-15T10:00:00.9" = @"2026-04-15T10:00:01"', "false"),
        ('@"2026-04-15T10:00:00.9" < @"2026-04-15T10:00:01"', "true"),
        ('@"2026-04-15" = @"2026-04-15T00:00:00Z"', "true"),
        ('@"2026-04-15T08:00:00+08:00" = @"2026-04-15"', "true"),
        ('@"2026-04-15" = @"2026-04-15T10:00:00Z"', "false"),
        ('@"2026-04-15" = @"2026-04-15T00:00:00"', "false"),
        # comments and blanks
        ("1 + // one\n 2 /* and two */", "3"),
        ("1\u3000+\u00a01", "2"),
    ],
)
def test_expression_has_the_value_of_the_standard(source: str, expected: str) -> None:
    assert means(source, expected, MEMBER)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('"\\u4e2d"', "中"),
        ('"\\uD83D\\uDE00"', "\U0001f600"),
        ('"\\U01F600"', "\U0001f600"),
        ('"a\\"b\\\\c\\n"', 'a"b\\c\n'),
        ('"\\d+"', "\\d+"),
    ],
)
def test_string_escapes_are_read(source: str, expected: str) -> None:
    assert value_of(source) == expected


def test_characters_beyond_the_basic_plane_count_as_one() -> None:
    assert means('string length("\\uD83D\\uDE00") + string length("\U0001f600")', "2")
    assert means('substring("\U0001f600ab", 2, 1)', '"a"')


def test_longest_known_name_wins_over_an_operator() -> None:
    from engine.feel import compile_expression

    context = {"fee-rate": 3, "fee": 10, "rate": 4}

    assert compile_expression("fee-rate", names=["fee-rate"]).evaluate(context) == 3
    assert compile_expression("fee - rate", names=["fee-rate"]).evaluate(context) == 6
    assert compile_expression("fee-rate").evaluate(context) == 6
    assert compile_expression("`fee-rate` * 2").evaluate(context) == 6


def test_variable_hides_no_function_of_its_name() -> None:
    assert means("count([1, 2]) + count", "5", {"count": 3})


def test_clock_is_the_one_that_was_given() -> None:
    assert means("today()", 'date("2026-04-15")')
    assert means('now() > @"2026-04-15T09:29:00Z"', "true")
