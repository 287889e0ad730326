"""Walking through applications for a certificate: photos, the stand-in's mood, the steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from random import Random
from typing import Any

from PIL import Image

from engine.actors import Actor
from engine.engine import Engine
from engine.files import add_file
from tests.workflows.conftest import NOW
from tests.workflows.walking import Walk
from workflows.member_certificate import photo_service
from workflows.member_certificate.cases import start_certificate
from workflows.member_certificate.stand_in import (
    Mood,
    StandInPhotoService,
    count_comparisons,
    hold_photo,
    set_mood,
)
from workflows.shared.certificates import Certificate, list_certificates
from workflows.shared.messages import Message, list_messages
from workflows.shared.photos import Photo, PhotoComparison, find_comparison, find_photo
from workflows.shared.register import Member, find_member_by_number, identity_number
from workflows.shared.register_writing import write_fields

MEMBER = "330000100001"
PHOTO_CLERK = Actor("staff", 930)
MANAGER = Actor("staff", 931)
APPOINTMENT: Mapping[str, Any] = {
    "appointment_date": "2022-09-20",
    "appointment_time": "上午9:30",
    "place": "杭州市演示路1号203室",
    "bring": "本人有效身份证件原件",
}


def make_photo(
    *,
    size: tuple[int, int] = (178, 220),
    dpi: tuple[int, int] | None = (96, 96),
    kind: str = "JPEG",
    grain: int = 28,
    quality: int = 85,
    seed: int = 1,
    mode: str = "RGB",
) -> bytes:
    """A picture with so much grain that a JPEG of the right size has 10 to 20 K."""
    random = Random(seed)
    shades = bytes(min(255, 210 + each % (grain * 2)) for each in range(256))
    grains = random.randbytes(size[0] * size[1] * 3).translate(shades)
    picture = Image.frombytes("RGB", size, grains)
    target = BytesIO()
    given: dict[str, Any] = {"dpi": dpi} if dpi else {}
    picture.convert(mode).save(target, kind, quality=quality, **given)
    return target.getvalue()


PHOTO = make_photo()


@dataclass
class Certifying(Walk):
    """One member's application for a certificate."""

    photo: bytes = PHOTO

    def begin(self) -> "Certifying":
        """Begin it, and let what is looked up be found."""
        with self.engine.database.transaction() as session:
            member = find_member_by_number(session, self.number)
            assert member is not None
            case = start_certificate(session, self.engine, member=member, by=self.me, now=NOW)
            self.case_id = case.id
        self.let_jobs_run()
        return self

    @property
    def me(self) -> Actor:
        return Actor("member", self.member.id)

    def attach(self, content: bytes | None = None, *, by: Actor | None = None) -> dict[str, Any]:
        """A photo as the value of a form."""
        received = self.engine.files.receive(BytesIO(content or self.photo))
        with self.engine.database.transaction() as session:
            assert self.case_id is not None
            file = add_file(
                session,
                received,
                case_id=self.case_id,
                name="photo.jpg",
                kind="jpg",
                by=by or self.me,
                now=NOW,
            )
            return file.describe(slot="photo")

    def upload(self, content: bytes | None = None) -> "Certifying":
        """Send a photo and let it be compared."""
        self.do("upload_photo", "compare", {"photo": [self.attach(content)], "agree": True})
        self.let_jobs_run()
        return self

    def appoint(self, **changed: Any) -> "Certifying":
        """Have the association set an appointment."""
        self.do("set_appointment", "arrange", {**APPOINTMENT, **changed}, by=PHOTO_CLERK)
        return self

    def review(self, outcome: str, **values: Any) -> "Certifying":
        """Have the association decide on site."""
        self.do("review_on_site", outcome, values, by=PHOTO_CLERK)
        return self

    @property
    def kept(self) -> Photo | None:
        """The member's photo as it is now."""
        with self.engine.database.read() as session:
            return find_photo(session, self.member.id)

    @property
    def comparison(self) -> PhotoComparison | None:
        """The member's comparison as it is now."""
        with self.engine.database.read() as session:
            return find_comparison(session, self.member.id)

    @property
    def told(self) -> list[Message]:
        """What the member was told, the last first."""
        with self.engine.database.read() as session:
            return list(list_messages(session, member_id=self.member.id))


def with_photo_service(engine: Engine) -> Engine:
    """The engine with the stand-in for the photo service."""
    engine.services[photo_service.SERVICE] = StandInPhotoService(
        engine.database, engine.vault, lambda: NOW
    )
    return engine


def be(engine: Engine, mood: Mood) -> None:
    """Tell the stand-in how to behave."""
    with engine.database.transaction() as session:
        set_mood(session, mood)


def bill(engine: Engine) -> int:
    """How many comparisons the stand-in counted."""
    with engine.database.read() as session:
        return count_comparisons(session)


def put_on_file(engine: Engine, number: str = MEMBER, picture: bytes = PHOTO) -> None:
    """Let the service have a photo of a member."""
    with engine.database.transaction() as session:
        member = get(engine, number)
        hold_photo(
            session,
            engine.vault,
            identity_number=identity_number(engine.vault, member),
            picture=picture,
        )


def get(engine: Engine, number: str = MEMBER) -> Member:
    """A member's row as it is now."""
    with engine.database.read() as session:
        member = find_member_by_number(session, number)
        assert member is not None
        return member


def begin(engine: Engine, number: str = MEMBER) -> Certifying:
    """A member's application, begun."""
    return Certifying(engine, number).begin()


def issued(engine: Engine, number: str = MEMBER) -> Certifying:
    """A member with a certificate."""
    put_on_file(engine, number)
    walk = begin(engine, number)
    walk.do("confirm_information", "issue")
    return walk


def empty(engine: Engine, **fields: Any) -> None:
    """Let the register say nothing in some of the member's fields."""
    with engine.database.transaction() as session:
        write_fields(session, engine.vault, session.merge(get(engine)), fields)


def certificates(walk: Certifying) -> list[Certificate]:
    """All that the member has and had, the last first."""
    with walk.engine.database.read() as session:
        return list(list_certificates(session, walk.member.id))
