"""The associations: national, provincial and municipal, as one tree."""

from collections.abc import Iterable, Sequence
from functools import cache

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    ForeignKey,
    Select,
    String,
    bindparam,
    literal,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from engine.database import Base, BigId
from engine.errors import NotFound
from engine.language import N_

LEVELS = ("national", "provincial", "municipal")


class AssociationNotFound(NotFound):
    """There is no such association."""

    message = N_("There is no such association.")


class Association(Base):
    """An association of the profession; members and cases belong to one."""

    __tablename__ = "association"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(200), default="")
    area: Mapped[str] = mapped_column(String(50), index=True)
    area_en: Mapped[str] = mapped_column(String(100), default="")
    level: Mapped[str] = mapped_column(String(10))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("association.id"), index=True)
    region_code: Mapped[str] = mapped_column(String(6), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    telephone: Mapped[str] = mapped_column(String(100), default="")


def get_association(session: Session, association_id: int) -> Association:
    """The association of a key; raises AssociationNotFound."""
    found = session.get(Association, association_id)
    if found is None:
        raise AssociationNotFound
    return found


def get_top(session: Session) -> Association:
    """The association above all others; raises AssociationNotFound."""
    query = select(Association).where(Association.parent_id.is_(None)).order_by(Association.id)
    found = session.scalars(query.limit(1)).first()
    if found is None:
        raise AssociationNotFound
    return found


def ids_below(session: Session, association_ids: Iterable[int]) -> frozenset[int]:
    """The keys of the associations and of all below them, in one query."""
    roots = list(association_ids)
    if not roots:
        return frozenset()
    return frozenset(session.scalars(_below(), {"roots": roots}))


@cache
def _below() -> Select[int]:
    """The query of `ids_below`, made once: every request of the staff asks it."""
    roots: BindParameter[int] = bindparam("roots", expanding=True)
    below = select(Association.id).where(Association.id.in_(roots)).cte("below", recursive=True)
    below = below.union(select(Association.id).join(below, Association.parent_id == below.c.id))
    return select(below.c.id)


def ids_above(session: Session, association_id: int) -> list[int]:
    """The association's key and those above it, the nearest first, in one query."""
    above = _above(association_id)
    return list(session.scalars(select(above.c.id).order_by(above.c.distance)))


def has_office_above(session: Session, association_id: int | None) -> bool:
    """Whether there is an association that reviews after this one: above a municipal one."""
    return office_above(session, association_id) != association_id


def office_above(session: Session, association_id: int | None) -> int | None:
    """The provincial association of a municipal one; any other has none above it but itself."""
    if association_id is None:
        return None
    own = get_association(session, association_id)
    is_municipal = own.level == "municipal" and own.parent_id is not None
    return own.parent_id if is_municipal else own.id


def nearest_first(
    association_id: int | BindParameter[int], column: InstrumentedAttribute[int]
) -> tuple[CTE, ColumnElement[bool]]:
    """An association with those above it, to join: the table and the condition on a column.

    Order by its `distance`: what the association says itself goes before what is said above.
    """
    above = _above(association_id)
    return above, above.c.id == column


def _above(association_id: int | BindParameter[int]) -> CTE:
    own = select(Association.id, Association.parent_id, literal(0).label("distance")).where(
        Association.id == association_id
    )
    above = own.cte("above", recursive=True)
    return above.union_all(
        select(Association.id, Association.parent_id, above.c.distance + 1).join(
            above, Association.id == above.c.parent_id
        )
    )


def list_contacts(
    session: Session, *, area: str = "", own_id: int | None = None
) -> Sequence[Association]:
    """Every association with its address, those of an area; the reader's own and those above first.

    Registry policy: 各地注协联系方式 is public, searched by area. Part of a name is enough, and so
    is part of an address: people look for the city whose street they know.
    """
    query = select(Association).order_by(Association.id)
    if wanted := area.strip():
        query = query.where(
            Association.area.contains(wanted, autoescape=True)
            | Association.area_en.icontains(wanted, autoescape=True)
            | Association.name.contains(wanted, autoescape=True)
            | Association.address.contains(wanted, autoescape=True)
        )
    near = {} if own_id is None else {key: at for at, key in enumerate(ids_above(session, own_id))}
    return sorted(session.scalars(query), key=lambda each: near.get(each.id, len(near)))
