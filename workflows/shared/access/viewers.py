"""Who looks: a signed-in account, or a visit, with what its access depends on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from engine.actors import Actor
from workflows.shared.accounts import FINANCE, Account, list_duties
from workflows.shared.associations import ids_below
from workflows.shared.register import Member
from workflows.shared.visits import Visit

NOWHERE: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Viewer:
    """A signed-in account, or a visit, with what its access depends on.

    `account_id`: 0 for a visitor, who has none. `duties`: the associations of each duty, those
    below included. `is_finance`: a firm's account that is only for its financial reports.
    """

    account_id: int
    user_type: str
    name: str
    actor: Actor
    member_id: int | None = None
    firm_id: int | None = None
    visit_id: int | None = None
    association_id: int | None = None
    duties: Mapping[str, frozenset[int]] = field(default_factory=dict)
    is_finance: bool = False

    @property
    def is_staff(self) -> bool:
        """Whether this is a person of an association's staff."""
        return self.user_type == "staff"

    @property
    def own(self) -> Mapping[str, int]:
        """Whom of the register the viewer is, by kind of subject."""
        known = {"member": self.member_id, "firm": self.firm_id, "visitor": self.visit_id}
        return {kind: key for kind, key in known.items() if key is not None}

    def has(self, duty: str, association_id: int | None) -> bool:
        """Whether the viewer has a duty for an association."""
        return association_id in self.duties.get(duty, NOWHERE)


def get_viewer(session: Session, account: Account) -> Viewer:
    """The viewer that an account makes."""
    association_id = None
    duties: dict[str, frozenset[int]] = {}
    if account.member_id is not None:
        association_id = session.scalar(_association_of_member(), {"member_id": account.member_id})
    elif account.user_type == "staff":
        given = list_duties(session, account_id=account.id)
        below = {
            each: ids_below(session, [each]) for each in {duty.association_id for duty in given}
        }
        for each in given:
            duties[each.duty] = duties.get(each.duty, NOWHERE) | below[each.association_id]
        association_id = min((each.association_id for each in given), default=None)
    return Viewer(
        account_id=account.id,
        user_type=account.user_type,
        name=account.name,
        actor=account.actor,
        member_id=account.member_id,
        firm_id=account.firm_id,
        association_id=association_id,
        duties=duties,
        is_finance=account.firm_id is not None and account.login.endswith(FINANCE),
    )


@cache
def _association_of_member() -> Select[int]:
    """The query of `get_viewer`, made once: every request of a member asks it."""
    return select(Member.association_id).where(Member.id == bindparam("member_id"))


def get_visitor(visit: Visit) -> Viewer:
    """The viewer that a visit makes: he has the case of his browser and nothing else."""
    return Viewer(account_id=0, user_type="visitor", name="", actor=visit.actor, visit_id=visit.id)
