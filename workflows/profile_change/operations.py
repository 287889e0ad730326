"""What the process does once the association has decided: the register, and the word."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, TypedDict

from sqlalchemy.orm import Session

from engine.actors import SYSTEM
from engine.cases import Case
from engine.engine import Engine
from engine.language import N_
from engine.operations import operation
from engine.signatures import Named
from workflows.profile_change.applications import find_stated, read_wanted
from workflows.profile_change.kinds import PROCESS
from workflows.shared.applications import find_decider, office_of
from workflows.shared.certificates import supersede_certificate
from workflows.shared.field_names import name_fields
from workflows.shared.messages import send_to_member, wording_of
from workflows.shared.register import get_member, hold_member
from workflows.shared.register_changes import PROFILE_CHANGE, recording, register_fields
from workflows.shared.register_writing import check_identity_free, write_fields
from workflows.shared.vocabulary import MemberId, Wording


class Applied(TypedDict):
    """What changing the register came to."""

    is_superseded: Annotated[bool, Named(N_("A certificate ended"))]


@operation(
    "profile_change.apply",
    title=N_("Change the register"),
    about=N_(
        "Writes what was applied for into the register; says whether a certificate ended with it."
    ),
)
def apply_change(
    session: Session, *, engine: Engine, case: Case, now: datetime, member_id: MemberId
) -> Applied:
    """Change the register as it was applied for; tells whether a certificate ended with it.

    Raises IdentityTaken where another member got the number since the reviewer looked.
    """
    vault = engine.vault
    stated = _get_stated(session, engine, case)
    wanted = read_wanted(stated)
    hold_member(session, member_id)
    member = get_member(session, member_id)
    if number := wanted.get("identity_number"):
        check_identity_free(session, vault, number=number, member_id=member_id)
    decision = find_decider(session, vault, case=case)
    today = register_fields(session, vault, member)
    changed = [name for name, value in wanted.items() if (today[name] or "") != value]
    with recording(
        session,
        vault,
        member,
        source=PROFILE_CHANGE,
        reason=str(stated.get("explanation") or ""),
        by=SYSTEM if decision is None else decision.sent.by,
        now=now,
        case_id=case.id,
    ):
        write_fields(session, vault, member, wanted)
    ended = supersede_certificate(session, member_id, changed, now)
    return {"is_superseded": ended is not None}


@operation(
    "profile_change.tell",
    title=N_("Tell the member of the change"),
    about=N_("Sends the member what was decided, and why, without the new values."),
)
def tell_member(
    session: Session,
    *,
    engine: Engine,
    case: Case,
    now: datetime,
    member_id: MemberId,
    template: Wording,
    is_superseded: Annotated[bool | None, Named(N_("A certificate ended"))] = None,
) -> None:
    """Tell the member what was decided, and why. What the new values are is not said."""
    names = read_wanted(_get_stated(session, engine, case)).keys()
    decision = find_decider(session, engine.vault, case=case)
    again = ("原会员证已失效，请重新领取。", " Your certificate has ended: please get a new one.")
    send_to_member(
        session,
        member_id=member_id,
        template=wording_of(template, PROCESS, decision),
        values={
            "fields": name_fields(names, "zh"),
            "reason": "" if decision is None else decision.reason,
            "note": again[0] if is_superseded else "",
        },
        values_en={
            "fields": name_fields(names, "en"),
            "note": again[1] if is_superseded else "",
        },
        case_id=case.id,
        association_id=None if decision is None else office_of(session, decision),
        now=now,
    )


def _get_stated(session: Session, engine: Engine, case: Case) -> Mapping[str, Any]:
    stated = find_stated(session, engine.vault, case=case)
    if stated is None:
        raise LookupError("nothing was stated in this application")
    return stated
