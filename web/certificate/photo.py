"""上传照片: the two rules, the photo that is chosen, what is wrong with it by its figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

import forms
from engine.completing import TaskHasChanged, TaskIsOver, TaskNotFound
from engine.language import _
from web import current, steps
from web.attaching import ATTACHING, attach
from web.certificate.blueprint import bp
from web.cropping import find_figures, find_photo
from web.numbers import small_int
from web.security import takes
from web.sessions import get_member_person
from workflows.member_certificate import photo_rules
from workflows.member_certificate.kinds import UPLOAD
from workflows.member_certificate.photo_rules import K, Measured
from workflows.shared.access import Viewer
from workflows.shared.privacy import NoticeChanged, get_notice, note_consent
from workflows.shared.tasks import Refused, Unconfirmed
from workflows.shared.work import OpenForm

AGREED, COMPARE = "agree", "compare"
PICTURES = frozenset({"jpg", "png"})


@dataclass(frozen=True)
class Rule:
    """A rule that a file can break: what it asks for, and what was found."""

    words: str
    required: str
    found: str
    fits: bool


@bp.get("/photo/<uuid:task_id>")
def show_upload(task_id: UUID) -> ResponseReturnValue:
    """Say both rules, and offer to choose a photo; a step that is done leads on."""
    person, _member_id = get_member_person()
    try:
        opened = _check(steps.open_step(person.viewer, task_id))
    except TaskIsOver:
        return redirect(url_for("certificate.show"))
    with current.engine().database.read() as session:
        return _draw(session, opened)


@bp.post("/photo/<uuid:task_id>")
@takes(ATTACHING)
def upload(task_id: UUID) -> ResponseReturnValue:
    """Take a photo that keeps every rule and was agreed to: it is compared."""
    person, _member_id = get_member_person()
    viewer = person.viewer
    try:
        problem = _attach(viewer, _check(steps.open_step(viewer, task_id)))
        if problem is not None:
            return _draw_again(steps.open_step(viewer, task_id), [problem]), 422
        if request.form.get(AGREED):
            _note_consent(person.account_id)
        done = steps.complete_step(viewer, task_id, steps.pressed_outcome() or "")
    except (TaskIsOver, TaskHasChanged, NoticeChanged) as error:
        flash(str(error), "warning")
        return redirect(url_for("certificate.show"))
    if isinstance(done, Refused):
        return _draw_again(done.opened, done.errors), 422
    if isinstance(done, Unconfirmed):
        return _draw_again(done.opened, is_asking=True)
    return redirect(url_for("certificate.show"))


def _check(opened: OpenForm) -> OpenForm:
    """The step, if it is this one; raises TaskNotFound."""
    if opened.task.element_id != UPLOAD:
        raise TaskNotFound
    return opened


def _attach(viewer: Viewer, opened: OpenForm) -> forms.FieldError | None:
    """Put the chosen file in the place of the one before; one that was kept stays without."""
    slot = _get_slot(opened)
    sent = request.files.get(f"file.{slot.name}")
    if sent is None or not sent.filename:
        return None
    before = find_photo(opened)
    target = f"{slot.name}/{before['id']}" if before else slot.name
    return attach(viewer, opened.task.id, forms.Action("upload", target))


def _get_slot(opened: OpenForm) -> forms.Slot:
    (slot,) = opened.form.all_slots
    return slot


def _note_consent(account_id: int) -> None:
    """Keep that somebody agreed to have his photo compared; raises NoticeChanged."""
    with current.engine().database.transaction() as session:
        note_consent(
            session,
            version=request.form.get("version", 0, type=small_int),
            place="photo",
            account_id=account_id,
            address=current.address(),
            now=current.now(),
        )


def _draw_again(
    opened: OpenForm, errors: Sequence[forms.FieldError] = (), *, is_asking: bool = False
) -> str:
    with current.engine().database.read() as session:
        return _draw(session, opened, errors, is_asking=is_asking)


def _draw(
    session: Session,
    opened: OpenForm,
    errors: Sequence[forms.FieldError] = (),
    *,
    is_asking: bool = False,
) -> str:
    """The page; `is_asking`: the photo is kept, and it is asked whether to compare it."""
    kept = find_photo(opened)
    agreed_error = next((each.sentence for each in errors if each.path == AGREED), "")
    wrong = [each for each in errors if each.path != AGREED]
    return render_template(
        "certificate/photo.html",
        address=url_for("certificate.upload", task_id=opened.task.id),
        round=opened.task.round,
        version=get_notice(session).version,
        outcome=COMPARE,
        is_asking=is_asking,
        is_agreed=bool(opened.values.get(AGREED)),
        agreed_error=agreed_error,
        problems=[(AGREED if each.path == AGREED else "photo", each.sentence) for each in errors],
        is_wrong=bool(wrong),
        kept=kept
        and {
            "name": kept["name"],
            "address": url_for("files.show", file_id=kept["id"]),
            "is_picture": kept["kind"] in PICTURES,
        },
        measured=_measure(UUID(str(kept["id"]))) if kept and wrong else [],
        figures=find_figures(opened),
    )


def _measure(file_id: UUID) -> list[Rule]:
    """Each rule with what was measured of a file that was not taken."""
    found = photo_rules.measure(current.engine().files.path(file_id).read_bytes())
    if not found.kind:
        return [Rule(_("Format"), "JPEG", _("no picture"), fits=False)]
    return [
        Rule(_("Format"), "JPEG", found.kind, found.kind == "JPEG"),
        Rule(
            _("Size of the file"),
            f"{photo_rules.LEAST_BYTES // K}–{photo_rules.MOST_BYTES // K} K",
            f"{found.size / K:.1f} K",
            photo_rules.LEAST_BYTES <= found.size <= photo_rules.MOST_BYTES,
        ),
        Rule(
            _("Pixels"),
            f"{photo_rules.WIDTH} × {photo_rules.HEIGHT}",
            f"{found.width} × {found.height}",
            (found.width, found.height) == (photo_rules.WIDTH, photo_rules.HEIGHT),
        ),
        _measure_resolution(found),
    ]


def _measure_resolution(found: Measured) -> Rule:
    """The rule of the resolution; a file may not say its own."""
    required = f"≥ {photo_rules.LEAST_DPI} dpi"
    if found.dpi is None:
        return Rule(_("Resolution"), required, _("no resolution stated"), fits=False)
    across, down = found.dpi
    fits = min(found.dpi) >= photo_rules.LEAST_DPI
    return Rule(_("Resolution"), required, f"{across:g} × {down:g} dpi", fits)
