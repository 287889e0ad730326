"""What the register knows of somebody and shows to nobody who does not need it: sealed.

All private fields of a member or a firm stand in one column, sealed with his own data key: they
are opened when they are asked for, and with the key they are gone. A mobile number or an e-mail
address is found by exact match through its keyed hash, never by a part of it.
"""

from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any, ClassVar

import orjson
from sqlalchemy import LargeBinary, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.vault import BY_SUBJECT, Erased, Vault, seal_with

PRIVATE_FIELDS = (
    "nation",
    "political_status",
    "household_region",
    "mobile",
    "email",
    "address",
    "postal_code",
    "telephone",
    "emergency_contact",
    "employer_telephone",
)
"""How somebody is reached, where he lives, and what the law calls sensitive about him."""


class HoldsPrivate:
    """The columns of a row with private fields.

    `mobile_hash` and `email_hash` are empty where there is nothing on file.
    """

    private_kind: ClassVar[str]

    id: Mapped[int]
    private_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, info=BY_SUBJECT)
    mobile_hash: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    email_hash: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)

    @property
    def vault_subject(self) -> str:
        """The name under which the vault keeps this one's data key."""
        return f"{self.private_kind}:{self.id}"


def read_private(session: Session, vault: Vault, holder: HoldsPrivate) -> dict[str, str]:
    """All private fields in clear, empty ones too; all are empty once they were erased."""
    return _open(session, vault, holder.vault_subject, holder.private_sealed)


def write_private(
    session: Session, vault: Vault, holder: HoldsPrivate, values: Mapping[str, str]
) -> None:
    """Put private fields in the place of those on file; what is not named stays.

    The row must have its key (be flushed). Who may change a mobile number or an e-mail address,
    and with which proof, is for the caller.
    """
    unknown = values.keys() - set(PRIVATE_FIELDS)
    if unknown:
        raise ValueError(f"no private fields: {', '.join(sorted(unknown))}")
    before = read_private(session, vault, holder)
    after = {**before, **values}
    if after == before:
        return
    holder.private_sealed = vault.seal(session, holder.vault_subject, _write(after))
    for name, value in private_hashes(vault, after).items():
        setattr(holder, name, value)


def read_private_of_many(
    session: Session, vault: Vault, model: type[HoldsPrivate], ids: Collection[int]
) -> dict[int, dict[str, str]]:
    """The private fields of many rows by their keys: two statements for 500 of them."""
    vault.read_keys(session, [f"{model.private_kind}:{each}" for each in sorted(ids)])
    query = select(model.id, model.private_sealed).where(model.id.in_(sorted(ids)))
    return {
        key: _open(session, vault, f"{model.private_kind}:{key}", sealed)
        for key, sealed in session.execute(query)
    }


def private_columns(vault: Vault, key: bytes, values: Mapping[str, Any]) -> dict[str, bytes | None]:
    """The columns of a new row, for whoever writes rows by the thousand with keys of his own."""
    filled = {name: values.get(name, "") for name in PRIVATE_FIELDS}
    return {"private_sealed": seal_with(key, _write(filled)), **private_hashes(vault, filled)}


def private_hashes(vault: Vault, values: Mapping[str, str]) -> dict[str, bytes | None]:
    """The keyed hashes by which private fields are found."""
    mobile, email = values.get("mobile", ""), values.get("email", "")
    return {
        "mobile_hash": mobile_hash(vault, mobile) if mobile else None,
        "email_hash": email_hash(vault, email) if email else None,
    }


def mobile_hash(vault: Vault, mobile: str) -> bytes:
    """The keyed hash that stands for a mobile number, however it is spaced."""
    digits = "".join(each for each in mobile if each.isdigit() or each == "+")
    return vault.lookup("mobile:" + digits.removeprefix("+86"))


def email_hash(vault: Vault, email: str) -> bytes:
    """The keyed hash that stands for an e-mail address; case does not count."""
    return vault.lookup("email:" + email.strip().casefold())


def _open(session: Session, vault: Vault, subject: str, sealed: bytes | None) -> dict[str, str]:
    said: dict[str, str] = {}
    if sealed is not None:
        with suppress(Erased):
            said = orjson.loads(vault.open(session, subject, sealed))
    return {name: said.get(name, "") for name in PRIVATE_FIELDS}


def _write(values: Mapping[str, str]) -> bytes:
    return orjson.dumps({name: value for name, value in values.items() if value})
