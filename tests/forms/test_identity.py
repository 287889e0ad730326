"""Identity numbers are checked by the rules of their type."""

from datetime import date

import pytest

from forms.identity import clean_identity_number, find_birth_date, find_identity_problem
from tests.forms.documents import bind, component, posted

TODAY = date(2022, 8, 1)
LENGTH = "The number has 18 characters: 17 digits, then a digit or X."
CHECK_DIGIT = "The number is not right: its last character does not fit the others."
BIRTH_DATE = "The number is not right: it contains no possible date of birth."
PLACE = "The number is not right: its first digits are no region."

NUMBERS = [
    ("identity_card", "11010519491231002X", None),
    ("identity_card", "440524188001010014", BIRTH_DATE),
    ("identity_card", "110105194912310021", CHECK_DIGIT),
    ("identity_card", "110105194902310026", BIRTH_DATE),
    ("identity_card", "110105202212310026", BIRTH_DATE),
    ("identity_card", "000105194912310026", PLACE),
    ("identity_card", "1101051949123100", LENGTH),
    ("identity_card", "11010519491231002Y", LENGTH),
    ("residence_permit", "810000199408230021", None),
    ("residence_permit", "830000199201300022", None),
    (
        "residence_permit",
        "11010519491231002X",
        "The number of a residence permit begins with 81, 82 or 83.",
    ),
    ("hk_macao_permit", "H12345678", None),
    ("hk_macao_permit", "M1234567890", None),
    (
        "hk_macao_permit",
        "X12345678",
        "The number of the permit is H or M and 8 digits, or H or M and 10 digits.",
    ),
    ("taiwan_permit", "12345678", None),
    ("taiwan_permit", "1234567", "The number of the permit is 8 digits."),
    ("passport", "E12345678", None),
    ("passport", "E1", "A passport number is 5 to 17 letters and digits."),
    ("permanent_residence", "USA440100000019", None),
    (
        "permanent_residence",
        "44010000001",
        "The number is 3 letters and 12 digits, or 18 digits beginning with 9.",
    ),
    ("officer_card", "军字第123456", None),
    ("officer_card", "1", "The number is 4 to 30 characters."),
    ("unknown", "AB12345", None),
]


@pytest.mark.parametrize(("kind", "number", "problem"), NUMBERS)
def test_a_number_is_checked_by_its_type(kind: str, number: str, problem: str | None) -> None:
    assert find_identity_problem(number, identity_type=kind, today=TODAY) == problem


def test_spaces_and_small_letters_do_not_matter() -> None:
    assert clean_identity_number("110105 19491231 002x") == "11010519491231002X"


def test_a_number_tells_the_birth_date() -> None:
    assert find_birth_date("11010519491231002X") == date(1949, 12, 31)
    assert find_birth_date("E12345678") is None


@pytest.mark.parametrize(("kind", "errors"), [("passport", 0), ("identity_card", 1)])
def test_a_form_checks_by_the_type_that_another_field_says(kind: str, errors: int) -> None:
    bound = bind(
        component("select", "kind", properties={"list": "identity_types"}),
        component(
            "textfield", "number", properties={"format": "identity_number", "identityType": "kind"}
        ),
    )
    assert len(bound.read(posted(kind=kind, number="E12345678"), outcome="send").errors) == errors
