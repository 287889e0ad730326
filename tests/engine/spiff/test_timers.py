"""Timers: on the instance's own clock, with an offset, once or repeated."""

from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import quoteattr
from zoneinfo import ZoneInfo

import pytest

from engine.errors import InvalidRelease
from engine.spiff import Instance, TimerNotUnderstood
from tests.engine.spiff.drawing import (
    boundary,
    call,
    catch,
    choice,
    diagram,
    end,
    ext,
    flow,
    flows,
    node,
    parallel,
    script,
    start,
    user,
)
from tests.engine.spiff.running import BEGINNING, Driven, later, model_of


def waiting(**time):
    return diagram(
        start(), catch("wait", **time), user("last"), end(), flows("start wait last end")
    )


@pytest.mark.parametrize(
    ("time", "due_at"),
    [
        ({"after": "PT1H"}, "2026-11-01T09:00:00+00:00"),
        ({"after": "P1M"}, "2026-12-01T08:00:00+00:00"),
        ({"after": "P1Y2M3DT4H5M6S"}, "2028-01-04T12:05:06+00:00"),
        ({"after": "P2W"}, "2026-11-15T08:00:00+00:00"),
        ({"after": '=duration("P30D")'}, "2026-12-01T08:00:00+00:00"),
        ({"after": '="PT" + string(hours) + "H"'}, "2026-11-01T11:00:00+00:00"),
        ({"after": "=patience"}, "2026-11-08T08:00:00+00:00"),
        ({"at": "2026-12-31T23:59:59+08:00"}, "2026-12-31T15:59:59+00:00"),
        ({"at": "2026-12-31T23:59:59@Asia/Shanghai"}, "2026-12-31T15:59:59+00:00"),
        ({"at": "=deadline"}, "2026-12-31T16:00:00+00:00"),
        ({"at": '=date and time("2026-12-31T23:00:00+08:00")'}, "2026-12-31T15:00:00+00:00"),
        ({"at": '=now() + duration("P1D")'}, "2026-11-02T08:00:00+00:00"),
    ],
)
def test_a_timer_is_due_when_it_says(time, due_at):
    variables = {"hours": 3, "patience": "P7D", "deadline": "2027-01-01T00:00:00+08:00"}
    case = Driven(model_of(waiting(**time)), variables)

    (wait,) = case.instance.waits

    assert wait.kind == "timer"
    assert wait.due_at == datetime.fromisoformat(due_at)
    assert wait.due_at.utcoffset() is not None


@pytest.mark.parametrize(
    "time",
    [
        {"at": "=when"},
        {"at": "=date(2026, 1, 1)"},
        {"after": "=when"},
        {"after": "=nothing"},
        {"after": "=5"},
        {"after": '=-duration("P1D")'},
        {"after": '="P9999999Y"'},
    ],
)
def test_a_value_without_an_offset_or_duration_is_no_time(time):
    with pytest.raises(TimerNotUnderstood, match="wait"):
        Driven(model_of(waiting(**time)), {"when": "2026-12-31T23:59:59"})


@pytest.mark.parametrize(
    "time",
    [
        {"at": "2026-12-31"},
        {"at": "2026-12-31T10:00:00"},
        {"at": "tomorrow"},
        {"after": "P"},
        {"after": "PT"},
        {"after": "1H"},
        {"after": "2026-12-31T10:00:00Z"},
        {"after": "0 0 9 * * *"},
    ],
)
def test_a_written_time_that_says_none_is_refused_with_the_release(time):
    with pytest.raises(InvalidRelease, match="is no time with an offset"):
        model_of(waiting(**time))


def test_a_timer_fires_when_the_clock_has_come_there_and_not_before():
    case = Driven(model_of(waiting(after="PT1H")))

    case.wait(minutes=59, seconds=59)
    assert case.open == []
    case.wait(seconds=1)

    assert case.open == ["last"]


def test_a_timer_keeps_its_time_when_stored():
    case = Driven(model_of(waiting(after="PT1H")))

    for _ in range(5):
        case.wait(minutes=10)
    (wait,) = case.instance.waits

    assert wait.due_at == BEGINNING + timedelta(hours=1)


def test_a_timer_that_is_due_at_once_fires_at_once():
    assert Driven(model_of(waiting(after="PT0S"))).open == ["last"]
    assert Driven(model_of(waiting(at="2020-01-01T00:00:00Z"))).open == ["last"]


def test_one_clock_serves_timers_and_expressions():
    drawn = diagram(
        start(),
        script("note", "string(today())", "day"),
        user("fill"),
        end(),
        flows("start note fill end"),
    )
    now = datetime(2026, 12, 31, 23, 30, tzinfo=ZoneInfo("Asia/Shanghai"))

    instance = Instance.start(model_of(drawn), {}, run_operation=later, now=now)

    assert instance.variables == {"day": "2026-12-31"}


def test_an_hour_is_an_hour_when_clocks_change():
    now = datetime(2026, 10, 24, 23, 30, tzinfo=ZoneInfo("Europe/Berlin"))

    instance = Instance.start(model_of(waiting(after="PT6H")), {}, run_operation=later, now=now)

    assert instance.waits[0].due_at == datetime(2026, 10, 25, 3, 30, tzinfo=UTC)


REMINDED = diagram(
    start(),
    choice("again"),
    user("fill"),
    boundary("reminded", "fill", interrupting=False, after="P7D"),
    boundary("late", "fill", after="P30D"),
    script("count", "reminders + 1", "reminders"),
    choice("more", "more__end"),
    end(),
    end("end_reminded"),
    end("end_late"),
    flows("start again fill more end", "reminded count end_reminded", "late end_late"),
    flow("more", "again", "outcome = 1"),
)


def test_a_timer_that_does_not_interrupt_fires_once():
    case = Driven(model_of(REMINDED), {"reminders": 0})

    case.wait(days=8).wait(days=8)

    assert case.open == ["fill"]
    assert case.variables["reminders"] == 1
    assert case.waits == ["late"]


def test_a_timer_that_interrupts_ends_its_task():
    case = Driven(model_of(REMINDED), {"reminders": 0}).wait(days=7).wait(days=23)

    assert case.end_event == "end_late"


def test_timers_that_are_overdue_fire_in_the_order_of_their_times():
    case = Driven(model_of(REMINDED), {"reminders": 0}).wait(days=40)

    assert case.end_event == "end_late"
    assert case.variables["reminders"] == 1


def test_completing_a_task_whose_deadline_has_passed_unnoticed_is_still_possible():
    case = Driven(model_of(REMINDED), {"reminders": 0})
    case.now += timedelta(days=31)

    case.complete("fill", outcome=0)

    assert case.end_event == "end"


@pytest.mark.parametrize("reminded_in", [range(0), range(1), range(30)])
def test_reminders_leave_nothing_behind(reminded_in):
    case = Driven(model_of(REMINDED), {"reminders": 0})
    for number in range(30):
        if number in reminded_in:
            case.wait(days=8)
        case.complete("fill", outcome=1)

    assert case.variables["reminders"] == len(reminded_in)
    assert max(case.sizes) - min(case.sizes) < 120


def repeating(cycle):
    return diagram(
        start(),
        user("fill"),
        boundary("reminded", "fill", interrupting=False, every=cycle),
        user("note"),
        end(),
        end("e2"),
        flows("start fill end", "reminded note e2"),
    )


def test_a_repeated_timer_fires_as_often_as_it_says():
    case = Driven(model_of(repeating("R3/P7D")))

    seen = [len(case.wait(days=7).open) - 1 for _ in range(5)]

    assert seen == [1, 2, 3, 3, 3]
    assert case.waits == []


def test_a_repeated_timer_without_a_number_goes_on_until_its_task_ends():
    case = Driven(model_of(repeating("R/P1D")))
    for _ in range(10):
        case.wait(days=1)
    assert case.open == ["fill"] + ["note"] * 10

    case.complete("fill")

    assert case.open == ["note"] * 10
    assert case.waits == []


def test_a_repeated_timer_does_not_make_up_for_what_it_missed():
    case = Driven(model_of(repeating("R/PT1M"))).wait(days=100)

    assert case.open == ["fill", "note"]
    (wait,) = case.instance.waits
    assert wait.due_at == case.now + timedelta(minutes=1)


def test_a_repeated_timer_may_begin_at_a_date():
    case = Driven(model_of(repeating("R2/2026-12-01T00:00:00Z/P1D")))

    (wait,) = case.instance.waits

    assert wait.due_at == datetime(2026, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize("cycle", ["R0/P1D", "R3/PT0S", "R3", "P1D", "R3/P1D/2026-12-01T00:00:00Z"])
def test_a_repetition_that_says_nothing_is_refused(cycle):
    with pytest.raises(InvalidRelease, match="is no time"):
        model_of(repeating(cycle))


def test_a_timer_on_a_call_interrupts_it():
    child = diagram(start(), user("decide"), end(), flows("start decide end"), process="child")
    drawn = diagram(
        start(),
        parallel("split"),
        call("review", "child"),
        boundary("late", "review", after="P1D"),
        user("other"),
        user("fix"),
        end(),
        end("e2"),
        end("e3"),
        flows("start split review end", "split other e2", "late fix e3"),
    )

    case = Driven(model_of(drawn, child)).wait(days=1)

    assert case.open == ["fix", "other"]


def scheduled(due):
    task = node(
        "userTask",
        "fill",
        ext(
            '<zeebe:formDefinition formId="fill"/>',
            '<zeebe:assignmentDefinition candidateGroups="member"/>',
            f"<zeebe:taskSchedule dueDate={quoteattr(due)}/>",
        ),
    )
    return model_of(diagram(start(), task, end(), flows("start fill end")))


def test_a_task_is_due_when_its_schedule_said_so_as_it_was_reached():
    case = Driven(scheduled('=now() + duration("P7D")'))
    case.wait(days=3)

    (task,) = case.instance.open_tasks

    assert task.due_at == BEGINNING + timedelta(days=7)


def test_a_schedule_may_say_nothing_but_not_nonsense():
    (task,) = Driven(scheduled("=deadline")).instance.open_tasks
    assert task.due_at is None
    with pytest.raises(TimerNotUnderstood, match="soon"):
        Driven(scheduled("=deadline"), {"deadline": "soon"})
