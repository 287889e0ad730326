"""Addresses: rules that wait with being made ready until somebody needs them."""

from collections.abc import Callable

from werkzeug.routing import Rule

Build = Callable[..., tuple[str, str]]


class LazyRule(Rule):
    """A rule whose addresses are compiled when the first one is written.

    Werkzeug compiles two functions for each rule as it is registered. With some hundred rules,
    most of which no page of a run links to, that was most of what starting took.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Build:  # noqa: FBT001, FBT002  Werkzeug's
        compiled: list[Build] = []

        # Named values are whatever a rule calls them, `rule` among them.
        def build(rule: LazyRule, /, **values: object) -> tuple[str, str]:
            if not compiled:
                compiled.append(Rule._compile_builder(rule, append_unknown))  # noqa: SLF001
            return compiled[0](rule, **values)

        return build
