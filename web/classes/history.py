"""What was changed in a class, and by whom."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from engine.language import _
from web.saying import describe_section
from workflows.shared.actor_names import name_accounts
from workflows.shared.edits import Edit
from workflows.shared.settings import Section
from workflows.training_enrolment.classes.settings import EVERYTHING


def describe_edits(session: Session, edits: Sequence[Edit]) -> list[dict[str, Any]]:
    """Who changed what, before and after in words, the newest first."""
    names = name_accounts(session, [each.by for each in edits])
    return [
        {
            "by": names.get(each.by, ""),
            "at": each.at,
            "reason": each.reason,
            "title": _title(each),
            "changes": _describe_changes(each),
        }
        for each in edits
    ]


def _title(edit: Edit) -> str:
    if edit.after.get("cancelled"):
        return _("Class cancelled")
    return _("Changed") if edit.before.get("version") else _("Class made")


def _describe_changes(edit: Edit) -> list[dict[str, Any]]:
    """Only what differs stands in an edit."""
    settings = tuple(each for each in EVERYTHING.settings if each.name in edit.after)
    return describe_section(Section("changed", "", settings), edit.after, edit.before)
