"""What a member changes himself, at once: the form of his free fields, and saving it.

The document is in `forms/`, like those of processes; no case has it. Registry policy: a mobile
number and an e-mail address are keys to the account and change with a code, on its page.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.engine import Engine
from engine.errors import Conflict
from engine.language import N_
from forms import BoundForm, Form, Language, read_form
from workflows.shared.certificates import supersede_certificate
from workflows.shared.dates import ZONE
from workflows.shared.register import (
    FREE_FIELDS,
    KEY_FIELDS,
    Member,
    NotAMember,
    hold_member,
    personal_fields,
)
from workflows.shared.register_changes import OWN, RegisterChange, recording
from workflows.shared.register_writing import write_fields
from workflows.shared.supervision import owned_fields

FOLDER = Path(__file__).parent / "forms"
FORM = "edit_profile"
SAVE = "save"
"""The one way out of the form."""


class ProfileHasChanged(Conflict):
    """Somebody else changed the data since the page was drawn."""

    message = N_(
        "Your data were changed in the meantime. Look at what stands there now, and save it again."
    )


def free_fields(engine: Engine, member: Member) -> tuple[str, ...]:
    """The fields that the member changes himself."""
    owned = owned_fields(engine, member)
    return tuple(each for each in FREE_FIELDS if each not in KEY_FIELDS and each not in owned)


def bind_profile(engine: Engine, member: Member, *, language: Language, now: datetime) -> BoundForm:
    """The form; what the supervision platform owns is not in it."""
    context = {
        "is_owned": bool(owned_fields(engine, member)),
        "birth_date": member.birth_date,
    }
    return _load().bind(context=context, language=language, now=now.astimezone(ZONE))


def read_profile(session: Session, engine: Engine, member: Member) -> dict[str, Any]:
    """What stands in the free fields, as the form has it."""
    fields = personal_fields(session, engine.vault, member)
    return {name: fields[name] for name in FREE_FIELDS if name not in KEY_FIELDS}


def version_of(session: Session, member_id: int) -> int:
    """What a page remembers of when it was drawn: the member's last change, 0 before any."""
    newest = select(func.max(RegisterChange.id)).where(RegisterChange.member_id == member_id)
    return session.scalar(newest) or 0


def save_profile(
    session: Session,
    engine: Engine,
    *,
    member: Member,
    values: Mapping[str, Any],
    seen: int | None,
    by: Actor,
    now: datetime,
) -> Sequence[str]:
    """Write the free fields at once; answers those that were changed. Again changes nothing.

    `values`: as the form was read: what it hid is emptied; locked fields and keys among them are
    left alone. `seen`: the version that the page had. Raises NotAMember, ProfileHasChanged.
    """
    hold_member(session, member.id)
    if member.state != "active":
        raise NotAMember
    before = read_profile(session, engine, member)
    wanted = {name: values.get(name) for name in free_fields(engine, member)}
    changed = [name for name, value in wanted.items() if (before[name] or None) != (value or None)]
    if not changed:
        return []
    if seen != version_of(session, member.id):
        raise ProfileHasChanged
    with recording(session, engine.vault, member, source=OWN, by=by, now=now):
        write_fields(session, engine.vault, member, {name: wanted[name] for name in changed})
    supersede_certificate(session, member.id, changed, now)
    return changed


def list_missing(form: BoundForm, values: Mapping[str, Any]) -> list[str]:
    """The labels of required fields in which nothing stands."""
    scope = form.see(form.complete(values))
    return [
        each.label(form.language, scope)
        for each in form.form.fields
        if (each.rule("required") or each.number("minRows", 0))
        and form.visibility.shows(each)
        and not values.get(each.key)
    ]


@cache
def _load() -> Form:
    return read_form(
        (FOLDER / f"{FORM}.form").read_bytes(),
        name=f"profile_change/{FORM}",
        english=orjson.loads((FOLDER / f"{FORM}.en.json").read_bytes()),
    )
