"""What of the inbox is looked at: the only description of a list, kept in addresses and views."""

from dataclasses import dataclass, replace

BY_DUE = "due"
BY_NEWEST = "newest"
BY_OLDEST = "oldest"
SORTS = (BY_DUE, BY_OLDEST, BY_NEWEST)

OPEN = "open"
COMPLETED = "completed"
STATES = (OPEN, COMPLETED)

ME = "me"
NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the inbox is looked at; `text` begins a name or, in digits, a number.

    `assigned`: whom the work was handed to: `ME`, `NOBODY`, or an account's key in digits.
    `class_id`: sign-ups for one class.
    `is_mine`: handed to me or to somebody I cover for, or I am on it; of what is decided, by me.
    `is_copied`: what a colleague gave me to read, wherever it belongs.
    What is decided is listed by when: the last first, or with `BY_OLDEST` the first.
    """

    kind: str = ""
    class_id: int | None = None
    year: int | None = None
    association_id: int | None = None
    text: str = ""
    state: str = OPEN
    assigned: str = ""
    is_overdue: bool = False
    is_mine: bool = False
    is_copied: bool = False
    is_resubmitted: bool = False
    is_nudged: bool = False
    sort: str = BY_DUE

    @property
    def are_chosen(self) -> bool:
        """Whether anything but kind and order was chosen."""
        return replace(self, kind="", sort=BY_DUE) != Filters()

    @property
    def is_number(self) -> bool:
        """Whether `text` begins a number and no name."""
        return self.text[:1].isascii() and self.text[:1].isdigit()
