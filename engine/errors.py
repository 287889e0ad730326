"""What can go wrong, as facts. Concrete errors live beside what raises them.

`str(error)` is a sentence for a person, said in the language that is spoken when it is asked
for. Which HTTP status belongs to which error is decided in `web.errors` alone.
"""

from engine.language import N_, _


class HuijiError(Exception):
    """Something that a person can be told."""

    message = N_("This did not work.")

    def __init__(self, message: str | None = None, **values: object) -> None:
        super().__init__(message, values)
        if message is not None:
            self.message = message
        self.values = values

    def __str__(self) -> str:
        return _(self.message, **self.values)


class NotFound(HuijiError):
    """There is nothing here, or nothing that this person may know of."""

    message = N_("There is nothing at this address, or you may not see it.")


class NotAllowed(HuijiError):
    """The person may see it but not do this to it."""

    message = N_("You may not do this.")


class Conflict(HuijiError):
    """Somebody or something was faster."""

    message = N_("This has changed in the meantime.")


class Rejected(HuijiError):
    """What was sent cannot be accepted."""

    message = N_("This cannot be accepted.")


class BpmnError(Exception):
    """An operation's answer that a diagram has an error boundary event for."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class InvalidRelease(HuijiError):
    """A release that cannot be made; `problems` names every reason at its element."""

    message = N_("This release cannot be made.")

    def __init__(self, problems: "list[Problem]") -> None:
        super().__init__()
        self.problems = problems

    def __str__(self) -> str:
        return " ".join(str(problem) for problem in self.problems) or super().__str__()


LONGEST_VALUE = 120
"""So many characters of a name or a text are said inside a problem's sentence."""


class Problem:
    """One thing wrong with a release: which document, which element, which sentence.

    `rule` is the lasting name of what was looked for, by which tools know it.
    """

    def __init__(
        self,
        document: str,
        element: str | None,
        message: str,
        *,
        rule: str = "",
        is_warning: bool = False,
        **values: object,
    ) -> None:
        self.document = document
        self.element = element
        self.message = message
        self.values = values
        self.rule = rule
        self.is_warning = is_warning

    def __str__(self) -> str:
        return _(self.message, **{name: _clip(each) for name, each in self.values.items()})

    def __repr__(self) -> str:
        return f"Problem({self.document!r}, {self.element!r}, {str(self)!r})"


def _clip(value: object) -> object:
    if isinstance(value, str) and len(value) > LONGEST_VALUE:
        return f"{value[: LONGEST_VALUE - 1]}…"
    return value
