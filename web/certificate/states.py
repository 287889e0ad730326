"""How a member's certificate stands, said first on its page, and the way that leads to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.language import N_, _, ngettext
from engine.tasks import Task
from web import current
from web.languages import spoken
from web.words import day as say_day
from workflows.member_certificate.cases import (
    has_old_photo,
    read_appeal_reason,
    read_appointment,
    read_refusal,
)
from workflows.member_certificate.information import Missing
from workflows.member_certificate.policies import policy_of
from workflows.shared.certificates import find_certificate, list_certificates
from workflows.shared.field_names import name_fields
from workflows.shared.photos import find_comparison, find_photo
from workflows.shared.register import Member

INFORMATION, PHOTO, CONFIRMATION = 1, 2, 3

STAGES: Mapping[str, tuple[int, str]] = {
    "certificate_information": (INFORMATION, "now"),
    "certificate_to_supply": (INFORMATION, "stuck"),
    "certificate_looking_up": (PHOTO, "now"),
    "certificate_photo_failed": (PHOTO, "now"),
    "certificate_photo": (PHOTO, "now"),
    "certificate_comparing": (PHOTO, "now"),
    "certificate_comparison_away": (PHOTO, "stuck"),
    "certificate_on_site": (PHOTO, "stuck"),
    "certificate_appointment": (PHOTO, "stuck"),
    "certificate_photo_refused": (PHOTO, "now"),
    "certificate_appealed": (PHOTO, "stuck"),
    "certificate_to_confirm": (CONFIRMATION, "now"),
}
"""How far somebody is by the status of his case, and whether it is his turn there."""

WAYS = (
    (N_("Basic information"), N_("Every required field is filled in.")),
    (N_("Photo"), N_("On file, or uploaded and compared once.")),
    (N_("Confirm and download"), N_("You check what is printed; the certificate is issued.")),
)

MOVING_WORDS = {
    "certificate_looking_up": N_("Your photo is being looked up"),
    "certificate_comparing": N_("Your photo is being compared"),
}


@dataclass(frozen=True)
class State:
    """What is said first. `kind` is a notice's; `address` and `action` are its button."""

    title: str
    words: tuple[str, ...] = ()
    kind: str = "info"
    facts: tuple[tuple[str, str], ...] = ()
    address: str = ""
    action: str = ""


def describe_ways(status: str) -> list[dict[str, str]]:
    """The three things to do; those before the one that is at hand are done."""
    at, state = STAGES.get(status, (INFORMATION, "now"))
    return [
        {
            "words": _(words),
            "said": _(said),
            "state": "done" if number < at else state if number == at else "next",
        }
        for number, (words, said) in enumerate(WAYS, start=INFORMATION)
    ]


def describe_missing(missing: Missing) -> State | None:
    """What is asked for before anything is begun; None when nothing is missing."""
    if not missing:
        return None
    words = _("Missing: %(fields)s", fields=name_fields(missing.own, spoken()))
    others = (*missing.locked, *missing.owned)
    locked = _(
        "Supplied by your association: %(fields)s",
        fields=name_fields(others, spoken()),
    )
    return State(
        _("Please complete the required fields of your basic information first…"),
        (
            *((words,) if missing.own else ()),
            *((locked,) if others else ()),
        ),
        kind="warning",
    )


def describe_age(session: Session, member: Member) -> State | None:
    """What is said of a photo that has been printed for years; None of a newer one."""
    engine = current.engine()
    if not has_old_photo(session, engine, member, now=current.now()):
        return None
    years = policy_of(engine).photo_years
    return State(
        ngettext(
            "Your photo is more than %(n)s year old",
            "Your photo is more than %(n)s years old",
            years,
        ),
        (_("You may have a new one printed. Your certificate holds until then."),),
    )


def describe_refusal(session: Session, case: Case) -> State:
    """What is said of an application that ended without a certificate, and what can be done."""
    vault = current.engine().vault
    why = read_appeal_reason(session, vault, case) or read_refusal(session, vault, case)
    again = _("You can apply again; your association reviews the photo on site.")
    return State(
        _("Your photo was refused, and no certificate was issued"),
        (why, again) if why else (again,),
        kind="returned",
    )


def describe_superseded(session: Session, member: Member) -> State | None:
    """What is said to whom had a certificate that shows what is not so any more."""
    newest = next(iter(list_certificates(session, member.id)), None)
    if newest is None or newest.state != "superseded":
        return None
    return State(
        _("Your certificate does not hold any more: what it shows has changed"),
        (_("Confirm what the register says now, and it is issued anew."),),
        kind="warning",
    )


def describe_state(
    session: Session, case: Case, task: Task | None, *, is_moving: bool
) -> State | None:
    """What is said of a case that is under way; `task`: what its member has to do.

    None where the form of his step says it itself.
    """
    if is_moving:
        words = MOVING_WORDS.get(case.status, N_("One moment"))
        return State(_(words), (_("This page goes on by itself."),))
    described = _OF_STATUS.get(case.status)
    return None if described is None else described(session, case, task)


def _to_supply(_session: Session, _case: Case, _task: Task | None) -> State:
    return State(
        _("Your association supplies what only it may change"),
        (_("You get a message when it is done. If it is urgent, call your association."),),
        kind="warning",
    )


def _photo_failed(_session: Session, _case: Case, _task: Task | None) -> State:
    return State(
        _("The photo could not be fetched"),
        (_("Try again first: there may be a photo of you on file, and you need not upload one."),),
        kind="warning",
    )


def _photo(session: Session, case: Case, task: Task | None) -> State:
    return State(
        _("No photo of you was found")
        if find_photo(session, case.subject_id) is None
        else _("The photo on file is too old: upload a new one"),
        (_("Upload an identity photo. The next page crops and compresses it for you."),),
        address=url_for("certificate.show_upload", task_id=task.id) if task else "",
        action=_("Upload a photo"),
    )


def _away(_session: Session, _case: Case, _task: Task | None) -> State:
    return State(
        _("The comparison service cannot be reached at the moment"),
        (_("Your one comparison is not used up. It is tried again by itself every ten minutes."),),
        kind="warning",
    )


def _on_site(session: Session, case: Case, _task: Task | None) -> State:
    compared = find_comparison(session, case.subject_id)
    words = (
        _("Your association sets a time and a place and sends you a message. You can also call."),
    )
    # An appeal that failed would have ended the case.
    decided = read_appeal_reason(session, current.engine().vault, case)
    if decided:
        return State(
            _("Your appeal succeeded: your photo is reviewed again on site"), (decided, *words)
        )
    if find_certificate(session, case.subject_id) is not None:
        return State(_("Your photo is taken anew by your association"), words)
    if compared is not None and compared.state == "mismatched":
        return State(
            _("The photo did not match: your association reviews it on site."),
            words,
            kind="returned",
            address=url_for("contacts.index"),
            action=_("Telephone numbers of the associations"),
        )
    return State(_("Your association reviews your photo on site"), words)


def _appointment(session: Session, case: Case, _task: Task | None) -> State:
    found = read_appointment(session, current.engine().vault, case)
    facts: list[tuple[str, str]] = []
    if found is not None:
        facts = [
            (_("Date"), say_day(found.day)),
            (_("Time"), found.time),
            (_("Place of the review"), found.place),
            (_("What to bring"), found.bring),
            (_("Telephone"), found.telephone),
        ]
    return State(_("You have an appointment for the review on site"), facts=tuple(facts))


def _appealed(_session: Session, _case: Case, _task: Task | None) -> State:
    return State(
        _("Your appeal is with the association above yours"),
        (_("You get a message with what it decides."),),
    )


def _to_confirm(session: Session, case: Case, _task: Task | None) -> State:
    photo, compared = (
        find_photo(session, case.subject_id),
        find_comparison(session, case.subject_id),
    )
    words = (_("What you see is what is printed. Look at it once more."),)
    if photo is not None and compared is not None and compared.file_id == photo.file_id:
        return State(_("The photo matches: you can confirm and download."), words, "success")
    if photo is not None and photo.source == "on_site":
        return State(_("Your photo was accepted on site"), words, "success")
    return State(_("Your photo is on file"), words)


Describe = Callable[[Session, Case, Task | None], State]

_OF_STATUS: Mapping[str, Describe] = {
    "certificate_to_supply": _to_supply,
    "certificate_photo_failed": _photo_failed,
    "certificate_photo": _photo,
    "certificate_comparison_away": _away,
    "certificate_on_site": _on_site,
    "certificate_appointment": _appointment,
    "certificate_appealed": _appealed,
    "certificate_to_confirm": _to_confirm,
}
