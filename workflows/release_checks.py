"""Everything that is looked for before a unit is released, in the order in which it is told."""

from collections.abc import Callable
from datetime import datetime

from engine.checks.errors import check_errors
from engine.checks.rules import check_rules
from engine.checks.steps import check_operations, check_task_ids
from engine.checks.timers import check_timers
from engine.checks.variables import check_variables
from engine.operations import Operations
from engine.releases import Check
from forms.checking_outcomes import check_outcomes
from forms.release_check import check_forms
from workflows import Workflows
from workflows.shared.hours_asked import check_tables
from workflows.shared.proofs import check_proofs
from workflows.studio.checks import CHECKS


def list_checks(
    found: Workflows, operations: Operations, *, clock: Callable[[], datetime]
) -> list[Check]:
    """The checks of an installation; `clock` says which times lie in the past."""
    return [
        check_operations(operations),
        check_errors(operations, starts=found.beginnings.keys()),
        check_task_ids,
        check_forms,
        check_outcomes,
        check_variables(found.surroundings(operations)),
        check_timers(clock),
        check_proofs(found.proofs, found.deeds),
        check_rules,
        check_tables,
        *CHECKS,
    ]
