"""消息模板: the wording of a message as an association has it, and what it inherits."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from string import Template

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine.errors import NotAllowed, NotFound, Rejected
from engine.language import N_
from workflows.shared.access import Viewer
from workflows.shared.associations import get_association, ids_above
from workflows.shared.edits import record_edit
from workflows.shared.messages import (
    LONGEST_SMS,
    LONGEST_SMS_EN,
    LONGEST_TITLE,
    LONGEST_TITLE_EN,
    AdaptedText,
)
from workflows.shared.templates import PARTS, Texts, all_texts

ALWAYS = ("name", "association")
LONGEST = {
    "title": LONGEST_TITLE,
    "title_en": LONGEST_TITLE_EN,
    "text": 2000,
    "text_en": 2000,
    "sms": LONGEST_SMS,
    "sms_en": LONGEST_SMS_EN,
}
MAY_BE_EMPTY = frozenset({"sms", "sms_en"})
"""A text message without words of its own says the title."""

NAME = re.compile(r"[a-z_][a-z0-9_]*", re.ASCII)


class UnknownName(Rejected):
    """A wording takes a value that its message does not have."""

    message = N_("$%(name)s is not a value of this message. Known are: %(known)s.")


class LoneDollar(Rejected):
    """A dollar sign that names nothing."""

    message = N_("A $ stands before the name of a value; write $$ for the sign itself.")


class WordingNeeded(Rejected):
    """A part of a wording is empty or too long."""

    message = N_("Fill in title and text in both languages; a title has at most 200 characters.")


class SmsTooLong(Rejected):
    """What a text message would say does not fit into one."""

    message = N_(
        "A text message is one line of at most %(zh)s characters in Chinese, %(en)s in English."
    )


@dataclass(frozen=True)
class Wording:
    """A template's wording at an association; `origin_id`: who wrote it, None as shipped."""

    template: str
    texts: Texts
    inherited: Texts
    origin_id: int | None

    @property
    def names(self) -> tuple[str, ...]:
        """The values that the message has."""
        return names_of(self.template)


def names_of(template: str) -> tuple[str, ...]:
    """What the shipped wording takes, and what every message has."""
    shipped = get_shipped(template)
    found = [name for part in PARTS for name in Template(getattr(shipped, part)).get_identifiers()]
    return tuple(dict.fromkeys((*ALWAYS, *found)))


def get_shipped(template: str) -> Texts:
    """The wording as shipped; raises NotFound."""
    found = all_texts().get(template)
    if found is None:
        raise NotFound
    return found


def list_wordings(session: Session, *, association_id: int) -> list[Wording]:
    """Every template in the wording that an association's messages have."""
    return [_find(session, association_id, template) for template in all_texts()]


def get_wording(session: Session, *, association_id: int, template: str) -> Wording:
    """One template's wording at an association; raises NotFound."""
    get_shipped(template)
    return _find(session, association_id, template)


def check_texts(template: str, parts: Mapping[str, str]) -> Texts:
    """The wording that was typed; raises WordingNeeded, SmsTooLong, LoneDollar, UnknownName.

    It is plain text: whatever looks like markup is shown as it was typed.
    """
    typed = {name: parts.get(name, "").replace("\r\n", "\n").strip() for name in PARTS}
    if any(len(typed[name]) > LONGEST[name] or "\n" in typed[name] for name in MAY_BE_EMPTY):
        raise SmsTooLong(zh=LONGEST_SMS, en=LONGEST_SMS_EN)
    needed = [name for name in PARTS if name not in MAY_BE_EMPTY]
    if any(not 0 < len(typed[name]) <= LONGEST[name] for name in needed):
        raise WordingNeeded
    known = names_of(template)
    for text in typed.values():
        if not Template(text).is_valid():
            raise LoneDollar
        for name in Template(text).get_identifiers():
            if name not in known:
                raise UnknownName(name=name, known=", ".join(f"${each}" for each in known))
    return get_shipped(template).worded(typed)


def save_texts(
    session: Session,
    *,
    association_id: int,
    texts: Texts,
    template: str,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Give an association a wording of its own, already checked; raises NotAllowed."""
    before = _check(session, association_id, template, viewer)
    row = _find_own(session, association_id, template)
    if row is None:
        row = AdaptedText(association_id=association_id, template=template)
        session.add(row)
    for name in PARTS:
        setattr(row, name, getattr(texts, name))
    session.flush()
    _note(session, association_id, template, before, viewer=viewer, now=now)


def reset_texts(
    session: Session, *, association_id: int, template: str, viewer: Viewer, now: datetime
) -> None:
    """Let an association have the inherited wording again; raises NotAllowed."""
    before = _check(session, association_id, template, viewer)
    session.execute(
        delete(AdaptedText).where(
            AdaptedText.association_id == association_id, AdaptedText.template == template
        )
    )
    _note(session, association_id, template, before, viewer=viewer, now=now)


def subject_of(association_id: int, template: str) -> str:
    """The name under which changes of a wording are noted."""
    return f"text:{association_id}:{template}"[:60]


def _check(session: Session, association_id: int, template: str, viewer: Viewer) -> Wording:
    get_association(session, association_id)
    if not viewer.has("manage", association_id) and not viewer.has("admin", association_id):
        raise NotAllowed
    return get_wording(session, association_id=association_id, template=template)


def _note(
    session: Session,
    association_id: int,
    template: str,
    before: Wording,
    *,
    viewer: Viewer,
    now: datetime,
) -> None:
    after = get_wording(session, association_id=association_id, template=template)
    record_edit(
        session,
        association_id=association_id,
        subject=subject_of(association_id, template),
        before={name: getattr(before.texts, name) for name in PARTS},
        after={name: getattr(after.texts, name) for name in PARTS},
        by=viewer.account_id,
        now=now,
    )


def _find_own(session: Session, association_id: int, template: str) -> AdaptedText | None:
    return session.scalar(
        select(AdaptedText).where(
            AdaptedText.association_id == association_id, AdaptedText.template == template
        )
    )


def _find(session: Session, association_id: int, template: str) -> Wording:
    above = ids_above(session, association_id)
    rows = {
        each.association_id: each
        for each in session.scalars(
            select(AdaptedText).where(
                AdaptedText.association_id.in_(above), AdaptedText.template == template
            )
        )
    }
    said = [rows[each] for each in above if each in rows]
    shipped = get_shipped(template)

    def word(row: AdaptedText | None) -> Texts:
        if row is None:
            return shipped
        return shipped.worded({name: getattr(row, name) for name in PARTS})

    used = said[0] if said else None
    others = [each for each in said if each.association_id != association_id]
    return Wording(
        template=template,
        texts=word(used),
        inherited=word(others[0] if others else None),
        origin_id=used.association_id if used is not None else None,
    )
