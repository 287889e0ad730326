"""Saved views: filters of the inbox under a name, one's own or shared with the association."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, BigId, UtcDateTime
from engine.errors import NotAllowed, NotFound, Rejected
from engine.language import N_
from workflows.shared.access import Viewer

LONGEST_NAME = 40
LONGEST_QUERY = 4000
"""Every character of a text may be twelve of an address."""

MOST_VIEWS = 50
MOST_SHARED = 50
"""So many of what colleagues share are shown beside one's own."""


class ViewNotFound(NotFound):
    """There is no such view, or it is somebody else's own."""

    message = N_("There is no such view any more.")


class ViewHasNoName(Rejected):
    """A view without a name, or with one that is too long."""

    message = N_("Give the view a name of at most %(most)s characters.")


class TooManyViews(Rejected):
    """A person has as many views as anybody can find his way in."""

    message = N_("You have %(most)s views. Delete one first.")


class NameIsTaken(Rejected):
    """The person has a view of this name."""

    message = N_("You have a view of this name already.")


class SavedView(Base):
    """Filters under a name. `query` is the address's, as the inbox writes it."""

    __tablename__ = "saved_view"
    __table_args__ = (
        Index("ix_saved_view_account_id", "account_id"),
        Index("ix_saved_view_association_id", "association_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    association_id: Mapped[int] = mapped_column(ForeignKey("association.id"))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    query: Mapped[str] = mapped_column(String(LONGEST_QUERY))
    is_shared: Mapped[bool] = mapped_column(default=False)
    place: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime())


class FirstView(Base):
    """The view with which somebody's inbox opens."""

    __tablename__ = "first_view"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    view_id: Mapped[int] = mapped_column(ForeignKey("saved_view.id", ondelete="CASCADE"))


def list_views(session: Session, viewer: Viewer) -> Sequence[SavedView]:
    """The viewer's views in his order, then those that his colleagues share."""
    is_own = SavedView.account_id == viewer.account_id
    is_shared = SavedView.is_shared & (SavedView.association_id == viewer.association_id)
    return session.scalars(
        select(SavedView)
        .where(or_(is_own, is_shared))
        .order_by(is_own.desc(), SavedView.place, SavedView.id)
        .limit(MOST_VIEWS + MOST_SHARED)
    ).all()


def get_view(session: Session, viewer: Viewer, view_id: int) -> SavedView:
    """A view that the viewer has; raises ViewNotFound."""
    view = session.get(SavedView, view_id)
    if view is None or not _has(viewer, view):
        raise ViewNotFound
    return view


def save_view(
    session: Session, *, viewer: Viewer, name: str, query: str, is_shared: bool, now: datetime
) -> SavedView:
    """Keep filters under a name; saving the same ones again under it changes nothing more.

    Raises ViewHasNoName, NameIsTaken, TooManyViews.
    """
    name = _check_name(name)
    own = _list_own(session, viewer)
    known = next((each for each in own if each.name == name), None)
    if known is not None and known.query != query:
        raise NameIsTaken
    if known is None:
        if len(own) >= MOST_VIEWS:
            raise TooManyViews(most=MOST_VIEWS)
        known = SavedView(
            account_id=viewer.account_id,
            association_id=viewer.association_id,
            name=name,
            query=query,
            place=max((each.place for each in own), default=0) + 1,
            made_at=now,
        )
        session.add(known)
    known.is_shared = is_shared
    session.flush()
    return known


def change_view(
    session: Session, *, view_id: int, viewer: Viewer, name: str, is_shared: bool
) -> SavedView:
    """Give a view another name, share it or stop sharing it."""
    view = _get_changeable(session, viewer, view_id)
    name = _check_name(name)
    if any(each.name == name and each.id != view.id for each in _list_own(session, viewer)):
        raise NameIsTaken
    view.name, view.is_shared = name, is_shared
    session.flush()
    return view


def move_view(session: Session, *, view_id: int, viewer: Viewer, up: bool) -> None:
    """Put one of the viewer's own views before or behind its neighbour."""
    own = list(_list_own(session, viewer))
    here = next((number for number, each in enumerate(own) if each.id == view_id), None)
    if here is None:
        raise ViewNotFound
    there = here - 1 if up else here + 1
    if 0 <= there < len(own):
        own[here], own[there] = own[there], own[here]
    for place, each in enumerate(own):
        each.place = place
    session.flush()


def delete_view(session: Session, *, view_id: int, viewer: Viewer) -> None:
    """Forget a view; whoever began with it begins with everything again."""
    view = _get_changeable(session, viewer, view_id)
    for each in session.scalars(select(FirstView).where(FirstView.view_id == view.id)):
        session.delete(each)
    session.flush()
    session.delete(view)
    session.flush()


def begin_with(session: Session, *, viewer: Viewer, view_id: int | None) -> None:
    """Open the viewer's inbox with a view from now on, or (None) with everything."""
    if view_id is not None:
        get_view(session, viewer, view_id)
        session.merge(FirstView(account_id=viewer.account_id, view_id=view_id))
    elif (known := session.get(FirstView, viewer.account_id)) is not None:
        session.delete(known)
    session.flush()


def find_first_view(session: Session, viewer: Viewer) -> SavedView | None:
    """The view with which the viewer's inbox opens; none that is not shared with him any more."""
    view = session.scalar(
        select(SavedView)
        .join(FirstView, FirstView.view_id == SavedView.id)
        .where(FirstView.account_id == viewer.account_id)
    )
    return view if view is not None and _has(viewer, view) else None


def may_change(viewer: Viewer, view: SavedView) -> bool:
    """Whether the viewer may change a view: his own, or as a manager a shared one."""
    if view.account_id == viewer.account_id:
        return True
    return view.is_shared and viewer.has("manage", view.association_id)


def _has(viewer: Viewer, view: SavedView) -> bool:
    if view.account_id == viewer.account_id:
        return True
    return view.is_shared and view.association_id == viewer.association_id


def _get_changeable(session: Session, viewer: Viewer, view_id: int) -> SavedView:
    view = session.get(SavedView, view_id, with_for_update=True, populate_existing=True)
    if view is None or not (_has(viewer, view) or may_change(viewer, view)):
        raise ViewNotFound
    if not may_change(viewer, view):
        raise NotAllowed
    return view


def _list_own(session: Session, viewer: Viewer) -> Sequence[SavedView]:
    return session.scalars(
        select(SavedView)
        .where(SavedView.account_id == viewer.account_id)
        .order_by(SavedView.place, SavedView.id)
    ).all()


def _check_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise ViewHasNoName(most=LONGEST_NAME)
    return name
