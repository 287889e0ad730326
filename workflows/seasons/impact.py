"""What a change of a season touches, counted from the database before it is saved.

Counts are of the moment. Whose hours would be missing is worked out for each application, up to
`MOST`; beyond it only a share is looked at, and the sentence says so.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.language import _, ngettext
from workflows.seasons.absentees import UNSENT, count_to_be_inspected, to_be_inspected
from workflows.seasons.hours_impact import MOST, count_missing
from workflows.seasons.settings import COMMITMENTS, Section
from workflows.shared.associations import Association
from workflows.shared.dates import local_date
from workflows.shared.register import Member
from workflows.shared.seasons import DEFERRAL, INSPECTION, Season, associations_of

IN_REVIEW = ("in_review", "in_second_review")


@dataclass(frozen=True)
class Effect:
    """One thing that a change does. `is_hard`: somebody loses something by it."""

    count: int
    sentence: str
    is_hard: bool = False


@dataclass(frozen=True)
class Ground:
    """What effects are worked out from: the season, whom it is for, both values, the counts.

    `running`: open applications of the season by kind and status.
    """

    session: Session
    season: Season
    associations: Collection[int]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    running: Counter[tuple[str, str]]
    today: date

    def changes(self, *names: str) -> bool:
        """Whether one of the settings is changed."""
        return any(self.before.get(each) != self.after.get(each) for each in names)

    def count(self, *statuses: str, kinds: Collection[str] = (INSPECTION, DEFERRAL)) -> int:
        """How many running applications stand at one of the statuses."""
        return sum(
            number
            for (kind, status), number in self.running.items()
            if status in statuses and kind in kinds
        )


def describe_impact(
    session: Session,
    season: Season,
    section: Section,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    now: datetime,
) -> list[Effect]:
    """What saving a section's values does; empty when nothing that runs is touched."""
    associations = associations_of(session, season)
    ground = Ground(
        session=session,
        season=season,
        associations=associations,
        before=before,
        after=after,
        running=_count_running(session, season, associations),
        today=local_date(now),
    )
    name = "commitment" if section.name in COMMITMENTS else section.name
    found = EFFECTS[name](ground) if name != "commitment" else _commitment(ground, section)
    return [each for each in found if each.count]


def _count_running(
    session: Session, season: Season, associations: Collection[int]
) -> Counter[tuple[str, str]]:
    rows = session.execute(
        select(Case.kind, Case.status, func.count())
        .where(
            Case.association_id.in_(sorted(associations)),
            Case.year == season.year,
            Case.state == "open",
            Case.kind.in_((INSPECTION, DEFERRAL)),
        )
        .group_by(Case.kind, Case.status)
    )
    return Counter({(kind, status): number for kind, status, number in rows})


def _window(ground: Ground) -> list[Effect]:
    effects = []
    old, new = (date.fromisoformat(each["closes_date"]) for each in (ground.before, ground.after))
    unsent, returned = ground.count(*UNSENT), ground.count("returned")
    if new < old and new < ground.today:
        effects.append(
            Effect(
                unsent,
                ngettext(
                    "%(n)s application that was not sent can no longer be sent and will be closed.",
                    "%(n)s applications that were not sent can no longer be sent and will be "
                    "closed.",
                    unsent,
                ),
                is_hard=True,
            )
        )
    elif new < old:
        effects.append(
            Effect(
                unsent,
                ngettext(
                    "%(n)s application that was not sent has to be sent by %(date)s, earlier than "
                    "its member was told.",
                    "%(n)s applications that were not sent have to be sent by %(date)s, earlier "
                    "than their members were told.",
                    unsent,
                    date=new,
                ),
                is_hard=True,
            )
        )
    elif new > old:
        effects.append(
            Effect(
                unsent,
                ngettext(
                    "%(n)s application that was not sent can be sent until %(date)s.",
                    "%(n)s applications that were not sent can be sent until %(date)s.",
                    unsent,
                    date=new,
                ),
            )
        )
    if new != old:
        effects.append(
            Effect(
                returned,
                ngettext(
                    "%(n)s returned application gets another last day for being sent again.",
                    "%(n)s returned applications get another last day for being sent again.",
                    returned,
                ),
                is_hard=new < old,
            )
        )
    opens = date.fromisoformat(ground.after["opens_date"])
    if ground.changes("opens_date") and opens > ground.today:
        total = count_to_be_inspected(ground.session, ground.season, ground.associations)
        effects.append(
            Effect(
                total,
                ngettext(
                    "%(n)s member can begin from %(date)s only; what runs goes on.",
                    "%(n)s members can begin from %(date)s only; what runs goes on.",
                    total,
                    date=opens,
                ),
            )
        )
    return [*effects, *_cut_off(ground), *_hours_day(ground)]


def _cut_off(ground: Ground) -> list[Effect]:
    if not ground.changes("cut_off_date"):
        return []
    old, new = (date.fromisoformat(each["cut_off_date"]) for each in (ground.before, ground.after))
    first, last = sorted((old, new))
    between = (
        select(func.count())
        .select_from(Member)
        .where(
            to_be_inspected(ground.season, ground.associations, joined_by=last),
            Member.admission_date > first,
        )
    )
    count = ground.session.scalar(between) or 0
    if new > old:
        said = ngettext(
            "%(n)s member more has to be inspected.",
            "%(n)s members more have to be inspected.",
            count,
        )
    else:
        said = ngettext(
            "%(n)s member need not be inspected any more; an application that runs goes on.",
            "%(n)s members need not be inspected any more; applications that run go on.",
            count,
        )
    return [Effect(count, said, is_hard=new > old)]


def _hours_day(ground: Ground) -> list[Effect]:
    if not ground.changes("hours_until_date"):
        return []
    day = date.fromisoformat(ground.after["hours_until_date"])
    return _missing(ground, {"hours_until_date": day})


def _hours(ground: Ground) -> list[Effect]:
    names = (
        "hours_required",
        "hours_required_joined_late",
        "late_joining_month",
        "late_joining_day",
        "hours_free_age",
    )
    if not ground.changes(*names):
        return []
    return _missing(ground, {name: ground.after[name] for name in names})


def _missing(ground: Ground, changed: Mapping[str, Any]) -> list[Effect]:
    """Who of those that have not sent an inspection would lack hours, or no longer lack them."""
    found = count_missing(
        ground.session, ground.season, ground.associations, changed, statuses=(*UNSENT, "returned")
    )
    effects = [
        Effect(
            found.newly_missing,
            ngettext(
                "%(n)s application that was not sent, or returned, now lacks hours.",
                "%(n)s applications that were not sent, or returned, now lack hours.",
                found.newly_missing,
            ),
            is_hard=True,
        ),
        Effect(
            found.no_longer_missing,
            ngettext(
                "%(n)s application lacks no hours any more.",
                "%(n)s applications lack no hours any more.",
                found.no_longer_missing,
            ),
        ),
    ]
    if found.total > found.looked_at:
        said = _(
            "These numbers are of the first %(most)s of %(n)s applications that were not sent; "
            "the others were not worked out.",
            most=MOST,
            n=found.total,
        )
        effects.append(Effect(found.total, said))
    return effects


def _fee(ground: Ground) -> list[Effect]:
    waiting, pending = ground.count("awaiting_payment"), ground.count("awaiting_fee_confirmation")
    effects = []
    if ground.changes("fee_yearly"):
        others = ground.count("draft", "awaiting_hours", "withdrawn", "returned")
        effects += [
            Effect(
                waiting,
                ngettext(
                    "%(n)s application that waits for its payment is asked for the new amount.",
                    "%(n)s applications that wait for their payment are asked for the new amount.",
                    waiting,
                ),
                is_hard=True,
            ),
            Effect(
                pending,
                ngettext(
                    "%(n)s payment to be confirmed was made for the old amount.",
                    "%(n)s payments to be confirmed were made for the old amount.",
                    pending,
                ),
                is_hard=True,
            ),
            Effect(
                others,
                ngettext(
                    "%(n)s application comes to the fee later, or again, and finds the new amount.",
                    "%(n)s applications come to the fee later, or again, and find the new amount.",
                    others,
                ),
            ),
        ]
    if ground.changes("fee_account"):
        effects.append(
            Effect(
                waiting,
                ngettext(
                    "%(n)s member who has to pay reads the new account; a transfer may be under "
                    "way to the old one.",
                    "%(n)s members who have to pay read the new account; transfers may be under "
                    "way to the old one.",
                    waiting,
                ),
                is_hard=True,
            )
        )
    return effects


def _review(ground: Ground) -> list[Effect]:
    effects = []
    in_review, later = ground.count(*IN_REVIEW), ground.count(*UNSENT, "returned")
    if ground.changes("review_levels"):
        cities = ground.session.scalar(
            select(func.count()).where(
                Association.id.in_(sorted(ground.associations)), Association.level == "municipal"
            )
        )
        effects += [
            Effect(
                in_review if cities else 0,
                ngettext(
                    "%(n)s application in review ends as it began.",
                    "%(n)s applications in review end as they began.",
                    in_review,
                ),
            ),
            Effect(
                later if cities else 0,
                ngettext(
                    "%(n)s application that is sent from now on has the new number of levels.",
                    "%(n)s applications that are sent from now on have the new number of levels.",
                    later,
                ),
            ),
        ]
    if ground.changes("review_working_days"):
        effects.append(
            Effect(
                in_review,
                ngettext(
                    "%(n)s application in review keeps the day by which it is to be decided.",
                    "%(n)s applications in review keep the day by which they are to be decided.",
                    in_review,
                ),
            )
        )
    if ground.changes("resubmission_days"):
        count = ground.count("returned")
        effects.append(
            Effect(
                count,
                ngettext(
                    "%(n)s returned application gets another last day for being sent again.",
                    "%(n)s returned applications get another last day for being sent again.",
                    count,
                ),
                is_hard=ground.after["resubmission_days"] < ground.before["resubmission_days"],
            )
        )
    if ground.changes("reminder_days"):
        total = ground.count(*UNSENT)
        effects.append(
            Effect(
                total,
                ngettext(
                    "%(n)s member who has begun is reminded on the new days, as are those who "
                    "have not.",
                    "%(n)s members who have begun are reminded on the new days, as are those who "
                    "have not.",
                    total,
                ),
            )
        )
    return effects


def _grounds(ground: Ground) -> list[Effect]:
    old, new = (
        {row["value"] for row in each["deferral_grounds"]} for each in (ground.before, ground.after)
    )
    count = ground.count(*UNSENT, "returned", kinds=[DEFERRAL]) if old - new else 0
    return [
        Effect(
            count,
            ngettext(
                "%(n)s deferral that was not sent, or returned, may have chosen a ground that is "
                "removed, and has to choose again.",
                "%(n)s deferrals that were not sent, or returned, may have chosen a ground that "
                "is removed, and have to choose again.",
                count,
            ),
            is_hard=True,
        )
    ]


def _materials(ground: Ground) -> list[Effect]:
    effects = []
    old, new = (
        {row["name"]: row for row in each["slots"]} for each in (ground.before, ground.after)
    )
    for kind in (INSPECTION, DEFERRAL):
        count = ground.count(*UNSENT, "returned", kinds=[kind])
        asked = [
            row["label"]
            for name, row in new.items()
            if row["kind"] == kind and row["required"] and not _asks(old.get(name), kind)
        ]
        gone = [
            row["label"]
            for name, row in old.items()
            if row["kind"] == kind and new.get(name, {}).get("kind") != kind
        ]
        if asked:
            said = ngettext(
                "%(n)s application that was not sent, or returned, has to attach: %(names)s.",
                "%(n)s applications that were not sent, or returned, have to attach: %(names)s.",
                count,
                names="、".join(asked),
            )
            effects.append(Effect(count, said, is_hard=True))
        if gone:
            said = ngettext(
                "%(n)s application that was not sent, or returned, is no longer asked for: "
                "%(names)s.",
                "%(n)s applications that were not sent, or returned, are no longer asked for: "
                "%(names)s.",
                count,
                names="、".join(gone),
            )
            effects.append(Effect(count, said))
    return effects


def _asks(row: Mapping[str, Any] | None, kind: str) -> bool:
    return row is not None and row["kind"] == kind and bool(row["required"])


def _commitment(ground: Ground, section: Section) -> list[Effect]:
    kind = COMMITMENTS[section.name]
    count = ground.count(*UNSENT, "returned", kinds=[kind])
    in_review = ground.count(*IN_REVIEW, kinds=[kind])
    return [
        Effect(
            count,
            ngettext(
                "%(n)s application that was not sent, or returned, has to accept the new version.",
                "%(n)s applications that were not sent, or returned, have to accept the new "
                "version.",
                count,
            ),
            is_hard=True,
        ),
        Effect(
            in_review,
            ngettext(
                "%(n)s application in review keeps the version that was accepted.",
                "%(n)s applications in review keep the version that was accepted.",
                in_review,
            ),
        ),
    ]


def _texts(ground: Ground) -> list[Effect]:
    count = ground.count(*UNSENT, "returned")
    return [
        Effect(
            count,
            ngettext(
                "%(n)s application that is sent from now on is answered with the new texts.",
                "%(n)s applications that are sent from now on are answered with the new texts.",
                count,
            ),
        )
    ]


EFFECTS: Mapping[str, Callable[[Ground], Sequence[Effect]]] = {
    "window": _window,
    "hours": _hours,
    "fee": _fee,
    "review": _review,
    "grounds": _grounds,
    "materials": _materials,
    "texts": _texts,
}
