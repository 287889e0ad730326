"""What is asked of an answer."""

from engine.language import N_
from forms.formats import FORMATS, NUMBER_FORMATS
from forms.properties import FIELDS, TEXTS
from web.studio.form_settings.setting import attribute_setting, property_setting, rule_setting
from web.studio.form_settings.words import FORMAT_NAMES

_LIST = frozenset({"dynamiclist"})

SETTINGS = (
    rule_setting("required", FIELDS - _LIST, "flag", N_("Must be filled in"), on=True),
    property_setting(
        "requiredFor",
        "answer",
        "outcomes",
        N_("Must be filled in for"),
        about=N_("Only with these buttons."),
    ),
    property_setting(
        "format",
        "answer",
        "select",
        N_("Kind of text"),
        types=frozenset({"textfield"}),
        options={key: FORMAT_NAMES[key] for key in FORMATS},
        none=N_("Any text"),
        about=N_("Checked as this kind, with the right keyboard on a phone."),
    ),
    property_setting(
        "format",
        "answer",
        "select",
        N_("Unit"),
        types=frozenset({"number"}),
        options={key: FORMAT_NAMES[key] for key in NUMBER_FORMATS},
        none=N_("None"),
    ),
    property_setting(
        "identityType",
        "answer",
        "key",
        N_("Field with the kind of document"),
        none=N_("None: a resident identity card"),
    ),
    property_setting(
        "sameAs", "answer", "key", N_("Must be the same as"), none=N_("No other field")
    ),
    rule_setting("minLength", TEXTS, "number", N_("Fewest characters")),
    rule_setting(
        "maxLength",
        TEXTS,
        "number",
        N_("Most characters"),
        about=N_("Empty: 200 on one line, 2,000 on several."),
    ),
    rule_setting("min", {"number"}, "number", N_("Smallest number")),
    rule_setting("max", {"number"}, "number", N_("Largest number")),
    attribute_setting(
        "decimalDigits", "answer", {"number"}, "number", N_("Decimals"), about=N_("Empty: none.")
    ),
    property_setting(
        "min",
        "answer",
        "text",
        N_("Earliest date"),
        about=N_("2026-01-01, or FEEL such as =today()."),
    ),
    property_setting(
        "max",
        "answer",
        "text",
        N_("Latest date"),
        about=N_("2026-01-01, or FEEL such as =today()."),
    ),
    attribute_setting(
        "disallowPassedDates", "answer", {"datetime"}, "flag", N_("Not before today"), on=True
    ),
    property_setting("minRows", "answer", "number", N_("Fewest entries")),
    property_setting("maxRows", "answer", "number", N_("Most entries"), about=N_("20 by default.")),
    attribute_setting(
        "defaultRepetitions",
        "answer",
        _LIST,
        "number",
        N_("Entries to begin with"),
        about=N_("1 by default."),
    ),
    attribute_setting(
        "allowAddRemove",
        "answer",
        _LIST,
        "flag",
        N_("Entries are fixed"),
        about=N_("None can be added or removed."),
        on=False,
    ),
    rule_setting(
        "pattern",
        {"textfield"},
        "text",
        N_("Regular expression"),
        about=N_("The whole text must match, for example [0-9]{6}."),
    ),
    property_setting(
        "check",
        "answer",
        "feel",
        N_("Must be true"),
        about=N_("FEEL that looks at all answers, for example =end_date >= start_date."),
    ),
    property_setting(
        "message",
        "answer",
        "text",
        N_("Sentence for a wrong answer"),
        about=N_("Said where the check or the expression does not hold."),
    ),
    property_setting(
        "validate",
        "answer",
        "flag",
        N_("Leaves without a check"),
        about=N_("What was typed is kept as a draft."),
        on="false",
    ),
)
