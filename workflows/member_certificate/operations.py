"""What the diagram does with the register and the certificate, and what its member is told."""

from datetime import datetime
from typing import Annotated, TypedDict

from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine
from engine.language import N_
from engine.operations import operation
from engine.signatures import Named
from workflows.member_certificate.cases import (
    get_appointment,
    read_appeal_reason,
    read_last,
    read_refusal,
)
from workflows.member_certificate.information import find_missing
from workflows.member_certificate.kinds import COMPLETE, SUPPLY
from workflows.shared.associations import get_association, office_above
from workflows.shared.certificates import issue_certificate, supersede_certificate
from workflows.shared.field_names import name_fields
from workflows.shared.messages import send_to_member
from workflows.shared.register import get_member, hold_member
from workflows.shared.register_changes import CERTIFICATE, recording
from workflows.shared.register_writing import check_identity_free, write_fields
from workflows.shared.supervision import owned_fields
from workflows.shared.vocabulary import MemberId, Wording

APPEAL_TEXTS = ("photo_appeal_upheld", "photo_appeal_overturned")


class Missing(TypedDict):
    """Whether required fields are empty, and who can fill them."""

    own_missing: Annotated[bool, Named(N_("The member has something to fill in"))]
    locked_missing: Annotated[bool, Named(N_("The association has something to fill in"))]


@operation(
    "certificates.check_information",
    title=N_("Check the information for the certificate"),
    about=N_("Says whether fields that a certificate needs are empty, and who can fill them in."),
)
def check_information(session: Session, *, engine: Engine, member_id: MemberId) -> Missing:
    """Say whether required fields are empty, and who can fill them."""
    missing = find_missing(session, engine, get_member(session, member_id))
    return {
        "own_missing": bool(missing.own),
        "locked_missing": bool(missing.locked or missing.owned),
    }


@operation(
    "certificates.take_information",
    title=N_("Take what the member filled in"),
    about=N_("Writes what the member filled in into the register, where nothing stands there yet."),
)
def take_information(
    session: Session, *, engine: Engine, case: Case, now: datetime, member_id: MemberId
) -> None:
    """Write to the register what the member filled in, where it still says nothing."""
    _take(session, engine, case=case, step=COMPLETE, member_id=member_id, now=now)


@operation(
    "certificates.take_supplied",
    title=N_("Take what the association filled in"),
    about=N_(
        "Writes what the association filled in into the register, where nothing stands there yet."
    ),
)
def take_supplied(
    session: Session, *, engine: Engine, case: Case, now: datetime, member_id: MemberId
) -> None:
    """Write to the register what the association supplied, where it still says nothing.

    Raises IdentityTaken when another member got the identity number meanwhile.
    """
    _take(session, engine, case=case, step=SUPPLY, member_id=member_id, now=now)


@operation(
    "certificates.issue",
    title=N_("Issue the certificate"),
    about=N_("Issues the certificate that was confirmed; the one before it ends."),
)
def issue(
    session: Session, *, engine: Engine, case: Case, now: datetime, member_id: MemberId
) -> None:
    """Issue the certificate that was confirmed; the one before is superseded."""
    member = get_member(session, member_id)
    issue_certificate(session, engine, member=member, case_id=case.id, now=now)


@operation(
    "certificates.tell",
    title=N_("Tell the member of his certificate"),
    about=N_(
        "Sends the member a message about his certificate, with whatever its wording speaks of."
    ),
)
def tell_member(
    session: Session,
    *,
    engine: Engine,
    case: Case,
    now: datetime,
    member_id: MemberId,
    template: Wording,
) -> None:
    """Tell the member how his certificate stands, with whatever the wording speaks of."""
    vault = engine.vault
    office_id = case.association_id
    if template in APPEAL_TEXTS:
        office_id = office_above(session, office_id)
    office = get_association(session, office_id or 0)
    values: dict[str, object] = {"telephone": office.telephone}
    values_en: dict[str, object] = {}
    if template == "certificate_to_supply":
        missing = find_missing(session, engine, get_member(session, member_id))
        values["fields"] = name_fields((*missing.locked, *missing.owned), "zh")
        values_en["fields"] = name_fields((*missing.locked, *missing.owned), "en")
    elif template == "photo_appointment":
        appointment = get_appointment(session, vault, case)
        day = appointment.day
        values |= {
            "date": f"{day.year}年{day.month}月{day.day}日",
            "time": appointment.time,
            "place": appointment.place,
            "bring": appointment.bring,
        }
        values_en["date"] = day.isoformat()
    elif template in APPEAL_TEXTS:
        values["reason"] = read_appeal_reason(session, vault, case)
    elif template == "photo_refused":
        values["reason"] = read_refusal(session, vault, case)
    send_to_member(
        session,
        member_id=member_id,
        template=template,
        values=values,
        values_en=values_en,
        case_id=case.id,
        association_id=office.id,
        now=now,
    )


def _take(
    session: Session, engine: Engine, *, case: Case, step: str, member_id: int, now: datetime
) -> None:
    vault = engine.vault
    sent = read_last(session, vault, case, step)[step]
    hold_member(session, member_id)
    member = get_member(session, member_id)
    missing = find_missing(session, engine, member)
    wanted = missing.typed if step == COMPLETE else missing.locked
    if step == COMPLETE and sent.values.get("employer"):
        # He is only asked for it once he says that he is employed.
        is_asked = not member.employer and "employer" not in owned_fields(engine, member)
        wanted = (*wanted, "employer") if is_asked else wanted
    values = {name: sent.values[name] for name in wanted if sent.values.get(name)}
    if number := values.get("identity_number"):
        check_identity_free(session, vault, number=str(number), member_id=member_id)
    with recording(
        session,
        vault,
        member,
        source=CERTIFICATE,
        reason=str(sent.values.get("reason") or ""),
        by=sent.by,
        now=now,
        case_id=case.id,
    ):
        write_fields(session, vault, member, values)
    supersede_certificate(session, member_id, values.keys(), now)
