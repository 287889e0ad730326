"""What is different between two documents of decision tables, in words."""

from collections.abc import Iterator, Mapping

from engine.feel.dmn.reading import (
    Element,
    all_text,
    attribute,
    child,
    children,
    expression_of,
    id_of,
    read_definitions,
    tag,
    text_of,
    type_name,
)
from engine.language import N_, _
from engine.spiff.document import Tag
from workflows.shared.decision_cells import read_cell
from workflows.studio.differences.layout import compare_layouts
from workflows.studio.differences.matching import Pair, pair
from workflows.studio.differences.model import (
    Change,
    Detail,
    Said,
    change_or_move,
    compare_properties,
    shorten,
)
from workflows.studio.differences.tables import (
    Column,
    Rule,
    Table,
    TablePair,
    pair_tables,
    read_tables,
    read_text,
)

KINDS = {
    "inputData": N_("Input data"),
    "businessKnowledgeModel": N_("Reusable function"),
    "knowledgeSource": N_("Source"),
    "itemDefinition": N_("Type of values"),
}

LABELS = {
    "id": N_("Id"),
    "name": N_("Name in the table"),
    "label": N_("Title of the column"),
    "description": N_("Explanation"),
    "question": N_("Question"),
    "allowedAnswers": N_("Possible answers"),
    "variable name": N_("Remembered as"),
    "needs": N_("Needs"),
    "policy": N_("Which rules count"),
    "aggregation": N_("Put together by"),
    "expression": N_("What is looked at"),
    "formula": N_("What is worked out"),
    "type": N_("Type of values"),
    "values": N_("Possible values"),
    "default": N_("If no rule holds"),
    "about": N_("What it is for"),
}

TEXTS = ("description", "question", "allowedAnswers")
REQUIREMENTS = ("informationRequirement", "knowledgeRequirement", "authorityRequirement")


def compare_tables(
    old: bytes, new: bytes, *, english_before: Mapping[str, str], english: Mapping[str, str]
) -> list[Change]:
    """What is different between two documents; raises InvalidDecision."""
    changes = list(_compare_others(read_definitions(old), read_definitions(new)))
    for each in pair_tables(read_tables(old, english_before), read_tables(new, english)):
        changes += _compare_pair(each)
    before, after = read_definitions(old), read_definitions(new)
    return [*changes, *compare_layouts(_drawn(before), _drawn(after))]


def _compare_pair(found: TablePair) -> Iterator[Change]:
    table = found.new or found.old
    assert table is not None  # noqa: S101  one of the two is there
    name = _("Decision “%(name)s”", name=table.title)
    old_id, new_id = found.old.id if found.old else "", found.new.id if found.new else ""
    if found.old is None:
        yield Change("added", name, new=new_id)
    elif found.new is None:
        yield Change("removed", name, old=old_id)
        return
    else:
        before, after = _properties(found.old), _properties(found.new)
        if details := tuple(compare_properties(before, after, _say_label)):
            yield Change("changed", name, old_id, new_id, details)
    for column in found.columns:
        yield from _compare_column(column, found)
    for rule in found.rules:
        yield from _compare_rule(rule, found)


def _compare_column(each: Pair[Column], found: TablePair) -> Iterator[Change]:
    column = each.new or each.old
    table = found.new if each.new else found.old
    assert column is not None  # noqa: S101  one of the two is there
    assert table is not None  # noqa: S101  it has the column
    said = _("Condition “%(name)s”") if column.is_input else _("Result “%(name)s”")
    name = said % {"name": column.say(table.english)}
    if each.old is None:
        details = tuple(compare_properties({}, _column_properties(column), _say_label))
        yield Change("added", name, new=column.id, details=details)
    elif each.new is None:
        yield Change("removed", name, old=column.id)
    else:
        before, after = _column_properties(each.old), _column_properties(each.new)
        changed = list(compare_properties(before, after, _say_label))
        if each.is_moved:
            places = (_("column %(n)s", n=place + 1) for place in (each.old_place, each.new_place))
            changed.append(Detail(_("Position"), *places))
        if changed:
            yield change_or_move(name, each.old.id, each.new.id, changed, is_moved=each.is_moved)


def _compare_rule(each: Pair[Rule], found: TablePair) -> Iterator[Change]:
    rule = each.new or each.old
    assert rule is not None  # noqa: S101  one of the two is there
    cells = tuple(
        Detail(_column_of(found, place, new_place), _say_cell(before), _say_cell(after))
        for place, new_place, before, after in found.changed_cells(each)
    )
    name = _("Rule %(n)s", n=rule.number)
    if rule.about:
        name = _("Rule %(n)s “%(about)s”", n=rule.number, about=shorten(rule.about))
    if each.old is None:
        yield Change("added", name, new=rule.id, details=cells)
        return
    if each.new is None:
        yield Change("removed", name, old=rule.id, details=cells)
        return
    details = list(cells)
    if each.old.about != each.new.about:
        texts = (shorten(each.old.about), shorten(each.new.about))
        details.insert(0, Detail(_("What it is for"), *texts))
    if each.is_moved:
        places = (_("rule %(n)s", n=number) for number in (each.old.number, each.new.number))
        details.append(Detail(_("Position"), *places))
    if details:
        yield change_or_move(name, each.old.id, each.new.id, details, is_moved=each.is_moved)


def _column_of(found: TablePair, old_place: int, new_place: int) -> str:
    table, place = (found.new, new_place) if new_place >= 0 else (found.old, old_place)
    assert table is not None  # noqa: S101  it has the column
    return table.columns[place].say(table.english)


def _say_cell(feel: str) -> str:
    return shorten(read_cell(feel).text) or _("any")


def _say_label(name: str) -> str:
    return _(LABELS[name]) if name in LABELS else name


def _properties(table: Table) -> dict[str, Said]:
    """Everything of a decision but its columns and rules."""
    decision, element = table.decision, table.element
    found = {str(name): str(value) for name, value in decision.attrib.items() if name != "id"}
    found |= {name: read_text(decision, name) for name in TEXTS}
    variable = child(decision, "variable")
    if variable is not None:
        found["variable name"] = attribute(variable, "name")
        found["type"] = type_name(variable)
    references = (
        each.get("href", "") for part in children(decision, *REQUIREMENTS) for each in part
    )
    needed = sorted(each.removeprefix("#") for each in references)
    found["needs"] = _(", ").join(table.names.get(each) or each for each in needed)
    if element is not None:
        found["policy"] = table.policy
        found["aggregation"] = attribute(element, "aggregation")
    elif (formula := expression_of(decision)) is not None:
        found["formula"] = " ".join(all_text(formula).split())
    return {name: Said(text, text) for name, text in found.items() if text}


def _column_properties(column: Column) -> dict[str, Said]:
    element = column.element
    expression = child(element, "inputExpression")
    typed = element if expression is None else expression
    found = {
        "label": attribute(element, "label"),
        "name": attribute(element, "name"),
        "expression": text_of(expression),
        "type": type_name(typed),
        "values": text_of(child(element, "inputValues", "outputValues")),
        "default": text_of(child(element, "defaultOutputEntry")),
        "description": read_text(element, "description"),
    }
    return {name: Said(text, text) for name, text in found.items() if text}


def _compare_others(old: Element, new: Element) -> Iterator[Change]:
    """Everything that is no decision: input data, sources, types, and the whole's name."""
    if old.get("name", "") != new.get("name", ""):
        named = Detail(_("Name in the table"), old.get("name", ""), new.get("name", ""))
        yield Change("changed", _("Decision tables"), details=(named,))
    for each in pair(_others(old), _others(new), id_of):
        element = each.new if each.new is not None else each.old
        assert element is not None  # noqa: S101  one of the two is there
        kind = KINDS.get(tag(element))
        name = _(
            "%(kind)s “%(name)s”",
            kind=_(kind) if kind else tag(element),
            name=attribute(element, "name") or id_of(element),
        )
        if each.old is None:
            yield Change("added", name, new=id_of(element))
        elif each.new is None:
            yield Change("removed", name, old=id_of(element))
        else:
            before, after = dict(_flat(each.old)), dict(_flat(each.new))
            if details := tuple(compare_properties(before, after, _say_label)):
                yield Change("changed", name, id_of(each.old), id_of(each.new), details)


def _others(root: Element) -> list[Element]:
    return [each for each in root if tag(each) and tag(each) != "decision"]


def _flat(element: Element, name: str = "") -> Iterator[tuple[str, Said]]:
    for key, value in element.attrib.items():
        if key != "id":
            yield f"{name} {key!s}".strip(), Said(str(value), str(value))
    if text := (element.text or "").strip():
        yield name or "name", Said(text, text)
    for place, each in enumerate(element):
        inner = Tag.of(str(each.tag)).name
        yield from _flat(each, f"{name} {inner}{place or ''}".strip())


def _drawn(root: Element) -> dict[str, str]:
    """Where what is drawn stands, by the id of what it is."""
    return {
        each.get("dmnElementRef", ""): repr(
            [sorted((k, v) for k, v in part.attrib.items() if k != "id") for part in each.iter("*")]
        )
        for drawing in root
        if Tag.of(str(drawing.tag)).name == "DMNDI"
        for each in drawing.iter("*")
        if each.get("dmnElementRef")
    }
