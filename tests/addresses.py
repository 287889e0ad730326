"""Addresses that are compiled once a run, not once an application.

Werkzeug compiles two functions for each rule that an application registers. Each test has an
application of its own with some four hundred rules: a fifth of a page's test. What is compiled
depends on the rule alone: an application's converters are looked up when an address is written.
Rules without variables are read once, too.
"""

from collections.abc import Callable, Iterable

from werkzeug.routing import Rule
from werkzeug.routing.rules import RulePart

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

    parse_rule = Rule._parse_rule
    parsed: dict[str, tuple[list[RulePart], list[tuple[bool, str]]]] = {}

    def find_or_parse(rule: Rule, text: str) -> Iterable[RulePart]:
        if "<" in text:
            return parse_rule(rule, text)  # it makes converters of this application's
        if text not in parsed:
            begins = len(rule._trace)
            parts = list(parse_rule(rule, text))
            parsed[text] = parts, rule._trace[begins:]
        else:
            rule._trace.extend(parsed[text][1])
        return parsed[text][0]

    Rule._compile_builder = find_or_compile  # type: ignore[method-assign]
    Rule._parse_rule = find_or_parse  # type: ignore[method-assign]
