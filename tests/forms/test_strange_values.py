"""Expressions of a form that give something else than is wanted count for nothing."""

import time

import pytest

from engine.feel import FeelSyntaxError
from forms import check_form, draw
from forms.expressions import compile_text
from forms.patterns import find_pattern_problem
from forms.slots import MEGABYTE
from tests.forms.documents import bind, component, document, environment, posted

STRANGE = ["=7", '="text"', "=[1, 2]", "={a: 1}", "=null", "=1/0", "=true", '=duration("P1D")']


@pytest.mark.parametrize("value", STRANGE)
def test_a_bound_that_is_no_date_bounds_nothing(value: str) -> None:
    properties = {"min": value, "max": value}
    form = bind(component("datetime", "day", subtype="date", properties=properties))
    reading = form.read(posted(day="2022-08-01"), outcome="send")
    assert (reading.errors, reading.values) == ([], {"day": "2022-08-01"})


def test_a_bound_that_is_a_moment_bounds_by_its_day() -> None:
    properties = {"max": '=date and time("2022-07-01T10:00:00")'}
    form = bind(component("datetime", "day", subtype="date", properties=properties))
    assert form.read(posted(day="2022-07-01"), outcome="send").errors == []
    (error,) = form.read(posted(day="2022-07-02"), outcome="send").errors
    assert error.path == "day"


@pytest.mark.parametrize("value", STRANGE)
def test_places_for_files_that_are_no_list_of_places_ask_for_nothing(value: str) -> None:
    form = bind(component("filepicker", "files", properties={"slots": value}))
    assert form.all_slots == ()
    assert draw(environment(), form, form.complete())


@pytest.mark.parametrize("value", ['="text"', "=[1, 2]", "=null", "=1/0", "=true"])
def test_limits_that_are_no_numbers_are_the_usual_ones(value: str) -> None:
    properties = {"maxFiles": value, "maxSize": value}
    (slot,) = bind(component("filepicker", "files", properties=properties)).all_slots
    assert (slot.max_files, slot.max_size) == (5, 5 * MEGABYTE)


@pytest.mark.parametrize("rows", ["101", "9999"])
def test_a_list_has_no_more_rows_than_are_read(rows: str) -> None:
    fields = [component("textfield", "one")]
    listed = component("dynamiclist", "list", components=fields, properties={"minRows": rows})
    problems = check_form(document(listed), "process/example")
    assert any("minRows" in str(each) for each in problems)


@pytest.mark.parametrize(
    "pattern",
    [
        "a{99999999}",
        "(?:(?:a{99}){99}){99}",
        "(?x)((a {999} ) {999} ) # often\n{999}",
        "((a+?){999}){999}",
        r"(\){999}){999}",
    ],
)
def test_a_pattern_that_would_take_all_memory_is_refused(pattern: str) -> None:
    assert find_pattern_problem(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        r"\d{4}-\d{2}-\d{2}",
        "(?:[0-9A-F]{2}:){5}[0-9A-F]{2}",
        r"(\d{3}-){3}(\d{4} ){4}\p{L}{2,1000}",
        ".{0,1000}",
        "[一-鿿]{2,40}",
    ],
)
def test_usual_patterns_are_none(pattern: str) -> None:
    assert find_pattern_problem(pattern) is None


@pytest.mark.parametrize("text", ["{{" * 100_000, "{{a}} {{" + "{" * 200_000, '{{"' * 60_000])
def test_a_text_with_places_that_do_not_end_takes_no_time(text: str) -> None:
    started = time.process_time()
    assert "".join(map(str, compile_text(text).pieces)).endswith(text[-100:])
    assert time.process_time() - started < 1


def test_places_of_a_text_end_where_they_end_first() -> None:
    text = compile_text("{{1 + 1}}个}}{{ {{2}}".replace("{{ {{", "、{{"))
    assert [str(piece) for piece in text.pieces if isinstance(piece, str)] == ["个}}、"]
    with pytest.raises(FeelSyntaxError):
        compile_text("{{ {{2}}")
