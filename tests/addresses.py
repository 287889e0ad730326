"""Addresses that are compiled once a run, not once an application.

Werkzeug compiles two functions for each rule that an application registers. Each test has an
application of its own with some three hundred rules: a fifth of a page's test. What is compiled
depends on the rule alone: an application's converters are looked up when an address is written.
"""

from collections.abc import Callable

from werkzeug.routing import Rule

Build = Callable[..., tuple[str, str]]


def share_builders() -> None:
    """Let every application from now on use what an earlier one compiled."""
    compile_builder = Rule._compile_builder
    known: dict[tuple[object, ...], Build] = {}

    def find_or_compile(rule: Rule, append_unknown: bool = True) -> Build:
        key = (rule.rule, rule.subdomain, rule.host, repr(rule.defaults), append_unknown)
        if key not in known:
            known[key] = compile_builder(rule, append_unknown)
        return known[key]

    Rule._compile_builder = find_or_compile  # type: ignore[method-assign]
