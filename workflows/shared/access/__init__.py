"""Who may do what: the one place that decides it, for pages, searches, exports and files.

A person's access is his association (and those below it) and his duties there. `rules.RULES` is
the whole table; `check` turns it into errors, the `visible_…` functions into query conditions.
"""

from workflows.shared.access.cases import (
    DecidedElsewhere,
    can_revoke,
    can_see_case,
    check_case,
    check_file,
    check_revoke,
    check_task,
)
from workflows.shared.access.duties import (
    MANAGING,
    OVERSEERS,
    WORKING,
)
from workflows.shared.access.processes import (
    ProcessesAreForAll,
    can_edit_processes,
    check_edit_processes,
)
from workflows.shared.access.rules import (
    SYSTEM,
    Object,
    can,
    check,
)
from workflows.shared.access.viewers import (
    Viewer,
    get_viewer,
    get_visitor,
)
from workflows.shared.access.visible import (
    event_associations,
    managed_associations,
    overseen_associations,
    read_associations,
    register_associations,
    training_associations,
    transfer_associations,
    visible_copies,
    visible_deliveries,
    visible_seasons,
    visible_tasks,
)

__all__ = [
    "MANAGING",
    "OVERSEERS",
    "SYSTEM",
    "WORKING",
    "DecidedElsewhere",
    "Object",
    "ProcessesAreForAll",
    "Viewer",
    "can",
    "can_edit_processes",
    "can_revoke",
    "can_see_case",
    "check",
    "check_case",
    "check_edit_processes",
    "check_file",
    "check_revoke",
    "check_task",
    "event_associations",
    "get_viewer",
    "get_visitor",
    "managed_associations",
    "overseen_associations",
    "read_associations",
    "register_associations",
    "training_associations",
    "transfer_associations",
    "visible_copies",
    "visible_deliveries",
    "visible_seasons",
    "visible_tasks",
]
