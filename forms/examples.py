"""Invented answers: what a form is drawn with when nobody fills it in.

They fit their fields as far as a field says what it takes, and are nobody's.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from stdnum.cn import ric

from engine.feel import Expression
from engine.language import _
from forms.answers import decimal_places
from forms.bound import BoundForm
from forms.conditions import top_level
from forms.document import Component
from forms.expressions import is_true
from forms.patterns import matches
from forms.requirements import bound_date, is_empty
from forms.slots import MEGABYTE, StoredFile

ROWS = 2
MOST_ROWS = 10
LONGEST = 2_000
_BORN = "11010119900307123"
_BIRTH_DATE = date(1990, 3, 7)
_BY_IDENTITY_TYPE = {
    "residence_permit": "81000019900307123",
    "hk_macao_permit": "H12345678",
    "taiwan_permit": "12345678",
    "passport": "E12345678",
    "permanent_residence": "ABC123456789012",
    "officer_card": "1234567",
}
_BY_FORMAT = {
    "mobile": "13800000000",
    "phone": "010-12345678",
    "email": "name@example.com",
    "postal_code": "100000",
    "member_number": "110100010001",
    "url": "https://www.example.com/",
}
_UNUSUAL = (
    *(
        "123456",
        "1234",
        "12345678",
        "123456789012345678",
        "91110000100000123X",
        "911100001000001",
        "1",
        "12",
    ),
    *("2026", "2026-01", "A123456", "ABC123", "abc", "京A12345", "(2026)1", "www.example.com"),
)


def invent_context(components: Iterable[Component], fields: Iterable[str]) -> dict[str, object]:
    """Return what a process would hand over to texts, choices and slots, by name.

    Names of `fields` are answers and not invented; what only conditions read stays unknown, so
    that nothing is hidden for want of it.
    """
    answered = frozenset(fields)
    context: dict[str, object] = {}
    for component in (each for top in components for each in top.walk()):
        for name in ("label", "description", "text", "hint", "confirm"):
            for path in _paths_of(component, name):
                _put(context, path.split("."), _word(path))
        for name, made in (("valuesExpression", _options()), ("slots", _slots())):
            expression = component.expression(name)
            for path in sorted(expression.paths) if expression is not None else ():
                _put(context, path.split("."), made)
    return {name: value for name, value in context.items() if name not in answered}


def _paths_of(component: Component, name: str) -> list[str]:
    """What a text reads; what is asked there by its name (`is_phone`) stays unknown."""
    text = component.find_text(name, "zh")
    pieces = () if text is None else text.pieces
    paths = {path for piece in pieces if isinstance(piece, Expression) for path in piece.paths}
    return sorted(each for each in paths if not each.rpartition(".")[2].startswith(("is_", "has_")))


def invent_answers(bound: BoundForm) -> dict[str, Any]:
    """Return an answer for each field: what it begins with, else an invented one."""
    known = bound.complete()
    answers: dict[str, Any] = {}
    for component in top_level(bound.form.components):
        if not component.is_field or not component.may_be_seen:
            continue
        begun = known.get(component.key)
        if component.type == "dynamiclist":
            answers[component.key] = _rows(bound, component)
        elif component.type == "checkbox" or is_empty(begun):
            answers[component.key] = _invent(bound, component, answers)
        else:
            answers[component.key] = begun
    scope = bound.see(answers)
    for component in bound.form.fields:
        check = component.expression("check")
        if check is not None and component.type == "textfield" and not is_true(check, scope):
            others = ((text, scope.with_names({component.key: text})) for text in _UNUSUAL)
            fitting = (text for text, seen in others if is_true(check, seen))
            answers[component.key] = next(fitting, answers.get(component.key))
        same = answers.get(component.properties.get("sameAs", ""))
        if same is not None and component.key in answers:
            answers[component.key] = same
    return answers


def _rows(bound: BoundForm, component: Component) -> list[dict[str, Any]]:
    wanted = max(min(component.number("minRows", 0), MOST_ROWS), ROWS)
    wanted = min(wanted, component.number("maxRows", 20))
    rows: list[dict[str, Any]] = []
    for _number in range(wanted):
        row: dict[str, Any] = {}
        for each in top_level(component.children):
            if each.is_field:
                row[each.key] = _invent(bound, each, row)
        rows.append(row)
    return rows


def _invent(bound: BoundForm, component: Component, others: Mapping[str, Any]) -> Any:
    match component.type:
        case "textfield" | "textarea":
            return _text(bound, component, others)
        case "number":
            return _number(component)
        case "checkbox":
            return True
        case "datetime":
            return _date(bound, component).isoformat()
        case "select" | "radio" | "checklist":
            values = [each.value for each in bound.options(component, bound.scope)]
            return values[:2] if component.type == "checklist" else next(iter(values), None)
        case "filepicker":
            return [_file(slot.name, slot.kinds[0]) for slot in bound.slots(component)]
    return None


def _text(bound: BoundForm, component: Component, others: Mapping[str, Any]) -> str:
    pattern = component.rule("pattern")
    if isinstance(pattern, str) and pattern:
        return next((text for text in _UNUSUAL if matches(pattern, text)), "")
    kind = component.properties.get("format") or component.rule("validationType")
    if kind == "identity_number":
        of = str(others.get(component.properties.get("identityType", "")) or "")
        number = _BY_IDENTITY_TYPE.get(of, _BORN)
        return number + ric.calc_check_digit(number + "0") if len(number) == 17 else number
    if kind in _BY_FORMAT:
        return _BY_FORMAT[str(kind)]
    return _fit(_words(bound, component), component)


def _words(bound: BoundForm, component: Component) -> str:
    match component.properties.get("mask"):
        case "name":
            return _("Zhang San")
        case "address":
            return _("1 Example Road, Example District, Beijing")
    if component.type == "textarea":
        return _("This text was invented for the preview.")
    label = component.label(bound.language, bound.scope)
    return _("Example: %(label)s", label=label)


def _fit(text: str, component: Component) -> str:
    least = min(component.rule("minLength") or 0, LONGEST)
    return (text * -(-least // len(text)) if least else text)[: component.max_length]


def _number(component: Component) -> int | float:
    least, most = component.rule("min"), component.rule("max")
    value = {"money": 100, "hours": 20}.get(component.properties.get("format", ""), 1)
    if most is not None and value > most:
        value = most
    if least is not None and value < least:
        value = least
    return float(value) if decimal_places(component) else int(value)


def _date(bound: BoundForm, component: Component) -> date:
    least = bound_date(component, "min", bound.scope)
    most = bound_date(component, "max", bound.scope)
    if component.attributes.get("disallowPassedDates"):
        least = max(least or bound.today, bound.today)
    day = _BIRTH_DATE if "birth" in component.key else bound.today - timedelta(days=365)
    if least is not None and day < least:
        day = least
    return most if most is not None and day > most else day


def _file(slot: str, kind: str) -> StoredFile:
    name = f"{_('Example file')}.{kind}"
    return StoredFile(
        slot=slot, id=f"example-{slot}", name=name, kind=kind, size=MEGABYTE // 4, sha256=""
    )


def _options() -> list[dict[str, str]]:
    return [
        {"value": f"example_{number}", "label": _("Example option %(number)s", number=number)}
        for number in (1, 2, 3)
    ]


def _slots() -> list[dict[str, object]]:
    return [{"name": "example", "label": _("Example document"), "required": True}]


def _word(path: str) -> object:
    """What stands in a text where a process puts a value."""
    name = path.rpartition(".")[2]
    if "mobile" in name:
        return "138****0000"
    if name in {"year", "number", "count", "amount"} or name.endswith(("_year", "_count")):
        return date.today().year if "year" in name else 1  # noqa: DTZ011  a word, not a time
    return _("(example)")


def _put(context: dict[str, object], path: list[str], value: object) -> None:
    *around, name = path
    inner: Any = context
    for each in around:
        inner = inner.setdefault(each, {})
        if not isinstance(inner, dict):
            return
    inner.setdefault(name, value)
