"""The attendance list of a class: who was there, said for some or for all.

What is chosen on one page of the list travels in the form from page to page and through searches,
so nothing is lost on the way and nothing is recorded before somebody says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.errors import Rejected
from engine.language import _, ngettext
from web import current
from web.classes.blueprint import bp
from web.numbers import BIGGEST
from web.staff import get_staff_person
from workflows.shared.access import can, check
from workflows.shared.enrolments import CONFIRMED
from workflows.shared.training_classes import TrainingClass, get_class
from workflows.training_enrolment.attendance.people import (
    SHOWN,
    Expected,
    count_expected,
    count_unconfirmed,
    list_expected,
    tally_attendance,
)
from workflows.training_enrolment.attendance.recording import (
    NOT_PRESENT,
    PRESENT,
    REFUSALS,
    WORDS,
    Recorded,
    Word,
    check_can_record,
    record_attendance,
)

A_PAGE = 50
MOST_NAMED = 10
FIELD = "said."
LONGEST_KEY = 10

Said = Mapping[int, Word]


@dataclass(frozen=True)
class Asked:
    """What part of the list is looked at."""

    text: str = ""
    shown: str = ""
    page: int = 1


@bp.get("/<int:class_id>/attendance")
def list_attendance(class_id: int) -> ResponseReturnValue:
    """Show the attendance list of a class."""
    with current.engine().database.read() as session:
        return _draw(session, get_seen_class(session, class_id), _read_asked(), {})


@bp.post("/<int:class_id>/attendance")
def record_list(class_id: int) -> ResponseReturnValue:
    """Record what was chosen; or turn the page, search, or look at a word on all before it counts.

    Sent twice it changes nothing more.
    """
    said, go, asked = _read_said(), request.form.get("go", ""), _read_asked()
    try:
        if go in ("all_present", "rest_absent"):
            return _check_all(class_id, said, PRESENT if go == "all_present" else NOT_PRESENT)
        if go != "record":
            with current.engine().database.read() as session:
                return _draw(session, get_taken_class(session, class_id), asked, said)
        with current.engine().database.transaction() as session:
            recorded = record_attendance(
                session,
                training_class=get_taken_class(session, class_id),
                said=said,
                by=get_staff_person().viewer.account_id,
                now=current.now(),
            )
            sentences = _say(session, class_id, recorded, said)
    except Rejected as error:
        sentences = [("warning", str(error))]
    for kind, sentence in sentences:
        flash(sentence, kind)
    kept: dict[str, Any] = {
        "q": asked.text,
        "shown": asked.shown,
        "page": asked.page if asked.page > 1 else None,
    }
    return redirect(
        url_for(
            "classes.list_attendance", class_id=class_id, **{k: v for k, v in kept.items() if v}
        )
    )


def get_seen_class(session: Session, class_id: int) -> TrainingClass:
    """The class, for who may see who signed up for it."""
    found = get_class(session, class_id)
    check(get_staff_person().viewer, "see_enrolments", found)
    return found


def get_taken_class(session: Session, class_id: int) -> TrainingClass:
    """The class, for who may record its attendance."""
    found = get_seen_class(session, class_id)
    check(get_staff_person().viewer, "take_attendance", found)
    return found


def find_obstacle(training_class: TrainingClass) -> str:
    """Why nothing can be recorded for a class now, or nothing."""
    try:
        check_can_record(training_class, now=current.now())
    except Rejected as error:
        return str(error)
    return ""


def describe_attendance(session: Session, training_class: TrainingClass) -> dict[str, Any] | None:
    """What `classes/attendance_summary.html` says on the page of a class, as `attendance`.

    None as long as there is nothing to record.
    """
    if find_obstacle(training_class):
        return None
    return {
        "class_id": training_class.id,
        "tally": tally_attendance(session, training_class.id),
        "is_over": training_class.ends_at <= current.now(),
        "may_take": can(get_staff_person().viewer, "take_attendance", training_class),
    }


def _read_asked() -> Asked:
    """The part of the list that is asked for; a new search begins at its first page."""
    given, shown = request.values, request.values.get("shown", "")
    go = given.get("go", "")
    turned = go.removeprefix("page:") if go.startswith("page:") else given.get("page", "1")
    page = 1 if go == "search" or not turned.isdecimal() else int(turned[:6])
    return Asked(
        text=given.get("q", "").strip()[:50],
        shown=shown if shown in SHOWN else "",
        page=max(page, 1),
    )


def _read_said() -> dict[int, Word]:
    """What is said of whom, by the keys of enrolments: of this page, and of those before it."""
    said: dict[int, Word] = {}
    for name, value in request.form.items():
        key = name.removeprefix(FIELD)
        if name == key or not key.isdecimal() or len(key) > LONGEST_KEY or int(key) > BIGGEST:
            continue
        said |= {int(key): word for word in WORDS if word == value}
    return said


def _draw(session: Session, training_class: TrainingClass, asked: Asked, said: Said) -> str:
    class_id = training_class.id
    count = count_expected(session, class_id, text=asked.text, shown=asked.shown)
    pages = max(ceil(count / A_PAGE), 1)
    page = min(asked.page, pages)
    people = list_expected(
        session,
        class_id,
        text=asked.text,
        shown=asked.shown,
        limit=A_PAGE,
        offset=(page - 1) * A_PAGE,
    )
    here = {each.id for each in people}
    return render_template(
        "classes/attendance.html",
        training_class=training_class,
        asked=asked,
        people=[_describe(each, said) for each in people],
        kept={key: word for key, word in said.items() if key not in here},
        count=count,
        page=page,
        pages=pages,
        tally=tally_attendance(session, class_id),
        unconfirmed=count_unconfirmed(session, class_id),
        why_not=find_obstacle(training_class),
        may_take=can(get_staff_person().viewer, "take_attendance", training_class),
        is_over=training_class.ends_at <= current.now(),
    )


def _describe(each: Expected, said: Said) -> dict[str, Any]:
    return {
        "id": each.id,
        "place": each.place,
        "name": each.name,
        "number": each.number,
        "firm": each.firm,
        "attendance": each.attendance,
        "said": said.get(each.id, each.attendance),
        "recorded_at": each.recorded_at,
        "hours": each.hours,
        "is_settled": each.state != CONFIRMED,
    }


def _check_all(class_id: int, said: Said, rest: Word) -> ResponseReturnValue:
    """Show what is recorded if all of whom nothing is known, or chosen, get one word."""
    with current.engine().database.read() as session:
        training_class = get_taken_class(session, class_id)
        check_can_record(training_class, now=current.now())
        people = list_expected(session, class_id)
        open_ones = [each for each in people if each.state == CONFIRMED]
        whole = {
            each.id: said.get(each.id) or (each.attendance or rest)
            for each in open_ones
            if said.get(each.id) or not each.attendance
        }
        new = [each for each in open_ones if whole.get(each.id, "") not in ("", each.attendance)]
        return render_template(
            "classes/attendance_check.html",
            training_class=training_class,
            rest=rest,
            is_over=training_class.ends_at <= current.now(),
            said={each.id: whole[each.id] for each in new},
            before=said,
            present=[each for each in new if whole[each.id] == PRESENT],
            absent=[each for each in new if whole[each.id] == NOT_PRESENT],
        )


def _say(
    session: Session, class_id: int, recorded: Recorded, said: Said
) -> Sequence[tuple[str, str]]:
    """What came of recording, in sentences, each with its kind of notice."""
    sentences = list[tuple[str, str]]()
    if recorded.changed:
        present = sum(1 for each in recorded.changed if said[each] == PRESENT)
        words = _(
            "Recorded: %(present)s present, %(absent)s absent.",
            present=present,
            absent=len(recorded.changed) - present,
        )
        sentences.append(("success", words))
    elif not recorded.refused:
        sentences.append(("info", _("Nothing new was chosen, so nothing was recorded.")))
    if recorded.refused:
        sentences.append(("warning", _say_refused(session, class_id, recorded.refused)))
    return sentences


def _say_refused(session: Session, class_id: int, refused: Mapping[int, str]) -> str:
    names = {each.id: each.name for each in list_expected(session, class_id) if each.id in refused}
    first = ngettext(
        "%(num)s person was not recorded.", "%(num)s people were not recorded.", len(refused)
    )
    told = [first]
    for state in dict.fromkeys(refused.values()):
        named = _named(names.get(key, "") for key, each in refused.items() if each == state)
        told.append(f"{_(REFUSALS[state])} {named}".strip())
    return " ".join(told)


def _named(names: Iterable[str]) -> str:
    known = [each for each in names if each]
    more = "…" if len(known) > MOST_NAMED else ""
    return f"({_(', ').join(known[:MOST_NAMED])}{more})" if known else ""
