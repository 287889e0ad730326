"""What was changed in the register of the person's associations, the newest first."""

from flask import render_template, request, url_for

from web import current
from web.numbers import small_int
from web.register.blueprint import bp
from web.register.places import get_viewer_of_register
from web.register.words import describe_changes
from web.words import name_office
from workflows.register.searching import list_offices
from workflows.shared.access import managed_associations
from workflows.shared.register_changes import PAGE, list_changes_of_offices


@bp.get("/changes")
def list_all_changes() -> str:
    """List the changes of members and firms of the associations that the person looks after."""
    viewer = get_viewer_of_register("see_register_changes")
    before = request.args.get("before", type=small_int)
    wanted = request.args.get("office", type=small_int)
    overseen = managed_associations(viewer)
    chosen = overseen & {wanted} if wanted is not None else overseen
    with current.engine().database.read() as session:
        changes = list_changes_of_offices(session, association_ids=chosen, before_id=before)
        offices = [each for each in list_offices(session, viewer) if each.id in overseen]
        return render_template(
            "register/changes.html",
            changes=describe_changes(session, changes, with_subjects=True),
            offices=[{"id": each.id, "name": name_office(each)} for each in offices],
            office=wanted,
            newest="" if before is None else url_for("register.list_all_changes", office=wanted),
            older=url_for("register.list_all_changes", office=wanted, before=changes[-1].id)
            if len(changes) == PAGE
            else "",
        )
