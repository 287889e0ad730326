"""Decision tables before and after: what is which of their columns, rules and cells."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from engine.feel.dmn.reading import (
    Element,
    all_text,
    attribute,
    child,
    children,
    id_of,
    read_definitions,
    tag,
    text_of,
)
from engine.feel.dmn.tables import POLICIES
from engine.language import N_, _
from workflows.shared.decision_cells import ANY
from workflows.studio.differences.matching import Pair, pair

POLICY_WORDS = {
    "UNIQUE": N_("At most one rule holds"),
    "FIRST": N_("The first rule that holds counts"),
    "ANY": N_("Several rules may hold if they say the same"),
    "PRIORITY": N_("The most important result counts"),
    "RULE ORDER": N_("All rules that hold, in their order"),
    "OUTPUT ORDER": N_("All rules that hold, by the importance of their results"),
    "COLLECT": N_("All rules that hold"),
}


@dataclass(frozen=True)
class Column:
    """A column of a table, in the order of the page."""

    element: Element

    @property
    def id(self) -> str:
        return self.element.get("id", "")

    @property
    def is_input(self) -> bool:
        """Whether its cells ask; else they answer."""
        return tag(self.element) == "input"

    @property
    def asks(self) -> str:
        """What it looks at, or the name of what it answers."""
        return text_of(child(self.element, "inputExpression")) or attribute(self.element, "name")

    def say(self, english: Mapping[str, str]) -> str:
        """What it is called."""
        said = english.get(self.id) or attribute(self.element, "label") or self.asks
        return said or _("column without a title")


@dataclass(frozen=True)
class Rule:
    """A row of a table with so many columns that ask."""

    element: Element
    number: int
    inputs: int

    @property
    def id(self) -> str:
        return self.element.get("id", "")

    @cached_property
    def cells(self) -> Mapping[int, str]:
        """The FEEL of its cells by the column's place, but for those that let anything pass."""
        asked = list(children(self.element, "inputEntry"))[: self.inputs]
        entries = [
            *enumerate(asked),
            *enumerate(children(self.element, "outputEntry"), self.inputs),
        ]
        return {place: text for place, each in entries if (text := text_of(each)) not in ("", ANY)}

    @property
    def about(self) -> str:
        """What it is for."""
        return read_text(self.element, "description")


@dataclass(frozen=True)
class Table:
    """A decision table of one side, with the English texts of its process."""

    decision: Element
    english: Mapping[str, str]
    names: Mapping[str, str]
    """What its document's decisions and input data are called, by id."""

    @property
    def id(self) -> str:
        """The decision's id."""
        return self.decision.get("id", "")

    @property
    def title(self) -> str:
        """What the decision is called."""
        return self.english.get(self.id) or attribute(self.decision, "name") or self.id

    @cached_property
    def element(self) -> Element | None:
        return child(self.decision, "decisionTable")

    @cached_property
    def columns(self) -> list[Column]:
        """Its columns, those that ask first."""
        if self.element is None:
            return []
        found = [Column(each) for each in children(self.element, "input", "output")]
        return sorted(found, key=lambda each: not each.is_input)

    @cached_property
    def rules(self) -> list[Rule]:
        """Its rules from 1."""
        if self.element is None:
            return []
        inputs = sum(each.is_input for each in self.columns)
        found = enumerate(children(self.element, "rule"), 1)
        return [Rule(each, number, inputs) for number, each in found]

    @property
    def policy(self) -> str:
        """Which rules count, in words."""
        written = "" if self.element is None else attribute(self.element, "hitPolicy")
        known = POLICY_WORDS.get(POLICIES.get(written, written or "UNIQUE"))
        return _(known) if known else written


@dataclass(frozen=True)
class TablePair:
    """A table before and after, with what is which."""

    old: Table | None
    new: Table | None
    columns: Sequence[Pair[Column]]
    rules: Sequence[Pair[Rule]]

    @cached_property
    def _by_place(self) -> tuple[Mapping[int, int], Mapping[int, int]]:
        """The old place of each new column, and the other way round; -1: it is not there."""
        return (
            {each.new_place: each.old_place for each in self.columns if each.new},
            {each.old_place: each.new_place for each in self.columns if each.old},
        )

    def changed_cells(self, found: Pair[Rule]) -> Iterator[tuple[int, int, str, str]]:
        """Cells of a rule that differ: place before and after (-1: no such column), old, new.

        A column that went takes its cells along without a word. Looks at what stands in the cells
        only, not at every column there might be.
        """
        old_places, new_places = self._by_place
        before = {} if found.old is None else found.old.cells
        after = {} if found.new is None else found.new.cells
        for place, new in after.items():
            if place in old_places:
                old = before.get(old_places[place], ANY)
                if old != new:
                    yield old_places[place], place, old, new
        for place, old in before.items():
            new_place = new_places.get(place)
            is_gone = new_place == -1 and found.new is not None
            if new_place is not None and new_place not in after and not is_gone:
                yield place, new_place, old, ANY


def read_tables(source: bytes, english: Mapping[str, str]) -> list[Table]:
    """The decisions of a document; raises InvalidDecision."""
    root = read_definitions(source)
    names = {id_of(each): attribute(each, "name") for each in root}
    return [Table(each, english, names) for each in children(root, "decision")]


def pair_tables(old: Sequence[Table], new: Sequence[Table]) -> list[TablePair]:
    """Which table is which, with their columns and rules."""
    found = pair(old, new, lambda each: each.id or None, lambda each: each.title)
    return [
        TablePair(
            each.old,
            each.new,
            pair(
                each.old.columns if each.old else [],
                each.new.columns if each.new else [],
                lambda column: (column.is_input, column.id) if column.id else None,
                lambda column: (column.is_input, column.asks),
            ),
            pair(
                each.old.rules if each.old else [],
                each.new.rules if each.new else [],
                lambda rule: rule.id or None,
                lambda rule: tuple(rule.cells.items()),
                lambda rule: rule.number if not rule.id else None,
            ),
        )
        for each in found
    ]


def read_text(element: Element, name: str) -> str:
    """The text in a part of an element, in one line."""
    inner = child(element, name)
    return "" if inner is None else " ".join(all_text(inner).split())
