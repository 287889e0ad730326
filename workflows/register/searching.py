"""Finding members and firms: by the beginning of a name or number, or by something whole.

A list is read association by association, each in the order of its numbers from its own index, so
that it is as fast for a country as for a city. Identity numbers, mobile numbers and e-mail
addresses are found whole, through their keyed hashes.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, Select, or_, select, union_all
from sqlalchemy.orm import Session

from engine.vault import Vault
from forms.formats import FORMATS
from forms.identity import clean_identity_number
from workflows.shared.access import Viewer, register_associations
from workflows.shared.associations import Association, ids_below
from workflows.shared.prefixes import begins_with, begins_with_pattern
from workflows.shared.private import email_hash, mobile_hash
from workflows.shared.register import Firm, Member, identity_hash

PAGE = 25
FEW = 500
"""Up to so many that a name leaves are looked at one by one."""

MOST_APART = 100
"""Of up to so many associations each is read by itself: a database joins no more than some."""

MOST_WHOLE = 20
FEWEST_DIGITS = 8
"""From so many digits on a text may be the number of a person, mistyped."""

MOST_FIRMS = 200
"""So many firms that a text may mean where it narrows members down."""

KINDS = ("non_practising", "cpa")
MEMBER_STATES = ("active", "moved", "resigned", "dead", "left", "erased")
FIRM_STATES = ("active", "closed")
HEAD_OFFICE, BRANCH = "head_office", "branch"

_IDENTITY = re.compile(r"[0-9]{17}[0-9X]|[A-Z]{1,3}[0-9]{7,15}")
_DIGITS = re.compile(r"[0-9]")

M = TypeVar("M", Member, Firm)


@dataclass(frozen=True, slots=True)
class MemberFilters:
    """What of the members is looked at; `text` begins a name or a number.

    `firm` begins the name or the number of a firm. What is empty is not looked at.
    """

    text: str = ""
    firm: str = ""
    kind: str = ""
    state: str = ""
    association_id: int | None = None


@dataclass(frozen=True, slots=True)
class FirmFilters:
    """What of the firms is looked at; `office`: head offices or branches."""

    text: str = ""
    state: str = ""
    office: str = ""
    association_id: int | None = None


@dataclass(frozen=True, slots=True)
class RegisterPage(Generic[M]):
    """Some of them by number, and the number after which the next ones come, if there are more."""

    rows: Sequence[M]
    next: str | None


def list_members(
    session: Session,
    viewer: Viewer,
    filters: MemberFilters,
    *,
    after: str = "",
    limit: int = PAGE,
) -> RegisterPage[Member]:
    """A page of the members of the viewer's associations, by number."""
    offices = _offices(session, viewer, filters.association_id)
    conditions: list[ColumnElement[bool]] = []
    if filters.kind:
        conditions.append(Member.kind == filters.kind)
    if filters.state:
        conditions.append(Member.state == filters.state)
    if not filters.firm:
        return _page(
            session, Member, offices, conditions, text=filters.text, after=after, limit=limit
        )
    firms = select(Firm.id).where(
        Firm.association_id.in_(sorted(offices)), _begins(session, Firm, filters.firm)
    )
    found = session.scalars(firms.limit(MOST_FIRMS)).all()
    conditions.append(Member.firm_id.in_(found))
    if filters.text:
        conditions.append(_begins(session, Member, filters.text))
    # Those of a few firms are few: the index of the firms' people has them.
    return _cut(session, _among(Member, offices, conditions, after), limit)


def list_firms(
    session: Session,
    viewer: Viewer,
    filters: FirmFilters,
    *,
    after: str = "",
    limit: int = PAGE,
) -> RegisterPage[Firm]:
    """A page of the firms of the viewer's associations, by number."""
    offices = _offices(session, viewer, filters.association_id)
    conditions: list[ColumnElement[bool]] = []
    if filters.state:
        conditions.append(Firm.state == filters.state)
    if filters.office:
        is_head = Firm.parent_id.is_(None)
        conditions.append(is_head if filters.office == HEAD_OFFICE else ~is_head)
    return _page(session, Firm, offices, conditions, text=filters.text, after=after, limit=limit)


def list_offices(session: Session, viewer: Viewer) -> Sequence[Association]:
    """The associations whose register the viewer looks at; one alone is nothing to choose from."""
    offices = register_associations(viewer)
    if len(offices) < 2:
        return []
    query = select(Association).where(Association.id.in_(sorted(offices)))
    return session.scalars(query.order_by(Association.id)).all()


def name_firms(session: Session, keys: Collection[int]) -> Mapping[int, str]:
    """The names of firms by their keys, in one statement."""
    if not keys:
        return {}
    rows = session.execute(select(Firm.id, Firm.name).where(Firm.id.in_(sorted(keys))))
    return {row.id: row.name for row in rows}


def is_personal(text: str) -> bool:
    """Whether a text is an identity number, a mobile number or an address: for no web address."""
    folded = clean_identity_number(text)
    is_mobile = FORMATS["mobile"].check(FORMATS["mobile"].clean(text)) is None
    return is_mobile or "@" in text or _IDENTITY.fullmatch(folded) is not None


def may_be_personal(session: Session, model: type[Member] | type[Firm], text: str) -> bool:
    """Whether a text is personal, or may be meant so: many digits with which no number begins."""
    if is_personal(text):
        return True
    if len(_DIGITS.findall(text)) < FEWEST_DIGITS:
        return False
    begun = select(model.id).where(begins_with(model.number, text.upper()))
    return session.scalar(begun.limit(1)) is None


def find_members_exactly(
    session: Session, vault: Vault, viewer: Viewer, text: str
) -> Sequence[Member]:
    """The members of the viewer's associations with this identity number, mobile or e-mail."""
    if not _may_be_whole(text):
        return []
    identity = identity_hash(vault, clean_identity_number(text))
    return _find_whole(
        session, viewer, Member, [Member.identity_hash == identity], vault=vault, text=text
    )


def find_firms_exactly(session: Session, vault: Vault, viewer: Viewer, text: str) -> Sequence[Firm]:
    """The firms of the viewer's associations with this mobile number or e-mail address."""
    if not _may_be_whole(text):
        return []
    return _find_whole(session, viewer, Firm, [], vault=vault, text=text)


def _find_whole(
    session: Session,
    viewer: Viewer,
    model: type[M],
    conditions: Sequence[ColumnElement[bool]],
    *,
    vault: Vault,
    text: str,
) -> Sequence[M]:
    reached = model.email_hash == email_hash(vault, text)
    if "@" not in text:
        reached = model.mobile_hash == mobile_hash(vault, FORMATS["mobile"].clean(text))
    offices = sorted(register_associations(viewer))
    query = select(model).where(model.association_id.in_(offices), or_(*conditions, reached))
    return session.scalars(query.order_by(model.number).limit(MOST_WHOLE)).all()


def _may_be_whole(text: str) -> bool:
    return "@" in text or _DIGITS.search(text) is not None


def _offices(session: Session, viewer: Viewer, association_id: int | None) -> frozenset[int]:
    offices = register_associations(viewer)
    return offices if association_id is None else offices & ids_below(session, [association_id])


def _page(
    session: Session,
    model: type[M],
    offices: Collection[int],
    conditions: Sequence[ColumnElement[bool]],
    *,
    text: str,
    after: str,
    limit: int,
) -> RegisterPage[M]:
    few = _find_few(session, model, offices, text)
    if few is not None:
        query = _among(model, offices, [*conditions, model.id.in_(few)], after)
        return _cut(session, query, limit)
    if text:
        conditions = [*conditions, _begins(session, model, text)]
    if len(offices) > MOST_APART:
        return _cut(session, _among(model, offices, conditions, after), limit)
    firsts = [
        _among(model, [each], conditions, after)
        .with_only_columns(model.id)
        .order_by(model.number)
        .limit(limit + 1)
        .subquery()
        for each in sorted(offices)
    ]
    if not firsts:
        return RegisterPage([], None)
    keys = union_all(*(select(each.c.id) for each in firsts))
    return _cut(session, select(model).where(model.id.in_(keys)), limit)


def _among(
    model: type[M],
    offices: Collection[int],
    conditions: Sequence[ColumnElement[bool]],
    after: str,
) -> Select[M]:
    query = select(model).where(model.association_id.in_(sorted(offices)), *conditions)
    return query.where(model.number > after) if after else query


def _cut(session: Session, query: Select[M], limit: int) -> RegisterPage[M]:
    """The first of what a query finds, by number."""
    model = query.column_descriptions[0]["entity"]
    found = session.scalars(query.order_by(model.number).limit(limit + 1)).all()
    rows = found[:limit]
    return RegisterPage(rows, rows[-1].number if len(found) > limit else None)


def _find_few(
    session: Session, model: type[M], offices: Collection[int], text: str
) -> Sequence[int] | None:
    """The keys of those whose name or number begins so; None when they are many, or all."""
    if not text:
        return None
    query = select(model.id).where(
        model.association_id.in_(sorted(offices)), _begins(session, model, text)
    )
    found = session.scalars(query.limit(FEW + 1)).all()
    return found if len(found) <= FEW else None


def _begins(session: Session, model: type[M], text: str) -> ColumnElement[bool]:
    # Numbers are plain digits and letters: every locale has those in the order of their codes.
    if text[0].isascii() and text[0].isalnum() and _DIGITS.search(text):
        return begins_with(model.number, text.upper())
    return begins_with_pattern(session, model.name, text)
