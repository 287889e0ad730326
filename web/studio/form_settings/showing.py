"""Where values come from, how they are protected, and how a component is shown."""

from engine.language import N_
from web.studio.form_settings.setting import Setting, attribute_setting, property_setting
from web.studio.form_settings.words import BUTTON_STYLES, MASK_NAMES, TEXT_STYLES, TYPES, WIDTHS

_BUTTON = frozenset({"button"})

SETTINGS = (
    property_setting(
        "value",
        "value",
        "feel",
        N_("Value from the process"),
        about=N_("FEEL: always for a locked field, as the first value for others."),
    ),
    attribute_setting(
        "defaultValue",
        "value",
        {"textfield", "textarea"},
        "text",
        N_("Stands there at first"),
    ),
    property_setting(
        "locked",
        "value",
        "flag",
        N_("Locked"),
        about=N_("It comes from the register and cannot be changed here."),
    ),
    property_setting(
        "shownBy",
        "value",
        "panel",
        N_("Shown by a block"),
        none=N_("By no block"),
        about=N_("Where that block stands, the locked field does not."),
    ),
    property_setting(
        "secret",
        "value",
        "flag",
        N_("Secret"),
        about=N_("Used once to prove who somebody is; never kept."),
    ),
    property_setting(
        "mask",
        "value",
        "select",
        N_("Covered for those whose task does not need it"),
        options=MASK_NAMES,
        none=N_("Not covered"),
    ),
    property_setting(
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
    property_setting(
        "width",
        "look",
        "select",
        N_("Width"),
        options=WIDTHS,
        none=N_("As usual for this kind"),
        about=N_("On wide screens; a phone always shows whole lines."),
    ),
    property_setting(
        "style",
        "look",
        "select",
        N_("Look"),
        types=frozenset({"text"}),
        options=TEXT_STYLES,
        none=N_("Plain text"),
    ),
    property_setting(
        "style",
        "look",
        "select",
        N_("Look"),
        types=_BUTTON,
        options=BUTTON_STYLES,
        none=N_("The first is the main button"),
    ),
    property_setting(
        "summary",
        "look",
        "flag",
        N_("Not in the summary"),
        about=N_("Left out where answers are read, printed and compared."),
        on="false",
    ),
)
