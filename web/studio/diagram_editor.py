"""The editor of a diagram: what its steps can be given."""

from collections.abc import Mapping

import orjson
from sqlalchemy.orm import Session

from web import current
from web.languages import spoken
from web.studio.editing import describes
from workflows.studio.catalogue import describe_choices
from workflows.studio.documents import DIAGRAM
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
