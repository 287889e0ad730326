"""统一报名: a firm's people in a table, ticked and filled in, and signed up together.

What is ticked and typed is kept as it is made (`firm_drafts`). Without scripts every button of
the page keeps it first: those of the search and of the pages too.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.database import new_id
from engine.errors import Rejected
from engine.language import _
from forms.masking import mask
from web import current
from web.languages import spoken
from web.training.blueprint import bp
from web.training.firm import get_firm, read_page
from web.training.firm_drafts import read_posted, write_key
from workflows.shared.access import Viewer
from workflows.shared.dates import local_date
from workflows.shared.employees import Employee
from workflows.shared.private import read_private_of_many
from workflows.shared.register import CPA, Firm, Member
from workflows.shared.supervision import owned_fields_of
from workflows.shared.training_classes import TrainingClass
from workflows.training_enrolment.firms import drafts
from workflows.training_enrolment.firms.answers import Asked, Row, list_asked, read_rows
from workflows.training_enrolment.firms.employee_form import sexes
from workflows.training_enrolment.firms.people import (
    EMPLOYEE,
    MEMBER,
    PeoplePage,
    Person,
    key_of,
    kinds_for,
    list_people,
)
from workflows.training_enrolment.firms.sign_ups import MOST, NobodyTicked, start_sign_ups
from workflows.training_enrolment.listing import get_offered_class
from workflows.training_enrolment.places import counts_of
from workflows.training_enrolment.signing_up import bind_sign_up
from workflows.training_enrolment.states import (
    FULL,
    OPEN,
    class_state,
    enrolment_label,
    state_label,
)

IN_COLUMNS = ("position", "mobile", "email")
"""Fields that have a column of their own; others stand below the person."""

TICKED = "ticked"


@bp.get("/classes/<int:class_id>/people")
def sign_up_people(class_id: int) -> str:
    """Show a page of the firm's people, with what is ticked and typed."""
    where = _read_where(request.args)
    with current.engine().database.read() as session:
        firm, viewer = get_firm(session)
        training_class = get_offered_class(session, viewer, class_id)
        found = _describe_page(session, firm, training_class, where)
        found["class"] = _describe_class(session, training_class)
    return render_template("training/firm_people.html", sign_ups_id=new_id(), **found)


@bp.post("/classes/<int:class_id>/people")
def use_people(class_id: int) -> ResponseReturnValue:
    """Keep what was ticked and typed, then do what the button says."""
    where = _read_where(request.form)
    go = request.form.get("go", "")
    engine, now = current.engine(), current.now()
    started: UUID | None = None
    try:
        with engine.database.transaction() as session:
            firm, viewer = get_firm(session)
            training_class = get_offered_class(session, viewer, class_id)
            changes = read_posted(request.form)
            drafts.keep(
                session,
                engine,
                firm_id=firm.id,
                training_class=training_class,
                changes=changes,
                now=now,
            )
            if go == "untick":
                drafts.untick_all(session, firm_id=firm.id, training_class=training_class)
        if go == "sign_up":
            with engine.database.transaction() as session:
                started = _start(session, firm, viewer, class_id)
    except Rejected as error:
        flash(str(error), "warning")
    if started is not None:
        return redirect(url_for("training.show_sign_ups", sign_ups_id=started))
    return redirect(url_for("training.sign_up_people", class_id=class_id, **_move(where, go)))


def _start(session: Session, firm: Firm, viewer: Viewer, class_id: int) -> UUID:
    sign_ups_id = request.form.get("sign_ups", type=UUID)
    if sign_ups_id is None:
        raise NobodyTicked
    return start_sign_ups(
        session,
        current.engine(),
        sign_ups_id=sign_ups_id,
        firm_id=firm.id,
        training_class=get_offered_class(session, viewer, class_id),
        viewer=viewer,
        language=spoken(),
        now=current.now(),
    ).id


def _read_where(given: Mapping[str, str]) -> dict[str, str]:
    """Which people are looked at: how name or number begin, the kind, only those ticked."""
    said = {
        "q": given.get("q", "").strip()[:50],
        "kind": given.get("kind", ""),
        "only": given.get("only", ""),
    }
    return {name: value for name, value in said.items() if value}


def _move(where: Mapping[str, str], go: str) -> dict[str, Any]:
    """Where a button leads: another page, another kind, or a search, which begins at its first."""
    what, _colon, value = go.partition(":")
    page = request.form.get("page", "")
    if what == "page":
        return {**where, "page": request.form.get("jump", "") if value == "jump" else value}
    if what == "kind":
        return {"kind": value}
    if what == "only":
        without = {name: each for name, each in where.items() if name not in ("only", "q")}
        return {**without, "only": value} if value else without
    if where.get("q", "") != request.form.get("searched", ""):
        return dict(where)
    return {**where, "page": page} if page else dict(where)


def _describe_page(
    session: Session, firm: Firm, training_class: TrainingClass, where: Mapping[str, str]
) -> dict[str, Any]:
    # Who can only be signed up elsewhere is not offered here.
    kinds = () if training_class.outside_url else kinds_for(training_class)
    engine = current.engine()
    kind = where.get("kind", "")
    kind = kind if kind in kinds else next(iter(kinds), "")
    only = where.get("only") == TICKED
    page = (
        list_people(
            session,
            firm_id=firm.id,
            kind=kind,
            text=where.get("q", ""),
            page=read_page(),
            among=drafts.is_ticked(firm.id, training_class.id, kind) if only else None,
        )
        if kind
        else PeoplePage([], 1, 0)
    )
    rows = read_rows(
        session,
        engine,
        firm_id=firm.id,
        training_class=training_class,
        people=page.people,
        language=spoken(),
        now=current.now(),
    )
    asked = list_asked(
        bind_sign_up(
            session,
            engine,
            training_class=training_class,
            language=spoken(),
            now=current.now(),
        )
    )
    below = [each for each in asked if each.name not in IN_COLUMNS]
    for_all = drafts.read(
        session,
        engine.vault,
        firm_id=firm.id,
        class_id=training_class.id,
        keys=[drafts.EVERYBODY],
    )[drafts.EVERYBODY]
    return {
        "kinds": [_describe_kind(each, is_here=each == kind) for each in kinds],
        "kind": kind,
        "q": where.get("q", ""),
        "only": TICKED if only else "",
        "page": page,
        "people": _describe_people(session, page.people, rows),
        "shared_errors": _find_shared_errors(rows),
        "columns": [_find(asked, name) for name in IN_COLUMNS],
        "below": below,
        "below_labels": _(", ").join(each.label for each in below),
        "shared": [each for each in asked if each.name in drafts.ONE_FOR_ALL],
        "shared_names": drafts.ONE_FOR_ALL,
        "for_all": {"invoice_title": firm.name, **for_all.values},
        "all_key": write_key(drafts.EVERYBODY),
        "asks_position": _find(asked, "position") is not None,
        "is_position_owned": kind == MEMBER and "position" in owned_fields_of(engine, CPA),
        "puts_position": for_all.is_ticked,
        "ticked": drafts.count_ticked(session, firm_id=firm.id, class_id=training_class.id),
        "most": MOST,
        "firm": firm.name,
    }


def _describe_class(session: Session, training_class: TrainingClass) -> dict[str, Any]:
    now = current.now()
    counts = counts_of(session, [training_class.id])[training_class.id]
    state = class_state(training_class, counts, now)
    return {
        "id": training_class.id,
        "name": training_class.name,
        "start_date": training_class.start_date,
        "end_date": training_class.end_date,
        "closes_date": training_class.closes_date,
        "place": training_class.place,
        "state": state,
        "state_words": state_label(state),
        "outside_url": training_class.outside_url,
        "is_open": state in (OPEN, FULL),
        "is_full": state == FULL,
        "left": max(training_class.capacity - counts.placed, 0),
        "waiting": counts.waiting,
        "days_left": (training_class.closes_date - local_date(now)).days,
    }


def _describe_kind(kind: str, *, is_here: bool) -> dict[str, Any]:
    words = {MEMBER: _("CPAs"), EMPLOYEE: _("Other practitioners")}
    return {"kind": kind, "words": words[kind], "is_here": is_here}


def _describe_people(
    session: Session, people: Sequence[Person], rows: Sequence[Row]
) -> list[dict[str, Any]]:
    vault = current.engine().vault
    private: dict[Any, Mapping[str, str]] = {}
    for model in (Member, Employee):
        ids = [each.id for each in people if isinstance(each, model)]
        if ids:
            found = read_private_of_many(session, vault, model, ids)
            private |= {(model, key): values for key, values in found.items()}
    labels = {each.value: each.label for each in sexes(spoken())}
    return [
        {
            "key": write_key(key_of(person)),
            "number": person.number,
            "name": person.name,
            "birth_date": person.birth_date,
            "sex": labels.get(person.sex, ""),
            "known": {
                "position": person.position,
                "mobile": mask("mobile", private[type(person), person.id]["mobile"]),
                "email": mask("email", private[type(person), person.id]["email"]),
            },
            "is_ticked": row.is_ticked,
            "values": row.values,
            "errors": _own_errors(row),
            "is_open": _has_own(row),
            "obstacle": row.obstacle,
            "state": row.state,
            "state_words": enrolment_label(row.state) if row.state else "",
        }
        for person, row in zip(people, rows, strict=True)
    ]


def _is_shared(row: Row, name: str) -> bool:
    """Whether a field of somebody says what it says for all."""
    return name in drafts.ONE_FOR_ALL and not row.values.get(name)


def _own_errors(row: Row) -> dict[str, str]:
    return {name: each for name, each in row.errors.items() if not _is_shared(row, name)}


def _find_shared_errors(rows: Sequence[Row]) -> dict[str, str]:
    """What is wrong for all who are ticked: said once, above them."""
    return {
        name: sentence
        for row in rows
        for name, sentence in row.errors.items()
        if _is_shared(row, name)
    }


def _has_own(row: Row) -> bool:
    """Whether the fields below somebody are to be seen: something stands there, or has to."""
    below = {name for name in _own_errors(row) if name not in IN_COLUMNS}
    return bool(below) or any(row.values.get(name) for name in drafts.ONE_FOR_ALL)


def _find(asked: Sequence[Asked], name: str) -> Asked | None:
    return next((each for each in asked if each.name == name), None)
