"""Running every story once, in a transaction that is taken back."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from random import Random

from sqlalchemy import insert
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.engine import Engine
from workflows.demo.people import make_person
from workflows.seeding.offices import add_commitments, make_season
from workflows.seeding.patterns import Marker, Pattern, Recorder
from workflows.seeding.stories import STORIES, Cast, Told, moment, tell
from workflows.shared.associations import Association
from workflows.shared.register import Member

YEAR = 7391
"""A year in which nobody is inspected."""

MEMBER, ACCOUNT, OFFICE, ABOVE, SEASON = 1987654321, 1987654322, 1987654323, 1987654324, 1987654325
REVIEWER, SECOND, MANAGER = 1987654326, 1987654327, 1987654328
NUMBER, NAME, REGION = "798765432109", "〔姓名〕", "〔地区〕"

MARKERS = (
    Marker(YEAR, "year"),
    Marker(MEMBER, "member"),
    Marker(ACCOUNT, "account"),
    Marker(OFFICE, "office"),
    Marker(ABOVE, "above"),
    Marker(SEASON, "season"),
    Marker(REVIEWER, "reviewer"),
    Marker(SECOND, "second"),
    Marker(MANAGER, "manager"),
    Marker(NUMBER, "number"),
    Marker(NAME, "name"),
    Marker(REGION, "region"),
)
BEGAN = datetime(2021, 3, 1, 2, 3, 4, 567891, tzinfo=UTC)
STEPS = 16


def record_stories(engine: Engine) -> Mapping[Told, Pattern]:
    """The pattern of every story, as often as it is told differently."""
    return dict(_record(engine))


def _record(engine: Engine) -> Iterator[tuple[Told, Pattern]]:
    moments = [moment(number, BEGAN) for number in range(STEPS)]
    for is_city in (False, True):
        for story in STORIES:
            if not story.fits(is_city=is_city):
                continue
            # Left without a commit: nothing of it stays.
            with engine.database.transaction() as session:
                cast = _add_cast(session, engine, is_city=is_city)
                case = tell(session, engine, story, cast, began=BEGAN)
                found = {
                    Told(story.name, is_city, is_whole): Recorder(
                        session, engine, case, MARKERS, moments, is_whole=is_whole
                    ).record()
                    for is_whole in story.ways
                }
                session.rollback()
            yield from found.items()


def _add_cast(session: Session, engine: Engine, *, is_city: bool) -> Cast:
    """Somebody at an association of nowhere, in a season of no year."""
    ids = (ABOVE, OFFICE) if is_city else (OFFICE,)
    above: int | None = None
    for association_id in ids:
        is_own = association_id == OFFICE
        session.add(
            Association(
                id=association_id,
                code=str(association_id),
                name="〔协会〕",
                area="",
                level="municipal" if is_city and is_own else "provincial",
                parent_id=above,
            )
        )
        session.flush()
        above = association_id
    today = BEGAN.date()
    window = (today - timedelta(days=30), today + timedelta(days=60))
    season = make_season(OFFICE, YEAR, window, levels=2 if is_city else 1)
    season.id, season.cut_off_date = SEASON, date(today.year - 1, 12, 31)
    session.add(season)
    session.flush()
    add_commitments(session, SEASON, BEGAN)
    random = Random(1)  # noqa: S311 - an invented person, no secret
    person = make_person(
        random,
        engine.vault,
        serial=1,
        today=today,
        admission_date=date(2015, 3, 15),
        name=NAME,
        region=REGION,
    )
    session.execute(
        insert(Member), [{**person, "id": MEMBER, "number": NUMBER, "association_id": OFFICE}]
    )
    return Cast(
        member=session.get_one(Member, MEMBER),
        season=season,
        actor=Actor("member", ACCOUNT),
        reviewer=Actor("staff", REVIEWER),
        second=Actor("staff", SECOND),
        manager=Actor("staff", MANAGER),
    )
