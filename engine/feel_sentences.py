"""What FEEL and DMN say when they cannot be read or computed, marked for translation.

`engine.feel` depends on nothing of ours, so its sentences are plain templates there; whoever
shows one says it here, in the reader's language.
"""

import re
from dataclasses import dataclass

from engine.feel import FeelError
from engine.language import N_, _

FOLLOWS = N_("“%(text)s” should follow")
_FOLLOWS = re.compile(r"“(.+)” should follow", re.DOTALL)

SENTENCES = (
    # Expressions
    N_("The expression is longer than %(limit)s characters."),
    N_("The expression is nested too deeply."),
    N_("The expression ends too early: %(wanted)s."),
    N_("“%(text)s” is not expected here: %(wanted)s."),
    N_("“%(text)s” is a full-width character; write “%(plain)s” instead."),
    N_("A string begins here and does not end."),
    N_("The string names a character that does not exist."),
    N_("Give all arguments by name, or all by position."),
    N_("The key “%(key)s” is given twice."),
    # Literals within expressions
    N_("“%(text)s” is not a number."),
    N_("The result is not a number that can be represented."),
    N_("“%(text)s” is not a date like 2026-04-30."),
    N_("“%(text)s” is not a time like 17:30:00."),
    N_("“%(text)s” is not an offset like +08:00."),
    N_("“%(text)s” is not a duration like P30D or P1Y."),
    N_("The offset lies beyond 18 hours."),
    N_("The duration is too long."),
    N_("The year has more than nine digits."),
    N_("There is no such day."),
    N_("There is no such time of day."),
    N_("There is no time zone “%(name)s”."),
    # Limits
    N_("The expression takes too many steps."),
    N_("The expression builds a value that is too large."),
    N_("The functions of the expression call each other too deeply."),
    N_("A value is nested too deeply."),
    N_("A list is nested too deeply."),
    N_("A variable is nested too deeply."),
    N_("The regular expressions take too long."),
    N_("A variable holds something that is no data."),
    N_("A value of the type %(type)s is no data."),
    # Decision tables
    N_("The file is larger than %(limit)s bytes."),
    N_("The file must not have a document type (DOCTYPE)."),
    N_("The file is not a DMN model of the versions 1.2 to 1.5."),
    N_("The file is not well-formed XML: %(why)s."),
    N_("The id is given twice."),
    N_("There is no element “%(href)s”."),
    N_("There is no type “%(name)s”."),
    N_("There is no function “%(name)s”."),
    N_("There is no decision “%(id)s”."),
    N_("The model has more than %(limit)s parts."),
    N_("The formulas of the model are too many or too long."),
    N_("The decision says nothing."),
    N_("The decision requires itself."),
    N_("The decision is nested too deeply."),
    N_("The knowledge model says nothing."),
    N_("An expression is nested too deeply."),
    N_("External functions are not supported."),
    N_("The expression language “%(name)s” is not FEEL."),
    N_("The expression is empty."),
    N_("There is no hit policy “%(name)s”."),
    N_("There is no aggregation “%(name)s”."),
    N_("The table has no output."),
    N_("The hit policy needs the values of an output."),
    N_("The input has no expression."),
    N_("The rule has not one cell for each column."),
)
HINTS = (
    N_("a value should follow"),
    N_("a key should follow"),
    N_("a type should follow"),
    N_("a name should follow"),
    N_("a name should follow the dot"),
    N_("a string should follow “@”"),
    N_("“:” should follow the key"),
    N_("“]” or “)” should end the range"),
    N_("a comma or the end could follow"),
    N_("the expression could end here"),
)
"""What the parser wanted instead: the value `wanted` of a sentence."""


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence inside a sentence, said in the language of whoever reads it."""

    message: str
    values: dict[str, object]

    @classmethod
    def of(cls, error: FeelError) -> "Said":
        """What an error says."""
        return cls(error.message, error.values)

    def __str__(self) -> str:
        values = dict(self.values)
        wanted = values.get("wanted")
        if isinstance(wanted, str):
            values["wanted"] = _say_hint(wanted)
        return _(self.message, **values)


def _say_hint(wanted: str) -> str:
    follows = _FOLLOWS.fullmatch(wanted)
    if follows is not None and wanted not in HINTS:
        return _(FOLLOWS, text=follows[1])
    return _(wanted)
