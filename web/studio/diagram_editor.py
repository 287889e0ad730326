"""The editors of diagrams and decision tables: what there is to choose from."""

from collections.abc import Mapping

import orjson
from sqlalchemy.orm import Session

from web import current
from web.languages import spoken
from web.studio.editing import describes
from workflows.studio.catalogue import describe_choices, list_functions
from workflows.studio.documents import DIAGRAM, TABLE
from workflows.studio.drafts import read_documents
from workflows.studio.models import Draft, DraftDocument
from workflows.studio.skeletons import begin_document


@describes(DIAGRAM)
def describe_diagram(
    session: Session, draft: Draft, _document: DraftDocument
) -> Mapping[str, object]:
    """What `studio/edit_diagram.html` needs beside the document."""
    choices = describe_choices(
        session,
        current.engine(),
        process_id=draft.process_id,
        documents=read_documents(session, draft.id),
        language=spoken(),
    )
    new_form = orjson.loads(begin_document(f"forms/{draft.process_id}/new.form", ""))
    return {"catalogue": {**choices, "new_form": new_form}}


@describes(TABLE)
def describe_table(
    _session: Session, _draft: Draft, _document: DraftDocument
) -> Mapping[str, object]:
    """What `studio/edit_decision.html` needs beside the document: the functions of its cells."""
    return {"catalogue": {"functions": list_functions()}}
