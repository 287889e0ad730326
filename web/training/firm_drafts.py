"""What a firm ticks and types is kept as it is made: sent by a script, or with every button."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from engine.errors import Rejected
from engine.language import N_
from web import current
from web.numbers import BIGGEST
from web.training.blueprint import bp
from web.training.firm import get_firm
from workflows.training_enrolment.firms import drafts
from workflows.training_enrolment.firms.drafts import Change
from workflows.training_enrolment.firms.people import PersonKey
from workflows.training_enrolment.listing import get_offered_class


class NotUnderstood(Rejected):
    """What a script sent is not what is sent here."""

    message = N_("This could not be kept: it is not what this page sends.")


@bp.post("/classes/<int:class_id>/people/draft")
def keep_draft(class_id: int) -> ResponseReturnValue:
    """Keep changes that a script sends; answers how many are ticked now."""
    engine = current.engine()
    with engine.database.transaction() as session:
        firm, viewer = get_firm(session)
        training_class = get_offered_class(session, viewer, class_id)
        changes = list(_read_changes(request.form.get("changes", "")))
        drafts.keep(
            session,
            engine,
            firm_id=firm.id,
            training_class=training_class,
            changes=changes,
            now=current.now(),
        )
        session.flush()
        ticked = drafts.count_ticked(session, firm_id=firm.id, class_id=class_id)
    return jsonify(ticked=ticked)


def read_posted(form: MultiDict[str, str]) -> Sequence[Change]:
    """What was changed on a page that was sent whole: what stands otherwise than it was drawn.

    `person` names each who has a box, `tick` those ticked, `was` how a field was drawn.
    """
    ticked, drawn = set(form.getlist("tick")), set(form.getlist("was_ticked"))
    changes = [
        Change(key, text in ticked)
        for text in form.getlist("person")
        if (text in ticked) != (text in drawn) and (key := read_key(text)) is not None
    ]
    for name, value in form.items():
        what, _dot, rest = name.partition(":")
        text, _colon, field = rest.rpartition(":")
        key = read_key(text) if what == "v" else None
        if key is not None and value != form.get(f"was:{rest}", ""):
            changes.append(Change(key, None, {field: value}))
    return changes


def write_key(key: PersonKey) -> str:
    """A person in a page: `member-12`."""
    return f"{key.kind}-{key.id}"


def read_key(text: str) -> PersonKey | None:
    """A person of a page; None if it is none."""
    kind, _hyphen, number = text.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 11):
        return None
    return PersonKey(kind[:10], int(number)) if int(number) <= BIGGEST else None


def _read_changes(text: str) -> Iterator[Change]:
    """The changes of a script: {"member-12": {"ticked": true, "values": {"mobile": "…"}}}."""
    try:
        said: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotUnderstood from error
    if not isinstance(said, Mapping):
        raise NotUnderstood
    for name, change in said.items():
        key = read_key(name)
        if key is None or not isinstance(change, Mapping):
            raise NotUnderstood
        ticked, values = change.get("ticked"), change.get("values") or {}
        if not isinstance(values, Mapping) or not isinstance(ticked, bool | None):
            raise NotUnderstood
        yield Change(
            key, ticked, {name: each for name, each in values.items() if isinstance(each, str)}
        )
