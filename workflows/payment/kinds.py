"""Confirming a fee as a kind of task."""

from engine.language import N_
from workflows.shared.application_kinds import Kind

KIND = Kind(code="fee", label=N_("Fee confirmation"))
