"""Confirming a fee as a kind of task."""

from engine.language import N_
from workflows.shared.application_kinds import Kind

KIND = Kind(
    code="fee",
    label=N_("Fee confirmation"),
    next_words=N_("When the fee is confirmed you can apply; if not, you are told why."),
)
