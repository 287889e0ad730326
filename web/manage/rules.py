"""Rules that hand tasks over as they arrive: written here, tried on the last tasks, then kept."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import NotAllowed, Rejected
from engine.language import N_, _
from engine.tasks import Task
from forms.regions import all_provinces
from web import current
from web.manage.blueprint import bp
from web.manage.places import get_viewer_of_management
from web.numbers import small_int
from web.words import name_office
from workflows.inbox.colleagues import Colleague, list_colleagues
from workflows.inbox.rules import (
    BY_DIGIT,
    BY_LOAD,
    BY_REGION,
    DIGITS,
    EVERY_KIND,
    MOST_SHARE,
    WAYS,
    AssignmentRule,
    find_rule,
    is_key,
    list_rules,
    make_rule,
    preview,
    save_rule,
)
from workflows.shared.access import OVERSEERS, WORKING, Viewer
from workflows.shared.associations import Association
from workflows.shared.dates import local_date
from workflows.shared.edits import record_edit

PREVIEWED = 50

WAY_NAMES = {
    BY_REGION: N_("By the member's region"),
    BY_DIGIT: N_("By the last digit of the member number"),
    BY_LOAD: N_("By load: whoever has least for his share"),
}


@bp.get("/rules", endpoint="list_rules")
def show_rules() -> ResponseReturnValue:
    """Show an association's rules, and one of them to change."""
    viewer = get_viewer_of_management()
    with current.engine().database.read() as session:
        office = _find_office(session, viewer)
        kind = request.args.get("kind", EVERY_KIND)[:40]
        rule = find_rule(session, association_id=office.id, kind=kind)
        way = request.args.get("way", rule.way if rule else BY_LOAD)
        known = rule if rule is not None and rule.way == way else None
        return _draw(session, viewer, office, known or _blank(office, kind, way))


@bp.post("/rules")
def keep_rule() -> ResponseReturnValue:
    """Keep a rule, or show first whom the last tasks would have gone to by it."""
    viewer = get_viewer_of_management()
    is_trial = request.form.get("action") == "preview"
    try:
        rule = make_rule(
            association_id=request.form.get("office", 0, type=small_int),
            kind=request.form.get("kind", "")[:40],
            way=request.form.get("way", ""),
            parts=_read_parts(),
        )
    except Rejected as error:
        with current.engine().database.read() as session:
            office = _find_office(session, viewer)
            blank = _blank(office, EVERY_KIND, BY_LOAD)
            return _draw(session, viewer, office, blank, problem=str(error)), 422
    if not viewer.has("manage", rule.association_id):
        raise NotAllowed
    if is_trial:
        with current.engine().database.read() as session:
            office = session.get_one(Association, rule.association_id)
            found = preview(session, rule, now=current.now(), limit=PREVIEWED)
            return _draw(session, viewer, office, rule, tried=_describe_trial(found))
    try:
        with current.engine().database.transaction() as session:
            _save(session, viewer, rule)
    except Rejected as error:
        with current.engine().database.read() as session:
            office = session.get_one(Association, rule.association_id)
            return _draw(session, viewer, office, rule, problem=str(error)), 422
    flash(_("The rule counts for what arrives from now on."), "success")
    return redirect(url_for("manage.list_rules", office=rule.association_id, kind=rule.kind))


def _save(session: Session, viewer: Viewer, rule: AssignmentRule) -> None:
    known = find_rule(session, association_id=rule.association_id, kind=rule.kind)
    before = _as_data(known)
    kept = save_rule(session, rule, now=current.now())
    record_edit(
        session,
        association_id=rule.association_id,
        subject=f"assignment_rule:{rule.kind}",
        before=before,
        after=_as_data(kept),
        by=viewer.account_id,
        now=current.now(),
    )


def _as_data(rule: AssignmentRule | None) -> dict[str, Any]:
    return {} if rule is None else {"way": rule.way, "parts": dict(rule.parts)}


def _read_parts() -> dict[str, int]:
    """What of the form names somebody: part.3301=12, part.7=12 or, by load, part.12=2."""
    found = {}
    for name in request.form:
        if name.startswith("part."):
            value = request.form.get(name, type=small_int)
            if value is not None:
                found[name.removeprefix("part.")] = value
    return found


def _draw(
    session: Session,
    viewer: Viewer,
    office: Association,
    rule: AssignmentRule,
    *,
    tried: dict[str, Any] | None = None,
    problem: str = "",
) -> str:
    people = list_colleagues(
        session, association_id=office.id, duties=WORKING, today=local_date(current.now())
    )
    kinds = list(current.workflows().kinds)
    return render_template(
        "manage/rules.html",
        office={"id": office.id, "name": name_office(office)},
        offices=[
            {"id": each.id, "name": name_office(each)} for each in _list_offices(session, viewer)
        ],
        kinds=kinds,
        ways=[{"code": each, "name": _(WAY_NAMES[each])} for each in WAYS],
        rules=[
            {
                "kind": each.kind,
                "way": _(WAY_NAMES[each.way]),
                "people": _name_people(each, people),
                "address": url_for("manage.list_rules", office=office.id, kind=each.kind),
            }
            for each in list_rules(session, association_id=office.id)
        ],
        rule={"kind": rule.kind, "way": rule.way, "name": _(WAY_NAMES[rule.way])},
        rows=_describe_rows(rule, office, people),
        people=[{"id": each.id, "name": each.name, "load": each.load} for each in people.values()],
        most_share=MOST_SHARE,
        can_change=viewer.has("manage", office.id),
        tried=tried,
        problem=problem,
    )


def _describe_rows(
    rule: AssignmentRule, office: Association, people: Mapping[int, Colleague]
) -> list[dict[str, Any]]:
    """What there is to divide: regions or digits, each with its person, or people with shares."""
    if rule.way == BY_LOAD:
        return [
            {"key": key, "name": each.name, "load": each.load, "value": rule.parts.get(str(key), 0)}
            for key, each in people.items()
        ]
    if rule.way == BY_DIGIT:
        return [{"key": each, "name": each, "value": rule.parts.get(each)} for each in DIGITS]
    return [
        {"key": key, "name": name, "value": rule.parts.get(key)} for key, name in _regions(office)
    ]


def _regions(office: Association) -> list[tuple[str, str]]:
    """The cities of an association's province, as the beginnings of codes; or all provinces."""
    own = next((each for each in all_provinces() if office.region_code[:2] == each.code[:2]), None)
    if own is None or office.level == "national":
        return [(each.code[:2], each.name) for each in all_provinces()]
    whole = [(own.code[:2], _("%(name)s, all other places", name=own.name))]
    return [(each.code[:4], each.name) for each in own.regions if each.code != own.code] + whole


def _name_people(rule: AssignmentRule, people: Mapping[int, Colleague]) -> list[str]:
    by_load = (int(each) for each in rule.parts if is_key(each))
    keys = by_load if rule.way == BY_LOAD else rule.parts.values()
    return [people[key].name if key in people else "–" for key in dict.fromkeys(keys)]


def _describe_trial(found: Sequence[tuple[Task, Colleague | None]]) -> dict[str, Any]:
    """The last tasks with whom each would have gone to, and how many each person gets."""
    counts: dict[str, int] = {}
    for _task, whose in found:
        name = whose.name if whose else ""
        counts[name] = counts.get(name, 0) + 1
    return {
        "counts": sorted(counts.items(), key=lambda each: (-each[1], each[0])),
        "most": max(counts.values(), default=1),
        "tasks": [
            {
                "name": task.subject_name,
                "number": task.subject_no,
                "kind": task.kind,
                "opened_at": task.opened_at,
                "whose": whose.name if whose else "",
            }
            for task, whose in reversed(found)
        ],
    }


def _blank(office: Association, kind: str, way: str) -> AssignmentRule:
    known = way if way in WAYS else BY_LOAD
    return AssignmentRule(association_id=office.id, kind=kind, way=known, parts={})


def _find_office(session: Session, viewer: Viewer) -> Association:
    """The association that was asked for, else the viewer's own, of those he may look at."""
    offices = _list_offices(session, viewer)
    wanted = request.values.get("office", type=small_int)
    found = {each.id: each for each in offices}
    if wanted is not None and wanted not in found:
        raise NotAllowed
    return found.get(wanted or viewer.association_id or 0) or offices[0]


def _list_offices(session: Session, viewer: Viewer) -> list[Association]:
    ids = frozenset[int]().union(*(viewer.duties.get(each, frozenset()) for each in OVERSEERS))
    query = select(Association).where(Association.id.in_(sorted(ids))).order_by(Association.id)
    return list(session.scalars(query))
