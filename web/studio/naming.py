"""What the processes that are at work are called, for pages that name several."""

from collections.abc import Mapping

from flask import url_for
from sqlalchemy.orm import Session

from engine.releases import has_release
from web.languages import spoken
from workflows.studio.current import Current, contents_of
from workflows.studio.documents import KINDS, diagram_of, english_of, suffix_of
from workflows.studio.titles import title_process


def name_processes(session: Session, known: Mapping[str, Current]) -> dict[str, str]:
    """The name of every process that was released, in the language of the page, in one query."""
    wanted = {
        process_id: {
            path: digest
            for path, digest in each.parts.items()
            if path in (diagram_of(process_id), english_of(process_id))
        }
        for process_id, each in known.items()
    }
    contents = contents_of(session, (each for parts in wanted.values() for each in parts.values()))
    return {
        process_id: title_process(
            process_id, {path: contents[digest] for path, digest in parts.items()}, spoken()
        )
        for process_id, parts in wanted.items()
    }


def address_of_process(session: Session, process_id: str) -> str:
    """The page of a process; of one that was never released, or is no more, that of all."""
    if has_release(session, process_id):
        return url_for("studio.process", process_id=process_id)
    return url_for("studio.index")


def place_of(path: str) -> tuple[int, str]:
    """Where a document stands in a list: as in the tabs of a draft."""
    return list(KINDS).index(suffix_of(path)), path
