"""The photo service: the same cases against the client with a local server, and the stand-in."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import httpx
import pytest

from engine.database import Database
from engine.engine import Engine
from engine.vault import Vault
from tests.local_server import Answer, json_answer
from tests.workflows.conftest import NOW
from tests.workflows.photo_server import CLIENT, KEY, PhotoServer, serve_photos
from workflows.member_certificate.photo_client import HttpPhotoService, make_service
from workflows.member_certificate.photo_service import PhotoService, PhotoServiceAway
from workflows.member_certificate.services import choose_photo_service
from workflows.member_certificate.stand_in import (
    Mood,
    StandInPhotoService,
    count_comparisons,
    forget_photo,
    hold_photo,
    set_mood,
)
from workflows.shared.service_settings import IncompleteSettings, ServiceSettings

PERSON = "11010119900307803X"
NAME = "演示一"
PHOTO = b"\xff\xd8 the bytes of a photo \xff\xd9"


class World(Protocol):
    """A service and the other end of its line."""

    service: PhotoService

    def be(self, mood: Mood) -> None:
        """Tell it how to behave."""

    def hold(self, picture: bytes) -> None:
        """Let it have a photo of PERSON on file."""

    def count(self) -> int:
        """How many comparisons are on the bill."""


@dataclass
class StandInWorld:
    """The stand-in."""

    database: Database
    vault: Vault
    service: PhotoService

    def be(self, mood: Mood) -> None:
        with self.database.transaction() as session:
            set_mood(session, mood)

    def hold(self, picture: bytes) -> None:
        with self.database.transaction() as session:
            hold_photo(session, self.vault, identity_number=PERSON, picture=picture)

    def count(self) -> int:
        with self.database.read() as session:
            return count_comparisons(session)


@dataclass
class HttpWorld:
    """The client with a server that speaks its protocol."""

    server: PhotoServer
    service: PhotoService

    def be(self, mood: Mood) -> None:
        self.server.answer = json_answer({"error": "closed"}, 503) if mood == "away" else None
        self.server.lost = mood == "lost"
        self.server.is_match = mood != "mismatching"

    def hold(self, picture: bytes) -> None:
        self.server.on_file[PERSON] = picture

    def count(self) -> int:
        return len(self.server.compared)


@pytest.fixture
def server() -> Iterator[PhotoServer]:
    """The local server."""
    with serve_photos() as server:
        yield server


@pytest.fixture
def client(server: PhotoServer) -> Iterator[HttpPhotoService]:
    """The client, connected to the local server."""
    http = httpx.Client(base_url=server.address, timeout=0.5)
    with http:
        yield HttpPhotoService(http, CLIENT, KEY.encode(), clock=lambda: NOW)


@pytest.fixture(params=["http", "stand-in-sqlite", "stand-in-postgresql"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """Each service in turn, the stand-in on each kind of database."""
    if request.param == "http":
        yield HttpWorld(request.getfixturevalue("server"), request.getfixturevalue("client"))
        return
    kind = request.param.rpartition("-")[2]
    database = Database(request.getfixturevalue(f"{kind}_url"))
    yield stand_in(database)
    database.close()


def stand_in(database: Database) -> StandInWorld:
    """The stand-in with its books in a database."""
    vault = Vault(masters=[b"m" * 32], lookup_key=b"l" * 32, trail_key=b"t" * 32)
    return StandInWorld(database, vault, StandInPhotoService(database, vault, lambda: NOW))


def compare(service: PhotoService, key: str = "case:step") -> bool:
    return service.compare(photo=PHOTO, identity_number=PERSON, name=NAME, key=key)


def test_a_photo_on_file_is_given_as_it_is(world: World) -> None:
    assert world.service.find_photo(identity_number=PERSON, name=NAME) is None
    world.hold(PHOTO)
    assert world.service.find_photo(identity_number=PERSON, name=NAME) == PHOTO
    assert world.count() == 0


@pytest.mark.parametrize(("mood", "is_match"), [("matching", True), ("mismatching", False)])
def test_a_comparison_says_whether_it_matches(world: World, mood: Mood, is_match: bool) -> None:
    world.be(mood)
    assert compare(world.service) is is_match
    assert world.count() == 1


def test_the_same_key_is_one_comparison_with_one_answer(world: World) -> None:
    world.be("mismatching")
    assert compare(world.service) is False
    world.be("matching")
    assert compare(world.service) is False
    assert world.count() == 1
    assert compare(world.service, "another:step") is True
    assert world.count() == 2


def test_who_is_away_compared_nothing_surely(world: World) -> None:
    world.be("away")
    with pytest.raises(PhotoServiceAway) as away:
        compare(world.service)
    assert not away.value.is_unsure
    assert world.count() == 0
    with pytest.raises(PhotoServiceAway):
        world.service.find_photo(identity_number=PERSON, name=NAME)


def test_an_answer_that_is_lost_may_have_been_one(world: World) -> None:
    world.be("lost")
    with pytest.raises(PhotoServiceAway) as away:
        compare(world.service)
    assert away.value.is_unsure
    world.be("mismatching")
    # It did compare, and matched: the later mood makes no difference.
    assert compare(world.service) is True
    assert world.count() == 1


def test_the_stand_in_forgets_a_photo(database: Database) -> None:
    world = stand_in(database)
    world.hold(PHOTO)
    with database.transaction() as session:
        forget_photo(session, world.vault, identity_number=PERSON)
    assert world.service.find_photo(identity_number=PERSON, name=NAME) is None


def test_the_photo_travels_as_it_is(client: HttpPhotoService, server: PhotoServer) -> None:
    compare(client)
    assert server.compared == [PHOTO]


@pytest.mark.parametrize(
    "changed",
    [{"key": b"x" * 40}, {"client_id": "guangdong"}, {"clock": lambda: NOW - timedelta(hours=1)}],
    ids=["key", "client", "clock"],
)
def test_who_signs_wrongly_is_turned_away(
    client: HttpPhotoService, server: PhotoServer, changed: dict[str, object]
) -> None:
    given: dict[str, object] = {"key": client.key, "client_id": CLIENT, "clock": client.clock}
    wrong = HttpPhotoService(client.http, **{**given, **changed})  # type: ignore[arg-type]
    with pytest.raises(PhotoServiceAway) as away:
        compare(wrong)
    assert not away.value.is_unsure
    assert server.compared == []


@pytest.mark.parametrize(
    ("answer", "is_unsure"),
    [
        (json_answer({"error": "quota"}, 429), False),
        (json_answer({"error": "broken"}, 500), True),
        (json_answer({"error": "gateway"}, 504), True),
        (json_answer({"result": "perhaps"}), True),
        (json_answer(["match"]), True),
        (Answer(200, b"<html>"), True),
        (Answer(302, headers={"Location": "http://192.0.2.1/"}), True),
        (json_answer({"result": "match", "more": "x" * 2_000_000}), True),
    ],
    ids=["quota", "broken", "gateway", "perhaps", "list", "html", "redirect", "long"],
)
def test_an_answer_that_says_nothing_is_none(
    client: HttpPhotoService, server: PhotoServer, answer: Answer, is_unsure: bool
) -> None:
    server.answer = answer
    with pytest.raises(PhotoServiceAway) as away:
        compare(client)
    assert away.value.is_unsure is is_unsure


def test_a_photo_that_is_no_base64_is_no_answer(
    client: HttpPhotoService, server: PhotoServer
) -> None:
    server.answer = json_answer({"photo": "%%%"})
    with pytest.raises(PhotoServiceAway):
        client.find_photo(identity_number=PERSON, name=NAME)


def test_nobody_at_the_address_compared_nothing() -> None:
    with httpx.Client(base_url="http://127.0.0.1:9", timeout=0.5) as http:
        nobody = HttpPhotoService(http, CLIENT, KEY.encode(), clock=lambda: NOW)
        with pytest.raises(PhotoServiceAway) as away:
            compare(nobody)
    assert not away.value.is_unsure


def test_nothing_of_a_person_is_logged(
    client: HttpPhotoService, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        compare(client)
        client.find_photo(identity_number=PERSON, name=NAME)
    for secret in (PERSON, NAME, KEY):
        assert secret not in caplog.text
    assert KEY not in repr(client)


GIVEN = {
    "HUIJI_PHOTO_ADDRESS": "https://photos.example/api/",
    "HUIJI_PHOTO_CLIENT": CLIENT,
    "HUIJI_PHOTO_KEY": KEY,
}


def test_settings_choose_the_service_and_development_has_the_stand_in(engine: Engine) -> None:
    settings = ServiceSettings.from_environment(GIVEN)
    chosen = choose_photo_service(engine, settings, is_development=True)
    assert isinstance(chosen, HttpPhotoService)
    assert str(chosen.http.base_url) == "https://photos.example/api/"
    none = ServiceSettings.from_environment({})
    found = choose_photo_service(engine, none, is_development=True)
    assert isinstance(found, StandInPhotoService)
    assert choose_photo_service(engine, none, is_development=False) is None


@pytest.mark.parametrize(
    "changed", [{"HUIJI_PHOTO_CLIENT": ""}, {"HUIJI_PHOTO_KEY": ""}, {"HUIJI_PHOTO_KEY": "short"}]
)
def test_half_of_the_settings_are_refused(changed: dict[str, str]) -> None:
    with pytest.raises(IncompleteSettings):
        make_service(ServiceSettings.from_environment({**GIVEN, **changed}))
