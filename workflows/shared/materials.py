"""The materials that a season asks for, as what a form's file field is given."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from forms.lists import Language
from workflows.shared.seasons import Season, list_slots


def material_slots(
    session: Session, *, season: Season, kind: str, language: Language
) -> Mapping[str, object]:
    """The context `material_slots` and `max_files` of a kind of application.

    The slots are in the page's language, each with its own limit; none: nothing is shown.
    """
    is_english = language == "en"
    slots = [
        {
            "name": each.name,
            "label": (is_english and each.label_en) or each.label,
            "help": (is_english and each.help_en) or each.help,
            "required": each.required,
            "max_bytes": each.max_bytes,
        }
        for each in list_slots(session, season_id=season.id, kind=kind)
    ]
    return {"material_slots": slots, "max_files": season.max_files}
