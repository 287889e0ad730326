"""What a component says, what it is called, and what can be chosen or attached."""

from engine.language import N_
from forms.checking_components import KINDS_BY_EXTENSION
from forms.properties import CHOICES, FIELDS
from web.studio.form_settings.setting import Setting, attribute_setting, property_setting
from web.studio.form_settings.words import LIST_TITLES

_LIST = frozenset({"dynamiclist"})
_FILES = frozenset({"filepicker"})
_KEYED = FIELDS - _LIST
_NAMED = frozenset({"group", "text", "separator", "button"})
_LABELLED = (FIELDS - {"datetime"}) | {"group", "button"}

_VALUES = N_("{{…}} puts a value in, for example {{season.year}}.")

SETTINGS = (
    attribute_setting("label", "content", _LABELLED, "text", N_("Label"), about=_VALUES),
    attribute_setting("dateLabel", "content", {"datetime"}, "text", N_("Label"), about=_VALUES),
    attribute_setting(
        "text",
        "content",
        {"text"},
        "texts",
        N_("Text"),
        about=N_(
            "A blank line begins a paragraph; **bold**, ## heading, - list, [words](address)."
        ),
    ),
    attribute_setting(
        "description", "content", FIELDS, "text", N_("Explanation"), about=N_("Below the label.")
    ),
    property_setting(
        "hint", "content", "text", N_("Hint"), about=N_("A second line, for an example.")
    ),
    property_setting(
        "rowLabel",
        "content",
        "text",
        N_("What one entry is called"),
        about=N_("They are numbered: “Education 1”."),
    ),
    property_setting(
        "panel",
        "content",
        "panel",
        N_("Block from the case"),
        none=N_("None: the text above"),
        about=N_("Drawn from the case's data; it stands in place of the text."),
    ),
    property_setting(
        "outcome",
        "content",
        "name",
        N_("Outcome"),
        about=N_("What the diagram's gateway is told: small letters, digits and “_”."),
    ),
    property_setting(
        "action",
        "content",
        "name",
        N_("Deed on the page"),
        about=N_("In place of an outcome: the page stays and the process does this."),
    ),
    property_setting(
        "confirm",
        "content",
        "text",
        N_("Question before sending"),
        about=N_("Asked with “Cancel” and “OK”; empty: not asked."),
    ),
    attribute_setting(
        "key",
        "content",
        _KEYED,
        "name",
        N_("Name in the data"),
        about=N_("Small letters, digits and “_”; conditions and the process read it by this."),
    ),
    attribute_setting(
        "path",
        "content",
        _LIST,
        "name",
        N_("Name in the data"),
        about=N_("Small letters, digits and “_”; conditions and the process read it by this."),
    ),
    attribute_setting(
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
    attribute_setting(
        "accept",
        "files",
        _FILES,
        "accept",
        N_("Kinds of files"),
        options={kind: kind for kind in KINDS_BY_EXTENSION},
        about=N_("None ticked: all of them."),
    ),
    property_setting(
        "maxFiles", "files", "text", N_("Most files"), about=N_("A number or FEEL; 5 by default.")
    ),
    property_setting(
        "maxSize",
        "files",
        "text",
        N_("Largest file, in MB"),
        about=N_("A number or FEEL; 5 by default."),
    ),
    property_setting(
        "slots",
        "files",
        "feel",
        N_("Places for documents"),
        about=N_("FEEL: a list of places with name, label and required; empty: one place."),
    ),
)
