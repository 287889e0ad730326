"""The privacy notice: versions, who agreed, who is asked."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.workflows.conftest import NOW
from workflows.shared.accounts import Account, find_account
from workflows.shared.privacy import (
    LONGEST,
    SHIPPED,
    Consent,
    NoticeChanged,
    NoticeNeedsText,
    get_notice,
    is_consent_missing,
    note_consent,
    publish_notice,
)

NEW, KNOWN = "330000900003", "330000900001"


def account(session: Session, login: str, user_type: str = "cpa") -> Account:
    """An account of the demo."""
    found = find_account(session, user_type=user_type, login=login)
    assert found is not None
    return found


def publish(session: Session, *, after: int = SHIPPED) -> int:
    """Publish another notice as the administrator."""
    by = account(session, "admin", "staff").actor
    notice = publish_notice(session, text="新的告知书", text_en="New", after=after, by=by, now=NOW)
    return notice.version


def test_the_shipped_notice_holds_until_another_is_published(seeded: Session) -> None:
    assert get_notice(seeded).version == SHIPPED
    assert publish(seeded) == SHIPPED + 1
    assert get_notice(seeded).text == "新的告知书"


def test_of_two_who_publish_one_comes_second(seeded: Session) -> None:
    publish(seeded)
    with pytest.raises(NoticeChanged):
        publish(seeded)


@pytest.mark.parametrize(
    ("text", "text_en"), [("", "New"), ("新", " "), ("新" * (LONGEST + 1), "New")]
)
def test_a_notice_has_words_in_both_languages(seeded: Session, text: str, text_en: str) -> None:
    by = account(seeded, "admin", "staff").actor
    with pytest.raises(NoticeNeedsText):
        publish_notice(seeded, text=text, text_en=text_en, after=SHIPPED, by=by, now=NOW)


def test_members_and_firms_are_asked_once_for_each_version(seeded: Session) -> None:
    new = account(seeded, NEW)
    assert is_consent_missing(seeded, new)
    assert not is_consent_missing(seeded, account(seeded, KNOWN))
    assert not is_consent_missing(seeded, account(seeded, "admin", "staff"))
    for _ in range(2):
        note_consent(
            seeded,
            version=SHIPPED,
            place="sign_in",
            account_id=new.id,
            address="192.0.2.7",
            now=NOW,
        )
    assert not is_consent_missing(seeded, new)
    (kept,) = seeded.scalars(select(Consent).where(Consent.account_id == new.id)).all()
    assert (kept.version, kept.at, kept.place) == (SHIPPED, NOW, "sign_in")
    publish(seeded)
    assert is_consent_missing(seeded, new)


def test_nobody_agrees_to_a_version_that_does_not_hold(seeded: Session) -> None:
    publish(seeded)
    with pytest.raises(NoticeChanged):
        note_consent(seeded, version=SHIPPED, place="reset", visit_id=7, address="", now=NOW)


def test_a_visitor_agrees_without_an_account(seeded: Session) -> None:
    visit_id = 7
    note_consent(
        seeded, version=SHIPPED, place="reset", visit_id=visit_id, address="192.0.2.7", now=NOW
    )
    assert seeded.scalars(select(Consent.place).where(Consent.visit_id == visit_id)).all() == [
        "reset"
    ]
