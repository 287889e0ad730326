"""A class typed: made anew, as a copy, or changed once it was seen whom the change touches."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from engine.errors import NotFound
from engine.language import _
from forms.texts import draw_markdown
from web import current
from web.classes.blueprint import bp
from web.classes.history import describe_edits
from web.classes.words import describe_class
from web.numbers import small_int
from web.saying import describe_section, read_typed, type_values
from web.staff import get_staff_person
from web.words import name_office
from workflows.shared.access import check
from workflows.shared.associations import Association, get_association
from workflows.shared.dates import local_date
from workflows.shared.training_classes import TrainingClass, get_class
from workflows.training_enrolment.classes.changes import (
    ClassChangedMeanwhile,
    ClassIsCancelled,
    ClassNotAsTyped,
    changed_meanwhile,
    create_class,
    rebase,
    save_class,
)
from workflows.training_enrolment.classes.drafts import check_changed, check_new
from workflows.training_enrolment.classes.impact import describe_impact
from workflows.training_enrolment.classes.listing import list_offices
from workflows.training_enrolment.classes.settings import EVERYTHING, SECTIONS
from workflows.training_enrolment.classes.values import read_class, read_copy
from workflows.training_enrolment.places import counts_of

Wrong = Mapping[str, str]
NOTHING: Wrong = {}


@bp.get("/new")
def begin_class() -> str:
    """Show the empty form of a class."""
    with current.engine().database.read() as session:
        return _draw_new(_list_own(session), {**read_typed(EVERYTHING, MultiDict()), **_first()})


@bp.get("/<int:class_id>/copy")
def copy_class(class_id: int) -> str:
    """Show the form of a new class that is filled in from another one; its days are empty."""
    with current.engine().database.read() as session:
        copied = _get_own(session, class_id, "see_enrolments")
        typed = {**type_values(EVERYTHING, read_copy(copied)), "year": _first()["year"]}
        return _draw_new(_list_own(session), typed, office_id=copied.association_id)


@bp.post("")
def make_class() -> ResponseReturnValue:
    """Make a class of what was typed; sent twice it is one."""
    viewer = get_staff_person().viewer
    typed = read_typed(EVERYTHING, request.form)
    office_id = request.form.get("office", type=small_int)
    with current.engine().database.read() as session:
        offices = _list_own(session)
    values, wrong = check_new(typed, now=current.now())
    office = next((each for each in offices if each.id == office_id), None)
    if office is None:
        wrong["office"] = _("Choose the association.")
    if office is None or wrong:
        return _draw_new(offices, typed, office_id=office_id, wrong=wrong), 422
    with current.engine().database.transaction() as session:
        check(viewer, "offer_classes", office)
        made = create_class(
            session, association=office, values=values, by=viewer.account_id, now=current.now()
        )
    flash(_("The class was made. Everybody whom it is for sees it in the list."), "success")
    return redirect(url_for("classes.show_class", class_id=made.id))


@bp.get("/<int:class_id>/edit")
def edit_class(class_id: int) -> ResponseReturnValue:
    """Show a class to be changed."""
    with current.engine().database.read() as session:
        training_class = _get_own(session, class_id)
        if training_class.cancelled_at is not None:
            flash(str(ClassIsCancelled()), "warning")
            return redirect(url_for("classes.show_class", class_id=class_id))
        return _draw_form(
            session, training_class, type_values(EVERYTHING, read_class(training_class))
        )


@bp.post("/<int:class_id>/edit")
def check_class(class_id: int) -> ResponseReturnValue:
    """Check what was typed and show whom it touches; nothing is saved yet."""
    typed = read_typed(EVERYTHING, request.form)
    with current.engine().database.read() as session:
        training_class = _get_own(session, class_id)
        if request.form.get("action") == "edit":
            return _draw_form(session, training_class, typed)
        counts = counts_of(session, [class_id])[class_id]
        values, wrong = check_changed(
            typed, training_class=training_class, counts=counts, now=current.now()
        )
        if wrong:
            return _draw_form(session, training_class, typed, wrong=wrong), 422
        if _version(training_class) != training_class.version:
            return _draw_conflict(session, training_class, values), 409
        before = read_class(training_class)
        if before == values:
            nothing = {"": _("Nothing was changed.")}
            return _draw_form(session, training_class, typed, wrong=nothing), 422
        return render_template(
            "classes/impact.html",
            training_class=_describe(session, training_class),
            changes=describe_section(EVERYTHING, values, before),
            effects=describe_impact(training_class, before, values, counts, now=current.now()),
            sent=[
                pair
                for pair in request.form.items(multi=True)
                if pair[0] not in ("csrf_token", "action")
            ],
            preview=draw_markdown(values["announcement"], 3)
            if values["announcement"] != before["announcement"]
            else "",
        )


@bp.post("/<int:class_id>/save")
def save_changed(class_id: int) -> ResponseReturnValue:
    """Save a change whose consequences were shown; sent twice it is saved once."""
    viewer = get_staff_person().viewer
    typed = read_typed(EVERYTHING, request.form)
    with current.engine().database.read() as session:
        training_class = _get_own(session, class_id)
        counts = counts_of(session, [class_id])[class_id]
        values, wrong = check_changed(
            typed, training_class=training_class, counts=counts, now=current.now()
        )
        if wrong:
            return _draw_form(session, training_class, typed, wrong=wrong), 422
    try:
        with current.engine().database.transaction() as session:
            save_class(
                session,
                class_id=_get_own(session, class_id).id,
                values=values,
                version=_version(training_class),
                by=viewer.account_id,
                now=current.now(),
            )
    except (ClassNotAsTyped, ClassChangedMeanwhile) as error:
        with current.engine().database.read() as session:
            training_class = _get_own(session, class_id)
            if isinstance(error, ClassNotAsTyped):
                return _draw_form(session, training_class, typed, wrong=error.wrong), 422
            return _draw_conflict(session, training_class, values), 409
    except ClassIsCancelled as error:
        flash(str(error), "warning")
    else:
        flash(_("The class was changed."), "success")
    return redirect(url_for("classes.show_class", class_id=class_id))


def _draw_new(
    offices: Sequence[Association],
    typed: Mapping[str, Any],
    *,
    office_id: int | None = None,
    wrong: Wrong = NOTHING,
) -> str:
    return render_template(
        "classes/edit.html",
        training_class=None,
        sections=SECTIONS,
        typed=typed,
        offices=[{"id": each.id, "name": name_office(each)} for each in offices],
        office_id=office_id or offices[0].id,
        wrong=wrong,
        problems=_say_problems(wrong),
    )


def _first() -> dict[str, str]:
    """What stands in the fields of a new class before anything was typed."""
    return {"year": str(local_date(current.now()).year), "start_time": "09:00"}


def _draw_form(
    session: Session,
    training_class: TrainingClass,
    typed: Mapping[str, Any],
    *,
    wrong: Wrong = NOTHING,
    meanwhile: Sequence[Mapping[str, Any]] = (),
) -> str:
    return render_template(
        "classes/edit.html",
        training_class=_describe(session, training_class),
        sections=SECTIONS,
        typed=typed,
        wrong=wrong,
        problems=_say_problems(wrong),
        meanwhile=meanwhile,
        # What was not brought to a newer state stays one of its own version.
        version=training_class.version if meanwhile else _version(training_class),
    )


def _draw_conflict(
    session: Session, training_class: TrainingClass, values: Mapping[str, Any]
) -> str:
    """Show what somebody else saved meanwhile, above what was typed, brought to that state."""
    version = _version(training_class)
    merged = rebase(session, training_class, values, version=version)
    edits = changed_meanwhile(session, training_class, version=version)
    typed = type_values(EVERYTHING, merged)
    return _draw_form(session, training_class, typed, meanwhile=describe_edits(session, edits))


def _say_problems(wrong: Wrong) -> list[tuple[str, str]]:
    """What is wrong by field, each with the field's name: of four days one may be over."""
    labels = {each.name: _(each.label) for each in EVERYTHING.settings}
    return [
        (
            name,
            _("%(label)s: %(sentence)s", label=labels[name], sentence=sentence)
            if name in labels
            else sentence,
        )
        for name, sentence in wrong.items()
    ]


def _describe(session: Session, training_class: TrainingClass) -> dict[str, Any]:
    counts = counts_of(session, [training_class.id])[training_class.id]
    office = name_office(get_association(session, training_class.association_id))
    return describe_class(training_class, counts, office)


def _get_own(session: Session, class_id: int, action: str = "change") -> TrainingClass:
    found = get_class(session, class_id)
    check(get_staff_person().viewer, action, found)
    return found


def _list_own(session: Session) -> list[Association]:
    """The associations that the person may offer classes of; raises NotFound if there is none."""
    found = list_offices(session, get_staff_person().viewer, to_offer=True)
    if not found:
        raise NotFound
    return found


def _version(training_class: TrainingClass) -> int:
    """The version that was looked at; without a form, the one that is."""
    return request.form.get("version", training_class.version, type=small_int)
