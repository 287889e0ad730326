"""审核状态: the codes of a case's and a year's status, and how people call them."""

from engine.language import N_, _
from workflows.shared.application_kinds import all_kinds

LABELS = {
    "draft": N_("Draft"),
    "awaiting_hours": N_("Waiting for hours"),
    "awaiting_payment": N_("Waiting for payment"),
    "awaiting_fee_confirmation": N_("Waiting for fee confirmation"),
    "in_review": N_("In review"),
    "in_second_review": N_("In second review"),
    "awaiting_agreement": N_("Waiting for a second person"),
    "returned": N_("Returned by the association"),
    "withdrawn": N_("Withdrawn"),
    "passed": N_("Inspection passed"),
    "deferred": N_("Inspection deferred"),
    "not_passed": N_("Inspection not passed"),
    "not_inspected": N_("Not inspected"),
    "exempt": N_("Exempt from inspection"),
    "abandoned": N_("Abandoned"),
    "closed": N_("Closed"),
    "appealed": N_("Appeal under way"),
    "appeal_upheld": N_("Appeal: decision upheld"),
    "appeal_overturned": N_("Appeal: decision overturned"),
    "appeal_settled": N_("Appeal settled"),
    "resetting": N_("Password reset under way"),
    "reset_done": N_("Password was reset"),
    "reset_given_up": N_("Password reset given up"),
    "reset_refused": N_("Password reset ended without success"),
    "ruling_drafted": N_("Result being proposed"),
    "ruling_proposed": N_("Proposal waits for agreement"),
    "ruling_agreed": N_("Settled by hand"),
    "ruling_refused": N_("Proposal not agreed"),
    "paper_to_sign": N_("Form to be signed and uploaded"),
    "paper_in_review": N_("Application in review"),
    "paper_approved": N_("Approved, link sent"),
    "paper_done": N_("Done on the platform"),
    "paper_refused": N_("Refused"),
    "paper_lapsed": N_("Lapsed"),
    "enrolment_reserved": N_("Waiting for confirmation"),
    "enrolment_waiting": N_("On the waiting list"),
    "enrolment_confirmed": N_("Sign-up confirmed"),
    "enrolment_refused": N_("Sign-up refused"),
    "enrolment_cancelled": N_("Sign-up cancelled"),
    "enrolment_unplaced": N_("No place"),
    "enrolment_absent": N_("Absent"),
    "enrolment_completed": N_("Completed"),
    "output_in_review": N_("In review"),
    "output_granted": N_("Granted"),
    "output_refused": N_("No hours granted"),
    "profile_change_in_review": N_("In review"),
    "profile_changed": N_("Register changed"),
    "profile_change_refused": N_("Change refused"),
    "certificate_information": N_("Information to be completed"),
    "certificate_to_supply": N_("Association completes the information"),
    "certificate_looking_up": N_("Looking for the photo"),
    "certificate_photo_failed": N_("Photo could not be looked up"),
    "certificate_photo": N_("Photo to be uploaded"),
    "certificate_comparing": N_("Photo is being compared"),
    "certificate_comparison_away": N_("Comparison waits for its service"),
    "certificate_on_site": N_("Appointment to be set"),
    "certificate_appointment": N_("Appointment on site"),
    "certificate_photo_refused": N_("Photo refused"),
    "certificate_appealed": N_("Appeal under way"),
    "certificate_to_confirm": N_("To be confirmed"),
    "certificate_issued": N_("Certificate issued"),
    "certificate_refused": N_("No certificate"),
}

FEE_LABELS = {
    "exempt": N_("No fee"),
    "to_pay": N_("To pay"),
    "pending": N_("To be confirmed"),
    "confirmed": N_("Confirmed"),
}

LEDGER_LABELS = {**FEE_LABELS, "to_pay": N_("Not paid yet")}
"""What the ledger's keepers read: "To pay" asks a member to do it."""

BETWEEN_COLLEAGUES = {"awaiting_agreement": "in_review"}
"""What is agreed between colleagues, and what its member is told instead."""


def status_for_member(code: str) -> str:
    """Where a case stands as its member is told."""
    return BETWEEN_COLLEAGUES.get(code, code)


def status_label(code: str) -> str:
    """A status in the reader's language; an unknown code is shown as it is."""
    return _(LABELS[code]) if code in LABELS else code


def fee_label(code: str) -> str:
    """缴费情况 in the reader's language."""
    return _(FEE_LABELS[code]) if code in FEE_LABELS else code


def ledger_label(code: str) -> str:
    """A year's fee as the association's ledger says it, in the reader's language."""
    return _(LEDGER_LABELS[code]) if code in LEDGER_LABELS else code


def kind_label(code: str) -> str:
    """The kind of an application or task in the reader's language."""
    found = all_kinds().get(code)
    return _(found.label) if found else code
