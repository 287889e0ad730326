"""What a diagram's editor offers to choose from: what there is, in the words of people."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from sqlalchemy.orm import Session

from engine.checks.errors import Errors
from engine.engine import Engine
from engine.feel import BUILTINS
from engine.feel.dmn import InvalidDecision
from engine.feel.dmn.reading import attribute, children, read_definitions
from engine.functions import FUNCTIONS
from engine.language import N_, _
from engine.operations import Operations
from engine.releases import Documents, LoadedRelease
from engine.spiff import Step
from engine.spiff.diagram import Failure, Message
from forms.lists import Language
from workflows.shared.access import WORKING
from workflows.shared.application_kinds import all_kinds
from workflows.shared.statuses import LABELS
from workflows.shared.step_names import StepNames
from workflows.studio.current import list_current
from workflows.studio.documents import FORM, TABLE, english_of, name_of, suffix_of
from workflows.studio.step_properties import list_values
from workflows.studio.titles import title_documents, title_elements

LANES = {
    "member": N_("Member"),
    "firm": N_("Accounting firm"),
    "association": N_("Association"),
    "visitor": N_("Somebody who is not signed in"),
}
"""Whose steps a lane may hold; the lane's id says it."""

DUTIES = {
    "review": N_("Review"),
    "fees": N_("Fees"),
    "photos": N_("Photos"),
    "training": N_("Training"),
    "help_desk": N_("Help desk"),
    "manage": N_("Management"),
}
"""The duties to which steps can be given."""

DEEPEST = 10
OTHERS = ""

Item = dict[str, Any]


def describe_choices(
    session: Session,
    engine: Engine,
    *,
    process_id: str,
    documents: Documents,
    language: Language,
) -> Mapping[str, list[Item]]:
    """Everything that the steps of a draft can name, as lists of plain values."""
    releases = [
        engine.releases.get(session, each.release_id) for each in list_current(session).values()
    ]
    return {
        "forms": _list_forms(process_id, documents, language),
        "decisions": _list_decisions(process_id, documents, language),
        "processes": _list_callable(process_id, releases, language),
        "lanes": _name(LANES),
        "duties": _name({duty: DUTIES[duty] for duty in WORKING}),
        "statuses": _list_statuses(process_id, releases, language),
        "kinds": _name({code: kind.label for code, kind in all_kinds().items()}),
        "messages": _list_messages(releases, language),
        "errors": _list_errors(releases, engine.operations, language),
        "functions": list_functions(),
        "english": _list_english(process_id, documents, language),
    }


def list_functions() -> list[Item]:
    """The functions of FEEL that there are here, with what they take."""
    known = BUILTINS | FUNCTIONS.declared
    return [{"name": name, "parameters": known[name].parameters} for name in sorted(known)]


def _name(labels: Mapping[str, str]) -> list[Item]:
    return [{"id": code, "name": _(label)} for code, label in labels.items()]


def _list_statuses(
    process_id: str, releases: list[LoadedRelease], language: Language
) -> list[Item]:
    """The statuses by the process that gives them, those of this one first.

    Many have the same words. One that several processes give stands with the first of them.
    """
    groups: dict[str, str] = {}
    for release in sorted(releases, key=lambda each: each.process_id != process_id):
        title = StepNames(release, language).process(release.process_id)
        given = set().union(*(list_values(each, "status") for each in _steps([release])))
        for code in LABELS:
            if code in given:
                groups.setdefault(code, title)
    order = [*dict.fromkeys(groups.values()), OTHERS]
    items = [
        {"id": code, "name": _(label), "group": groups.get(code, OTHERS)}
        for code, label in LABELS.items()
    ]
    items.sort(key=lambda each: order.index(each["group"]))
    return [{**each, "group": each["group"] or _("Other statuses")} for each in items]


def _list_forms(process_id: str, documents: Documents, language: Language) -> list[Item]:
    titles = title_documents(process_id, documents, language)
    texts = _read_object(documents.get(english_of(process_id), b"")) if language == "en" else {}
    return [
        {
            "id": name_of(path),
            "name": titles[path],
            "outcomes": list(_outcomes(name_of(path), documents[path], texts)),
        }
        for path in documents
        if suffix_of(path) == FORM
    ]


def _list_english(process_id: str, documents: Documents, language: Language) -> list[Item]:
    """What the elements are called in English, for who reads that: diagrams are Chinese."""
    if language != "en":
        return []
    names = title_elements(process_id, documents, "en")
    own = title_elements(process_id, documents, "zh")
    return [{"id": key, "name": name} for key, name in names.items() if name != own.get(key)]


def _outcomes(form_id: str, document: bytes, texts: Mapping[str, object]) -> Iterator[Item]:
    """The outcomes of a form's buttons with what stands on them, as far as it can be read."""
    for button in _buttons(_read_object(document).get("components"), DEEPEST):
        properties = button.get("properties")
        outcome = properties.get("outcome") if isinstance(properties, dict) else None
        if isinstance(outcome, str):
            said = texts.get(f"{form_id}.{button.get('id')}.label") or button.get("label")
            yield {"value": outcome, "label": str(said or outcome)}


def _buttons(components: object, depth: int) -> Iterator[Mapping[str, Any]]:
    for each in components if isinstance(components, list) and depth else ():
        if isinstance(each, dict):
            if each.get("type") == "button":
                yield each
            yield from _buttons(each.get("components"), depth - 1)


def _read_object(document: bytes) -> Mapping[str, Any]:
    try:
        found = orjson.loads(document)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _list_decisions(process_id: str, documents: Documents, language: Language) -> list[Item]:
    texts = _read_object(documents.get(english_of(process_id), b"")) if language == "en" else {}
    found = []
    for path, document in documents.items():
        if suffix_of(path) != TABLE:
            continue
        try:
            root = read_definitions(document)
        except InvalidDecision:
            continue
        for decision in children(root, "decision"):
            code = attribute(decision, "id")
            found.append(
                {"id": code, "name": texts.get(code) or attribute(decision, "name") or code}
            )
    return found


def _list_callable(
    process_id: str, releases: list[LoadedRelease], language: Language
) -> list[Item]:
    """The processes that this one may call, with what those that call them hand over.

    Not itself and none that calls it; none that a message or a form of its own begins.
    """
    given: dict[str, dict[str, None]] = {}
    for step in _steps(releases):
        if step.called_process:
            names = given.setdefault(step.called_process, {})
            names.update(dict.fromkeys(each.target for each in step.inputs))
    return [
        {
            "id": each.process_id,
            "name": StepNames(each, language).process(each.process_id),
            "inputs": [{"name": name} for name in given.get(each.process_id, {})],
        }
        for each in releases
        if process_id not in each.model.processes and _can_be_called(each)
    ]


def _can_be_called(release: LoadedRelease) -> bool:
    start = release.model.processes[release.process_id].start
    return start.event is None and start.form_id is None


def _steps(releases: list[LoadedRelease]) -> Iterator[Step]:
    """The steps of every process, each process's once."""
    for release in releases:
        yield from release.model.processes[release.process_id].steps.values()


def _list_messages(releases: list[LoadedRelease], language: Language) -> list[Item]:
    """The messages that some process waits for, called as the step that waits is."""
    found: dict[str, Item] = {}
    for release in releases:
        names = StepNames(release, language)
        for step in _steps([release]):
            if isinstance(step.event, Message):
                key = "" if step.event.key is None else step.event.key.source
                called = names.step(step.process_id, step.id)
                known = {"name": step.event.name, "label": called, "key": key}
                found.setdefault(step.event.name, known)
    return sorted(found.values(), key=lambda each: each["label"])


def _list_errors(
    releases: list[LoadedRelease], operations: Operations, language: Language
) -> list[Item]:
    """The errors that operations or processes end with, and which of them do.

    Those of processes are called as the step that ends with one or catches it.
    """
    found: dict[str, Item] = {}
    for operation in operations.by_name.values():
        for code, title in operation.throws.items():
            item = found.setdefault(code, _begin_error(code, _(title)))
            item["operations"].append(operation.name)
    for release in releases:
        names = StepNames(release, language)
        for step in _steps([release]):
            if isinstance(step.event, Failure) and step.event.code:
                called = names.step(step.process_id, step.id)
                found.setdefault(step.event.code, _begin_error(step.event.code, called))
    for release in releases:
        processes = release.model.processes
        errors = Errors(processes, operations, top=release.process_id)
        for code in errors.out_of(processes[release.process_id]) & found.keys():
            found[code]["processes"].append(release.process_id)
    return sorted(found.values(), key=lambda each: each["name"])


def _begin_error(code: str, name: str) -> Item:
    return {"code": code, "name": name, "operations": [], "processes": []}
