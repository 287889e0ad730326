"""The application for hours as a kind of application, and what it can be about."""

from collections.abc import Mapping

from engine.language import N_
from forms.lists import Language
from workflows.shared.application_kinds import ApplicationKind
from workflows.shared.applications import OUTPUT_REVIEW

PROCESS = "output_hours"
STATE = "state_output"
REVIEW = OUTPUT_REVIEW

KIND = ApplicationKind(
    code=PROCESS,
    label=N_("Hours for output"),
    forms=(STATE,),
    first_step=STATE,
    last_forms=(STATE,),
    is_listed=False,
    member_endpoint="output_hours.show",
    next_words=N_(
        "You get a message. What is granted goes to your hours; what is missing is named if it is"
        " returned."
    ),
)

OUTPUT_KINDS: Mapping[str, tuple[str, str]] = {
    "paper": ("论文", "Paper"),
    "book": ("著作、教材、译著", "Book, textbook or translation"),
    "teaching": ("授课", "Teaching"),
    "research": ("课题研究", "Research project"),
    "standard": ("准则起草、评审", "Drafting or reviewing standards"),
    "other": ("其他专业成果", "Other professional work"),
}
"""The kinds of work in Chinese and English; the decision table says which of them count."""


def name_kind(code: str, language: Language) -> str:
    """What a kind of work is called; one that is not known any more is shown as it stands."""
    zh, en = OUTPUT_KINDS.get(code, (code, code))
    return en if language == "en" else zh
