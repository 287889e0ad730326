"""The decision tables that are at work, as people read them: cases go by those of their release."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask import render_template
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.feel.dmn.reading import (
    Element,
    all_text,
    attribute,
    child,
    children,
    id_of,
    read_xml,
    text_of,
)
from engine.releases import LoadedRelease, Release, current_release_id
from web import current
from web.languages import spoken
from web.manage.blueprint import bp
from web.manage.places import get_viewer_of_management
from workflows.shared.access import SYSTEM, can
from workflows.shared.decision_cells import Cell, read_cell
from workflows.shared.step_names import StepNames

OF_SECTIONS = {"fee": ("fee_status",), "hours": ("hours_of_year", "inspection_hours")}
"""The decisions behind sections of a season's settings."""


@dataclass(frozen=True)
class Rule:
    """A row: what it is for, and its cells; an empty one lets anything pass."""

    about: str
    cells: Sequence[Cell]


@dataclass(frozen=True)
class DecisionTable:
    """A table in the reader's language; `process` is the one whose folder it lies in."""

    id: str
    title: str
    about: str
    process: str
    process_id: str
    columns: Sequence[str]
    rules: Sequence[Rule]
    release: int


@bp.get("/decision-tables")
def list_decision_tables() -> str:
    """Show every decision table that is at work."""
    viewer = get_viewer_of_management()
    with current.engine().database.read() as session:
        return render_template(
            "manage/decision_tables.html",
            tables=read_tables(session),
            sees_processes=can(viewer, "see_processes", SYSTEM),
        )


def read_tables(session: Session) -> list[DecisionTable]:
    """The tables of the current releases, process by process, each once."""
    found: dict[str, DecisionTable] = {}
    for process_id in session.scalars(select(Release.process_id).distinct()):
        release_id = current_release_id(session, process_id)
        for each in _tables_of(current.engine().releases.get(session, release_id)):
            found.setdefault(each.id, each)
    return sorted(found.values(), key=lambda each: (each.process, each.title))


def tables_of_sections(session: Session) -> Mapping[str, Sequence[DecisionTable]]:
    """The tables behind each section of a season's settings."""
    known = {each.id: each for each in read_tables(session)}
    return {
        section: [known[each] for each in wanted if each in known]
        for section, wanted in OF_SECTIONS.items()
    }


def _tables_of(release: LoadedRelease) -> Iterator[DecisionTable]:
    names = StepNames(release, spoken())
    for path, source in release.documents.items():
        process_id = path.split("/")[1]
        # Called processes have releases of their own: their tables are listed with those.
        if not path.endswith(".dmn") or process_id != release.process_id:
            continue
        english = names.english(process_id)
        for decision in children(read_xml(source), "decision"):
            table = child(decision, "decisionTable")
            if table is not None:
                yield DecisionTable(
                    id=id_of(decision),
                    title=english.get(id_of(decision)) or attribute(decision, "name"),
                    about=_say_about(decision, english),
                    process=names.process(process_id),
                    process_id=process_id,
                    columns=[
                        english.get(id_of(each)) or attribute(each, "label")
                        for each in children(table, "input", "output")
                    ],
                    rules=[_read_rule(each, english) for each in children(table, "rule")],
                    release=release.number,
                )


def _read_rule(rule: Element, english: Mapping[str, str]) -> Rule:
    texts = [text_of(each) for each in children(rule, "inputEntry", "outputEntry")]
    return Rule(_say_about(rule, english), [read_cell(each) for each in texts])


def _say_about(element: Element, english: Mapping[str, str]) -> str:
    about = child(element, "description")
    said = "" if about is None else all_text(about)
    return english.get(f"{id_of(element)}.description") or said
