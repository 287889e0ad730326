"""What is different between two states of a process, for the pages that show it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy.orm import Session

from engine.language import _
from engine.releases import Documents
from web import current
from web.languages import spoken
from web.studio.form_settings import SETTINGS
from web.studio.form_settings import Setting as Field
from web.studio.form_settings.words import TYPES
from web.studio.naming import name_processes
from workflows.studio.current import list_current
from workflows.studio.differences import (
    Change,
    Difference,
    Setting,
    Vocabulary,
    describe_differences,
)
from workflows.studio.documents import KINDS, suffix_of
from workflows.studio.titles import title_both

AddressOf = Callable[[str], str]
"""Where a document is shown side by side, by its path."""

OPPOSITES = {"true": "false", "false": "true"}


def list_differences(
    session: Session,
    process_id: str,
    *,
    old: Documents,
    new: Documents,
    address_of: AddressOf | None = None,
) -> list[dict[str, Any]]:
    """Every document that differs, with what differs in it, as partials/differences.html shows it.

    `address_of` says where a document is compared side by side, if that can be shown.
    """
    titles = title_both(process_id, old, new, spoken())
    found = describe_differences(process_id, old, new, make_vocabulary(session))
    return [
        {
            **describe_difference(each, titles),
            "changes": [_describe_change(change) for change in each.changes],
            "more": each.more,
            "address": address_of(each.path) if address_of else "",
        }
        for each in found
    ]


def describe_difference(difference: Difference, titles: Mapping[str, str]) -> dict[str, Any]:
    """A document that is different, in words."""
    return {
        "kind": difference.kind,
        "document": _(KINDS[suffix_of(difference.path)]),
        "title": titles.get(difference.path, ""),
        "path": difference.path,
    }


def make_vocabulary(session: Session) -> Vocabulary:
    """What names stand for, in the language of the page."""
    operations = current.engine().operations.by_name
    return Vocabulary(
        language=spoken(),
        operations={name: str(each) for name, each in operations.items()},
        inputs={
            name: {value.name: value.title for value in each.takes.values()}
            for name, each in operations.items()
        },
        processes=name_processes(session, list_current(session)),
        components={kind: _(name) for kind, (name, _part, _about) in TYPES.items()},
        settings=dict(_list_settings(SETTINGS)),
    )


def _list_settings(fields: Sequence[Field]) -> Iterator[tuple[tuple[str, str, str], Setting]]:
    for each in fields:
        setting = Setting(_(each.label), _say_values(each))
        for kind in each.types:
            yield (kind, each.place, each.name), setting


def _say_values(field: Field) -> dict[str, str]:
    if field.control == "flag":
        on = field.on if isinstance(field.on, str) else orjson.dumps(field.on).decode()
        return {on: _("Yes"), OPPOSITES.get(on, ""): _("No")}
    return {value: _(words) for value, words in field.options.items()}


def _describe_change(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "thing": change.thing,
        "old": change.old,
        "new": change.new,
        "details": change.details,
    }
