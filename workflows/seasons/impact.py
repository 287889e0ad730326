"""What a change of a season touches, counted from the database before it is saved.

Counts are of the moment. Whose hours would be missing is worked out for each application, up to
some thousands; beyond that only a share is looked at, and the sentence says so.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine
from engine.language import ngettext
from workflows.seasons.absentees import UNSENT
from workflows.seasons.dates_impact import touch_hours, touch_window
from workflows.seasons.effects import Effect, Ground
from workflows.seasons.settings import COMMITMENTS
from workflows.shared.associations import Association
from workflows.shared.dates import local_date
from workflows.shared.seasons import DEFERRAL, INSPECTION, Season, associations_of
from workflows.shared.settings import Section

IN_REVIEW = ("in_review", "in_second_review")


def describe_impact(
    session: Session,
    season: Season,
    section: Section,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    engine: Engine,
    now: datetime,
) -> list[Effect]:
    """What saving a section's values does; empty when nothing that runs is touched."""
    associations = associations_of(session, season)
    ground = Ground(
        session=session,
        engine=engine,
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
    "window": touch_window,
    "hours": touch_hours,
    "fee": _fee,
    "review": _review,
    "grounds": _grounds,
    "materials": _materials,
    "texts": _texts,
}
