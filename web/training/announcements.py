"""培训通知: what the associations announce of their classes, and one of them to read."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import NotFound
from forms.texts import draw_markdown
from web import current
from web.numbers import small_int
from web.sessions import get_person
from web.training.blueprint import bp
from web.words import name_office, name_offices
from workflows.shared.associations import get_association
from workflows.training_enrolment.classes.settings import say_audience
from workflows.training_enrolment.listing import get_offered_class, list_announcements


@bp.get("/announcements")
def announcements() -> ResponseReturnValue:
    """List the announcements, the newest first."""
    viewer = get_person().viewer
    number = request.args.get("page", 1, type=small_int)
    with current.engine().database.read() as session:
        page = list_announcements(session, viewer, number=number)
        offices = name_offices(session, [each.association_id for each in page.classes])
        rows = [
            {
                "name": each.name,
                "office": offices[each.association_id],
                "at": each.created_at,
                "audience": say_audience(each),
                "address": url_for("training.announcement", class_id=each.id),
            }
            for each in page.classes
        ]
    return render_template("training/announcements.html", page=page, rows=rows)


@bp.get("/announcements/<int:class_id>")
def announcement(class_id: int) -> ResponseReturnValue:
    """Show a class's announcement."""
    viewer = get_person().viewer
    with current.engine().database.read() as session:
        found = get_offered_class(session, viewer, class_id)
        if not found.announcement:
            raise NotFound
        office = name_office(get_association(session, found.association_id))
        return render_template(
            "training/announcement.html",
            name=found.name,
            office=office,
            at=found.created_at,
            is_cancelled=found.cancelled_at is not None,
            text=draw_markdown(found.announcement),
            address=url_for("training.show_class", class_id=class_id),
        )
