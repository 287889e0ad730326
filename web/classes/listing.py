"""The list of an association's classes."""

from flask import render_template

from web import current
from web.classes.blueprint import bp
from web.staff import get_staff_person
from workflows.shared.access import SYSTEM, check
from workflows.training_enrolment.classes.listing import ClassFilters, list_classes


@bp.get("")
def index() -> str:
    """List the classes of the person's associations, the newest first."""
    viewer = get_staff_person().viewer
    check(viewer, "see_classes", SYSTEM)
    with current.engine().database.read() as session:
        page = list_classes(session, viewer, ClassFilters(), now=current.now())
        return render_template("classes/index.html", classes=page.classes)
