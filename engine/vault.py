"""Keeping personal data: sealed with a key per subject, found through a keyed hash.

Each subject (a member, a visitor's case) has a data key of its own, wrapped with the master
key of the installation. Erasing a subject deletes that one row: what was sealed with it is
gone, while the trail, which holds digests only, stays whole.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Column, LargeBinary, MetaData, String, Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base
from engine.errors import HuijiError
from engine.language import N_

NONCE = 12
REGISTER = b"register"
KEYS_AT_A_TIME = 500

BY_MASTER: dict[object, object] = {"sealed": "master"}
"""`info` of a column for what `seal_text` made: the rotation of the masters finds it by this."""

BY_SUBJECT: dict[object, object] = {"sealed": "subject"}
"""`info` of a column for what `seal` made: it goes with its subject's key, which is re-wrapped."""


class Erased(HuijiError):
    """The subject's key is gone: what it sealed cannot be read any more."""

    message = N_("These personal data were erased.")


class SubjectKey(Base):
    """A subject's data key, wrapped with a master key."""

    __tablename__ = "subject_key"

    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)


@dataclass(frozen=True)
class Vault:
    """The installation's secrets, and what is done with them.

    `masters`: 32-byte keys, the current one first; older ones still open what they sealed.
    `lookup_key` and `trail_key` never change: hashes made with them are compared for ever.
    `code_keys` sign the codes that people carry about, the current one first.
    """

    masters: Sequence[bytes] = field(repr=False)
    lookup_key: bytes = field(repr=False)
    trail_key: bytes = field(repr=False)
    code_keys: Sequence[bytes] = field(default=(), repr=False)

    def lookup(self, value: str) -> bytes:
        """The keyed hash by which a value is found without being stored."""
        return hmac.digest(self.lookup_key, value.encode(), hashlib.sha256)

    def sign(self, purpose: str, message: bytes) -> bytes:
        """A keyed hash for one purpose: links, tokens, provider notices."""
        key = hmac.digest(self.lookup_key, b"sign:" + purpose.encode(), hashlib.sha256)
        return hmac.digest(key, message, hashlib.sha256)

    def seal_text(self, text: str) -> bytes:
        """Seal a short text of the register, such as an identity number, with the master key."""
        return self._wrap(text.encode(), REGISTER)

    def open_text(self, sealed: bytes) -> str:
        """Read what `seal_text` sealed."""
        return self._unwrap(sealed, REGISTER).decode()

    def seal(self, session: Session, subject: str, data: bytes) -> bytes:
        """Seal data with the subject's own key; makes the key at first use."""
        return seal_with(self._data_key(session, subject), data)

    def make_key(self, subject: str) -> tuple[bytes, bytes]:
        """A new data key for a subject, in clear and as its row keeps it."""
        key = secrets.token_bytes(32)
        return key, self._wrap(key, subject.encode())

    def open_key(self, subject: str, wrapped: bytes) -> bytes:
        """A subject's data key in clear, from what its row keeps."""
        return self._unwrap(wrapped, subject.encode())

    def open(self, session: Session, subject: str, sealed: bytes) -> bytes:
        """Read what `seal` sealed; raises Erased when the subject's key is gone."""
        key = self._find_key(session, subject)
        if key is None:
            raise Erased
        try:
            return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], b"")
        except InvalidTag:
            # Something was sealed for the subject after the erasure, with a key made anew.
            raise Erased from None

    def read_keys(self, session: Session, subjects: Iterable[str]) -> Mapping[str, bytes]:
        """Read the keys of many subjects at once, for `open` to find; some may have none.

        Returns all data keys in clear that this session has read.
        """
        found = self._found(session)
        wanted = [each for each in subjects if each not in found]
        for begin in range(0, len(wanted), KEYS_AT_A_TIME):
            query = select(SubjectKey.subject, SubjectKey.wrapped).where(
                SubjectKey.subject.in_(wanted[begin : begin + KEYS_AT_A_TIME])
            )
            for subject, wrapped in session.execute(query):
                found[subject] = self.open_key(subject, wrapped)
        return found

    def erase(self, session: Session, subject: str) -> bool:
        """Delete a subject's key: what was sealed with it cannot be read again, by nobody.

        False when there was none.
        """
        self._found(session).pop(subject, None)
        row = session.get(SubjectKey, subject)
        if row is None:
            return False
        session.delete(row)
        session.flush()
        return True

    def renew_text(self, sealed: bytes) -> bytes | None:
        """What `seal_text` made, sealed with the current master; None when it is already."""
        return self._renew(sealed, REGISTER)

    def renew_key(self, subject: str, wrapped: bytes) -> bytes | None:
        """A subject's key wrapped with the current master; None when it is already."""
        return self._renew(wrapped, subject.encode())

    def _renew(self, sealed: bytes, about: bytes) -> bytes | None:
        try:
            AESGCM(self.masters[0]).decrypt(sealed[:NONCE], sealed[NONCE:], about)
        except InvalidTag:
            return self._wrap(self._unwrap(sealed, about), about)
        return None

    def _data_key(self, session: Session, subject: str) -> bytes:
        key = self._find_key(session, subject)
        if key is not None:
            return key
        made, wrapped = self.make_key(subject)
        is_sqlite = session.get_bind().dialect.name == "sqlite"
        insert = sqlite.insert if is_sqlite else postgresql.insert
        # Somebody else may just begin with the same subject: the first one's key is the key.
        statement = insert(SubjectKey).values(subject=subject, wrapped=wrapped)
        kept = session.scalar(statement.on_conflict_do_nothing().returning(SubjectKey.subject))
        if kept is not None:
            self._found(session)[subject] = made
            return made
        key = self._find_key(session, subject)
        if key is None:
            raise Erased
        return key

    def _find_key(self, session: Session, subject: str) -> bytes | None:
        found = self._found(session)
        if subject not in found:
            query = select(SubjectKey.wrapped).where(SubjectKey.subject == subject)
            wrapped = session.scalar(query)
            if wrapped is None:
                return None
            found[subject] = self.open_key(subject, wrapped)
        return found[subject]

    @staticmethod
    def _found(session: Session) -> dict[str, bytes]:
        """The keys that this session has read: they live as long as it does."""
        found: dict[str, bytes] = session.info.setdefault("subject_keys", {})
        return found

    def _wrap(self, data: bytes, about: bytes) -> bytes:
        nonce = secrets.token_bytes(NONCE)
        return nonce + AESGCM(self.masters[0]).encrypt(nonce, data, about)

    def _unwrap(self, sealed: bytes, about: bytes) -> bytes:
        for master in self.masters:
            try:
                return AESGCM(master).decrypt(sealed[:NONCE], sealed[NONCE:], about)
            except InvalidTag:
                continue
        raise Erased


def seal_with(key: bytes, data: bytes) -> bytes:
    """Seal data with a subject's own key."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, data, b"")


def columns_by_master(metadata: MetaData) -> Iterator[tuple[Table, Column[bytes]]]:
    """Every column that holds what `seal_text` made, table by table."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if column.info.get("sealed") == BY_MASTER["sealed"]:
                yield table, column
