"""Releasing a draft: what was shown, checked once more, all of it or nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.engine import Engine
from engine.errors import Conflict, InvalidRelease, Rejected
from engine.language import N_
from engine.releases import Release, keep_release, take_releases
from workflows.studio.drafts import drop_draft, get_draft, read_documents
from workflows.studio.models import Draft
from workflows.studio.planning import Making, Plan, make_plan, still_holds

LONGEST_REASON = 500


class ReasonMissing(Rejected):
    """A release without a word about why."""

    message = N_("Say in a sentence why this is released: it stands in the history.")


class ReasonTooLong(Rejected):
    """A reason that is a report."""

    message = N_("The reason has more than 500 characters.")


class NothingChanged(Rejected):
    """A release that would be the one that is at work."""

    message = N_("There is nothing to release: this is the same as the release that is at work.")


class PlanOutdated(Conflict):
    """Something that the releases would rest on is not what was shown any more."""

    message = N_(
        "Somebody changed this draft or released something that it rests on while this page was "
        "open. Nothing was released. Below stands what would be released now: look at it again."
    )


class CallerNotOffered(Conflict):
    """A caller was ticked that is none any more."""

    message = N_("One of the processes that you ticked does not call this one any more.")


@dataclass(frozen=True)
class DraftPlan:
    """What releasing a draft would make, as it stands at `version`."""

    draft: Draft
    version: int
    plan: Plan

    @property
    def is_moved(self) -> bool:
        """Whether somebody released since the draft was begun: releasing it takes that back."""
        current = self.plan.process.current
        return current is not None and current.release_id != self.draft.base_release_id


def plan_release(session: Session, engine: Engine, draft: Draft) -> DraftPlan:
    """Find out what releasing a draft would make and what is wrong with it; writes nothing."""
    return DraftPlan(
        draft=draft,
        version=draft.version,
        plan=make_plan(
            session,
            engine,
            process_id=draft.process_id,
            new=read_documents(session, draft.id),
        ),
    )


def release_draft(
    session: Session,
    *,
    planned: DraftPlan,
    callers: Collection[str],
    reason: str,
    by: Actor,
    now: datetime,
) -> Sequence[Release]:
    """Make the releases of a plan, of its process and of those `callers` that were ticked.

    The draft is no more afterwards. Raises PlanOutdated if anything moved since, DraftNotFound
    if it was released or discarded, InvalidRelease, NothingChanged, or what the reason lacks.
    """
    reason = check_reason(reason)
    take_releases(session)
    draft = get_draft(session, planned.draft.id, to_change=True)
    if draft.version != planned.version:
        raise PlanOutdated
    made = keep_plan(session, plan=planned.plan, callers=callers, reason=reason, by=by, now=now)
    drop_draft(session, draft)
    return made


def keep_plan(
    session: Session,
    *,
    plan: Plan,
    callers: Collection[str],
    reason: str,
    by: Actor,
    now: datetime,
) -> Sequence[Release]:
    """Make the releases of a plan by who has taken the releases of all processes."""
    if not still_holds(session, plan):
        raise PlanOutdated
    chosen = _choose(plan, callers)
    if errors := [problem for each in chosen for problem in each.errors]:
        raise InvalidRelease(errors)
    if not any(each.is_change for each in chosen):
        raise NothingChanged
    return [
        keep_release(
            session,
            process_id=each.process_id,
            documents=each.documents,
            reason=reason,
            by=by,
            now=now,
        )
        for each in chosen
    ]


def check_reason(reason: str) -> str:
    """The reason in one line of words; raises ReasonMissing or ReasonTooLong."""
    reason = " ".join(reason.split())
    if not reason:
        raise ReasonMissing
    if len(reason) > LONGEST_REASON:
        raise ReasonTooLong
    return reason


def _choose(plan: Plan, callers: Collection[str]) -> list[Making]:
    offered = {each.process_id: each for each in plan.offered}
    if not offered.keys() >= set(callers):
        raise CallerNotOffered
    return [plan.process, *(offered[name] for name in sorted(set(callers)))]
