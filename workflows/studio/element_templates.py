"""Operations as element templates of bpmn.io: a service task is picked and filled in like a form.

https://docs.camunda.io – the schema of templates for Zeebe. A template holds what the operation's
schema says: every input with its kind and what it may be, every result that it comes to.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import fields

from engine.language import N_, _
from engine.operations import Operation
from engine.signatures import Value
from forms.lists import Language

SCHEMA = "https://unpkg.com/@camunda/zeebe-element-templates-json-schema/resources/schema.json"
PREFIX = "huiji."
"""Template ids begin so, to be told from those of other programs."""

CATEGORIES: Mapping[str, str] = {
    "cases": N_("Cases"),
    "messages": N_("Messages"),
    "inspection": N_("Inspection"),
    "review": N_("Review"),
    "ruling": N_("Rulings"),
    "commitments": N_("Commitments"),
    "hours": N_("Hours"),
    "output_hours": N_("Hours for written work"),
    "fees": N_("Fees"),
    "register": N_("Register"),
    "profile_change": N_("Profile changes"),
    "certificates": N_("Certificates"),
    "photos": N_("Photos"),
    "training_enrolment": N_("Training"),
    "accounts": N_("Accounts"),
    "official_account": N_("Official account"),
    "individual_reset": N_("Password reset of members"),
    "firm_reset": N_("Password reset of firms"),
    "paper_resets": N_("Password reset on paper"),
}
"""What operations belong to, by how their names begin, in the order in which they are listed."""

Item = dict[str, Any]


def describe_operations(operations: Iterable[Operation], language: Language) -> list[Item]:
    """A template for each operation, in the language that is spoken."""
    order = [*CATEGORIES]

    def place(each: Operation) -> tuple[int, str]:
        category = _category_of(each)
        return (order.index(category) if category in order else len(order), each.name)

    return [describe_operation(each, language) for each in sorted(operations, key=place)]


def describe_operation(operation: Operation, language: Language) -> Item:
    """One operation as a template."""
    takes, gives = operation.takes, operation.gives or {}
    groups = [("inputs", N_("What it needs"), takes), ("results", N_("What it comes to"), gives)]
    category = _category_of(operation)
    return {
        "$schema": SCHEMA,
        "id": f"{PREFIX}{operation.name}",
        "name": str(operation),
        "description": _describe(operation),
        "category": {"id": category, "name": _(CATEGORIES.get(category, category))},
        "keywords": [operation.name],
        "appliesTo": ["bpmn:Task", "bpmn:ServiceTask"],
        "elementType": {"value": "bpmn:ServiceTask"},
        "groups": [{"id": key, "label": _(label)} for key, label, values in groups if values],
        "properties": [
            {
                "type": "Hidden",
                "value": operation.name,
                "binding": {"type": "zeebe:taskDefinition", "property": "type"},
            },
            *(_describe_input(each, language) for each in takes.values()),
            *(_describe_result(each) for each in gives.values()),
        ],
    }


def _describe(operation: Operation) -> str:
    """What it does, and with which errors it can end."""
    about = _(operation.about) if operation.about else ""
    if not operation.throws:
        return about
    errors = _(", ").join(f"{_(title)} ({code})" for code, title in operation.throws.items())
    ends = _("It can end with an error: %(errors)s.", errors=errors)
    return f"{about} {ends}".strip()


def _category_of(operation: Operation) -> str:
    return operation.name.partition(".")[0]


def _describe_input(value: Value, language: Language) -> Item:
    described: Item = {
        "id": value.name,
        "label": value.title,
        "description": _explain(value, language),
        "group": "inputs",
        "binding": {"type": "zeebe:input", "name": value.name},
    }
    if value.is_required and not value.may_be_null:
        described["constraints"] = {"notEmpty": True}
    else:
        described["optional"] = True
    if value.named.is_chosen:
        choices = value.say_choices(language)
        alike = Counter(choices.values())
        return {
            **described,
            "type": "Dropdown",
            "choices": [
                {"name": words if alike[words] == 1 else f"{words} ({code})", "value": code}
                for code, words in choices.items()
            ],
        }
    if value.is_required:
        described["value"] = f"={value.name}"
    # A text may be written as it is; everything else is computed.
    is_text = isinstance(value.field, fields.String)
    return {**described, "type": "String", "feel": "optional" if is_text else "required"}


def _describe_result(value: Value) -> Item:
    return {
        "id": f"result_{value.name}",
        "label": value.title,
        "description": _("Name of the variable that keeps it; empty: it is not kept."),
        "group": "results",
        "type": "String",
        "optional": True,
        "value": value.name,
        "binding": {"type": "zeebe:output", "source": f"={value.name}"},
    }


def _explain(value: Value, language: Language) -> str:
    """What kind of value it is, what else there is to know of it, what it may be."""
    parts = [value.kind, value.about]
    if not value.named.is_chosen:
        choices = value.say_choices(language).items()
        parts.append(_(", ").join(f"{code} ({words})" for code, words in choices))
    return _(" – ").join(part for part in parts if part)
