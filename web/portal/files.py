"""Files that are attached at a step: received, looked at, put into their slot."""

from typing import BinaryIO, cast
from uuid import UUID

from flask import request

import forms
from engine.errors import Rejected
from engine.language import N_
from forms.files import UploadRefused, check_upload, clean_file_name
from web import current
from web.languages import spoken
from web.sessions import Person
from workflows.shared.tasks import SlotNotFound, TooManyFiles

ATTACHING = 51 * 2**20
"""Bytes of a request with a file: the biggest that any slot takes, and the form around it."""

KINDS = frozenset({"upload", "replace_file"})


class NoFileChosen(Rejected):
    """The button was pressed before a file was chosen."""

    message = N_("Choose a file first.")


def is_attaching(action: forms.Action) -> bool:
    """Whether an action brings a file."""
    return action.kind in KINDS


def attach(person: Person, task_id: UUID, action: forms.Action) -> forms.FieldError | None:
    """Put the file that was sent into its slot; what is wrong with it is said at the slot.

    Nothing is stored before it was looked at; no transaction is open while it is.
    """
    slot_name, _, replaced = action.target.partition("/")
    slot = _get_slot(person, task_id, slot_name)
    try:
        _store(person, task_id, slot, replaced)
    except (UploadRefused, TooManyFiles, NoFileChosen) as error:
        return forms.FieldError(slot.path, slot.label, str(error))
    return None


def _get_slot(person: Person, task_id: UUID, slot_name: str) -> forms.Slot:
    with current.engine().database.read() as session:
        opened = current.tasks().open(
            session, task_id=task_id, viewer=person.viewer, language=spoken(), now=current.now()
        )
        slot = opened.form.find_slot(slot_name)
    if slot is None:
        raise SlotNotFound
    return slot


def _store(person: Person, task_id: UUID, slot: forms.Slot, replaced: str) -> None:
    sent = request.files.get(f"file.{slot.name}")
    if sent is None or not sent.filename:
        raise NoFileChosen
    name = clean_file_name(sent.filename)
    content = cast(BinaryIO, sent.stream)
    kind = check_upload(content, name, accept=slot.kinds, max_size=slot.max_size)
    store, tasks, now = current.engine().files, current.tasks(), current.now()
    received = store.receive(content)
    action = forms.Action("remove_file", replaced) if replaced else None
    try:
        with current.engine().database.transaction() as session:
            tasks.keep(
                session,
                task_id=task_id,
                posted=request.form,
                action=action,
                viewer=person.viewer,
                language=spoken(),
                now=now,
            )
            tasks.attach(
                session,
                task_id=task_id,
                slot_name=slot.name,
                received=received,
                name=name,
                kind=kind.kind,
                viewer=person.viewer,
                language=spoken(),
                now=now,
            )
    except BaseException:
        store.discard(received)
        raise
