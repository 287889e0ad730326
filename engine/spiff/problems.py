"""Gathering what is wrong with a document, all of it, before anything is refused."""

from dataclasses import dataclass, field

from engine.errors import Problem
from engine.feel import FeelSyntaxError
from engine.feel_sentences import Said
from engine.language import N_
from engine.spiff.document import Element
from engine.spiff.expressions import Formula
from engine.spiff.labels import label

LIMIT = 500
"""How many problems of one document are told; nobody reads more."""

FORMULAS_LIMIT = 100_000
"""How many characters all formulas of one document may have: so many are read in a second."""

LEAST = 30
"""As so many characters counts the shortest formula."""


@dataclass(slots=True)
class Problems:
    """The problems of one document."""

    document: str
    found: list[Problem] = field(default_factory=list)
    formulas: int = 0
    """How many characters of FEEL were read."""

    @property
    def is_full(self) -> bool:
        """Whether nothing more is told."""
        return len(self.found) >= LIMIT and not self.found[-1].is_warning

    def add(self, element: str | None, rule: str, message: str, **values: object) -> None:
        """Note something that makes a release impossible."""
        self._note(Problem(self.document, element, message, rule=rule, is_warning=False, **values))

    def warn(self, element: str | None, rule: str, message: str, **values: object) -> None:
        """Note something that its author should look at."""
        self._note(Problem(self.document, element, message, rule=rule, is_warning=True, **values))

    def _note(self, problem: Problem) -> None:
        if len(self.found) < LIMIT:
            self.found.append(problem)
        elif not problem.is_warning and all(each.is_warning for each in self.found):
            self.found[-1] = problem

    def at(self, place: Element, rule: str, message: str, **values: object) -> None:
        """Note something at an XML element, naming the nearest one that people see."""
        if self.is_full:
            return
        seen = nearest(place)
        self.add(seen.get("id"), rule, message, name=label(seen), **values)

    def read_formula(self, place: Element, source: str) -> Formula | None:
        """Compile a value; what is no FEEL is noted with its line and column."""
        before = self.formulas
        self.formulas += max(len(source), LEAST)
        if self.formulas > FORMULAS_LIMIT:
            if before <= FORMULAS_LIMIT:
                message = N_("The formulas of the diagram have more than %(limit)s characters.")
                self.add(None, "too-large", message, limit=FORMULAS_LIMIT)
            return None
        try:
            formula = Formula.read(source)
        except FeelSyntaxError as error:
            self.at(
                place,
                "not-feel",
                N_(
                    "“%(name)s”: “%(source)s” is not FEEL "
                    "(line %(line)s, column %(column)s): %(reason)s"
                ),
                source=source.strip(),
                line=error.line,
                column=error.column,
                reason=Said.of(error),
            )
            return None
        for function in formula.unknown_functions:
            self.at(
                place,
                "unknown-function",
                N_("“%(name)s”: there is no function “%(function)s”."),
                function=function,
            )
        return formula


def nearest(place: Element) -> Element:
    """The element itself or the nearest around it that stands in the drawing, or has an id."""
    around = [place, *place.iterancestors()]
    drawn = (each for each in around if each.get("id") and (each.get("name") or _is_drawn(each)))
    known = (each for each in around if each.get("id"))
    return next(drawn, next(known, place))


def _is_drawn(element: Element) -> bool:
    parent = element.getparent()
    return parent is not None and str(parent.tag).endswith(("}process", "}laneSet", "}definitions"))
