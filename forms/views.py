"""What templates draw: plain values, one object for each thing on the page."""

from collections.abc import Callable
from dataclasses import dataclass, field

from markupsafe import Markup

from forms.changes import Change
from forms.marks import Mark
from forms.options import Option
from forms.slots import StoredFile

FileAddress = Callable[[StoredFile], str]


@dataclass
class FieldView:
    """A field with one answer, to fill in or to read."""

    template: str
    """Macro that draws it: input, textarea, select, choice, checkbox, locked."""
    id: str
    name: str
    label: str
    description: str = ""
    hint: str = ""
    value: str = ""
    values: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    is_required: bool = False
    is_multiple: bool = False
    is_watched: bool = False
    tells_shown: bool = False
    error: str = ""
    marks: tuple[Mark, ...] = ()
    changes: tuple[Change, ...] = ()
    column: str = "col-12"
    input_type: str = "text"
    inputmode: str = ""
    autocomplete: str = ""
    max_length: int = 0
    least: str = ""
    most: str = ""
    unit: str = ""
    is_marked_by: str = ""
    """Path under which a reviewer marks it; empty where nobody marks."""

    @property
    def groups(self) -> list[tuple[str, list[Option]]]:
        """The options under their headings."""
        grouped: dict[str, list[Option]] = {}
        for option in self.options:
            grouped.setdefault(option.group, []).append(option)
        return list(grouped.items())

    @property
    def described_by(self) -> str:
        """Ids of what a screen reader says after the label."""
        parts = [
            ("description", self.description),
            ("hint", self.hint),
            ("mark", self.marks),
            ("error", self.error),
        ]
        return " ".join(f"{self.id}-{name}" for name, said in parts if said)


@dataclass
class FileView:
    """A file in a slot."""

    id: str
    name: str
    kind: str
    size: str
    address: str
    marks: tuple[Mark, ...] = ()
    path: str = ""

    @property
    def is_picture(self) -> bool:
        """Whether a browser shows it as a picture."""
        return self.kind in {"jpg", "png"}


@dataclass
class SlotView:
    """A slot with its files."""

    id: str
    name: str
    label: str
    help: str
    is_required: bool
    limits: str
    accept: str
    max_size: int
    files: list[FileView] = field(default_factory=list)
    error: str = ""
    marks: tuple[Mark, ...] = ()
    changes: tuple[Change, ...] = ()
    is_full: bool = False
    is_marked_by: str = ""
    template: str = "slot"

    @property
    def described_by(self) -> str:
        """Ids of what a screen reader says after the label."""
        parts = [
            ("help", self.help),
            ("limits", self.limits),
            ("mark", self.marks),
            ("error", self.error),
        ]
        return " ".join(f"{self.id}-{name}" for name, said in parts if said)


@dataclass
class FilesView:
    """A file field with its slots; `limits` says what holds for all of them together."""

    id: str
    label: str
    description: str
    limits: str
    slots: list[SlotView]
    template: str = "files"


@dataclass
class RowView:
    """One row of a list."""

    number: int
    label: str
    id: str
    views: list["View"]
    can_remove: bool
    changes: tuple[Change, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass
class ListView:
    """Rows that repeat."""

    id: str
    name: str
    label: str
    description: str
    rows: list[RowView]
    can_add: bool
    row_label: str
    error: str = ""
    marks: tuple[Mark, ...] = ()
    changes: tuple[Change, ...] = ()
    """Rows that were removed."""
    template: str = "rows"

    @property
    def described_by(self) -> str:
        """Ids of what a screen reader says after the legend."""
        parts = [("description", self.description), ("mark", self.marks), ("error", self.error)]
        return " ".join(f"{self.id}-{name}" for name, said in parts if said)


@dataclass
class GroupView:
    """A section."""

    id: str
    label: str
    views: list["View"]
    has_change_link: bool = False
    template: str = "section"


@dataclass
class TextView:
    """A static text, or a block drawn by the server."""

    id: str
    body: Markup
    style: str = ""
    template: str = "static"


@dataclass
class SeparatorView:
    """A line across."""

    template: str = "separator"


@dataclass
class ButtonView:
    """A button at the end of the form."""

    name: str
    """`outcome` or `action`."""
    value: str
    label: str
    style: str
    validates: bool
    confirm: str = ""
    template: str = "button"


View = (
    FieldView | FilesView | SlotView | ListView | GroupView | TextView | SeparatorView | ButtonView
)
