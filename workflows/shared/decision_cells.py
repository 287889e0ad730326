"""Cells of decision tables as people read them: plain values in words, the rest as FEEL."""

import re
from dataclasses import dataclass

from engine.language import _

ANY = "-"
TEXT = re.compile(r'"([^"\\]*)"')
TEXTS = re.compile(rf"{TEXT.pattern}(\s*,\s*{TEXT.pattern})*")
"""One text of FEEL, or several of which any will do."""


@dataclass(frozen=True)
class Cell:
    """What a rule asks or answers in a column; an empty one lets anything pass."""

    text: str
    is_feel: bool = False


def read_cell(feel: str) -> Cell:
    """Say a cell: a plain value, or an expression of FEEL."""
    if feel == ANY:
        return Cell("")
    if feel in ("true", "false"):
        return Cell(_("Yes") if feel == "true" else _("No"))
    if TEXTS.fullmatch(feel):
        return Cell(_(", ").join(TEXT.findall(feel)))
    return Cell(feel, is_feel=not feel.isdecimal())
