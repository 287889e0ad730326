"""Forms: documents of form-js, checked with marshmallow and drawn on the server.

`docs/forms.md` says how a document is written. Knows no web framework and no database.
"""

from forms.actions import Action, find_action, find_outcome
from forms.bound import BoundForm, Reading
from forms.changes import Change, compare
from forms.checking import check_form
from forms.drawing import draw, draw_errors, draw_slot, draw_tasks, loader
from forms.form import Form, Outcome, OutcomeNotFound, read_form
from forms.lists import Language, get_list
from forms.marks import Mark, mark_paths, read_marks
from forms.options import Option
from forms.requirements import FieldError
from forms.slots import Slot, StoredFile

__all__ = [
    "Action",
    "BoundForm",
    "Change",
    "FieldError",
    "Form",
    "Language",
    "Mark",
    "Option",
    "Outcome",
    "OutcomeNotFound",
    "Reading",
    "Slot",
    "StoredFile",
    "check_form",
    "compare",
    "draw",
    "draw_errors",
    "draw_slot",
    "draw_tasks",
    "find_action",
    "find_outcome",
    "get_list",
    "loader",
    "mark_paths",
    "read_form",
    "read_marks",
]
