"""Seal private fields: what the register knew in clear is sealed with each one's own key.

All or nothing, as every migration: broken off, everything is as it was.
"""

from collections.abc import Sequence

import orjson
import sqlalchemy as sa
from alembic import context, op

from engine.vault import Vault, seal_with

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

AT_ONCE = 1000
NEW = ("private_sealed", "mobile_hash", "email_hash")
SEALED = {
    "member": (
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
    ),
    "firm": ("mobile",),
}


def upgrade() -> None:
    op.drop_index("ix_member_mobile", table_name="member")
    for kind, fields in SEALED.items():
        for name in NEW:
            op.add_column(kind, sa.Column(name, sa.LargeBinary(), nullable=True))
        _seal(op.get_bind(), kind, fields)
        for name in fields:
            # SQLite drops a column in place, too: no row of another table loses what it names.
            op.drop_column(kind, name)
        for name in NEW[1:]:
            op.create_index(op.f(f"ix_{kind}_{name}"), kind, [name])


def _seal(connection: sa.Connection, kind: str, fields: Sequence[str]) -> None:
    table = sa.table(kind, sa.column("id"), *map(sa.column, (*fields, *NEW)))
    last = 0
    while True:
        query = sa.select(table.c.id, *(table.c[name] for name in fields))
        rows = connection.execute(
            query.where(table.c.id > last).order_by(table.c.id).limit(AT_ONCE)
        ).all()
        if not rows:
            return
        _seal_some(connection, table, kind, [row._asdict() for row in rows])
        last = rows[-1].id


def _seal_some(
    connection: sa.Connection, table: sa.TableClause, kind: str, rows: list[dict[str, object]]
) -> None:
    vault = _vault()
    keys = _keys(connection, vault, [f"{kind}:{row['id']}" for row in rows])
    changes = []
    for row in rows:
        key = row.pop("id")
        said = {name: value for name, value in row.items() if value}
        mobile, email = str(said.get("mobile", "")), str(said.get("email", ""))
        digits = "".join(each for each in mobile if each.isdigit() or each == "+")
        changes.append(
            {
                "row_id": key,
                "private_sealed": seal_with(keys[f"{kind}:{key}"], orjson.dumps(said)),
                "mobile_hash": vault.lookup("mobile:" + digits.removeprefix("+86"))
                if mobile
                else None,
                "email_hash": vault.lookup("email:" + email.strip().casefold()) if email else None,
            }
        )
    statement = sa.update(table).where(table.c.id == sa.bindparam("row_id"))
    bound = {name: sa.bindparam(name, type_=sa.LargeBinary()) for name in NEW}
    connection.execute(statement.values(bound), changes)


def _keys(connection: sa.Connection, vault: Vault, subjects: list[str]) -> dict[str, bytes]:
    """The data keys of these, made for those who have none."""
    table = sa.table("subject_key", sa.column("subject"), sa.column("wrapped", sa.LargeBinary()))
    found = {
        subject: vault.open_key(subject, wrapped)
        for subject, wrapped in connection.execute(
            sa.select(table.c.subject, table.c.wrapped).where(table.c.subject.in_(subjects))
        )
    }
    made = []
    for subject in subjects:
        if subject not in found:
            found[subject], wrapped = vault.make_key(subject)
            made.append({"subject": subject, "wrapped": wrapped})
    if made:
        connection.execute(sa.insert(table), made)
    return found


def _vault() -> Vault:
    vault: Vault | None = context.config.attributes["vault"]
    if vault is None:
        raise RuntimeError("there are people in the register: their rows are sealed with a vault")
    return vault
