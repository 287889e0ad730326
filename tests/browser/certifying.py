"""People on their way to a certificate: pictures as phones make them, and the photo service."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw, ImageFilter
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.jobs import Worker
from tests.browser.attachments import payload
from tests.browser.conftest import Server
from tests.browser.walking import Person
from workflows.member_certificate.stand_in import Mood, count_comparisons, hold_photo, set_mood
from workflows.shared.accounts import Account, StaffDuty
from workflows.shared.associations import Association
from workflows.shared.register import Member, find_member_by_number, identity_number
from workflows.shared.register_writing import write_fields

HOME = "/certificate"
START = "Confirm the information and download the certificate"
EXIF_TURNED = 6
ORIENTATION = 0x0112


def portrait(width: int = 1200, height: int = 1600) -> Image.Image:
    """Somebody before white, drawn."""
    picture = Image.new("RGB", (width, height), "#f7f7f7")
    draw = ImageDraw.Draw(picture)
    middle, eyes, radius = width // 2, int(height * 0.42), int(min(width, height) * 0.2)
    draw.ellipse(
        (middle - 2 * radius, eyes + radius, middle + 2 * radius, eyes + 5 * radius), "#24344f"
    )
    draw.rectangle((middle - radius // 3, eyes, middle + radius // 3, eyes + 2 * radius), "#d9a988")
    draw.ellipse(
        (middle - radius, eyes - radius * 1.3, middle + radius, eyes + radius * 1.3), "#e3b594"
    )
    draw.pieslice(
        (middle - radius, eyes - radius * 1.5, middle + radius, eyes + radius / 2),
        180,
        360,
        "#2b2320",
    )
    grain = Image.effect_noise((width, height), 16).convert("RGB")
    return Image.blend(picture.filter(ImageFilter.GaussianBlur(1)), grain, 0.02)


def from_a_camera() -> bytes:
    """A JPEG that lies on its side and says so, as a phone that was held upright makes it."""
    turned = Image.Exif()
    turned[ORIENTATION] = EXIF_TURNED
    return _save(portrait().transpose(Image.Transpose.ROTATE_90), exif=turned, quality=90)


def fitting() -> bytes:
    """A photo that keeps every rule."""
    return _save(portrait(178, 220), quality=100, subsampling=0, dpi=(96, 96))


def too_large() -> bytes:
    """A photo that breaks each rule that a JPEG can break."""
    return _save(portrait(300, 400), quality=100, subsampling=0)


def too_small() -> bytes:
    """A picture of fewer pixels than the photo must have."""
    return _save(portrait(90, 120))


def choose(person: Person, content: bytes, name: str = "photo.jpg") -> None:
    """Choose a file at the field of the photo."""
    person.page.set_input_files("#photo", payload(name, content, "image/jpeg"))


def crop(person: Person) -> Person:
    """Take what the editor shows."""
    editor = person.page.locator("#photo-editor")
    editor.locator(".cropper-container").wait_for()
    editor.get_by_role("button", name=person.say("Use this picture")).click()
    return person


def agree_and_send(person: Person) -> Person:
    """Agree, read both rules once more, confirm."""
    person.page.locator("#agree").check()
    person.press("Upload and compare")
    window = person.page.locator("#confirm-upload")
    window.get_by_role("button", name=person.say("Confirm"), exact=True).click()
    return person.is_at("Electronic member certificate")


def go_on(server: Server, *people: Person) -> None:
    """Let everything be done that is due, and look again."""
    Worker(server.app.extensions["engine"]).run_due()
    for person in people:
        person.go(HOME)


def tell(server: Server, mood: Mood) -> None:
    """Tell the photo service how to behave."""
    with writing(server) as session:
        set_mood(session, mood)


def bill(server: Server) -> int:
    """How many comparisons were made."""
    with server.app.extensions["engine"].database.read() as session:
        return count_comparisons(session)


def put_on_file(server: Server, number: str) -> None:
    """Let the photo service know a photo of a member."""
    vault = server.app.extensions["engine"].vault
    with writing(server) as session:
        member = _get(session, number)
        hold_photo(
            session,
            vault,
            identity_number=identity_number(vault, member),
            picture=fitting(),
        )


def empty(server: Server, number: str, **fields: Any) -> None:
    """Let the register say nothing in some of a member's fields."""
    vault = server.app.extensions["engine"].vault
    with writing(server) as session:
        write_fields(session, vault, _get(session, number), fields)


def give_duty(server: Server, login: str, duty: str, office: str) -> None:
    """Give somebody of an association a duty, once."""
    with writing(server) as session:
        account = session.scalars(select(Account).where(Account.login == login)).one()
        key = session.scalars(select(Association.id).where(Association.code == office)).one()
        known = (account.id, key, duty)
        if session.get(StaffDuty, known) is None:
            session.add(StaffDuty(account_id=account.id, association_id=key, duty=duty))


@contextmanager
def writing(server: Server) -> Iterator[Session]:
    """Write to the server's database, beside its pages."""
    with server.app.extensions["engine"].database.transaction() as session:
        yield session


def _get(session: Session, number: str) -> Member:
    found = find_member_by_number(session, number)
    assert found is not None
    return found


def _save(picture: Image.Image, **options: Any) -> bytes:
    target = BytesIO()
    picture.save(target, "JPEG", **options)
    return target.getvalue()
