"""Members as a table: who is new, whose data change, and what an import must leave alone.

What has consequences for open cases is done on the member's page: moving him, making him another
kind of member, ending his membership. His mobile number and e-mail address are keys to his
account: an import fills them in where there are none, and never replaces them.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.engine import Engine
from engine.vault import Vault
from workflows.register.transfers.kinds import (
    Context,
    Deed,
    Kind,
    Looking,
    Wanted,
    find_offices,
)
from workflows.register.transfers.member_columns import COLUMNS, PLAIN
from workflows.register.transfers.member_rows import PROBLEMS, MemberLooking
from workflows.register.transfers.member_writes import plan_changed, plan_new
from workflows.register.transfers.people import (
    AT_A_TIME,
    open_private,
    plain,
)
from workflows.register.transfers.spooling import Spool
from workflows.register.transfers.staging import Change
from workflows.shared import certificates
from workflows.shared.bulk import table_of
from workflows.shared.register import (
    CPA,
    ERASED,
    NON_PRACTISING,
    Firm,
    Member,
)
from workflows.shared.renaming import follow_names

TABLE = table_of(Member)


class Members(Kind):
    """The members of associations."""

    name = "members"
    columns = COLUMNS
    needed = ("number", "name")
    problems = PROBLEMS
    filters: Mapping[str, Sequence[str]] = {
        "kind": (NON_PRACTISING, CPA),
        "state": ("active", "moved", "resigned", "dead", "left"),
    }

    def begin(self, context: Context) -> Looking:
        """What compares the rows of one table."""
        return MemberLooking(context)

    def plan(
        self,
        session: Session,
        looking: MemberLooking,
        changes: Sequence[Change],
        deed: Deed,
        to: Spool,
    ) -> None:
        """Put new members and changed ones into a spool, each with his trail."""
        new = [each for each in changes if each.id is None]
        changed = [each for each in changes if each.id is not None]
        if new:
            plan_new(session, looking.context, new, deed, to)
        if changed:
            plan_changed(session, looking, changed, deed, to)

    def follow(self, session: Session, engine: Engine, noted: Sequence[Any], deed: Deed) -> None:
        """Let certificates go that show something else now, and names into open cases."""
        shown = dict(noted)
        renamed = [member_id for member_id, fields in shown.items() if "name" in fields]
        follow_names(session, renamed, now=deed.now)
        for member_id in _list_certified(session, sorted(shown)):
            certificates.supersede_certificate(session, member_id, shown[member_id], deed.now)

    def export(self, session: Session, vault: Vault, query: Wanted) -> Iterator[dict[str, Any]]:
        """Members with everything on file, by association and number."""
        offices, firms = (
            find_offices(session),
            dict(session.execute(select(Firm.id, Firm.number)).all()),
        )
        wanted = select(*TABLE.c).where(Member.association_id.in_(sorted(query.scope)))
        if query.kind:
            wanted = wanted.where(Member.kind == query.kind)
        if query.state:
            wanted = wanted.where(Member.state == query.state)
        found = session.execute(
            wanted.where(Member.state != ERASED)
            .order_by(Member.association_id, Member.number)
            .execution_options(yield_per=AT_A_TIME)
        )
        for some in found.mappings().partitions(AT_A_TIME):
            private = open_private(session, vault, Member.private_kind, some)
            for row in some:
                yield {
                    **{name: plain(row[name]) for name in PLAIN},
                    **private[row["id"]],
                    "number": row["number"],
                    "association": offices.names[row["association_id"]],
                    "firm": firms.get(row["firm_id"], ""),
                    "identity_number": vault.open_text(row["identity_sealed"]),
                }
            session.info.pop("subject_keys", None)


def _list_certified(session: Session, ids: Sequence[int]) -> Iterator[int]:
    """Those of some members who have a valid certificate."""
    for begin in range(0, len(ids), AT_A_TIME):
        query = select(certificates.Certificate.member_id).where(
            certificates.Certificate.member_id.in_(ids[begin : begin + AT_A_TIME]),
            certificates.Certificate.state == "valid",
        )
        yield from session.scalars(query).all()
