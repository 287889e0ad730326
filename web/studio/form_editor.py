"""The editor of a form: what can be set at its components, what it may show and read."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from forms.names_read import find_names_read
from forms.panels import list_panels
from web.studio.editing import describes
from web.studio.form_fields import describe_form_fields
from workflows.studio.documents import FORM
from workflows.studio.models import Draft, DraftDocument


@describes(FORM)
def describe_form(_session: Session, draft: Draft, document: DraftDocument) -> Mapping[str, object]:
    """What `studio/edit_form.html` needs beside the document."""
    fields = describe_form_fields()
    panels, given = list_panels(process=draft.process_id), find_names_read(document.data)
    return {"form_fields": {**fields, "panels": panels, "given": given}}
