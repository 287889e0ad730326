"""What the forms of a change of the register show, and what they take."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine
from engine.language import _
from forms.lists import Language
from forms.masking import mask
from workflows.profile_change.applications import (
    find_obstacle,
    find_stated,
    list_items,
    read_wanted,
)
from workflows.profile_change.kinds import ITEM_NAMES, ITEMS, PROCESS, REVIEW, STATE
from workflows.shared.certificates import PRINTED_FIELDS, find_certificate
from workflows.shared.field_names import name_field, say_value
from workflows.shared.form_data import FormData, answer_check, form_data
from workflows.shared.identity_facts import find_contradictions
from workflows.shared.register import LOCKED_FIELDS, get_member
from workflows.shared.register_changes import register_fields
from workflows.shared.register_writing import IdentityTaken, check_identity_free

SHOWN = (*LOCKED_FIELDS, "admission_date")


@form_data(PROCESS, STATE)
def state_change(session: Session, *, engine: Engine, case: Case, language: Language) -> FormData:
    """填写变更内容: what can be changed, and what the register says today."""
    return FormData(
        context={
            "item_options": [
                {"value": each, "label": zh, "label_en": en}
                for each, (zh, en) in ITEM_NAMES.items()
            ]
        },
        show_panels=lambda: {"register_today": _describe_today(session, engine, case, language)},
    )


@form_data(PROCESS, REVIEW)
def review_change(session: Session, *, engine: Engine, case: Case, language: Language) -> FormData:
    """审核变更: the register beside what is wanted, and whether the certificate ends with it."""
    return FormData(
        show_panels=lambda: {"changes": _describe_changes(session, engine, case, language)}
    )


@answer_check(PROCESS, STATE)
def check_stated(
    session: Session, *, engine: Engine, case: Case, outcome: str, values: Mapping[str, Any]
) -> Mapping[str, str]:
    """提交申请: something changes, the number is nobody else's and says the same as the rest."""
    if outcome != "apply":
        return {}
    member = get_member(session, case.subject_id)
    obstacle = find_obstacle(engine, member)
    if obstacle is not None:
        return {"items": str(obstacle)}
    today = register_fields(session, engine.vault, member)
    wanted = read_wanted(values)
    found = {
        # What belongs together may be the same in part: another number of the same type.
        ITEMS[item][-1]: _("This is what the register says already.")
        for item in list_items(values)
        if all((today.get(name) or "") == wanted[name] for name in ITEMS[item])
    }
    found |= _find_contradictions(today, wanted)
    number = wanted.get("identity_number")
    if number and "identity_number" not in found:
        try:
            check_identity_free(session, engine.vault, number=number, member_id=member.id)
        except IdentityTaken as taken:
            found["identity_number"] = str(taken)
    return found


@answer_check(PROCESS, REVIEW)
def check_approval(
    session: Session, *, engine: Engine, case: Case, outcome: str
) -> Mapping[str, str]:
    """同意变更: it can still be done, whatever was changed since it was applied for."""
    stated = find_stated(session, engine.vault, case=case)
    if outcome != "approve" or stated is None:
        return {}
    member = get_member(session, case.subject_id)
    obstacle = find_obstacle(engine, member)
    if obstacle is not None:
        return {"reason": str(obstacle)}
    wanted = read_wanted(stated)
    today = register_fields(session, engine.vault, member)
    found = _find_contradictions(today, wanted)
    if found:
        return {"reason": " ".join(found.values())}
    if number := wanted.get("identity_number"):
        try:
            check_identity_free(session, engine.vault, number=number, member_id=member.id)
        except IdentityTaken as taken:
            return {"reason": str(taken)}
    return {}


def _find_contradictions(today: Mapping[str, Any], wanted: Mapping[str, str]) -> dict[str, str]:
    """What of the new values does not fit the number, said at a field that is being changed."""
    if not wanted.keys() & {"identity_number", "birth_date", "sex"}:
        return {}
    said: dict[str, str] = {}
    for name, sentence in find_contradictions({**today, **wanted}).items():
        field = name if name in wanted else "identity_number"
        if field in wanted:
            said[field] = sentence
    return said


def _describe_today(
    session: Session, engine: Engine, case: Case, language: Language
) -> dict[str, Any]:
    member = get_member(session, case.subject_id)
    today = register_fields(session, engine.vault, member)
    today["identity_number"] = mask("identity", str(today["identity_number"]))
    return {
        "fields": [
            {"label": name_field(each, language), "value": say_value(each, today[each], language)}
            for each in SHOWN
        ]
    }


def _describe_changes(
    session: Session, engine: Engine, case: Case, language: Language
) -> dict[str, Any]:
    """Who decides compares the proof with every character: the new number stands there in full."""
    wanted = read_wanted(find_stated(session, engine.vault, case=case) or {})
    member = get_member(session, case.subject_id)
    today = register_fields(session, engine.vault, member)
    shown = {**today, "identity_number": mask("identity", str(today["identity_number"]))}
    has_certificate = find_certificate(session, member.id) is not None
    return {
        "fields": [
            {
                "label": name_field(name, language),
                "before": say_value(name, shown.get(name), language),
                "after": say_value(name, value, language),
                "is_same": (today.get(name) or "") == value,
            }
            for name, value in wanted.items()
        ],
        "is_superseded": has_certificate and bool(wanted.keys() & set(PRINTED_FIELDS)),
    }
