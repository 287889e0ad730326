"""Phrases for returns: one's own, and those that managers word for all."""

import pytest
from sqlalchemy.orm import Session

from engine.errors import NotAllowed
from tests.workflows.office import viewer
from workflows.inbox.phrases import (
    LONGEST,
    PhraseIsEmpty,
    PhraseNotFound,
    change_phrase,
    delete_phrase,
    keep_phrase,
    list_phrases,
)

FIRST, SECOND, MANAGER, ELSEWHERE = "zj_review", "zj_review2", "zj_manage", "gd_review"


def texts(session: Session, login: str) -> list[str]:
    """The phrases that somebody can pick."""
    return [each.text for each in list_phrases(session, viewer(session, login))]


def test_own_phrases_come_before_those_of_the_association(seeded: Session) -> None:
    keep_phrase(seeded, viewer=viewer(seeded, MANAGER), text="材料不清晰", is_shared=True)
    for _time in range(2):
        keep_phrase(seeded, viewer=viewer(seeded, FIRST), text=" 请补充证明\r\n谢谢 ")

    assert texts(seeded, FIRST) == ["请补充证明\n谢谢", "材料不清晰"]
    assert texts(seeded, SECOND) == ["材料不清晰"]
    assert texts(seeded, ELSEWHERE) == []


@pytest.mark.parametrize("text", ["", "  ", "长" * (LONGEST + 1)])
def test_a_phrase_says_something(seeded: Session, text: str) -> None:
    with pytest.raises(PhraseIsEmpty):
        keep_phrase(seeded, viewer=viewer(seeded, FIRST), text=text)


def test_who_changes_which_phrase(seeded: Session) -> None:
    own = keep_phrase(seeded, viewer=viewer(seeded, FIRST), text="我的")
    shared = keep_phrase(seeded, viewer=viewer(seeded, MANAGER), text="大家的", is_shared=True)

    with pytest.raises(NotAllowed):
        keep_phrase(seeded, viewer=viewer(seeded, FIRST), text="大家的", is_shared=True)
    with pytest.raises(NotAllowed):
        change_phrase(seeded, phrase_id=shared.id, viewer=viewer(seeded, FIRST), text="改")
    for login in (SECOND, MANAGER, ELSEWHERE):
        with pytest.raises(PhraseNotFound):
            delete_phrase(seeded, phrase_id=own.id, viewer=viewer(seeded, login))
    with pytest.raises(PhraseNotFound):
        delete_phrase(seeded, phrase_id=shared.id, viewer=viewer(seeded, ELSEWHERE))
    change_phrase(seeded, phrase_id=shared.id, viewer=viewer(seeded, MANAGER), text="改过")
    delete_phrase(seeded, phrase_id=own.id, viewer=viewer(seeded, FIRST))

    assert texts(seeded, FIRST) == ["改过"]
