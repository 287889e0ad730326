"""Functions of contexts."""

from __future__ import annotations

from engine.feel.errors import Failure
from engine.feel.functions import builtin
from engine.feel.running import Run
from engine.feel.values import Value

Context = dict[str, Value]


@builtin("get value", "m: context, key: string")
def get_value(run: Run, m: Context, key: str) -> Value:
    if key not in m:
        raise Failure("The context has no entry “%(name)s”.", name=key)
    return m[key]


@builtin("get value", "context: context, keys: list")
def get_value_along(run: Run, context: Context, keys: list[Value]) -> Value:
    if not keys:
        raise Failure("There is no key.")
    found: Value = context
    for key in keys:
        if not isinstance(found, dict) or not isinstance(key, str) or key not in found:
            raise Failure("The context has no such entry.")
        found = found[key]
    return found


@builtin("get entries", "m: context")
def get_entries(run: Run, m: Context) -> list[Context]:
    run.build(3 * len(m))
    return [{"key": key, "value": value} for key, value in m.items()]


@builtin("context", "entries: list")
def context(run: Run, entries: list[Value]) -> Context:
    """Make a context of contexts with `key` and `value`."""
    run.build(len(entries))
    made: Context = {}
    for entry in entries:
        if not isinstance(entry, dict) or not {"key", "value"} <= entry.keys():
            raise Failure("Each entry must be a context with “key” and “value”.")
        key = entry["key"]
        if not isinstance(key, str) or key in made:
            raise Failure("Each key must be a string and come once.")
        made[key] = entry["value"]
    return made


@builtin("context put", "context: context, key: string, value: any")
def context_put(run: Run, context: Context, key: str, value: Value) -> Context:
    run.build(len(context) + 1)
    return {**context, key: value}


@builtin("context put", "context: context, keys: list, value: any")
def context_put_along(run: Run, context: Context, keys: list[Value], value: Value) -> Context:
    if not keys or not all(isinstance(key, str) for key in keys):
        raise Failure("The keys must be strings, one at least.")
    run.step(len(keys))
    return put_along(run, context, keys, value)


def put_along(run: Run, context: Context, keys: list[str], value: Value) -> Context:
    first, *rest = keys
    if not rest:
        return context_put(run, context, first, value)
    inner = context.get(first, {})
    if not isinstance(inner, dict):
        raise Failure("“%(key)s” is not a context.", key=first)
    return context_put(run, context, first, put_along(run, inner, rest, value))


@builtin("context merge", "contexts: list")
def context_merge(run: Run, contexts: list[Value]) -> Context:
    merged: Context = {}
    for part in contexts:
        if not isinstance(part, dict):
            raise Failure("Only contexts can be merged.")
        run.build(len(part))
        merged |= part
    return merged
