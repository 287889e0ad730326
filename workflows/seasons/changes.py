"""Changing a season: what it says as plain values, and saving a change of one section.

Whoever changes a section says which version of the season he looked at. Somebody else's change
in between is never overwritten unseen.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import Conflict, Rejected
from engine.language import N_
from workflows.seasons.settings import COMMITMENTS
from workflows.shared.edits import Edit, list_edits, record_edit
from workflows.shared.seasons import (
    CommitmentText,
    Season,
    SeasonNotFound,
    SeasonSlot,
    current_commitment,
    publish_commitment,
)
from workflows.shared.settings import DATE, ROWS, Section

MB = 2**20
LONGEST_REASON = 1000


class SeasonChangedMeanwhile(Conflict):
    """Somebody saved a change since the version that this change was made on."""

    message = N_("Somebody else changed this season meanwhile. Nothing was saved yet.")


class NothingChanged(Rejected):
    """Everything is as it was."""

    message = N_("Nothing was changed.")


class ReasonMissing(Rejected):
    """A change says why, in some words."""

    message = N_("Say why, in at most %(most)s characters.")


class SeasonExists(Conflict):
    """The association has a season of that year."""

    message = N_("There is a season for %(year)s already.")


def subject_of(season: Season) -> str:
    """Under which name edits of a season are kept."""
    return f"season:{season.id}"


def read_section(session: Session, season: Season, section: Section) -> dict[str, Any]:
    """What a season says in a section, as plain values."""
    if section.name in COMMITMENTS:
        found = current_commitment(session, season_id=season.id, kind=COMMITMENTS[section.name])
        return {each.name: getattr(found, each.name, "") for each in section.settings}
    values: dict[str, Any] = {}
    for setting in section.settings:
        if setting.name == "slots":
            values["slots"] = [_plain_slot(each) for each in _all_slots(session, season)]
            continue
        value = getattr(season, setting.name)
        if setting.kind == DATE:
            value = value.isoformat()
        if setting.kind == ROWS:
            names = [column.name for column in setting.columns]
            value = [{name: row.get(name, "") for name in names} for row in value]
        values[setting.name] = value
    return values


def changed_meanwhile(session: Session, season: Season, *, version: int) -> Sequence[Edit]:
    """The edits of a season since a version of it, the newest first."""
    edits = list_edits(session, subject=subject_of(season))
    return [each for each in edits if (each.before.get("version") or 0) >= version]


def rebase(
    session: Session, season: Season, section: Section, values: Mapping[str, Any], *, version: int
) -> dict[str, Any]:
    """A change made on an older version, made on this one: what he left alone is as it is now."""
    current = read_section(session, season, section)
    base = dict(current)
    for edit in changed_meanwhile(session, season, version=version):
        said = edit.before
        base |= {name: said[_key(section, name)] for name in base if _key(section, name) in said}
    return {name: current[name] if values[name] == base[name] else values[name] for name in current}


def save_change(
    session: Session,
    *,
    season_id: int,
    section: Section,
    values: Mapping[str, Any],
    version: int,
    reason: str,
    by: int,
    now: datetime,
) -> Edit | None:
    """Save a section's checked values; None if just this was saved before (sent twice).

    Raises ReasonMissing, NothingChanged, SeasonChangedMeanwhile. `by`: the account.
    """
    reason = reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise ReasonMissing(most=LONGEST_REASON)
    season = _hold(session, season_id)
    before = read_section(session, season, section)
    values = _named(before, values)
    if season.version != version:
        if before == values:
            return None
        raise SeasonChangedMeanwhile
    if before == values:
        raise NothingChanged
    _apply(session, season, section, values, now=now)
    season.version += 1
    session.flush()
    return record_edit(
        session,
        association_id=season.association_id,
        subject=subject_of(season),
        before={_key(section, name): value for name, value in before.items()}
        | {"section": "", "version": version},
        after={_key(section, name): value for name, value in values.items()}
        | {"section": section.name, "version": season.version},
        reason=reason,
        by=by,
        now=now,
    )


def start_next(session: Session, *, season_id: int, by: int, now: datetime) -> Season:
    """Make next year's season as a copy of this one, every date a year later.

    Raises SeasonExists.
    """
    old = _hold(session, season_id)
    year = old.year + 1
    taken = select(Season.id).where(
        Season.association_id == old.association_id, Season.year == year
    )
    if session.scalar(taken) is not None:
        raise SeasonExists(year=year)
    own = ("id", "year", "version")
    columns = [each.key for each in Season.__table__.columns if each.key not in own]
    copied = {name: _a_year_later(getattr(old, name)) for name in columns}
    season = Season(**copied, year=year, version=1)
    session.add(season)
    session.flush()
    for slot in _all_slots(session, old):
        names = [each.key for each in SeasonSlot.__table__.columns]
        said = {name: getattr(slot, name) for name in names if name not in ("id", "season_id")}
        session.add(SeasonSlot(**said, season_id=season.id))
    for kind in COMMITMENTS.values():
        found = current_commitment(session, season_id=old.id, kind=kind)
        if found is not None:
            words = {
                name: getattr(found, name) for name in ("title", "title_en", "text", "text_en")
            }
            publish_commitment(session, season_id=season.id, kind=kind, now=now, **words)
    record_edit(
        session,
        association_id=season.association_id,
        subject=subject_of(season),
        before={"version": None},
        after={"section": "copied", "year": year, "version": 1},
        by=by,
        now=now,
    )
    return season


def list_versions(session: Session, *, season_id: int, kind: str) -> Sequence[CommitmentText]:
    """Every version of a commitment, the newest first."""
    return session.scalars(
        select(CommitmentText)
        .where(CommitmentText.season_id == season_id, CommitmentText.kind == kind)
        .order_by(CommitmentText.version.desc())
    ).all()


def _key(section: Section, name: str) -> str:
    """Under which name an edit keeps a value: commitments have the same fields."""
    return f"{section.name}.{name}" if section.name in COMMITMENTS else name


def _hold(session: Session, season_id: int) -> Season:
    query = select(Season).where(Season.id == season_id).with_for_update()
    season = session.scalar(query.execution_options(populate_existing=True))
    if season is None:
        raise SeasonNotFound
    return season


def _named(before: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Give new rows of lists the name under which answers refer to them.

    A row keeps only a name that the season knows; one that is there already is that one, so
    that the same change sent twice is the same.
    """
    named = dict(values)
    for name, key in (("slots", "name"), ("deferral_grounds", "value")):
        if name in values:
            named[name] = _name_rows(before[name], values[name], key=key, stem=STEMS[name])
    return named


def _name_rows(
    known: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]], *, key: str, stem: str
) -> list[dict[str, Any]]:
    free = {row[key]: row for row in known}
    given = [row[key] if free.pop(row[key], None) else "" for row in rows]
    taken = {row[key] for row in known}
    for place, row in enumerate(rows):
        if not given[place]:
            same = (name for name, each in free.items() if {**row, key: name} == each)
            given[place] = next(same, "") or _new_name(stem, taken)
            free.pop(given[place], None)
            taken.add(given[place])
    return [{**row, key: name} for row, name in zip(rows, given, strict=True)]


def _new_name(stem: str, taken: Collection[str]) -> str:
    return next(name for number in count(1) if (name := f"{stem}_{number}") not in taken)


STEMS = {"slots": "material", "deferral_grounds": "ground"}


def _apply(
    session: Session,
    season: Season,
    section: Section,
    values: Mapping[str, Any],
    *,
    now: datetime,
) -> None:
    if section.name in COMMITMENTS:
        kind = COMMITMENTS[section.name]
        publish_commitment(session, season_id=season.id, kind=kind, now=now, **values)
        return
    for setting in section.settings:
        value = values[setting.name]
        if setting.name == "slots":
            _apply_slots(session, season, value)
        else:
            is_date = setting.kind == DATE
            setattr(season, setting.name, date.fromisoformat(value) if is_date else value)


def _apply_slots(session: Session, season: Season, rows: Sequence[Mapping[str, Any]]) -> None:
    known = {each.name: each for each in _all_slots(session, season)}
    for position, row in enumerate(rows):
        slot = known.pop(row["name"], None)
        if slot is None:
            slot = SeasonSlot(season_id=season.id, name=row["name"])
            session.add(slot)
        slot.position = position
        slot.max_bytes = row["megabytes"] * MB
        for name in ("kind", "label", "label_en", "help", "help_en", "required"):
            setattr(slot, name, row[name])
    for slot in known.values():
        session.delete(slot)


def _all_slots(session: Session, season: Season) -> Sequence[SeasonSlot]:
    return session.scalars(
        select(SeasonSlot)
        .where(SeasonSlot.season_id == season.id)
        .order_by(SeasonSlot.position, SeasonSlot.id)
    ).all()


def _plain_slot(slot: SeasonSlot) -> dict[str, Any]:
    names = ("name", "kind", "label", "label_en", "help", "help_en")
    return {
        **{name: getattr(slot, name) for name in names},
        "megabytes": slot.max_bytes // MB,
        "required": slot.required,
    }


def _a_year_later(value: Any) -> Any:
    if not isinstance(value, date):
        return value
    try:
        return value.replace(year=value.year + 1)
    except ValueError:
        return value.replace(year=value.year + 1, day=28)
