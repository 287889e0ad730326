"""The page of a member's certificate: what it shows, and whatever is to be done to get it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

import forms
from engine.cases import Case, CaseAlreadyOpen
from engine.language import _
from engine.tasks import Task
from web import current
from web.certificate.blueprint import bp
from web.certificate.states import (
    State,
    describe_age,
    describe_missing,
    describe_refusal,
    describe_state,
    describe_superseded,
    describe_ways,
)
from web.languages import spoken
from web.portal import cases, waiting
from web.portal.drawing import draw_open_form
from web.sessions import get_member_person
from web.visiting import is_phone
from web.words import name_office
from workflows.member_certificate.cases import (
    CertificateStands,
    find_obstacle,
    find_open_certificate,
    has_old_photo,
    start_certificate,
)
from workflows.member_certificate.information import find_missing
from workflows.member_certificate.kinds import CONFIRM, PROCESS, UPLOAD
from workflows.shared.access import Viewer
from workflows.shared.associations import get_association
from workflows.shared.certificates import (
    Certificate,
    certificate_token,
    find_certificate,
    list_certificates,
    printed_fields,
    read_printed,
)
from workflows.shared.field_names import say_value
from workflows.shared.photos import find_photo
from workflows.shared.register import Member, get_member
from workflows.shared.step_names import StepNames
from workflows.shared.work import OpenForm

REFUSED = "certificate_refused"
REISSUED = "reissued"


@bp.get("")
def show() -> ResponseReturnValue:
    """Show the certificate, or the way to it; on a phone it is looked at once what is missing.

    Where it was just issued its download begins by itself.
    """
    person, member_id = get_member_person()
    with current.engine().database.read() as session:
        page = make_response(draw(session, person.viewer, get_member(session, member_id)))
        certificate = find_certificate(session, member_id) if "issued" in request.args else None
    if certificate is not None:
        address = url_for("certificate.download", certificate_id=certificate.id, kind="pdf")
        page.headers["Refresh"] = f"1; url={address}"
    return page


@bp.post("")
def start() -> ResponseReturnValue:
    """Check what a certificate needs and go on to what is missing; where one is begun, go on."""
    person, member_id = get_member_person()
    engine = current.engine()
    try:
        with engine.database.transaction() as session:
            member = get_member(session, member_id)
            start_certificate(session, engine, member=member, by=person.actor, now=current.now())
    except CaseAlreadyOpen:
        # Two clicks at once: both saw none, one was faster.
        pass
    except CertificateStands as error:
        flash(str(error), "info")
    return redirect(url_for("certificate.show"))


def draw(
    session: Session,
    viewer: Viewer,
    member: Member,
    *,
    opened: OpenForm | None = None,
    errors: Sequence[forms.FieldError] = (),
    confirming: str | None = None,
) -> str:
    """The page; `opened`: the step as it was typed, when it was not accepted."""
    case = find_open_certificate(session, member)
    task = None if case is None else cases.find_own_task(session, case)
    certificate = find_certificate(session, member.id)
    is_moving = case is not None and _is_moving(session, case)
    if task is not None and task.element_id != UPLOAD and opened is None:
        opened = _open(session, viewer, task)
    return render_template(
        "certificate/show.html",
        **_describe_card(session, member, certificate),
        state=_describe_state(session, member, case, task, certificate, is_moving=is_moving),
        is_moving=is_moving,
        step=_describe_step(session, opened, errors, confirming) if opened else None,
        waiting=None
        if case is None or is_moving
        else waiting.describe(session, case, back=url_for("certificate.show")),
        ways=describe_ways(case.status if case else "") if case or not certificate else [],
        start=_name_start(session, member, certificate) if case is None else "",
        earlier=_list_earlier(session, member),
        office=_describe_office(session, member),
    )


def _open(session: Session, viewer: Viewer, task: Task) -> OpenForm:
    return current.tasks().open(
        session, task_id=task.id, viewer=viewer, language=spoken(), now=current.now()
    )


def _describe_card(
    session: Session, member: Member, certificate: Certificate | None
) -> dict[str, Any]:
    """The valid certificate as it was printed, else what one of today would show."""
    vault = current.engine().vault
    if certificate is None:
        printed = printed_fields(session, member, now=current.now())
        photo = find_photo(session, member.id)
        photo_id = None if photo is None else photo.file_id
    else:
        printed, photo_id = read_printed(session, vault, certificate), certificate.photo_file_id
    is_english = spoken() == "en"
    token = None if certificate is None else certificate_token(vault, certificate)
    return {
        "verify_address": url_for("verify.show", token=token) if token else "",
        "certificate": certificate
        and {
            "id": certificate.id,
            "number": certificate.number,
            "issued_at": certificate.issued_at,
            "state": certificate.state,
        },
        "printed": {
            **printed,
            "admission_date": _read_date(printed.get("admission_date")),
            "sex": say_value("sex", printed.get("sex"), spoken()),
            "association": (is_english and printed.get("association_en"))
            or printed.get("association"),
        },
        "photo": url_for("files.show", file_id=photo_id) if photo_id else "",
    }


def _read_date(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


def _describe_state(
    session: Session,
    member: Member,
    case: Case | None,
    task: Task | None,
    certificate: Certificate | None,
    *,
    is_moving: bool,
) -> State | None:
    """What is said first."""
    if case is not None:
        return describe_state(session, case, task, is_moving=is_moving)
    obstacle = find_obstacle(current.engine(), member)
    if obstacle is not None:
        return State(str(obstacle))
    if certificate is not None:
        return describe_age(session, member)
    refused = _find_refused(session, member)
    if refused is not None:
        return describe_refusal(session, refused)
    missing = find_missing(session, current.engine(), member) if is_phone() else None
    return (missing and describe_missing(missing)) or describe_superseded(session, member)


def _describe_step(
    session: Session,
    opened: OpenForm,
    errors: Sequence[forms.FieldError],
    confirming: str | None,
) -> dict[str, Any]:
    """What the member has to do, as a form."""
    task = opened.task
    names = StepNames(current.engine().releases.get(session, opened.case.release_id), spoken())
    return {
        "is_confirmation": task.element_id == CONFIRM,
        "title": names.step(task.process_id, task.element_id),
        "round": task.round,
        "address": url_for("certificate.send", task_id=task.id),
        "draft": url_for("certificate.keep", task_id=task.id),
        "form": draw_open_form(session, opened, errors=errors, confirming=confirming),
    }


def _name_start(session: Session, member: Member, certificate: Certificate | None) -> str:
    """What the button says that begins; empty where somebody cannot, or need not."""
    engine = current.engine()
    if find_obstacle(engine, member) is not None:
        return ""
    if certificate is not None:
        is_old = has_old_photo(session, engine, member, now=current.now())
        return _("Have a new photo printed") if is_old else ""
    if is_phone() and find_missing(session, current.engine(), member):
        return _("OK")
    return _("Confirm the information and download the certificate")


def _list_earlier(session: Session, member: Member) -> list[dict[str, Any]]:
    """Certificates that do not hold any more, and why."""
    return [
        {
            "number": each.number,
            "issued_at": each.issued_at,
            "state": each.state,
            "why": _("issued anew")
            if each.ended_reason == REISSUED
            else _("What it shows has changed")
            if each.state == "superseded"
            else _("The membership ended"),
        }
        for each in list_certificates(session, member.id)
        if each.state != "valid"
    ]


def _describe_office(session: Session, member: Member) -> dict[str, Any]:
    association = get_association(session, member.association_id)
    return {"name": name_office(association), "telephones": association.telephone.split()}


def _is_moving(session: Session, case: Case) -> bool:
    """Whether a case waits for nobody: a service is asked, or a step follows in a moment."""
    waits = select(Task.id).where(Task.case_id == case.id, Task.state == "open")
    return case.state == "open" and session.scalar(waits.limit(1)) is None


def _find_refused(session: Session, member: Member) -> Case | None:
    """The last application, if it ended without a certificate because of its photo."""
    last = session.scalar(
        select(Case)
        .where(
            Case.process_id == PROCESS,
            Case.subject_kind == "member",
            Case.subject_id == member.id,
        )
        .order_by(Case.started_at.desc())
        .limit(1)
    )
    return last if last is not None and last.status == REFUSED else None
