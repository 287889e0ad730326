"""Sentences are said in the language that is spoken, with their values."""

from datetime import date

import pytest

from engine.errors import Rejected
from engine.language import N_, _, ngettext, say_date, speak
from web.languages import catalogue


@pytest.mark.parametrize(("language", "said"), [("en", "6 September 2022"), ("zh", "2022年9月6日")])
def test_a_date_is_said_as_people_write_it(language, said):
    with speak(catalogue(language)):
        assert say_date(date(2022, 9, 6)) == said


def test_dates_among_the_values_of_a_sentence_are_said_so_too():
    opening = N_("The inspection for %(year)s is not open yet. It opens on %(date)s.")
    error = Rejected(opening, year=2021, date=date(2022, 7, 1))
    with speak(catalogue("zh")):
        assert str(error) == "2021年度年检尚未开始，将于2022年7月1日开始。"
    assert str(error) == "The inspection for 2021 is not open yet. It opens on 1 July 2022."


def test_a_sentence_can_have_a_value_of_any_name():
    assert _("Was told: %(message)s", message="here") == "Was told: here"


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "Enter at least 1 character."), (2, "Enter at least 2 characters.")],
)
def test_a_sentence_that_counts_has_its_number(count, said):
    one, many = "Enter at least %(n)s character.", "Enter at least %(n)s characters."
    assert ngettext(one, many, count) == said
    with speak(catalogue("zh")):
        assert ngettext(one, many, count) == f"请至少填写{count}个字符。"


def test_nothing_is_spoken_outside_the_block():
    with speak(catalogue("zh")):
        assert _("Cancel") == "取消"
    assert _("Cancel") == "Cancel"
