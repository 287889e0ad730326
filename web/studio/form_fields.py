"""What can be set at the components of a form, in words: the form editor draws its fields from it.

`forms.properties` says which properties there are and where; a test holds the two together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.language import N_, _
from forms.checking_components import KINDS_BY_EXTENSION
from forms.formats import FORMATS, NUMBER_FORMATS
from forms.lists import LIST_NAMES, get_list
from forms.properties import CHOICES, FIELDS, PROPERTIES, TEXTS
from web.languages import spoken
from web.studio.form_words import (
    BUTTON_STYLES,
    FORMAT_NAMES,
    LIST_TITLES,
    MASK_NAMES,
    PALETTE,
    SECTIONS,
    TEXT_STYLES,
    TYPES,
    WIDTHS,
)

Place = Literal["attribute", "property", "validate", "conditional"]
Control = Literal[
    "text",
    "texts",
    "name",
    "number",
    "flag",
    "select",
    "feel",
    "outcomes",
    "key",
    "panel",
    "options",
    "accept",
    "condition",
]

LONGEST_LIST = 60
"""Lists with more entries than that are not offered to pick from: regions."""

_BUTTON = frozenset({"button"})
_LIST = frozenset({"dynamiclist"})
_FILES = frozenset({"filepicker"})
_KEYED = FIELDS - _LIST
_NAMED = frozenset({"group", "text", "separator", "button"})
_LABELLED = (FIELDS - {"datetime"}) | {"group", "button"}


@dataclass(frozen=True)
class Setting:
    """One thing that can be set. `place` says where it stands in the component.

    `options` are words by value; `off` and `on` what a flag writes, nothing by default.
    """

    name: str
    place: Place
    section: str
    types: frozenset[str]
    control: Control
    label: str
    about: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    none: str = ""
    """What a choice says where nothing is set."""
    on: object = "true"
    off: object = None

    def describe(self) -> dict[str, Any]:
        """What the editor is told, in the language of the page."""
        return {
            "name": self.name,
            "place": self.place,
            "section": self.section,
            "types": sorted(self.types),
            "control": self.control,
            "label": _(self.label),
            "help": _(self.about) if self.about else "",
            "options": [{"value": key, "label": _(text)} for key, text in self.options.items()],
            "none": _(self.none) if self.none else "",
            "on": self.on,
            "off": self.off,
        }


def _attribute(
    name: str, section: str, types: Iterable[str], control: Control, label: str, **more: Any
) -> Setting:
    return Setting(name, "attribute", section, frozenset(types), control, label, **more)


def _rule(name: str, types: Iterable[str], control: Control, label: str, **more: Any) -> Setting:
    return Setting(name, "validate", "answer", frozenset(types), control, label, **more)


def _property(
    name: str,
    section: str,
    control: Control,
    label: str,
    *,
    types: frozenset[str] | None = None,
    **more: Any,
) -> Setting:
    known = frozenset(each for place in PROPERTIES[name] for each in place.types)
    return Setting(name, "property", section, types or known, control, label, **more)


_VALUES = N_("{{…}} puts a value in, for example {{season.year}}.")

SETTINGS: Sequence[Setting] = (
    _attribute("label", "content", _LABELLED, "text", N_("Label"), about=_VALUES),
    _attribute("dateLabel", "content", {"datetime"}, "text", N_("Label"), about=_VALUES),
    _attribute(
        "text",
        "content",
        {"text"},
        "texts",
        N_("Text"),
        about=N_(
            "A blank line begins a paragraph; **bold**, ## heading, - list, [words](address)."
        ),
    ),
    _attribute(
        "description", "content", FIELDS, "text", N_("Explanation"), about=N_("Below the label.")
    ),
    _property("hint", "content", "text", N_("Hint"), about=N_("A second line, for an example.")),
    _property(
        "rowLabel",
        "content",
        "text",
        N_("What one entry is called"),
        about=N_("They are numbered: “Education 1”."),
    ),
    _property(
        "panel",
        "content",
        "panel",
        N_("Block from the case"),
        none=N_("None: the text above"),
        about=N_("Drawn from the case's data; it stands in place of the text."),
    ),
    _property(
        "outcome",
        "content",
        "name",
        N_("Outcome"),
        about=N_("What the diagram's gateway is told: small letters, digits and “_”."),
    ),
    _property(
        "action",
        "content",
        "name",
        N_("Deed on the page"),
        about=N_("In place of an outcome: the page stays and the process does this."),
    ),
    _property(
        "confirm",
        "content",
        "text",
        N_("Question before sending"),
        about=N_("Asked with “Cancel” and “OK”; empty: not asked."),
    ),
    _attribute(
        "key",
        "content",
        _KEYED,
        "name",
        N_("Name in the data"),
        about=N_("Small letters, digits and “_”; conditions and the process read it by this."),
    ),
    _attribute(
        "path",
        "content",
        _LIST,
        "name",
        N_("Name in the data"),
        about=N_("Small letters, digits and “_”; conditions and the process read it by this."),
    ),
    _attribute(
        "id",
        "content",
        _NAMED,
        "name",
        N_("Name in the form"),
        about=N_("Small letters, digits and “_”; its English texts are found by this."),
    ),
    Setting(
        "list",
        "property",
        "choices",
        CHOICES,
        "options",
        N_("Where the choices come from"),
        options=LIST_TITLES,
    ),
    _attribute(
        "accept",
        "files",
        _FILES,
        "accept",
        N_("Kinds of files"),
        options={kind: kind for kind in KINDS_BY_EXTENSION},
        about=N_("None ticked: all of them."),
    ),
    _property(
        "maxFiles", "files", "text", N_("Most files"), about=N_("A number or FEEL; 5 by default.")
    ),
    _property(
        "maxSize",
        "files",
        "text",
        N_("Largest file, in MB"),
        about=N_("A number or FEEL; 5 by default."),
    ),
    _property(
        "slots",
        "files",
        "feel",
        N_("Places for documents"),
        about=N_("FEEL: a list of places with name, label and required; empty: one place."),
    ),
    _rule("required", FIELDS - _LIST, "flag", N_("Must be filled in"), on=True),
    _property(
        "requiredFor",
        "answer",
        "outcomes",
        N_("Must be filled in for"),
        about=N_("Only with these buttons."),
    ),
    _property(
        "format",
        "answer",
        "select",
        N_("Kind of text"),
        types=frozenset({"textfield"}),
        options={key: FORMAT_NAMES[key] for key in FORMATS},
        none=N_("Any text"),
        about=N_("Checked as this kind, with the right keyboard on a phone."),
    ),
    _property(
        "format",
        "answer",
        "select",
        N_("Unit"),
        types=frozenset({"number"}),
        options={key: FORMAT_NAMES[key] for key in NUMBER_FORMATS},
        none=N_("None"),
    ),
    _property(
        "identityType",
        "answer",
        "key",
        N_("Field with the kind of document"),
        none=N_("None: a resident identity card"),
    ),
    _property("sameAs", "answer", "key", N_("Must be the same as"), none=N_("No other field")),
    _rule("minLength", TEXTS, "number", N_("Fewest characters")),
    _rule(
        "maxLength",
        TEXTS,
        "number",
        N_("Most characters"),
        about=N_("Empty: 200 on one line, 2,000 on several."),
    ),
    _rule("min", {"number"}, "number", N_("Smallest number")),
    _rule("max", {"number"}, "number", N_("Largest number")),
    _attribute(
        "decimalDigits", "answer", {"number"}, "number", N_("Decimals"), about=N_("Empty: none.")
    ),
    _property(
        "min",
        "answer",
        "text",
        N_("Earliest date"),
        about=N_("2026-01-01, or FEEL such as =today()."),
    ),
    _property(
        "max",
        "answer",
        "text",
        N_("Latest date"),
        about=N_("2026-01-01, or FEEL such as =today()."),
    ),
    _attribute(
        "disallowPassedDates", "answer", {"datetime"}, "flag", N_("Not before today"), on=True
    ),
    _property("minRows", "answer", "number", N_("Fewest entries")),
    _property("maxRows", "answer", "number", N_("Most entries"), about=N_("20 by default.")),
    _attribute(
        "defaultRepetitions",
        "answer",
        _LIST,
        "number",
        N_("Entries to begin with"),
        about=N_("1 by default."),
    ),
    _attribute(
        "allowAddRemove",
        "answer",
        _LIST,
        "flag",
        N_("Entries are fixed"),
        about=N_("None can be added or removed."),
        on=False,
    ),
    _rule(
        "pattern",
        {"textfield"},
        "text",
        N_("Regular expression"),
        about=N_("The whole text must match, for example [0-9]{6}."),
    ),
    _property(
        "check",
        "answer",
        "feel",
        N_("Must be true"),
        about=N_("FEEL that looks at all answers, for example =end_date >= start_date."),
    ),
    _property(
        "message",
        "answer",
        "text",
        N_("Sentence for a wrong answer"),
        about=N_("Said where the check or the expression does not hold."),
    ),
    _property(
        "validate",
        "answer",
        "flag",
        N_("Leaves without a check"),
        about=N_("What was typed is kept as a draft."),
        on="false",
    ),
    _property(
        "value",
        "value",
        "feel",
        N_("Value from the process"),
        about=N_("FEEL: always for a locked field, as the first value for others."),
    ),
    _attribute(
        "defaultValue",
        "value",
        {"textfield", "textarea"},
        "text",
        N_("Stands there at first"),
    ),
    _property(
        "locked",
        "value",
        "flag",
        N_("Locked"),
        about=N_("It comes from the register and cannot be changed here."),
    ),
    _property(
        "shownBy",
        "value",
        "panel",
        N_("Shown by a block"),
        none=N_("By no block"),
        about=N_("Where that block stands, the locked field does not."),
    ),
    _property(
        "secret",
        "value",
        "flag",
        N_("Secret"),
        about=N_("Used once to prove who somebody is; never kept."),
    ),
    _property(
        "mask",
        "value",
        "select",
        N_("Covered for those whose task does not need it"),
        options=MASK_NAMES,
        none=N_("Not covered"),
    ),
    _property(
        "autocomplete",
        "value",
        "text",
        N_("What browsers may fill in"),
        about=N_("A word of HTML such as name, tel or off; mostly the kind of text says it."),
    ),
    Setting(
        "hide",
        "conditional",
        "look",
        frozenset(TYPES),
        "condition",
        N_("When it is there"),
        about=N_("FEEL that looks at answers and at the case, such as =not(has_mobile)."),
    ),
    _property(
        "width",
        "look",
        "select",
        N_("Width"),
        options=WIDTHS,
        none=N_("As usual for this kind"),
        about=N_("On wide screens; a phone always shows whole lines."),
    ),
    _property(
        "style",
        "look",
        "select",
        N_("Look"),
        types=frozenset({"text"}),
        options=TEXT_STYLES,
        none=N_("Plain text"),
    ),
    _property(
        "style",
        "look",
        "select",
        N_("Look"),
        types=_BUTTON,
        options=BUTTON_STYLES,
        none=N_("The first is the main button"),
    ),
    _property(
        "summary",
        "look",
        "flag",
        N_("Not in the summary"),
        about=N_("Left out where answers are read, printed and compared."),
        on="false",
    ),
)


def describe_form_fields() -> dict[str, Any]:
    """What the form editor draws its palette and its panel from."""
    language = spoken()
    return {
        "types": [
            {"type": kind, "name": _(name), "part": part, "help": _(about)}
            for kind, (name, part, about) in TYPES.items()
        ],
        "palette": [{"part": part, "title": _(title)} for part, title in PALETTE.items()],
        "sections": [{"section": key, "title": _(title)} for key, title in SECTIONS.items()],
        "settings": [each.describe() for each in SETTINGS],
        "words": {f"list.{name}": _(title) for name, title in LIST_TITLES.items()},
        "lists": {
            name: [{"value": each.value, "label": each.label} for each in options]
            for name in LIST_NAMES
            if len(options := get_list(name, language)) <= LONGEST_LIST
        },
    }
