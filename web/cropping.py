"""Photos that a page helps to crop: in which field they are chosen, and how they have to be."""

from collections.abc import Mapping
from typing import Any

from workflows.member_certificate import photo_rules
from workflows.member_certificate.kinds import PROCESS, REVIEW, UPLOAD
from workflows.shared.work import OpenForm

CROPPED = frozenset({(PROCESS, UPLOAD), (PROCESS, REVIEW)})
"""Steps that ask for a photo of the certificate: by their member, and by the association."""

TAKEN_PANEL = "on_site_case"


def find_figures(opened: OpenForm) -> dict[str, Any] | None:
    """What the editor needs to know of a step's photo: its field's name and the figures.

    None for a step that asks for no photo.
    """
    if (opened.task.process_id, opened.task.element_id) not in CROPPED:
        return None
    (slot,) = opened.form.all_slots
    return {
        "field": f"file.{slot.name}",
        "width": photo_rules.WIDTH,
        "height": photo_rules.HEIGHT,
        "least": photo_rules.LEAST_BYTES,
        "most": photo_rules.MOST_BYTES,
        "dpi": photo_rules.LEAST_DPI,
    }


def find_photo(opened: OpenForm) -> dict[str, Any] | None:
    """The photo that was chosen at a step and is kept, or None."""
    (slot,) = opened.form.all_slots
    kept = opened.values.get(slot.field) or []
    return next((each for each in kept if isinstance(each, dict)), None)


def show_photo(opened: OpenForm) -> Mapping[str, Any]:
    """The step's panels, with the photo that was just taken on site in its place."""
    if TAKEN_PANEL not in opened.panels or find_figures(opened) is None:
        return opened.panels
    photo = find_photo(opened)
    taken = photo["id"] if photo else opened.panels[TAKEN_PANEL]["taken"]
    return {**opened.panels, TAKEN_PANEL: {**opened.panels[TAKEN_PANEL], "taken": taken}}
