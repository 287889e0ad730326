"""What the diagram does with photos: looked up, compared once, accepted on site."""

from datetime import datetime
from io import BytesIO
from typing import Annotated, NamedTuple, TypedDict
from uuid import UUID

from sqlalchemy.orm import Session

from engine.actors import SYSTEM
from engine.cases import Case
from engine.engine import Engine
from engine.files import add_file
from engine.language import N_
from engine.operations import operation
from engine.signatures import Named, only
from workflows.member_certificate.cases import find_open_certificate, read_photo_file
from workflows.member_certificate.kinds import REVIEW
from workflows.member_certificate.photo_rules import fit_photo
from workflows.member_certificate.photo_service import (
    PhotoService,
    PhotoServiceAway,
    photo_service_of,
)
from workflows.member_certificate.policies import policy_of
from workflows.shared.photos import (
    ComparedAlready,
    ComparisonState,
    PhotoComparison,
    begin_comparison,
    end_comparison,
    find_photo,
    has_used_comparison,
    keep_photo,
)
from workflows.shared.register import get_member, hold_member, identity_number
from workflows.shared.vocabulary import MemberId

FOUND, NONE, FAILED = "found", "none", "failed"
AWAY, USED = "away", "used"
PHOTO_NAME = "photo.jpg"
LARGEST_ON_FILE = 2**20


class _Person(NamedTuple):
    """Whom a service is asked about."""

    case_id: UUID
    identity_number: str
    name: str


class PhotoState(TypedDict):
    """What came of looking for a photo."""

    photo_state: Annotated[str, Named(N_("Photo"), choices=only("found", "none", "failed"))]


@operation(
    "photos.look_up",
    remote=True,
    title=N_("Look up the photo"),
    about=N_("Finds the photo that is printed: our own, or else that of the photo service."),
)
def look_up(engine: Engine, now: datetime, *, member_id: MemberId) -> PhotoState:
    """Find the photo that is printed: our own, else the service's, which is kept.

    photo_state: found, none, or failed when the service is away. A photo that is too old to be
    printed again is none, and the service, which has no newer one, is not asked.
    """
    with engine.database.read() as session:
        own = find_photo(session, member_id)
        person = _find_person(session, engine, member_id)
    if own is not None:
        is_too_old = policy_of(engine).is_too_old(own, now)
        return {"photo_state": NONE if is_too_old else FOUND}
    service = photo_service_of(engine)
    if service is None or person is None:
        return {"photo_state": NONE}
    try:
        picture = service.find_photo(identity_number=person.identity_number, name=person.name)
    except PhotoServiceAway:
        return {"photo_state": FAILED}
    fitting = None
    if picture is not None and len(picture) <= LARGEST_ON_FILE:
        fitting = fit_photo(picture)
    if fitting is None:
        return {"photo_state": NONE}
    _keep_found(engine, member_id=member_id, case_id=person.case_id, picture=fitting, now=now)
    return {"photo_state": FOUND}


class Counted(TypedDict):
    """Whether the one comparison was used."""

    is_compared: Annotated[bool, Named(N_("Compared already"))]


@operation(
    "photos.count_comparisons",
    title=N_("Ask whether the comparison was used"),
    about=N_("Says whether the one comparison that a member has was used already."),
)
def count_comparisons(session: Session, *, engine: Engine, member_id: MemberId) -> Counted:
    """Say whether the one comparison was used; where there is no service, nobody has one."""
    has_none = photo_service_of(engine) is None
    return {"is_compared": has_none or has_used_comparison(session, member_id)}


class Compared(TypedDict):
    """What came of a comparison."""

    comparison: Annotated[
        str,
        Named(
            N_("Result of the comparison"), choices=only("matched", "mismatched", "used", "away")
        ),
    ]


@operation(
    "photos.compare",
    remote=True,
    title=N_("Compare the photo"),
    about=N_("Has the photo that was sent compared with the register, once for each member."),
)
def compare(
    engine: Engine, now: datetime, *, member_id: MemberId, idempotency_key: str
) -> Compared:
    """Compare the photo that was sent, the one time that this person has.

    comparison: matched, mismatched, used, or away, which uses nothing up. Counted before it is
    asked for, so that two at once ask for one.
    """
    service = photo_service_of(engine)
    if service is None:
        return {"comparison": USED}
    with engine.database.transaction() as session:
        person = _find_person(session, engine, member_id)
        case = find_open_certificate(session, get_member(session, member_id))
        file_id = None if case is None else read_photo_file(session, engine.vault, case)
        if person is None or file_id is None:
            raise LookupError("there is no photo to compare")
        try:
            counted = begin_comparison(
                session, member_id=member_id, file_id=file_id, key=idempotency_key, now=now
            )
        except ComparedAlready:
            return {"comparison": USED}
    state = counted.state if counted.is_used else _ask(engine, service, counted, person)
    with engine.database.transaction() as session:
        ended = end_comparison(session, member_id=member_id, key=counted.key, state=state, now=now)
        if ended.state == "matched" and ended.file_id is not None:
            keep_photo(
                session,
                member_id=member_id,
                file_id=ended.file_id,
                source="upload",
                result="matched",
                now=now,
            )
        answer = ended.state
    return {"comparison": AWAY if answer == "asked" else answer}


@operation(
    "photos.accept",
    title=N_("Accept the photo taken on site"),
    about=N_("Makes the photo that was taken on site the member’s."),
)
def accept(
    session: Session, *, engine: Engine, case: Case, now: datetime, member_id: MemberId
) -> None:
    """Let the photo that was taken on site be the member's."""
    file_id = read_photo_file(session, engine.vault, case, REVIEW)
    if file_id is None:
        raise LookupError("there is no photo that was taken on site")
    keep_photo(
        session,
        member_id=member_id,
        file_id=file_id,
        source="on_site",
        result="accepted",
        now=now,
    )


def _ask(
    engine: Engine, service: PhotoService, counted: PhotoComparison, person: _Person
) -> ComparisonState:
    """Ask the service; "asked" while its answer may still exist."""
    if counted.file_id is None:
        raise LookupError("the photo was erased")
    photo = engine.files.path(counted.file_id).read_bytes()
    try:
        is_match = service.compare(
            photo=photo,
            identity_number=person.identity_number,
            name=person.name,
            key=counted.key,
        )
    except PhotoServiceAway as error:
        return "asked" if error.is_unsure else "away"
    return "matched" if is_match else "mismatched"


def _find_person(session: Session, engine: Engine, member_id: int) -> _Person | None:
    """The member with his open case; None when it was closed meanwhile."""
    member = get_member(session, member_id)
    case = find_open_certificate(session, member)
    if case is None:
        return None
    return _Person(case.id, identity_number(engine.vault, member), member.name)


def _keep_found(
    engine: Engine, *, member_id: int, case_id: UUID, picture: bytes, now: datetime
) -> None:
    received = engine.files.receive(BytesIO(picture))
    with engine.database.transaction() as session:
        hold_member(session, member_id)
        if find_photo(session, member_id) is not None:
            # Another try of this job was faster.
            return
        file = add_file(
            session,
            received,
            case_id=case_id,
            name=PHOTO_NAME,
            kind="jpg",
            by=SYSTEM,
            now=now,
        )
        keep_photo(
            session,
            member_id=member_id,
            file_id=file.id,
            source="register",
            result="matched",
            now=now,
        )
