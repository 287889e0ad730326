"""The fields of members and firms as forms: how they are typed, checked, chosen and read.

The documents are in `forms/`, like those of processes; `docs/forms.md` says how one is written.
"""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal

import orjson

from forms import BoundForm, Form, Language, read_form
from workflows.shared.dates import ZONE
from workflows.shared.register import Firm, Member

FOLDER = Path(__file__).parent / "forms"
SAVE = "save"
"""The one way out of these forms."""

REASON = "reason"
Name = Literal["member", "admit_member", "firm", "admit_firm"]


def bind(
    name: Name,
    *,
    language: Language,
    now: datetime,
    is_owned: bool = False,
) -> BoundForm:
    """A form of the register, to draw and to read.

    `is_owned`: without what the supervision platform says of a CPA.
    """
    context = {"is_owned": is_owned}
    return _load(name).bind(context=context, language=language, now=now.astimezone(ZONE))


def name_of(holder: Member | Firm) -> Name:
    """The form with which somebody is changed."""
    return "member" if isinstance(holder, Member) else "firm"


@cache
def _load(name: Name) -> Form:
    return read_form(
        (FOLDER / f"{name}.form").read_bytes(),
        name=f"register/{name}",
        english=orjson.loads((FOLDER / "register.en.json").read_bytes()),
    )
