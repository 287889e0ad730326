"""Applications for a certificate: begun, gone on with, and what was said in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, TypedDict
from uuid import UUID

from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import Case, find_open_case
from engine.engine import Engine
from engine.errors import Conflict, HuijiError, Rejected
from engine.language import N_
from engine.lifecycle import cancel_case, start_case
from engine.noting import note
from engine.signatures import Named
from engine.submissions import Sent, last_submissions
from engine.vault import Vault
from workflows.member_certificate.kinds import (
    APPEAL,
    APPOINT,
    DECIDE_APPEAL,
    PROCESS,
    REVIEW,
    UPLOAD,
)
from workflows.member_certificate.policies import policy_of
from workflows.shared.associations import get_association
from workflows.shared.beginnings import Beginning
from workflows.shared.certificates import find_certificate
from workflows.shared.messages import send_to_member
from workflows.shared.photos import find_photo
from workflows.shared.register import Member, NotAMember, hold_member
from workflows.shared.subjects import subject_of_member
from workflows.shared.vocabulary import MemberId

CLOSED = "closed"
LONGEST_REASON = 500


class Variables(TypedDict):
    """What the diagram of a certificate knows from the beginning."""

    member_id: MemberId
    is_renewal: Annotated[bool, Named(N_("Renewal"))]


BEGINNING = Beginning(PROCESS, Variables)


class NoCertificateForKind(Rejected):
    """Members of this kind get no certificate here."""

    message = N_("There are no electronic certificates for your type of membership yet.")


class CertificateStands(Conflict):
    """There is a valid certificate that shows what the register says."""

    message = N_("Your certificate is valid: you can download it.")


class ReasonMissing(Rejected):
    """A photo is renewed without a reason."""

    message = N_("Say why the photo is to be renewed: the member reads it.")


@dataclass(frozen=True)
class Appointment:
    """When and where somebody is seen on site, and what he brings."""

    day: date
    time: str
    place: str
    bring: str
    office: str
    telephone: str


def business_key(member_no: str) -> str:
    """The key under which one application at a time is a member's."""
    return f"{PROCESS}:{member_no}"


def find_obstacle(engine: Engine, member: Member) -> HuijiError | None:
    """Why a member cannot have a certificate; None when he can."""
    if member.state != "active":
        return NotAMember()
    if member.kind not in policy_of(engine).kinds:
        return NoCertificateForKind()
    return None


def find_open_certificate(session: Session, member: Member) -> Case | None:
    """The application that a member has under way, or None."""
    return find_open_case(session, business_key(member.number))


def start_certificate(
    session: Session, engine: Engine, *, member: Member, by: Actor, now: datetime
) -> Case:
    """Begin an application, or give the one that is under way.

    Who has a valid certificate begins another one once his photo is too old. Raises what
    `find_obstacle` finds, CertificateStands, CaseAlreadyOpen for the second of two clicks at once.
    """
    obstacle = find_obstacle(engine, member)
    if obstacle is not None:
        raise obstacle
    live = find_open_certificate(session, member)
    if live is not None:
        return live
    has_valid_one = find_certificate(session, member.id) is not None
    if has_valid_one and not has_old_photo(session, engine, member, now=now):
        raise CertificateStands
    return _start(session, engine, member=member, is_renewal=False, by=by, now=now)


def has_old_photo(session: Session, engine: Engine, member: Member, *, now: datetime) -> bool:
    """Whether a member's photo is so old that he may have another one printed."""
    photo = find_photo(session, member.id)
    return photo is not None and policy_of(engine).is_too_old(photo, now)


def renew_photo(
    session: Session, engine: Engine, *, member: Member, reason: str, by: Actor, now: datetime
) -> Case:
    """Have a member's photo taken anew by his association: it sets an appointment.

    What he has under way ends with the reason; his certificate holds until the new one. Raises
    what `find_obstacle` finds, ReasonMissing.
    """
    obstacle = find_obstacle(engine, member)
    if obstacle is not None:
        raise obstacle
    said = reason.strip()[:LONGEST_REASON]
    if not said:
        raise ReasonMissing
    live = find_open_certificate(session, member)
    if live is not None:
        cancel_case(session, engine, case_id=live.id, status=CLOSED, by=by, now=now)
        session.flush()
    hold_member(session, member.id)
    case = _start(session, engine, member=member, is_renewal=True, by=by, now=now)
    session.flush()
    note(session, engine, case_id=case.id, kind="photo_renewed", by=by, now=now, text=said)
    send_to_member(
        session,
        member_id=member.id,
        template="photo_renewed",
        values={"reason": said},
        case_id=case.id,
        now=now,
    )
    return case


def read_last(session: Session, vault: Vault, case: Case, *steps: str) -> Mapping[str, Sent]:
    """What was sent last in some steps of a case, by the step."""
    return last_submissions(
        session, vault, case_id=case.id, subject=case.subject_key, element_ids=steps
    )


def read_values(session: Session, vault: Vault, case: Case, step: str) -> Mapping[str, Any]:
    """The values that were sent last in a step; empty before."""
    found = read_last(session, vault, case, step)
    return found[step].values if step in found else {}


def read_photo_file(session: Session, vault: Vault, case: Case, step: str = UPLOAD) -> UUID | None:
    """The photo that was sent last in a step."""
    return find_file(read_values(session, vault, case, step))


def find_file(values: Mapping[str, Any]) -> UUID | None:
    """The photo among the values of a form."""
    files = values.get("photo") or []
    return UUID(str(files[0]["id"])) if files else None


def read_appointment(session: Session, vault: Vault, case: Case) -> Appointment | None:
    """The appointment that holds, while one does."""
    said = read_values(session, vault, case, APPOINT)
    if not said.get("appointment_date") or case.status != "certificate_appointment":
        return None
    return _appointment(session, case, said)


def get_appointment(session: Session, vault: Vault, case: Case) -> Appointment:
    """The appointment that was set last; raises LookupError where none was."""
    said = read_values(session, vault, case, APPOINT)
    if not said.get("appointment_date"):
        raise LookupError("no appointment was set in this case")
    return _appointment(session, case, said)


def read_refusal(session: Session, vault: Vault, case: Case) -> str:
    """Why the photo was refused on site; empty before."""
    return str(read_values(session, vault, case, REVIEW).get("reason") or "")


def read_statement(session: Session, vault: Vault, case: Case) -> str:
    """What the member says against the refusal; empty before."""
    return str(read_values(session, vault, case, APPEAL).get("statement") or "")


def read_appeal_reason(session: Session, vault: Vault, case: Case) -> str:
    """What the association above said of it; empty before."""
    return str(read_values(session, vault, case, DECIDE_APPEAL).get("reason") or "")


def _appointment(session: Session, case: Case, said: Mapping[str, Any]) -> Appointment:
    office = get_association(session, case.association_id or 0)
    return Appointment(
        day=date.fromisoformat(str(said["appointment_date"])),
        time=str(said["appointment_time"]),
        place=str(said["place"]),
        bring=str(said["bring"]),
        office=office.name,
        telephone=office.telephone,
    )


def _start(
    session: Session, engine: Engine, *, member: Member, is_renewal: bool, by: Actor, now: datetime
) -> Case:
    return start_case(
        session,
        engine,
        process_id=PROCESS,
        business_key=business_key(member.number),
        subject=subject_of_member(member),
        variables={"member_id": member.id, "is_renewal": is_renewal},
        by=by,
        now=now,
        kind=PROCESS,
    )
