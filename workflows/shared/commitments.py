"""The commitment 承诺书 that an application needs: which version, and how it is shown."""

from typing import Annotated, TypedDict

from sqlalchemy.orm import Session

from engine.language import N_
from engine.operations import operation
from engine.signatures import Named
from forms.lists import Language
from workflows.shared.form_data import FormData
from workflows.shared.seasons import current_commitment
from workflows.shared.vocabulary import ApplicationCode, SeasonId


class Found(TypedDict):
    """Which commitment is current."""

    current_commitment: Annotated[int, Named(N_("Current version of the commitment"))]


@operation(
    "commitments.find_version",
    title=N_("Find the commitment"),
    about=N_("Finds the current version of the season’s commitment; 0 when there is none."),
)
def find_version(session: Session, *, season_id: SeasonId, kind: ApplicationCode) -> Found:
    """Find the current version of the season's commitment; 0 when it has none.

    Inspection policy: a new version is accepted anew at the next application.
    """
    found = current_commitment(session, season_id=season_id, kind=kind)
    return {"current_commitment": 0 if found is None else found.version}


def commitment_form(
    session: Session, *, season_id: int, kind: str, panel: str, language: Language
) -> FormData:
    """What a commitment's form shows: the text, and the version that is accepted with it."""
    found = current_commitment(session, season_id=season_id, kind=kind)
    if found is None:
        return FormData(
            locked={"version": 0},
            show_panels=lambda: {panel: {"title": "", "text": "", "version": 0}},
        )
    is_english = language == "en"
    return FormData(
        locked={"version": found.version},
        context={"version": found.version},
        show_panels=lambda: {
            panel: {
                "title": (is_english and found.title_en) or found.title,
                "text": (is_english and found.text_en) or found.text,
                "version": found.version,
            }
        },
    )
