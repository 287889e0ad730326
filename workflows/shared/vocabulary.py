"""What diagrams pass around: types that say what people call such a value.

Operations, beginnings of cases and results name their values with these, so that one thing is
called the same wherever an administrator meets it.
"""

from collections.abc import Iterator
from typing import Annotated

from engine.language import N_
from engine.signatures import Named, Words
from workflows.shared.application_kinds import list_applications
from workflows.shared.statuses import FEE_LABELS, LABELS
from workflows.shared.templates import all_texts

MemberId = Annotated[int, Named(N_("Member"), N_("The member's key in the register."))]
SeasonId = Annotated[int, Named(N_("Season"), N_("The key of the inspection's season."))]
AssociationId = Annotated[int, Named(N_("Association"), N_("The association's key."))]
Year = Annotated[int, Named(N_("Year"))]
ApplicationCode = Annotated[
    str,
    Named(
        N_("Kind of application"),
        choices=lambda: {each.code: each.label for each in list_applications()},
    ),
]
Reason = Annotated[str, Named(N_("Reason"), N_("What the person concerned is told."))]
MemberKey = Annotated[
    str, Named(N_("Key for messages"), N_("By which messages find the cases of the member."))
]
CommitmentVersion = Annotated[
    int, Named(N_("Version of the commitment"), N_("0: none was accepted yet."))
]
YearStatus = Annotated[
    str,
    Named(
        N_("Result of the year"),
        choices=lambda: {code: LABELS[code] for code in ("passed", "deferred", "not_passed")},
    ),
]
FeeStatus = Annotated[str, Named(N_("Status of the fee"), choices=lambda: FEE_LABELS)]
Wording = Annotated[
    str,
    Named(
        N_("Message"),
        N_("Which wording is sent; that of a kind of application or a step goes before it."),
        choices=lambda: dict(_list_wordings()),
        is_chosen=True,
    ),
]
Amount = Annotated[int, Named(N_("Amount"), N_("In fen, a hundredth of a yuan."))]
Hours = Annotated[float, Named(N_("Hours"))]
ClassId = Annotated[int, Named(N_("Training class"))]
EnrolmentId = Annotated[int, Named(N_("Sign-up"))]
FirmId = Annotated[int, Named(N_("Firm"))]
PersonKind = Annotated[
    str,
    Named(
        N_("Kind of person"),
        choices=lambda: {"member": N_("Member"), "employee": N_("Employee of a firm")},
    ),
]
PersonId = Annotated[int, Named(N_("Person"))]


def _list_wordings() -> Iterator[tuple[str, Words]]:
    """Wordings by their key; one that differs by kind or step is chosen by what they share."""
    for key, texts in all_texts().items():
        yield key, Words(texts.title, texts.title_en)
        stem, _dot, more = key.partition(".")
        if more and stem not in all_texts():
            yield stem, Words(texts.title, texts.title_en)
