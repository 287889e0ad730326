"""Taking a decision back 撤销, and opening a closed case anew 重新开放: a manager's remedies.

Both give the case back to its diagram where it may go on; what the year's result was is kept as
a former one, and the member is told why.
"""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import Case, CaseNotFound
from engine.engine import Engine
from engine.errors import Conflict, Rejected
from engine.language import N_
from engine.lifecycle import reopen_case
from engine.message_events import publish
from engine.submissions import last_submissions
from workflows.inspection.applications import PROCESS, variables_of
from workflows.inspection.policies import NoSeason
from workflows.shared.applications import RETURN, find_last_return
from workflows.shared.dates import local_date
from workflows.shared.messages import send_to_member
from workflows.shared.register import Member, get_member, hold_member
from workflows.shared.results import find_result, take_back
from workflows.shared.seasons import Season, find_season_of_year
from workflows.shared.windows import extend

DECIDED = frozenset({"passed", "deferred", "not_passed"})
"""What reviewers decide, and how the case then ends: only this can be revoked."""

COMMITMENTS = {
    "accept_commitment": "commitment_version",
    "accept_deferral_commitment": "deferral_commitment_version",
}


class NothingToRevoke(Conflict):
    """No decision of reviewers stands: it was revoked a moment ago, or the year settled by hand."""

    message = N_("There is no decision of this case to revoke; it may have been revoked just now.")


class NotClosed(Conflict):
    """The case is open, was decided, or its year was settled by hand."""

    message = N_("This case is not closed without a decision, so it cannot be reopened.")


class ReasonMissing(Rejected):
    """The member must be told why."""

    message = N_("Say why: the member is told.")


class LastDayPast(Rejected):
    """A reopened case has at least today."""

    message = N_("The last day is today or later.")


class MembershipOver(Rejected):
    """Nothing of somebody who is no member any more can be reviewed."""

    message = N_("The membership of %(name)s has ended.")


def can_revoke(session: Session, case: Case) -> bool:
    """Whether a decision stands that the case came to."""
    if case.process_id != PROCESS or case.state != "ended" or case.ended_in not in DECIDED:
        return False
    result = find_result(session, member_id=case.subject_id, year=case.year or 0)
    return result is not None and result.case_id == case.id


def can_reopen(session: Session, case: Case) -> bool:
    """Whether the case was closed and nothing else was decided of its year."""
    if case.process_id != PROCESS or case.state == "open" or case.ended_in in DECIDED:
        return False
    result = find_result(session, member_id=case.subject_id, year=case.year or 0)
    return result is None or result.case_id == case.id


def revoke(
    session: Session, engine: Engine, *, case_id: UUID, reason: str, by: Actor, now: datetime
) -> Case:
    """Take the decision of a case back: it returns to review, and the year has no result.

    Raises NothingToRevoke (also for who comes second), ReasonMissing, MembershipOver,
    CaseNotFound, CaseAlreadyOpen.
    """
    case = _hold(session, case_id)
    if not can_revoke(session, case):
        raise NothingToRevoke
    return _begin_anew(
        session,
        engine,
        case=case,
        variables={"begins_at": "review", "kind": case.kind},
        told=("decision_revoked", {}),
        reason=reason,
        by=by,
        now=now,
    )


def reopen(
    session: Session,
    engine: Engine,
    *,
    case_id: UUID,
    reason: str,
    until_date: date,
    by: Actor,
    now: datetime,
) -> Case:
    """Open a case that was closed without a decision; the member has until a day to send it.

    Raises NotClosed (also for who comes second), LastDayPast, ReasonMissing, MembershipOver,
    CaseNotFound, CaseAlreadyOpen (the member began another one).
    """
    case = _hold(session, case_id)
    if not can_reopen(session, case):
        raise NotClosed
    if until_date < local_date(now):
        raise LastDayPast
    extend(session, case=case, until_date=until_date)
    last = find_last_return(session, engine.vault, case=case)
    return _begin_anew(
        session,
        engine,
        case=case,
        variables={"begins_at": "information", "last_decision": RETURN if last else None},
        told=("case_reopened", {"until": until_date.isoformat()}),
        reason=reason,
        by=by,
        now=now,
    )


def _hold(session: Session, case_id: UUID) -> Case:
    """A case's row, over or not, locked with its member until the transaction ends."""
    query = select(Case).where(Case.id == case_id).with_for_update()
    case = session.scalar(query.execution_options(populate_existing=True))
    if case is None:
        raise CaseNotFound
    hold_member(session, case.subject_id)
    return case


def _begin_anew(
    session: Session,
    engine: Engine,
    *,
    case: Case,
    variables: Mapping[str, object],
    told: tuple[str, Mapping[str, object]],
    reason: str,
    by: Actor,
    now: datetime,
) -> Case:
    reason = reason.strip()
    if not reason:
        raise ReasonMissing
    member = get_member(session, case.subject_id)
    if member.state != "active":
        raise MembershipOver(name=member.name)
    season = _get_season(session, member, case.year or 0)
    result = find_result(session, member_id=member.id, year=season.year)
    if result is not None:
        take_back(session, result, now=now)
    # Whoever moved meanwhile is reviewed where he is a member now.
    case.association_id = member.association_id
    reopened = reopen_case(
        session,
        engine,
        case_id=case.id,
        variables={
            **variables_of(member, season),
            **_accepted(session, engine, case),
            **variables,
        },
        reason=reason,
        by=by,
        now=now,
    )
    # What waits for the decision to stand, as an appeal against it, hears that it does not.
    publish(session, name="decision_revoked", key=str(case.id), now=now)
    template, values = told
    send_to_member(
        session,
        member_id=member.id,
        template=template,
        values={"year": season.year, "reason": reason, **values},
        case_id=case.id,
        now=now,
    )
    return reopened


def _get_season(session: Session, member: Member, year: int) -> Season:
    season = find_season_of_year(session, association_id=member.association_id, year=year)
    if season is None:
        raise NoSeason
    return season


def _accepted(session: Session, engine: Engine, case: Case) -> dict[str, object]:
    """The versions of the commitments that were accepted: they are not asked for again."""
    found = last_submissions(
        session,
        engine.vault,
        case_id=case.id,
        subject=case.subject_key,
        element_ids=list(COMMITMENTS),
    )
    return {COMMITMENTS[each.element_id]: each.values["version"] for each in found.values()}
