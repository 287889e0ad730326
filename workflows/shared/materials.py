"""The materials that a season asks for, as a form's file slots."""

from sqlalchemy.orm import Session

from forms.lists import Language
from workflows.shared.seasons import list_slots


def material_slots(
    session: Session, *, season_id: int, kind: str, language: Language
) -> list[dict[str, object]]:
    """The slots of a kind of application in the page's language; none: nothing is shown."""
    is_english = language == "en"
    return [
        {
            "name": each.name,
            "label": (is_english and each.label_en) or each.label,
            "help": (is_english and each.help_en) or each.help,
            "required": each.required,
        }
        for each in list_slots(session, season_id=season_id, kind=kind)
    ]
