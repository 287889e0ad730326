"""Every address at which something can be written, with values for its places."""

from collections.abc import Iterator, Mapping
from uuid import uuid4

from flask import Flask
from werkzeug.routing import AnyConverter, IntegerConverter, Rule, UUIDConverter

WRITING = ("POST", "PUT", "PATCH", "DELETE")


def find_writing_rules(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Each rule with each method by which it changes something, those to come included."""
    for rule in app.url_map.iter_rules():
        for method in WRITING:
            if method in (rule.methods or ()):
                yield rule, method


def build_address(app: Flask, rule: Rule, method: str, known: Mapping[str, object] = {}) -> str:
    """The rule's address, with values that are `known`, for the others such as its places take."""
    values = {name: known.get(name, _example(rule, name)) for name in rule.arguments}
    return app.url_map.bind("localhost").build(rule.endpoint, values, method=method)


def _example(rule: Rule, name: str) -> object:
    match rule._converters[name]:
        case IntegerConverter():
            return 1
        case UUIDConverter():
            return uuid4()
        case AnyConverter() as converter:
            return min(converter.items)
    return "x"
