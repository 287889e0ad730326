"""Return reasons that reviewers keep at hand: their own, and those of the association."""

from collections.abc import Sequence

from sqlalchemy import ForeignKey, Index, String, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, BigId
from engine.errors import NotAllowed, NotFound, Rejected
from engine.language import N_
from workflows.shared.access import Viewer

LONGEST = 1000
MOST_PHRASES = 200


class PhraseNotFound(NotFound):
    """There is no such phrase, or it is somebody else's own."""

    message = N_("There is no such phrase any more.")


class PhraseIsEmpty(Rejected):
    """A phrase that says nothing, or too much."""

    message = N_("A phrase has at least one and at most %(most)s characters.")


class TooManyPhrases(Rejected):
    """There are as many phrases as anybody can find his way in."""

    message = N_("There are %(most)s phrases. Delete one first.")


class ReturnPhrase(Base):
    """A reason kept for use again. Without an account it belongs to the whole association."""

    __tablename__ = "return_phrase"
    __table_args__ = (Index("ix_return_phrase_association_id", "association_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    association_id: Mapped[int] = mapped_column(ForeignKey("association.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    text: Mapped[str] = mapped_column(String(LONGEST))

    @property
    def is_shared(self) -> bool:
        """Whether the whole association has it."""
        return self.account_id is None


def list_phrases(session: Session, viewer: Viewer) -> Sequence[ReturnPhrase]:
    """The reviewer's own phrases, then his association's."""
    return session.scalars(
        select(ReturnPhrase)
        .where(
            ReturnPhrase.association_id == viewer.association_id,
            or_(ReturnPhrase.account_id == viewer.account_id, ReturnPhrase.account_id.is_(None)),
        )
        .order_by(ReturnPhrase.account_id.is_(None), ReturnPhrase.id)
    ).all()


def keep_phrase(
    session: Session, *, viewer: Viewer, text: str, is_shared: bool = False
) -> ReturnPhrase:
    """Keep a reason; one that is there already is not kept twice. Shared ones are for managers.

    Raises PhraseIsEmpty, TooManyPhrases.
    """
    text = _check_text(text)
    if is_shared and not may_share(viewer):
        raise NotAllowed
    known = list_phrases(session, viewer)
    same = [each for each in known if each.is_shared == is_shared]
    if found := next((each for each in same if each.text == text), None):
        return found
    if len(same) >= MOST_PHRASES:
        raise TooManyPhrases(most=MOST_PHRASES)
    phrase = ReturnPhrase(
        association_id=viewer.association_id,
        account_id=None if is_shared else viewer.account_id,
        text=text,
    )
    session.add(phrase)
    session.flush()
    return phrase


def change_phrase(session: Session, *, phrase_id: int, viewer: Viewer, text: str) -> None:
    """Word a phrase anew."""
    phrase = _get_changeable(session, viewer, phrase_id)
    phrase.text = _check_text(text)
    session.flush()


def delete_phrase(session: Session, *, phrase_id: int, viewer: Viewer) -> None:
    """Forget a phrase."""
    session.delete(_get_changeable(session, viewer, phrase_id))
    session.flush()


def may_share(viewer: Viewer) -> bool:
    """Whether the viewer words the phrases of his association."""
    return viewer.has("manage", viewer.association_id)


def _get_changeable(session: Session, viewer: Viewer, phrase_id: int) -> ReturnPhrase:
    phrase = session.get(ReturnPhrase, phrase_id)
    if phrase is None or phrase.association_id != viewer.association_id:
        raise PhraseNotFound
    if phrase.is_shared and not may_share(viewer):
        raise NotAllowed
    if not phrase.is_shared and phrase.account_id != viewer.account_id:
        raise PhraseNotFound
    return phrase


def _check_text(text: str) -> str:
    text = text.strip().replace("\r\n", "\n")
    if not text or len(text) > LONGEST:
        raise PhraseIsEmpty(most=LONGEST)
    return text
