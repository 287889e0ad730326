"""What can go wrong with a running instance, as facts."""

from engine.errors import Conflict, HuijiError, Rejected
from engine.language import N_


class RunawayProcess(HuijiError):
    """A diagram goes on and on without anybody or anything to wait for."""

    message = N_("The process goes round without end at “%(name)s”.")


class VariablesTooLarge(Rejected):
    """The variables of a case are more than it may carry."""

    message = N_("The variables of this case are too large (%(size)s of %(limit)s bytes).")


class VariablesNotData(Rejected):
    """A variable is something that JSON has no form for."""

    message = N_("The value of “%(name)s” cannot be kept: %(reason)s.")


class TaskNotOpen(Conflict):
    """The user task is not, or no longer, waiting to be completed."""

    message = N_("This task is no longer open.")


class OperationNotStarted(Conflict):
    """The service task does not wait for its operation."""

    message = N_("This operation is no longer waited for.")


class TimerNotUnderstood(HuijiError):
    """A timer's expression gave no time."""

    message = N_("“%(value)s”, the time of “%(name)s”, is no time with an offset and no duration.")


class StateNotUnderstood(HuijiError):
    """Stored state does not belong to this model, or to this program."""

    message = N_("The stored state of this case cannot be read: %(reason)s.")


class ExpressionFailed(HuijiError):
    """An expression took more steps or built more than it may."""

    message = N_("The expression “%(source)s” cannot be computed: %(reason)s")
