"""Checks of a release that know this association: duties, lanes, statuses, messages, English."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

import orjson

from engine.errors import Problem
from engine.language import N_
from engine.releases import Unit
from engine.spiff import ProcessInfo, Step
from engine.spiff.diagram import Message
from forms.release_check import find_form
from workflows.shared.access import WORKING
from workflows.shared.application_kinds import all_kinds
from workflows.shared.message_names import MESSAGES
from workflows.shared.statuses import LABELS
from workflows.studio.catalogue import LANES
from workflows.studio.documents import english_of, own_documents
from workflows.studio.english import list_texts
from workflows.studio.step_properties import list_values

OFFICES = ("higher", "same")
ASSOCIATION = "association"
STATUS = "status"

OF_TASKS = frozenset({"kind", "case_kind", "office", "second_person", "batch"})
"""Properties that mean something on a user task only."""

WAITING = frozenset(
    {"user_task", "service_task", "intermediate_catch_event", "event_based_gateway", "end_event"}
)
"""Kinds of steps at which a case can stand, or end."""


def check_groups(unit: Unit) -> Iterator[Problem]:
    """Find steps in lanes, or for duties, that nobody has."""
    for process, step in _steps(unit):
        if step.kind != "user_task" or step.group is None:
            continue
        if step.lane is not None and step.lane not in LANES:
            message = N_("“%(step)s” stands in the lane “%(lane)s”, which belongs to nobody.")
            yield _at(process, step, "unknown-lane", message, lane=step.lane_name)
        elif step.lane == ASSOCIATION and step.group == ASSOCIATION:
            message = N_("“%(step)s” does not say whose duty it is.")
            yield _at(process, step, "no-duty", message)
        elif step.lane in {ASSOCIATION, None} and step.group not in WORKING:
            message = N_("“%(step)s” is given to “%(duty)s”, a duty that nobody has.")
            yield _at(process, step, "unknown-duty", message, duty=step.group[:80])
        elif step.lane not in {ASSOCIATION, None} and step.group != step.lane:
            message = N_("“%(step)s” is a step of “%(lane)s”: it has no duty.")
            yield _at(process, step, "unknown-duty", message, lane=step.lane_name)


def check_properties(unit: Unit) -> Iterator[Problem]:
    """Find properties of steps that mean nothing, or say what is not known."""
    for process, step in _steps(unit):
        for name in step.properties:
            is_known = (name == STATUS and step.kind in WAITING) or (
                name in OF_TASKS and step.kind == "user_task"
            )
            if not is_known:
                yield _at(
                    process,
                    step,
                    "useless-property",
                    N_("“%(step)s” has a property “%(property)s”, which means nothing there."),
                    is_warning=True,
                    property=name[:80],
                )
        if step.kind == "user_task":
            yield from _check_task(unit, process, step)
        yield from _check_status(process, step)


def check_messages(unit: Unit) -> Iterator[Problem]:
    """Find steps that wait for something that nobody tells."""
    for process, step in _steps(unit):
        if not isinstance(step.event, Message):
            continue
        if step.event.name not in MESSAGES:
            yield _at(
                process,
                step,
                "unknown-message",
                N_("“%(step)s” waits for the message “%(awaited)s”, which nothing sends."),
                awaited=step.event.name[:80],
            )
        elif step.event.key is None and step.kind != "start_event":
            message = N_("“%(step)s” does not say whose message it waits for: it has no key.")
            yield _at(process, step, "message-key", message)


def check_english(unit: Unit) -> Iterator[Problem]:
    """Find names and explanations of diagrams and tables without English ones.

    Those of forms are found where forms are checked.
    """
    for process_id in unit.model.processes:
        own = own_documents(process_id, unit.documents)
        path = english_of(process_id)
        if not _is_readable(own.get(path, b"{}")):
            message = N_("The English texts cannot be read: they are no list of texts by key.")
            yield Problem(path, None, message, rule="unreadable")
            continue
        told: set[tuple[str, str]] = set()
        for text in list_texts(
            process_id, {name: data for name, data in own.items() if not name.endswith(".form")}
        ):
            element = text.key.partition(".")[0]
            if text.is_missing and (text.document, element) not in told:
                told.add((text.document, element))
                yield Problem(
                    text.document,
                    element,
                    N_("“%(text)s” has no English text."),
                    rule="missing-english",
                    is_warning=True,
                    text=text.chinese,
                )


CHECKS = (check_groups, check_properties, check_messages, check_english)
"""All of them, for an engine."""


def _check_task(unit: Unit, process: ProcessInfo, step: Step) -> Iterator[Problem]:
    if STATUS not in step.properties:
        message = N_("“%(step)s” does not say where its case stands: it has no status.")
        yield _at(process, step, "no-status", message, is_warning=True)
    for name in ("kind", "case_kind"):
        for unknown in sorted(list_values(step, name) - all_kinds().keys()):
            message = N_("“%(step)s”: there is no kind of task “%(kind)s”.")
            yield _at(process, step, "unknown-kind", message, kind=unknown[:80])
    office = step.properties.get("office")
    if office is not None and office not in OFFICES:
        message = N_("“%(step)s”: “%(office)s” is no office; it is “higher” or “same”.")
        yield _at(process, step, "unknown-office", message, office=office[:80])
    yield from _check_second_person(unit, process, step)
    batch = step.properties.get("batch")
    form = find_form(unit, step)
    if batch is not None and form is not None and batch not in {e.id for e in form.outcomes}:
        message = N_("“%(step)s”: many are given “%(outcome)s” at once, which no button gives.")
        yield _at(process, step, "unknown-outcome", message, outcome=batch[:80])


def _check_second_person(unit: Unit, process: ProcessInfo, step: Step) -> Iterator[Problem]:
    """Names of steps that are nearly those of this release; others are of cases concerned."""
    tasks = {each.id: each for _, each in _steps(unit) if each.kind == "user_task"}
    for name in step.properties.get("second_person", "").split()[:20]:
        near = [] if name in tasks else get_close_matches(name[:80], tasks, n=1, cutoff=0.8)
        if near:
            yield _at(
                process,
                step,
                "unknown-step",
                N_("“%(step)s”: there is no step “%(id)s”. Is “%(near)s” meant?"),
                id=name[:80],
                near=tasks[near[0]].name,
            )


def _check_status(process: ProcessInfo, step: Step) -> Iterator[Problem]:
    for unknown in sorted(list_values(step, STATUS) - LABELS.keys()):
        near = get_close_matches(unknown[:80], LABELS, n=1)
        message = N_("“%(step)s”: there is no status “%(status)s”.")
        if near:
            message = N_("“%(step)s”: there is no status “%(status)s”. Is “%(near)s” meant?")
        yield _at(
            process,
            step,
            "unknown-status",
            message,
            status=unknown[:80],
            near=near[0] if near else "",
        )


def _is_readable(data: bytes) -> bool:
    try:
        texts = orjson.loads(data)
    except orjson.JSONDecodeError:
        return False
    return isinstance(texts, Mapping) and all(isinstance(each, str) for each in texts.values())


def _steps(unit: Unit) -> Iterator[tuple[ProcessInfo, Step]]:
    for process in unit.model.processes.values():
        for step in process.steps.values():
            yield process, step


def _at(
    process: ProcessInfo,
    step: Step,
    rule: str,
    message: str,
    *,
    is_warning: bool = False,
    **values: object,
) -> Problem:
    return Problem(
        process.document,
        step.id,
        message,
        rule=rule,
        is_warning=is_warning,
        step=step.label,
        **values,
    )
