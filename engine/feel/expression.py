"""Compiled expressions and unary tests, and the ways to get them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache

from engine.feel import builtins as _builtins  # declares the built-in functions
from engine.feel.analysis import Reads, reads_of
from engine.feel.compiling import Compiler
from engine.feel.errors import BudgetExceeded, FeelSyntaxError, FeelWarning
from engine.feel.functions import Functions
from engine.feel.nodes import Node, Tests
from engine.feel.parser import parse_expression, parse_unary_tests
from engine.feel.plain import from_plain, to_plain
from engine.feel.running import DEFAULT_BUDGET, NO_VARIABLES, Budget, Frame, Run
from engine.feel.values import Value

SCALARS = (bool, str, type(None))
CACHED = 4096
# Texts beyond this are compiled anew, so that the cache cannot grow without bounds.
LONGEST_CACHED = 2_000
_ = _builtins


class Compiled:
    """What expressions and unary tests have in common: a text and what it reads."""

    source: str
    node: Node
    _reads: Reads | None = None

    @property
    def reads(self) -> Reads:
        """What the text reads; found out when first asked."""
        if self._reads is None:
            self._reads = reads_of(self.node)
        return self._reads

    @property
    def variables(self) -> frozenset[str]:
        """The variables read: their names, without what is read of them."""
        return self.reads.variables

    @property
    def paths(self) -> frozenset[str]:
        """The variables read with the path that is read of them, such as `member.no`."""
        return self.reads.paths

    @property
    def possible_variables(self) -> frozenset[str]:
        """Names within filters: variables, or entries of the elements that are filtered."""
        return self.reads.possible

    @property
    def functions(self) -> frozenset[str]:
        """The functions called by name, but for those that the text defines."""
        return self.reads.functions

    @property
    def unknown_functions(self) -> frozenset[str]:
        """The functions called that are not built in; subtract those you register."""
        return self.reads.unknown_functions


class Expression(Compiled):
    """An expression, compiled: safe to keep and to share between threads."""

    def __init__(self, source: str, node: Node, compiler: Compiler) -> None:
        self.source = source
        self.node = node
        self.code = compiler.code(node)

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"

    def run(self, run: Run) -> Value:
        """Evaluate within a run, to a value of the language."""
        try:
            return self.code(Frame(run, {}))
        except RecursionError as error:
            raise BudgetExceeded("The expression is nested too deeply.") from error

    def evaluate(
        self,
        context: Mapping[str, object] = NO_VARIABLES,
        *,
        now: datetime | None = None,
        functions: Functions | None = None,
        budget: Budget = DEFAULT_BUDGET,
    ) -> Value:
        """Evaluate to plain data: null where something is wrong.

        `now` (aware) is what `now()` and `today()` say; without it they are null.
        Raises `BudgetExceeded`.
        """
        run = Run(context, now=now, functions=functions, budget=budget)
        value = self.run(run)
        return value if type(value) in SCALARS else to_plain(value, run)

    def evaluate_with_warnings(
        self,
        context: Mapping[str, object] = NO_VARIABLES,
        *,
        now: datetime | None = None,
        functions: Functions | None = None,
        budget: Budget = DEFAULT_BUDGET,
    ) -> tuple[Value, list[FeelWarning]]:
        """Evaluate, and say what became null and why."""
        run = Run(context, now=now, functions=functions, budget=budget)
        value = to_plain(self.run(run), run)
        return value, run.warnings


class UnaryTests(Compiled):
    """The tests of a decision table's cell, compiled."""

    def __init__(self, source: str, node: Tests, compiler: Compiler) -> None:
        self.source = source
        self.node = node
        self.code = compiler.unary_tests(node)

    def __repr__(self) -> str:
        return f"UnaryTests({self.source!r})"

    def run(self, value: Value, frame: Frame) -> bool:
        """Test a value of the language within a run."""
        return self.code(value, Frame(frame.run, {"?": value}, frame)) is True

    def matches(
        self,
        value: object,
        context: Mapping[str, object] = NO_VARIABLES,
        *,
        now: datetime | None = None,
        functions: Functions | None = None,
        budget: Budget = DEFAULT_BUDGET,
    ) -> bool:
        """Whether a value passes one of the tests. Raises `BudgetExceeded`."""
        run = Run(context, now=now, functions=functions, budget=budget)
        try:
            return self.run(from_plain(value, run), Frame(run, {}))
        except RecursionError as error:
            raise BudgetExceeded("The expression is nested too deeply.") from error


PLAIN = Compiler()


def compile_expression(source: str, names: Iterable[str] = ()) -> Expression:
    """Compile an expression, or find it compiled. Raises `FeelSyntaxError`.

    `names` are variables with signs in their names, such as `fee-rate`; names with blanks need
    not be given. In an expression, any name may also stand between backticks.
    """
    compiled = _expression if len(source) <= LONGEST_CACHED else _expression.__wrapped__
    return compiled(source, frozenset(names))


def compile_unary_tests(source: str, names: Iterable[str] = ()) -> UnaryTests:
    """Compile the tests of a decision table's cell. Raises `FeelSyntaxError`."""
    compiled = _unary_tests if len(source) <= LONGEST_CACHED else _unary_tests.__wrapped__
    return compiled(source, frozenset(names))


@lru_cache(maxsize=CACHED)
def _expression(source: str, names: frozenset[str]) -> Expression:
    try:
        return Expression(source, parse_expression(source, names), PLAIN)
    except RecursionError as error:
        raise too_deep() from error


@lru_cache(maxsize=CACHED)
def _unary_tests(source: str, names: frozenset[str]) -> UnaryTests:
    try:
        return UnaryTests(source, parse_unary_tests(source, names), PLAIN)
    except RecursionError as error:
        raise too_deep() from error


def too_deep() -> FeelSyntaxError:
    """The error of a text that is a longer chain of operators than can be followed."""
    return FeelSyntaxError("The expression is nested too deeply.", line=1, column=1)
