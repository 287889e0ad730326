"""What can be said of a class: each setting with its label, in the sections of its form.

The form, its checks, what is shown before saving and the history all read this one description.
"""

from engine.language import N_, _
from workflows.shared.settings import (
    COUNT,
    DATE,
    HOURS,
    LINK,
    TEXT,
    TICKS,
    TIME,
    WORDS,
    Section,
    Setting,
)
from workflows.shared.training_classes import TrainingClass

MOST_PEOPLE = 100_000
MOST_HOURS = 200

AUDIENCE_LABELS = {
    "cpa": N_("CPAs"),
    "employee": N_("Other practitioners"),
    "non_practising": N_("Non-practising members"),
}
"""培训对象, in the order in which they are said."""

FIELD_LABELS = {
    "position": N_("Position"),
    "employer": N_("Employer"),
    "mobile": N_("Mobile number"),
    "email": N_("E-mail"),
    "lodging": N_("Lodging"),
    "arrival": N_("Day of arrival"),
    "invoice_title": N_("Name on the invoice"),
    "tax_number": N_("Taxpayer number"),
    "remarks": N_("Remarks"),
}
"""What a class may ask of who signs up."""

TOLD = ("start_date", "start_time", "end_date", "place")
"""Time and place: everybody signed up is told of a change."""

SECTIONS: tuple[Section, ...] = (
    Section(
        "class",
        N_("Name and audience"),
        (
            Setting("name", N_("Name of the class"), TEXT, most=200),
            Setting("year", N_("Year of the class"), COUNT, least=2000, most=2100),
            Setting("audience", N_("For whom"), TICKS, choices=tuple(AUDIENCE_LABELS.items())),
            Setting("organiser", N_("Organiser"), TEXT, most=100),
            Setting("organiser_phone", N_("Telephone of the organiser"), TEXT, most=50),
        ),
    ),
    Section(
        "time",
        N_("Time and place"),
        (
            Setting("start_date", N_("First day of the class"), DATE),
            Setting("start_time", N_("Begins at"), TIME, N_("Until then one may leave.")),
            Setting("end_date", N_("Last day of the class"), DATE),
            Setting(
                "hours",
                N_("Hours of the class"),
                HOURS,
                N_("Credited to who was there."),
                most=MOST_HOURS,
            ),
            Setting("place", N_("Place"), TEXT, most=200),
        ),
    ),
    Section(
        "sign_up",
        N_("Signing up"),
        (
            Setting("opens_date", N_("Sign-up from"), DATE),
            Setting("closes_date", N_("Sign-up until"), DATE, N_("The last day of signing up.")),
            Setting("planned", N_("Planned number of people"), COUNT, least=1, most=MOST_PEOPLE),
            Setting(
                "capacity",
                N_("At most so many people"),
                COUNT,
                N_("Who signs up when all places are given comes on the waiting list."),
                least=1,
                most=MOST_PEOPLE,
            ),
            Setting(
                "required_fields",
                N_("Asked of who signs up"),
                TICKS,
                is_required=False,
                choices=tuple(FIELD_LABELS.items()),
            ),
            Setting(
                "outside_url",
                N_("Sign-up elsewhere"),
                LINK,
                N_("Only for a class that one signs up for on another website: its address."),
                most=500,
                is_required=False,
            ),
        ),
    ),
    Section(
        "announcement",
        N_("Announcement"),
        (
            Setting(
                "announcement",
                N_("Text of the announcement"),
                WORDS,
                N_(
                    "An empty line begins a new paragraph, “## ” a heading, “- ” a point of a "
                    "list; **words** are bold, [words](https://…) are a link."
                ),
                most=20_000,
                is_required=False,
            ),
        ),
    ),
)

EVERYTHING = Section(
    "everything", "", tuple(setting for each in SECTIONS for setting in each.settings)
)
"""All of a class as one section, for reading and describing."""


def say_audience(training_class: TrainingClass) -> str:
    """For whom a class is, in the reader's language."""
    codes = [code for code in AUDIENCE_LABELS if code in training_class.audience]
    return _(", ").join(_(AUDIENCE_LABELS[code]) for code in codes)
