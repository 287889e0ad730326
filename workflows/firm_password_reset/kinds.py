"""The reset as a kind of case."""

from engine.language import N_
from workflows.shared.application_kinds import Kind

KIND = Kind(code="firm_password_reset", label=N_("Password reset of a firm"))
