"""What can be set in a season: each setting with its label, in sections that are changed alone.

The pages, the checks, the history and what is shown before saving all read this one description.
"""

from collections.abc import Mapping

from engine.language import N_
from workflows.shared.seasons import DEFERRAL, INSPECTION
from workflows.shared.settings import (
    CHOICE,
    COUNT,
    DATE,
    DAYS,
    HOURS,
    LINK,
    MONEY,
    ROWS,
    TEXT,
    WORDS,
    YES,
    Section,
    Setting,
)

KINDS = ((INSPECTION, N_("Annual inspection")), (DEFERRAL, N_("Deferral")))

GROUND_COLUMNS = (
    Setting("value", "", TEXT, most=40, is_required=False),
    Setting("label", N_("Ground"), TEXT, most=100),
    Setting("label_en", N_("Ground in English"), TEXT, most=200, is_required=False),
)
SLOT_COLUMNS = (
    Setting("name", "", TEXT, most=50, is_required=False),
    Setting("kind", N_("Asked for with"), CHOICE, choices=KINDS),
    Setting("label", N_("Material"), TEXT, most=100),
    Setting("label_en", N_("Material in English"), TEXT, most=200, is_required=False),
    Setting("help", N_("Help"), TEXT, most=400, is_required=False),
    Setting("help_en", N_("Help in English"), TEXT, most=800, is_required=False),
    Setting("megabytes", N_("Largest file, in MB"), COUNT, least=1, most=50),
    Setting("required", N_("Must be attached"), YES, is_required=False),
)


def _commitment(kind: str, title: str) -> Section:
    hint = N_("What is saved becomes a new version; the former ones are kept.")
    return Section(
        f"commitment_{kind}",
        title,
        (
            Setting("title", N_("Title"), TEXT, most=100),
            Setting("text", N_("Text"), WORDS, hint=hint, most=20_000),
            Setting("title_en", N_("Title in English"), TEXT, most=200, is_required=False),
            Setting("text_en", N_("Text in English"), WORDS, most=40_000, is_required=False),
        ),
    )


SECTIONS: tuple[Section, ...] = (
    Section(
        "window",
        N_("Window and cut-off dates"),
        (
            Setting("opens_date", N_("Opens on"), DATE),
            Setting("closes_date", N_("Closes on"), DATE, N_("The last day on which to apply.")),
            Setting(
                "cut_off_date",
                N_("Members who joined by"),
                DATE,
                N_("Whoever joined later need not be inspected."),
            ),
            Setting(
                "hours_until_date", N_("Hours earned by"), DATE, N_("Later hours do not count.")
            ),
        ),
    ),
    Section(
        "hours",
        N_("Hours"),
        (
            Setting("hours_required", N_("Hours a year"), HOURS, most=500),
            Setting("hours_required_joined_late", N_("Hours of who joined late"), HOURS, most=500),
            Setting("late_joining_month", N_("Joined late: month"), COUNT, least=1, most=12),
            Setting("late_joining_day", N_("Joined late: day"), COUNT, least=1, most=31),
            Setting("hours_free_age", N_("No hours from this age on"), COUNT, least=18, most=120),
            Setting(
                "learning_platform", N_("Learning platform"), TEXT, most=100, is_required=False
            ),
            Setting("learning_url", N_("Its address"), LINK, most=200, is_required=False),
        ),
    ),
    Section(
        "fee",
        N_("Membership fee"),
        (
            Setting(
                "fee_yearly",
                N_("Fee a year, in yuan"),
                MONEY,
                N_("0 where no fee is charged."),
                most=100_000,
            ),
            Setting(
                "fee_account",
                N_("Account for transfers"),
                WORDS,
                N_("Account holder, bank and number, as members read it."),
                most=500,
                is_required=False,
            ),
        ),
    ),
    Section(
        "review",
        N_("Review and deadlines"),
        (
            Setting(
                "review_levels",
                N_("Review levels"),
                CHOICE,
                N_("Two: the municipal association reviews first, then the one above it."),
                choices=(("1", N_("One level")), ("2", N_("Two levels"))),
            ),
            Setting("review_working_days", N_("Working days to decide"), COUNT, least=1, most=60),
            Setting(
                "resubmission_days",
                N_("Days to send a returned application again"),
                COUNT,
                N_("Counted from the end of the window, or from a later return."),
                least=0,
                most=365,
            ),
            Setting("appeal_days", N_("Days to appeal"), COUNT, least=1, most=365),
            Setting(
                "reminder_days",
                N_("Reminders before the window closes"),
                DAYS,
                N_("Days before the end, separated by commas, such as 30, 7, 1."),
                least=1,
                most=365,
                is_required=False,
            ),
        ),
    ),
    Section(
        "grounds",
        N_("Grounds for a deferral"),
        (
            Setting(
                "deferral_grounds",
                N_("Grounds for a deferral"),
                ROWS,
                least=1,
                most=20,
                columns=GROUND_COLUMNS,
            ),
        ),
    ),
    Section(
        "materials",
        N_("Materials"),
        (
            Setting("max_files", N_("Files in all"), COUNT, least=1, most=20),
            Setting("slots", N_("Materials"), ROWS, most=20, columns=SLOT_COLUMNS),
        ),
    ),
    _commitment(INSPECTION, N_("Commitment for the inspection")),
    _commitment(DEFERRAL, N_("Commitment for a deferral")),
    Section(
        "texts",
        N_("Texts after applying"),
        (
            Setting("success_text", N_("Success"), TEXT, most=200),
            Setting("success_text_en", N_("Success in English"), TEXT, most=400, is_required=False),
            Setting(
                "notice_text", N_("The association's notice"), WORDS, most=4000, is_required=False
            ),
            Setting(
                "notice_text_en",
                N_("The notice in English"),
                WORDS,
                most=8000,
                is_required=False,
            ),
        ),
    ),
)

COMMITMENTS: Mapping[str, str] = {f"commitment_{kind}": kind for kind in (INSPECTION, DEFERRAL)}


def find_section(name: str) -> Section | None:
    """The section of a name, or None."""
    return next((each for each in SECTIONS if each.name == name), None)
