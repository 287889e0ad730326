"""审核人员: who works for an association, with which duties; accounts are opened and closed."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import HuijiError, NotAllowed, NotFound
from engine.language import N_, _, ngettext
from web import current
from web.manage.blueprint import bp
from web.manage.places import get_viewer_of_management
from web.numbers import small_int
from web.words import name_office
from workflows.inbox.assigning import assign_tasks, release_tasks
from workflows.inbox.colleagues import list_colleagues
from workflows.shared.access import WORKING, Viewer, managed_associations
from workflows.shared.accounts import DUTIES, get_account, hash_password
from workflows.shared.actor_names import name_accounts
from workflows.shared.associations import Association
from workflows.shared.dates import local_date
from workflows.shared.edits import Edit, list_edits
from workflows.shared.messages import tell
from workflows.shared.totp import find_factor
from workflows.staff import changes
from workflows.staff.people import StaffPerson, get_person, list_open_tasks, list_people
from workflows.staff.rules import looks_after, may_give

DUTY_NAMES = {
    "review": N_("Review"),
    "fees": N_("Fees"),
    "photos": N_("Photos"),
    "training": N_("Training"),
    "help_desk": N_("Help desk"),
    "manage": N_("Management"),
    "admin": N_("Administration"),
    "audit": N_("Audit (read only)"),
}


@bp.get("/staff")
def list_staff() -> str:
    """List the people of the associations that the person looks at."""
    viewer = get_viewer_of_management()
    with current.engine().database.read() as session:
        return _draw_list(session, viewer)


@bp.post("/staff")
def add_staff() -> ResponseReturnValue:
    """Open an account; its password is shown once, on the answer."""
    viewer = get_viewer_of_management()
    password = changes.make_password()
    hashed, typed = hash_password(password), request.form
    try:
        with current.engine().database.transaction() as session:
            account = changes.add_person(
                session,
                login=typed.get("login", ""),
                name=typed.get("name", ""),
                hashed=hashed,
                duty=typed.get("duty", ""),
                association_id=typed.get("association", 0, type=small_int),
                viewer=viewer,
                now=current.now(),
            )
            account_id, login, name = account.id, account.login, account.name
    except NotAllowed:
        raise
    except HuijiError as error:
        with current.engine().database.read() as session:
            return _draw_list(session, viewer, problem=str(error)), 422
    return _show_password(account_id, login, name, password)


@bp.get("/staff/<int:account_id>")
def show_staff(account_id: int) -> str:
    """Show a person: duties, tasks, account, what was changed."""
    viewer = get_viewer_of_management()
    with current.engine().database.read() as session:
        return _draw_person(session, viewer, account_id)


@bp.post("/staff/<int:account_id>/duties")
def change_duty(account_id: int) -> ResponseReturnValue:
    """Give a duty or take it away; tasks that the person may not decide any more are put back."""
    viewer, typed = get_viewer_of_management(), request.form
    is_given = typed.get("action") == "give"
    change = changes.give if is_given else changes.take
    try:
        with current.engine().database.transaction() as session:
            get_person(session, viewer, account_id)
            change(
                session,
                account_id=account_id,
                duty=typed.get("duty", ""),
                association_id=typed.get("association", 0, type=small_int),
                viewer=viewer,
                now=current.now(),
            )
    except NotAllowed:
        raise
    except HuijiError as error:
        return _answer_problem(viewer, account_id, error)
    flash(_("The duty was given.") if is_given else _("The duty was taken away."), "success")
    if not is_given:
        _release(viewer, account_id)
    return redirect(url_for("manage.show_staff", account_id=account_id))


@bp.post("/staff/<int:account_id>/close")
def close_staff(account_id: int) -> ResponseReturnValue:
    """Close an account; its tasks go to a colleague or back to everybody."""
    viewer = get_viewer_of_management()
    to = request.form.get("to", type=small_int)
    engine, now = current.engine(), current.now()
    with engine.database.transaction() as session:
        get_person(session, viewer, account_id)
        changes.set_active(session, account_id=account_id, is_active=False, viewer=viewer, now=now)
        tasks = [each.id for each in list_open_tasks(session, account_id=account_id)]
    flash(_("The account is closed; the person was signed out everywhere."), "success")
    if to is not None and to != account_id:
        done = assign_tasks(engine, task_ids=tasks, to=to, viewer=viewer, now=now).done
        if done:
            handed = len(done)
            flash(ngettext("%(n)s task was handed over.", "%(n)s tasks were handed over.", handed))
    _release(viewer, account_id)
    return redirect(url_for("manage.show_staff", account_id=account_id))


@bp.post("/staff/<int:account_id>/open")
def open_staff(account_id: int) -> ResponseReturnValue:
    """Open a closed account again."""
    viewer = get_viewer_of_management()
    with current.engine().database.transaction() as session:
        get_person(session, viewer, account_id)
        changes.set_active(
            session, account_id=account_id, is_active=True, viewer=viewer, now=current.now()
        )
    flash(_("The account is open again."), "success")
    return redirect(url_for("manage.show_staff", account_id=account_id))


@bp.post("/staff/<int:account_id>/password")
def issue_password(account_id: int) -> ResponseReturnValue:
    """Issue a new password; it is shown once, on the answer."""
    viewer = get_viewer_of_management()
    password = changes.make_password()
    hashed = hash_password(password)
    with current.engine().database.transaction() as session:
        get_person(session, viewer, account_id)
        account = changes.issue_password(
            session, account_id=account_id, hashed=hashed, viewer=viewer, now=current.now()
        )
        login, name = account.login, account.name
    return _show_password(account_id, login, name, password)


@bp.post("/staff/<int:account_id>/second-step")
def reset_second_step(account_id: int) -> ResponseReturnValue:
    """Take the second step of somebody away who lost it, and tell the person."""
    viewer, engine, now = get_viewer_of_management(), current.engine(), current.now()
    with engine.database.transaction() as session:
        get_person(session, viewer, account_id)
        account = changes.reset_second_step(
            session, account_id=account_id, viewer=viewer, address=current.address(), now=now
        )
        template = "second_step_removed"
        tell(session, engine, account=account, template=template, values={}, now=now)
    flash(_("The second step was taken away; the person sets it up anew."), "success")
    return redirect(url_for("manage.show_staff", account_id=account_id))


def _show_password(account_id: int, login: str, name: str, password: str) -> str:
    return render_template(
        "manage/staff_password.html",
        person_name=name,
        login=login,
        password=password,
        address=url_for("manage.show_staff", account_id=account_id),
    )


def _release(viewer: Viewer, account_id: int) -> None:
    """Put back what the person may not decide any more, and say how much that is."""
    count = release_tasks(
        current.engine(), account_id=account_id, by=viewer.actor, now=current.now()
    )
    if count:
        flash(
            ngettext(
                "%(n)s task is everybody’s again.", "%(n)s tasks are everybody’s again.", count
            )
        )


def _answer_problem(viewer: Viewer, account_id: int, error: HuijiError) -> ResponseReturnValue:
    if isinstance(error, NotFound):
        raise error
    with current.engine().database.read() as session:
        return _draw_person(session, viewer, account_id, problem=str(error)), 422


def _draw_list(session: Session, viewer: Viewer, *, problem: str = "") -> str:
    offices = _list_offices(session, viewer)
    names = {each.id: name_office(each) for each in offices}
    wanted = request.args.get("office", type=small_int)
    if wanted is not None and wanted not in names:
        raise NotFound
    duty = request.args.get("duty", "")
    filters: dict[str, Any] = {
        "q": request.args.get("q", "").strip()[:50],
        "office": wanted,
        "duty": duty if duty in DUTIES else "",
        "closed": request.args.get("closed") == "1",
    }
    people = list_people(
        session,
        association_ids=list(names) if wanted is None else [wanted],
        text=filters["q"],
        duty=filters["duty"],
        with_closed=filters["closed"],
    )
    return render_template(
        "manage/staff.html",
        people=[_describe(each, names) for each in people],
        filters=filters,
        is_filtered=any(filters.values()),
        offices=[{"id": key, "name": name} for key, name in names.items()],
        duties=_name_duties(DUTIES),
        givable=_describe_givable(viewer, offices),
        givable_duties=_name_duties(_givable_duties(viewer, offices)),
        typed=request.form,
        problem=problem,
    )


def _draw_person(session: Session, viewer: Viewer, account_id: int, *, problem: str = "") -> str:
    person = get_person(session, viewer, account_id)
    offices = _list_offices(session, viewer)
    by_id = {each.id: each for each in offices}
    names = {each.id: name_office(each) for each in offices}
    is_own = account_id == viewer.account_id
    tasks = list_open_tasks(session, account_id=account_id)
    account = get_account(session, account_id)
    has_power = ("manage", "admin")
    return render_template(
        "manage/staff_person.html",
        person_shown=_describe(person, names),
        duties=[
            {
                "code": duty,
                "name": _(DUTY_NAMES[duty]),
                "office": names[association_id],
                "association_id": association_id,
                "can_take": may_give(viewer, duty=duty, association=by_id[association_id])
                and len(person.duties) > 1
                and not (is_own and duty in has_power),
            }
            for association_id, duty in person.duties
        ],
        givable=[] if is_own else _describe_givable(viewer, offices),
        givable_duties=_name_duties(_givable_duties(viewer, offices)),
        can_touch=looks_after(session, viewer, account),
        has_second_step=find_factor(session, account_id) is not None,
        is_own=is_own,
        colleagues=_list_successors(session, person, account_id) if tasks else [],
        edits=_describe_edits(session, account_id, names),
        problem=problem,
    )


def _list_successors(
    session: Session, person: StaffPerson, account_id: int
) -> list[dict[str, object]]:
    """Who might take a person's tasks on: colleagues at his associations."""
    found = {
        key: each.name
        for association_id in {each for each, _duty in person.duties}
        for key, each in list_colleagues(
            session,
            association_id=association_id,
            duties=WORKING,
            today=local_date(current.now()),
            has_load=False,
        ).items()
        if key != account_id and not each.is_away
    }
    return [{"id": key, "name": name} for key, name in found.items()]


def _describe(person: StaffPerson, names: dict[int, str]) -> dict[str, Any]:
    by_office: dict[str, list[str]] = {}
    for association_id, duty in person.duties:
        by_office.setdefault(names[association_id], []).append(_(DUTY_NAMES[duty]))
    return {
        "id": person.id,
        "login": person.login,
        "name": person.name,
        "is_active": person.is_active,
        "must_change": person.must_change_password,
        "last_sign_in_at": person.last_sign_in_at,
        "open_tasks": person.open_tasks,
        "duties": list(by_office.items()),
        "address": url_for("manage.show_staff", account_id=person.id),
    }


def _describe_edits(
    session: Session, account_id: int, names: dict[int, str]
) -> list[dict[str, object]]:
    edits = list_edits(session, subject=changes.subject_of(account_id))
    people = name_accounts(session, [each.by for each in edits])
    return [
        {"at": each.at, "by": people.get(each.by, ""), "words": _say_edit(each, names)}
        for each in edits
    ]


def _say_edit(edit: Edit, names: dict[int, str]) -> str:
    said = list[str]()
    if "login" in edit.after:
        said.append(_("Account opened"))
    if "password_issued" in edit.after:
        said.append(_("New password issued"))
    if "second_step_reset" in edit.after:
        said.append(_("Second step taken away"))
    if "is_active" in edit.after:
        said.append(_("Account opened again") if edit.after["is_active"] else _("Account closed"))
    before = {tuple(each) for each in edit.before.get("duties") or []}
    after = {tuple(each) for each in edit.after.get("duties") or []}
    for sentence, rows in (
        (N_("Given: %(duty)s (%(office)s)"), after - before),
        (N_("Taken away: %(duty)s (%(office)s)"), before - after),
    ):
        for association_id, duty in sorted(rows):
            office = names.get(association_id, "–")
            said.append(_(sentence, duty=_(DUTY_NAMES[duty]), office=office))
    return "; ".join(said)


def _givable_duties(viewer: Viewer, offices: list[Association]) -> list[str]:
    return [
        duty
        for duty in DUTIES
        if any(may_give(viewer, duty=duty, association=each) for each in offices)
    ]


def _describe_givable(viewer: Viewer, offices: list[Association]) -> list[dict[str, object]]:
    """The associations for which the viewer gives any duty at all."""
    return [
        {"id": each.id, "name": name_office(each)}
        for each in offices
        if may_give(viewer, duty="review", association=each)
    ]


def _name_duties(codes: Any) -> list[dict[str, str]]:
    return [{"code": each, "name": _(DUTY_NAMES[each])} for each in codes]


def _list_offices(session: Session, viewer: Viewer) -> list[Association]:
    ids = sorted(managed_associations(viewer))
    query = select(Association).where(Association.id.in_(ids)).order_by(Association.id)
    return list(session.scalars(query))
