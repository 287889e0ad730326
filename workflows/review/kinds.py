"""What the review's later steps are called in the inbox; the first one is the application's own."""

from engine.language import N_
from workflows.shared.application_kinds import Kind

SECOND_REVIEW = Kind("second_review", N_("Second review"))
SECOND_AGREEMENT = Kind("second_agreement", N_("Second agreement"))
