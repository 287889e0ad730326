"""其他信息验证: the fields in which somebody types what the register knows of him."""

from typing import Any

from flask import request

from engine.language import _
from workflows.shared.accounts import Account
from workflows.shared.own_facts import NAMES, asked_of


def describe_asked(account: Account) -> dict[str, Any]:
    """The fields that are all asked for, and those of which one is."""
    needed, others = asked_of(account)
    return {
        "needed": [{"name": name, "title": _(NAMES[name])} for name in needed],
        "others": [{"name": name, "title": _(NAMES[name])} for name in others],
    }


def read_typed(account: Account) -> tuple[dict[str, str], str]:
    """What was typed, by name, and which of the others it was."""
    needed, others = asked_of(account)
    typed = {name: request.form.get(name, "")[:200] for name in needed}
    other = request.form.get("other", "")
    if other in others:
        typed[other] = request.form.get("other_answer", "")[:200]
    return typed, other
