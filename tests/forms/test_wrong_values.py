"""Every field's wrong values get a sentence at the field."""

from typing import Any

import pytest

from tests.forms.documents import bind, component, posted

CHOICE = {"values": [{"value": "a", "label": "甲"}, {"value": "b", "label": "乙"}]}
MOBILE = "Enter a mobile number: 11 digits, or + and the country's number for one abroad."
PHONE = "Enter a telephone number with its area code, for example 020-83063500."
EMAIL = "Enter an e-mail address, for example name@example.com."
DATE = "Enter a date that exists, for example 2021-07-01."
LENGTH = "The number has 18 characters: 17 digits, then a digit or X."


def formatted(name: str) -> dict[str, Any]:
    return component("textfield", "f", properties={"format": name})


WRONG = [
    (component("textfield", "f", validate={"required": True}), "  ", "Fill in: 标签f."),
    (component("textfield", "f", validate={"minLength": 3}), "ab", "Enter at least 3 characters."),
    (component("textfield", "f", validate={"maxLength": 3}), "abcd", "Enter at most 3 characters."),
    (component("textfield", "f"), "x" * 201, "Enter at most 200 characters."),
    (component("textarea", "f"), "x" * 2001, "Enter at most 2000 characters."),
    (
        component("textfield", "f", validate={"pattern": "[A-Z]+"}),
        "abc",
        "This does not have the form that is asked for.",
    ),
    (
        component(
            "textfield", "f", validate={"pattern": "[A-Z]+"}, properties={"message": "请填大写字母"}
        ),
        "abc",
        "请填大写字母",
    ),
    (formatted("mobile"), "1234", MOBILE),
    (formatted("mobile"), "12345678901", MOBILE),
    (formatted("mobile"), "abc", MOBILE),
    (formatted("phone"), "12", PHONE),
    (formatted("phone"), "电话", PHONE),
    (formatted("email"), "no at", EMAIL),
    (formatted("email"), "a@b", EMAIL),
    (formatted("email"), "a@" + "b" * 250 + ".cn", "Enter at most 200 characters."),
    (component("textfield", "f", validate={"validationType": "email"}), "nobody", EMAIL),
    (formatted("postal_code"), "51000", "Enter a postal code of 6 digits."),
    (formatted("member_number"), "!!", "Enter a member number: 4 to 20 letters and digits."),
    (formatted("new_password"), "short", "Enter a password of at least 10 characters."),
    (formatted("code"), "12a", "Enter the code of 6 digits."),
    (formatted("url"), "javascript:x", "Enter an address that begins with https:// or http://."),
    (formatted("url"), "http://[", "Enter an address that begins with https:// or http://."),
    (formatted("identity_number"), "123", LENGTH),
    (component("number", "f"), "forty", "Enter a number, for example 40."),
    (component("number", "f"), "1e3", "Enter a number, for example 40."),
    (component("number", "f"), "NaN", "Enter a number, for example 40."),
    (component("number", "f"), "9" * 25, "Enter a number, for example 40."),
    (component("number", "f"), "1.5", "Enter a whole number."),
    (
        component("number", "f", decimalDigits=2),
        "1.555",
        "Enter a number with at most 2 decimal places.",
    ),
    (component("number", "f", validate={"min": 1}), "0", "Enter a number of at least 1."),
    (component("number", "f", validate={"max": 5}), "6", "Enter a number of at most 5."),
    (
        component("checkbox", "f", validate={"required": True}),
        "",
        "Tick the box to go on: 标签f.",
    ),
    (component("select", "f", validate={"required": True}, **CHOICE), "", "Choose: 标签f."),
    (component("select", "f", **CHOICE), "c", "Choose one of the options given."),
    (component("radio", "f", **CHOICE), "c", "Choose one of the options given."),
    (component("checklist", "f", **CHOICE), ["a", "c"], "Choose one of the options given."),
    (
        component("checklist", "f", validate={"required": True}, **CHOICE),
        [],
        "Choose: 标签f.",
    ),
    (
        component("select", "f", valuesExpression='=["x", "y"]'),
        "z",
        "Choose one of the options given.",
    ),
    (component("datetime", "f"), "2021-02-30", DATE),
    (component("datetime", "f"), "yesterday", DATE),
    (component("datetime", "f"), "0021-02-03", DATE),
    (
        component("datetime", "f", properties={"max": "=today()"}),
        "2022-08-02",
        "Enter a date that is not after 2022-08-01.",
    ),
    (
        component("datetime", "f", properties={"min": "2020-01-01"}),
        "2019-12-31",
        "Enter a date that is not before 2020-01-01.",
    ),
    (
        component("datetime", "f", disallowPassedDates=True),
        "2022-07-31",
        "Enter a date that is not before 2022-08-01.",
    ),
    (
        component("textfield", "f", properties={"check": '=f != null and f > "m"'}),
        "a",
        "This does not fit the other answers.",
    ),
]


@pytest.mark.parametrize(
    ("field", "value", "sentence"), WRONG, ids=[f"{w[0]['type']} {str(w[1])[:12]}" for w in WRONG]
)
def test_a_wrong_value_gets_a_sentence_and_stays_as_it_was_typed(
    field: dict[str, Any], value: Any, sentence: str
) -> None:
    reading = bind(field).read(posted(f=value), outcome="send")
    assert [(each.path, each.label, each.sentence) for each in reading.errors] == [
        ("f", "标签f", sentence)
    ]
    secret = field.get("properties", {}).get("format") in {"new_password", "code"}
    if not secret and value and isinstance(value, str) and value.strip():
        assert reading.values["f"] == value
    if secret:
        assert "f" not in reading.values
        assert reading.secrets == {}


RIGHT = [
    (component("textfield", "f"), "  a\x00b\u2003c\r\n ", "ab\u2003c"),
    (component("textarea", "f"), "a\r\nb\r\n", "a\nb"),
    (formatted("mobile"), "+86 138-0013-8000", "13800138000"),
    (formatted("mobile"), "+852 9123 4567", "+85291234567"),
    (formatted("phone"), "020-83063583转12", "020-83063583转12"),
    (formatted("email"), "li@example.com", "li@example.com"),
    (formatted("postal_code"), "510 000", "510000"),
    (formatted("member_number"), "ab12345", "AB12345"),
    (formatted("identity_number"), "11010519491231002x", "11010519491231002X"),
    (component("number", "f"), "1,234", 1234),
    (component("number", "f"), "１２", 12),
    (component("number", "f", properties={"format": "hours"}), "40.00", 40.0),
    (component("checkbox", "f"), "true", True),
    (component("checkbox", "f"), [], False),
    (component("checklist", "f", **CHOICE), ["b", "a", "b"], ["a", "b"]),
    (component("select", "f", **CHOICE), "a", "a"),
    (component("select", "f", valuesExpression="=things"), "1", "1"),
    (component("datetime", "f"), "2021年7月1日", "2021-07-01"),
    (component("datetime", "f"), "2021/7/1", "2021-07-01"),
    (component("datetime", "f"), "", None),
    (component("textfield", "f"), "", None),
    (component("number", "f"), "", None),
]


@pytest.mark.parametrize(("field", "value", "kept"), RIGHT)
def test_a_right_value_is_kept_clean(field: dict[str, Any], value: Any, kept: Any) -> None:
    bound = bind(field, context={"things": [{"value": 1, "label": "one"}]})
    reading = bound.read(posted(f=value), outcome="send")
    assert reading.errors == []
    assert reading.values == {"f": kept}


def test_a_new_password_is_kept_by_nobody_and_never_trimmed() -> None:
    fields = [
        component("textfield", "password", properties={"format": "new_password"}),
        component(
            "textfield", "again", properties={"format": "new_password", "sameAs": "password"}
        ),
    ]
    right = bind(*fields).read(
        posted(password=" correct horse ", again=" correct horse "), outcome="send"
    )
    assert right.errors == []
    assert right.values == {}
    assert right.secrets["password"] == " correct horse "
    other = bind(*fields).read(
        posted(password="correct horse", again="correct house"), outcome="send"
    )
    assert [(each.path, each.sentence) for each in other.errors] == [
        ("again", "The two are not the same.")
    ]


def test_a_regular_expression_that_never_ends_is_no_match_in_time() -> None:
    field = component("textfield", "f", validate={"pattern": "(a|aa|a?)+$b"})
    reading = bind(field).read(posted(f="a" * 60), outcome="send")
    assert len(reading.errors) == 1
