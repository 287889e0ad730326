"""What becomes of every row about a person when he is erased: gone, emptied, or kept and why.

A table that names an account or a member is in one of these lists; a test finds one that is not.
What is sealed with the person's key is not listed: without the key it is nothing.
"""

from collections.abc import Mapping
from typing import Any

DELETED: tuple[tuple[str, str], ...] = (
    ("web_session", "account_id"),
    ("half_sign_in", "account_id"),
    ("contact_change", "account_id"),
    ("one_time_code", "account_id"),
    ("one_time_link", "account_id"),
    ("binding", "account_id"),
    ("second_factor", "account_id"),
    ("recovery_code", "account_id"),
    ("first_view", "account_id"),
    ("saved_view", "account_id"),
    ("unmasking", "account_id"),
    ("unmasking", "member_id"),
    ("data_export", "account_id"),
    ("reset", "account_id"),
    ("photo", "member_id"),
)
"""Tables and their columns: rows of the person's accounts, or of the member, that go."""

EMPTIED: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    ("fee_entry", "member_id", {"exempt_reason": ""}),
    ("fee_claim", "member_id", {"reason": "", "proof_file_id": None}),
    ("hours_exemption", "member_id", {"reason": ""}),
    ("yearly_result", "member_id", {"record": None}),
    ("former_result", "member_id", {"record": None}),
    ("register_change", "member_id", {"reason": ""}),
    ("photo_comparison", "member_id", {"file_id": None}),
    (
        "certificate",
        "member_id",
        {"printed": None, "photo_file_id": None, "pdf_file_id": None, "ended_reason": ""},
    ),
    ("consent", "account_id", {"address": ""}),
    ("security_event", "account_id", {"address": ""}),
    ("delivery", "account_id", {"to_masked": "", "to_sealed": None}),
)
"""Rows that stay without what is personal in them."""

KEPT: Mapping[str, str] = {
    "account": "the account's name is replaced and nobody signs in with it; what it did names it",
    "firm_sign_up": "firms only: which account signed people up for a class together",
    "fee_payment": "accounting: what was paid, by member number, for as long as vouchers are kept",
    "payment_order": "accounting: what was ordered and paid, by member number",
    "platform_update": "which fields an outside platform named and when, by member number",
    "hours_entry": "the ledger of hours from which results were decided, by member number",
    "reminder": "that a season reminded somebody, by member number",
    "erasure": "that and why somebody was erased, and by whom",
    "help_call": "that the help desk was called and whether the caller was proved, not by what",
    "enrolment": "who took part in which class, by member number: the hours rest on it",
    "training_class": "staff only: who offered it",
    "absence": "staff only",
    "attendance_import": "staff only: who sent a table of attendance; gone after a day",
    "assignment_rule": "staff only",
    "batch": "staff only",
    "document_batch": "staff only: who had documents made; the documents themselves go after a day",
    "document_item": "of whom a document was made, by key; the document itself goes after a day",
    "edit": "staff only: what was changed in settings",
    "privacy_notice": "staff only: who published it",
    "process_draft_presence": "staff only: who has a draft open; gone when the next one looks",
    "reminding": "staff only: who had people reminded",
    "reporting_account": "firms only: which accounts a year's reporting was opened for",
    "reporting_opening": "staff only: who opened a year's reporting",
    "register_export": "staff only: who took a table of the register away, and why",
    "register_import": "staff only: who sent a table for the register; its rows go with its key",
    "return_phrase": "staff only",
    "staff_duty": "staff only",
    "task_copy": "staff only: who was given a task to read",
}
"""Tables that name people and stay as they are, each with the reason."""
