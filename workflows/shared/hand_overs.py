"""Carrying a reset from the desktop to the phone: by a QR code of the official account.

The code's scene is good for one WeChat user and five minutes. Whoever scanned it must type the
two digits that the desktop shows, so that a stranger's code leads nowhere; then the visit is the
phone's, and the desktop's page only waits for what comes of it. The link serves the WeChat user
who scanned and no other: his WeChat is bound to the account at the end.
"""

import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.attempts import count_attempt
from engine.cases import Case, CaseNotFound, get_case
from engine.database import Base, UtcDateTime
from engine.engine import Engine
from engine.errors import Rejected
from engine.language import N_, _
from engine.vault import BY_MASTER, Vault
from workflows.shared.bindings import hash_openid, seal_openid
from workflows.shared.channels import ChannelAway, ChannelRefused, channels_of
from workflows.shared.dates import ZONE
from workflows.shared.proofs import Given, Wrong
from workflows.shared.public_address import public_address
from workflows.shared.scans import Reply, Scan, on_scan
from workflows.shared.visits import OpenedVisit, Visit, hand_over_visit, hash_token

STEP = "scan_code"
"""The user task of every reset that waits for the phone."""

LIVES = timedelta(minutes=5)
MOST_WRONG = 3
MOST_CODES = 6
"""QR codes of a visit within the life of one: each is asked of WeChat."""
SCENE = "reset"
PAGE = "/reset/phone/"

AWAY = N_("The QR code cannot be made at the moment. Please try again in a few minutes.")


class HandOverOver(Rejected):
    """The QR code is too old, was used, or is another one's."""

    message = N_("This QR code is too old or was used already. Show a new one on the computer.")


class WrongNumber(Rejected):
    """Not the number that the desktop shows."""

    message = N_("This is not the number that the computer shows. Look again.")


class HandOver(Base):
    """A visit on its way to a phone. `desktop_hash`: of the token of the browser it leaves.

    `scene_hash` and `phone_hash`: of what the QR code and the phone's link carry, which are kept
    nowhere. `code_sealed` is what the QR code says.
    """

    __tablename__ = "hand_over"

    visit_id: Mapped[int] = mapped_column(
        ForeignKey("visit.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    scene_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    desktop_hash: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    openid_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True)
    openid_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, info=BY_MASTER)
    code_sealed: Mapped[bytes] = mapped_column(LargeBinary, info=BY_MASTER)
    number: Mapped[int]
    wrong: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


@dataclass(frozen=True)
class Watched:
    """What a desktop that has handed its visit over waits for."""

    case: Case


def make_hand_over(engine: Engine, *, visit_id: int, now: datetime) -> str | None:
    """Have a QR code made for a visit; a sentence if there can be none now.

    Opens its own transactions: the official account is asked between them.
    """
    key = f"hand-over:{visit_id}"
    if count_attempt(engine.database, key, window=LIVES, now=now) > MOST_CODES:
        return _(AWAY)
    official_account = channels_of(engine).official_account
    scene = secrets.token_urlsafe(24)
    try:
        if official_account is None:
            return _(AWAY)
        made = official_account.make_scene_code(scene=f"{SCENE}:{scene}", lives=LIVES, now=now)
    except (ChannelAway, ChannelRefused):
        return _(AWAY)
    with engine.database.transaction() as session:
        visit = session.get(Visit, visit_id)
        if visit is None:
            return _(AWAY)
        insert = sqlite.insert if engine.database.is_sqlite else postgresql.insert
        statement = insert(HandOver).values(
            visit_id=visit_id,
            scene_hash=hash_token(scene),
            desktop_hash=visit.token_hash,
            phone_hash=None,
            openid_hash=None,
            openid_sealed=None,
            code_sealed=engine.vault.seal_text(made.content),
            number=10 + secrets.randbelow(90),
            wrong=0,
            expires_at=min(made.expires_at, now + LIVES),
            confirmed_at=None,
        )
        changed = {
            each.name: statement.excluded[each.name]
            for each in HandOver.__table__.columns
            if each.name != "visit_id"
        }
        # One that was confirmed meanwhile stays what it is: the visit is the phone's.
        statement = statement.on_conflict_do_update(
            index_elements=[HandOver.visit_id],
            set_=changed,
            where=HandOver.confirmed_at.is_(None),
        )
        session.execute(statement)
    return None


def renew_hand_over(engine: Engine, given: Given) -> Wrong | None:
    """Show another QR code: the one before leads nowhere any more."""
    problem = make_hand_over(engine, visit_id=given.case.subject_id, now=given.now)
    return None if problem is None else Wrong({"scan": problem})


def show_hand_over(
    session: Session, engine: Engine, *, case: Case, now: datetime
) -> dict[str, Any]:
    """What the panel `scan` shows: the QR code, the number, until when; or that it is over."""
    found = session.get(HandOver, case.subject_id)
    if found is None:
        return {"is_confirmed": False, "code": "", "number": "", "until": "", "is_scanned": False}
    is_live = found.expires_at > now and found.wrong < MOST_WRONG
    return {
        "is_confirmed": found.confirmed_at is not None,
        "code": engine.vault.open_text(found.code_sealed) if is_live else "",
        "number": f"{found.number:02}",
        "until": f"{found.expires_at.astimezone(ZONE):%H:%M}",
        "is_scanned": found.openid_hash is not None,
    }


@on_scan(SCENE)
def take_scan(session: Session, *, engine: Engine, scan: Scan, now: datetime) -> Reply:
    """Somebody scanned the code: he is sent to the page where he types the number."""
    query = select(HandOver).where(HandOver.scene_hash == hash_token(scan.value))
    found = session.scalar(query.with_for_update())
    who = hash_openid(engine.vault, scan.openid)
    if found is None or not _is_live(found, now) or found.openid_hash not in (None, who):
        raise HandOverOver
    token = _derive_token(engine.vault, found)
    found.phone_hash, found.openid_hash = hash_token(token), who
    found.openid_sealed = seal_openid(engine.vault, scan.openid)
    session.flush()
    return Reply(
        _("You are about to set a new password for an account of the register on this phone."),
        words=_("Go on here"),
        address=f"{public_address(engine)}{PAGE}{token}",
    )


def find_by_token(
    session: Session, vault: Vault, token: str, *, openid: str, now: datetime
) -> HandOver | None:
    """The living hand-over that a phone's link is of, or None; `openid`: of who opens it."""
    query = select(HandOver).where(
        HandOver.phone_hash == hash_token(token),
        HandOver.openid_hash == hash_openid(vault, openid),
    )
    found = session.scalar(query)
    return found if found is not None and _is_live(found, now) else None


def find_token_of(session: Session, engine: Engine, openid: str, *, now: datetime) -> str | None:
    """The link's token of a WeChat user who scanned a code and came by the menu instead."""
    query = (
        select(HandOver)
        .where(HandOver.openid_hash == hash_openid(engine.vault, openid))
        .where(HandOver.confirmed_at.is_(None), HandOver.expires_at > now)
        .order_by(HandOver.expires_at.desc())
        .limit(1)
    )
    found = session.scalar(query)
    if found is None or not _is_live(found, now):
        return None
    return _derive_token(engine.vault, found)


def check_number(engine: Engine, *, token: str, openid: str, typed: str, now: datetime) -> None:
    """Whether the phone was told the number of the desktop; raises WrongNumber, HandOverOver.

    Counted in a transaction of its own before it is looked at. `openid`: of who types it.
    """
    count = (
        update(HandOver)
        .where(
            HandOver.phone_hash == hash_token(token),
            HandOver.openid_hash == hash_openid(engine.vault, openid),
            HandOver.wrong < MOST_WRONG,
            HandOver.confirmed_at.is_(None),
            HandOver.expires_at > now,
        )
        .values(wrong=HandOver.wrong + 1)
        .returning(HandOver.number, HandOver.wrong)
    )
    with engine.database.transaction() as session:
        row = session.execute(count).one_or_none()
    if row is None:
        raise HandOverOver
    digits = "".join(each for each in typed if each.isdigit())
    if not hmac.compare_digest(f"{row.number:02}".encode(), digits.encode()):
        raise WrongNumber if row.wrong < MOST_WRONG else HandOverOver


def take_over(session: Session, *, token: str, address: str, now: datetime) -> OpenedVisit:
    """Let the phone have the visit, once, after `check_number`; raises HandOverOver."""
    found = session.scalar(
        update(HandOver)
        .where(HandOver.phone_hash == hash_token(token), HandOver.confirmed_at.is_(None))
        .values(confirmed_at=now)
        .returning(HandOver)
    )
    if found is None:
        raise HandOverOver
    # A code outlives a visit that was given up: whoever began anew is not followed by the old one.
    visit = session.get_one(Visit, found.visit_id, with_for_update=True, populate_existing=True)
    if visit.is_over(now):
        raise HandOverOver
    return hand_over_visit(
        session,
        visit_id=found.visit_id,
        address=address,
        is_phone=True,
        openid_sealed=found.openid_sealed,
        now=now,
    )


def find_watched(session: Session, token: str) -> Watched | None:
    """What a desktop waits for whose visit went to a phone; None for every other browser."""
    query = (
        select(Visit.case_id)
        .join(HandOver, HandOver.visit_id == Visit.id)
        .where(HandOver.desktop_hash == hash_token(token), HandOver.confirmed_at.is_not(None))
    )
    case_id = session.scalar(query)
    if case_id is None:
        return None
    try:
        return Watched(get_case(session, case_id))
    except CaseNotFound:
        return None


def _derive_token(vault: Vault, found: HandOver) -> str:
    """What the phone's link carries: the same whenever it is asked for, and kept nowhere."""
    return urlsafe_b64encode(vault.sign("hand-over", found.scene_hash)).decode().rstrip("=")


def _is_live(found: HandOver, now: datetime) -> bool:
    return found.confirmed_at is None and found.expires_at > now and found.wrong < MOST_WRONG
