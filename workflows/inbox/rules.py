"""Rules that hand a task over as it arrives: by region, by the number's last digit, by load."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, BigId, Json
from engine.errors import Rejected
from engine.language import N_
from engine.tasks import Task
from workflows.inbox.colleagues import Colleague, find_stand_in, list_colleagues
from workflows.shared.access import WORKING
from workflows.shared.associations import Association, ids_below, nearest_first
from workflows.shared.dates import local_date

BY_REGION, BY_DIGIT, BY_LOAD = "region", "digit", "load"
WAYS = (BY_REGION, BY_DIGIT, BY_LOAD)
DIGITS = "0123456789"
MOST_SHARE = 100
LONGEST_KEY = 9

EVERY_KIND = ""


class RuleNotUnderstood(Rejected):
    """A rule in a way that there is not, or for somebody who has no such duty."""

    message = N_("This rule cannot be understood. Load the page again.")


class AssignmentRule(Base):
    """How the tasks of one kind are handed over at an association; of every kind without one.

    `parts` says whose what is: {"3301": account} by the beginning of a region's code,
    {"7": account} by the last digit, {"<account>": share} by load.
    """

    __tablename__ = "assignment_rule"
    __table_args__ = (UniqueConstraint("association_id", "kind"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    association_id: Mapped[int] = mapped_column(ForeignKey("association.id"))
    kind: Mapped[str] = mapped_column(String(40))
    way: Mapped[str] = mapped_column(String(10))
    parts: Mapped[dict[str, int]] = mapped_column(Json)


@dataclass(frozen=True, slots=True)
class Arriving:
    """What a rule looks at in a task; `barred`: who may not decide it, whatever his duties."""

    association_id: int
    kind: str
    duty: str
    subject_no: str
    region: str
    barred: frozenset[int] = frozenset()


def choose(session: Session, arriving: Arriving, *, now: datetime) -> int | None:
    """Whose a new task becomes; None leaves it to everybody.

    One query where there is no rule, else two. An association without a rule takes that of the
    one above it; a rule for the kind goes before one for all.
    """
    found = _find_rule(session, arriving)
    if found is None:
        return None
    rule, own_region = found
    colleagues = list_colleagues(
        session,
        association_id=arriving.association_id,
        duties=[arriving.duty],
        today=local_date(now),
        has_load=rule.way == BY_LOAD,
    )
    others = {key: each for key, each in colleagues.items() if key not in arriving.barred}
    return pick(rule, others, replace(arriving, region=arriving.region or own_region))


def pick(
    rule: AssignmentRule, colleagues: Mapping[int, Colleague], arriving: Arriving
) -> int | None:
    """Whom a rule names for a task; `colleagues` are those who may decide it.

    By load the one with the fewest open tasks for his share gets it, and who is away gets none;
    otherwise the cover of who is away does.
    """
    if rule.way == BY_LOAD:
        there = [
            (each.load / share, key)
            # A key that is none names nobody: no rule that was kept stops a task from arriving.
            for key, share in ((int(k), s) for k, s in rule.parts.items() if is_key(k))
            if share > 0 and (each := colleagues.get(key)) is not None and not each.is_away
        ]
        return min(there, default=(0, None))[1]
    return find_stand_in(colleagues, _named(rule, arriving))


def preview(
    session: Session, rule: AssignmentRule, *, now: datetime, limit: int = 50
) -> Sequence[tuple[Task, Colleague | None]]:
    """Whom the last tasks would have gone to, in the order in which they arrived.

    By load the people begin with what they have now.
    """
    below = ids_below(session, [rule.association_id])
    wanted = select(Task).where(Task.association_id.in_(sorted(below)), Task.duty.in_(WORKING))
    if rule.kind:
        wanted = wanted.where(Task.kind == rule.kind)
    tasks = session.scalars(wanted.order_by(Task.opened_at.desc(), Task.id.desc()).limit(limit))
    regions = _regions(session, below)
    people: dict[tuple[int, str], dict[int, Colleague]] = {}
    given: dict[int, int] = {}
    found = []
    for task in reversed(tasks.all()):
        key = (task.association_id or 0, task.duty)
        if key not in people:
            people[key] = dict(
                list_colleagues(
                    session, association_id=key[0], duties=[key[1]], today=local_date(now)
                )
            )
        known = {
            account_id: replace(each, load=each.load + given.get(account_id, 0))
            for account_id, each in people[key].items()
        }
        arriving = Arriving(
            association_id=key[0],
            kind=task.kind,
            duty=task.duty,
            subject_no=task.subject_no,
            region=task.region or regions.get(key[0], ""),
        )
        chosen = pick(rule, known, arriving)
        if chosen is not None:
            given[chosen] = given.get(chosen, 0) + 1
        found.append((task, known.get(chosen or 0)))
    return found


def find_rule(session: Session, *, association_id: int, kind: str) -> AssignmentRule | None:
    """An association's own rule for a kind, or None."""
    return session.scalar(
        select(AssignmentRule).where(
            AssignmentRule.association_id == association_id, AssignmentRule.kind == kind
        )
    )


def list_rules(session: Session, *, association_id: int) -> Sequence[AssignmentRule]:
    """An association's own rules, the one for every kind first."""
    return session.scalars(
        select(AssignmentRule)
        .where(AssignmentRule.association_id == association_id)
        .order_by(AssignmentRule.kind)
    ).all()


def make_rule(
    *, association_id: int, kind: str, way: str, parts: Mapping[str, int]
) -> AssignmentRule:
    """A rule that makes sense, not kept yet; raises RuleNotUnderstood."""
    wanted = {key: value for key, value in parts.items() if value > 0}
    checks: Mapping[str, Any] = {
        BY_REGION: lambda key, _value: key.isascii() and key.isdigit() and len(key) <= 6,
        BY_DIGIT: lambda key, _value: key in set(DIGITS),
        BY_LOAD: lambda key, value: is_key(key) and value <= MOST_SHARE,
    }
    if way not in checks or not all(checks[way](*each) for each in wanted.items()):
        raise RuleNotUnderstood
    return AssignmentRule(association_id=association_id, kind=kind, way=way, parts=wanted)


def is_key(part: str) -> bool:
    """Whether a part of a rule can be the key of an account; "²" is a digit too, but no number."""
    return part.isascii() and part.isdigit() and len(part) <= LONGEST_KEY


def save_rule(session: Session, rule: AssignmentRule, *, now: datetime) -> AssignmentRule | None:
    """Keep a rule in place of the one for the same kind; one that names nobody ends it.

    Raises RuleNotUnderstood for who works for no such association.
    """
    colleagues = list_colleagues(
        session,
        association_id=rule.association_id,
        duties=WORKING,
        today=local_date(now),
        has_load=False,
    )
    named = map(int, rule.parts) if rule.way == BY_LOAD else rule.parts.values()
    if not colleagues.keys() >= set(named):
        raise RuleNotUnderstood
    session.execute(
        select(Association.id).where(Association.id == rule.association_id).with_for_update()
    )
    known = find_rule(session, association_id=rule.association_id, kind=rule.kind)
    if not rule.parts:
        if known is not None:
            session.delete(known)
        session.flush()
        return None
    if known is None:
        session.add(rule)
        known = rule
    known.way, known.parts = rule.way, dict(rule.parts)
    session.flush()
    return known


def _find_rule(session: Session, arriving: Arriving) -> tuple[AssignmentRule, str] | None:
    """The rule that counts for a task, and the region that the task's association is in."""
    above, is_above = nearest_first(arriving.association_id, AssignmentRule.association_id)
    own_region = (
        select(Association.region_code)
        .where(Association.id == arriving.association_id)
        .scalar_subquery()
    )
    row = session.execute(
        select(AssignmentRule, own_region)
        .join(above, is_above)
        .where(AssignmentRule.kind.in_((arriving.kind, EVERY_KIND)))
        .order_by(above.c.distance, AssignmentRule.kind.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else (row[0], row[1] or "")


def _named(rule: AssignmentRule, arriving: Arriving) -> int | None:
    if rule.way == BY_DIGIT:
        digits = [each for each in arriving.subject_no if each in DIGITS]
        return rule.parts.get(digits[-1]) if digits else None
    beginnings = [key for key in rule.parts if arriving.region.startswith(key)]
    return rule.parts[max(beginnings, key=len)] if beginnings else None


def _regions(session: Session, association_ids: frozenset[int]) -> Mapping[int, str]:
    rows = session.execute(
        select(Association.id, Association.region_code).where(
            Association.id.in_(sorted(association_ids))
        )
    )
    return {row.id: row.region_code for row in rows}
