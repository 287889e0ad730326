"""The member certificate as a kind of application."""

from engine.language import N_
from workflows.shared.application_kinds import ApplicationKind

PROCESS = "member_certificate"

COMPLETE = "complete_information"
SUPPLY = "supply_information"
UPLOAD = "upload_photo"
AWAIT = "await_comparison"
APPOINT = "set_appointment"
REVIEW = "review_on_site"
APPEAL = "appeal_refusal"
DECIDE_APPEAL = "decide_photo_appeal"
CONFIRM = "confirm_information"

KIND = ApplicationKind(
    code=PROCESS,
    label=N_("Member certificate"),
    forms=(UPLOAD,),
    first_step=UPLOAD,
    last_forms=(UPLOAD,),
    is_listed=False,
    member_endpoint="certificate.show",
    next_words=N_("Your association sends you a message with what it decided."),
)
