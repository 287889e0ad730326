"""Files that are attached at a step: received, looked at, put into their slot."""

from uuid import UUID

from flask import request

import forms
from engine.language import _
from forms.files import UploadRefused, clean_file_name
from web import current
from web.languages import spoken
from web.uploads import NoFileChosen, received_file
from workflows.shared.access import Viewer
from workflows.shared.tasks import SlotNotFound, TooManyFiles

ATTACHING = 51 * 2**20
"""Bytes of a request with a file: the biggest that any slot takes, and the form around it."""

KINDS = frozenset({"upload", "replace_file"})


def is_attaching(action: forms.Action) -> bool:
    """Whether an action brings a file."""
    return action.kind in KINDS


def attach(viewer: Viewer, task_id: UUID, action: forms.Action) -> forms.FieldError | None:
    """Put the file that was sent into its slot; what is wrong with it is said at the slot.

    Nothing is stored before it was looked at; no transaction is open while it is.
    """
    slot_name, _slash, replaced = action.target.partition("/")
    slot = _get_slot(viewer, task_id, slot_name)
    try:
        _store(viewer, task_id, slot, replaced)
    except UploadRefused as error:
        sentence = _("“%(name)s” was not taken. %(why)s", name=_sent_name(slot), why=error)
        return forms.FieldError(slot.path, slot.label, sentence)
    except (TooManyFiles, NoFileChosen) as error:
        return forms.FieldError(slot.path, slot.label, str(error))
    return None


def _sent_name(slot: forms.Slot) -> str:
    sent = request.files.get(f"file.{slot.name}")
    return clean_file_name(sent.filename or "") if sent else ""


def _get_slot(viewer: Viewer, task_id: UUID, slot_name: str) -> forms.Slot:
    with current.engine().database.read() as session:
        opened = current.tasks().open(
            session, task_id=task_id, viewer=viewer, language=spoken(), now=current.now()
        )
        slot = opened.form.find_slot(slot_name)
    if slot is None:
        raise SlotNotFound
    return slot


def _store(viewer: Viewer, task_id: UUID, slot: forms.Slot, replaced: str) -> None:
    sent = request.files.get(f"file.{slot.name}")
    tasks, now = current.tasks(), current.now()
    action = forms.Action("remove_file", replaced) if replaced else None
    with (
        received_file(sent, accept=slot.kinds, max_size=slot.max_size) as file,
        current.engine().database.transaction() as session,
    ):
        tasks.keep(
            session,
            task_id=task_id,
            posted=request.form,
            action=action,
            viewer=viewer,
            language=spoken(),
            now=now,
        )
        tasks.attach(
            session,
            task_id=task_id,
            slot_name=slot.name,
            received=file.content,
            name=file.name,
            kind=file.kind,
            viewer=viewer,
            language=spoken(),
            now=now,
        )
