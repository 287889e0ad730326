"""Firms of the register: looked for, one of them with its branches and people."""

from collections.abc import Sequence
from typing import Any

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

import forms
from engine.language import N_, _
from web import current
from web.languages import spoken
from web.limits import check_rate
from web.numbers import small_int
from web.register.blueprint import bp
from web.register.members import LONGEST, MOST_SEARCHES, describe_account
from web.register.places import get_viewer_of_register
from web.register.unmasking import describe_personal
from web.register.words import FIRM_STATES, STATES, describe_changes
from web.words import name_office, name_offices
from workflows.help_desk.calls import CALLS_WINDOW
from workflows.personal_data.unmasking import COVERED, SHOWN
from workflows.register import searching
from workflows.register.changes import find_main_account
from workflows.register.fields import bind
from workflows.register.firms import get_firm_entry, list_branches, list_people
from workflows.register.searching import BRANCH, HEAD_OFFICE, FirmFilters, RegisterPage
from workflows.shared.access import SYSTEM, Viewer, can
from workflows.shared.associations import get_association
from workflows.shared.register import Firm
from workflows.shared.register_changes import PAGE, list_changes, register_fields

SOME_CHANGES = 5
OFFICES = {HEAD_OFFICE: N_("Head offices"), BRANCH: N_("Branches")}


@bp.get("/firms")
def list_all_firms() -> str:
    """List the firms that the person may look up."""
    viewer = get_viewer_of_register()
    filters = _read_filters(request.args)
    after = request.args.get("after", "")[:20]
    with current.engine().database.read() as session:
        page = searching.list_firms(session, viewer, filters, after=after)
        return _draw_list(session, viewer, filters, page, is_first=not after)


@bp.post("/firms/find")
def find_firms() -> ResponseReturnValue:
    """Look for a firm; a mobile number stands in no address, nor in any log."""
    viewer = get_viewer_of_register()
    filters = _read_filters(request.form)
    text = filters.text
    if text and any(each.isdigit() or each == "@" for each in text):
        check_rate(f"register:{viewer.account_id}", limit=MOST_SEARCHES, window=CALLS_WINDOW / 144)
        vault = current.engine().vault
        with current.engine().database.read() as session:
            found = searching.find_firms_exactly(session, vault, viewer, text)
            if len(found) == 1:
                return redirect(url_for("register.show_firm", firm_id=found[0].id))
            if found or searching.may_be_personal(session, Firm, text):
                page = RegisterPage(found, None)
                return _draw_list(session, viewer, filters, page, is_exact=True)
    return redirect(url_for("register.list_all_firms", **_write_filters(filters)))


@bp.get("/firms/<int:firm_id>")
def show_firm(firm_id: int) -> str:
    """Show all that the register has of a firm; to who helps callers, only whether it is one."""
    viewer = get_viewer_of_register()
    with current.engine().database.read() as session:
        firm = get_firm_entry(session, viewer, firm_id)
        described = describe_firm(session, viewer, firm)
        if not can(viewer, "read", firm):
            return render_template("register/firm_short.html", firm=described)
        changes = list_changes(session, firm_id=firm.id, limit=SOME_CHANGES)
        personal = describe_personal(session, viewer, firm)
        is_open = bool(personal["until"])
        return render_template(
            "register/firm.html",
            firm=described,
            personal=personal,
            details=_draw_details(session, firm, is_open=is_open),
            branches=_describe_rows(session, list_branches(session, firm)),
            people=[
                {
                    "name": each.name,
                    "number": each.number,
                    "state": each.state,
                    "state_word": _(STATES[each.state]),
                    "address": url_for("register.show_member", member_id=each.id),
                    "is_open": can(viewer, "find", each),
                }
                for each in list_people(session, firm)
            ],
            changes=describe_changes(session, changes, is_revealed=is_open),
            account=describe_account(find_main_account(session, firm)),
        )


@bp.get("/firms/<int:firm_id>/changes")
def list_firm_changes(firm_id: int) -> str:
    """Show every change of a firm's entry."""
    viewer = get_viewer_of_register("read_register")
    before = request.args.get("before", type=small_int)
    with current.engine().database.read() as session:
        firm = get_firm_entry(session, viewer, firm_id, "read")
        changes = list_changes(session, firm_id=firm.id, before_id=before)
        personal = describe_personal(session, viewer, firm)
        return render_template(
            "register/firm_changes.html",
            firm=describe_firm(session, viewer, firm),
            personal=personal,
            changes=describe_changes(session, changes, is_revealed=bool(personal["until"])),
            older=url_for("register.list_firm_changes", firm_id=firm.id, before=changes[-1].id)
            if len(changes) == PAGE
            else "",
        )


def describe_firm(session: Session, viewer: Viewer, firm: Firm) -> dict[str, Any]:
    """What stands at the head of a firm's pages, and what the viewer may do there."""
    parent = None if firm.parent_id is None else session.get(Firm, firm.parent_id)
    return {
        "id": firm.id,
        "name": firm.name,
        "number": firm.number,
        "state": firm.state,
        "state_word": _(FIRM_STATES.get(firm.state, firm.state)),
        "is_active": firm.state == "active",
        "office": name_office(get_association(session, firm.association_id)),
        "is_branch": parent is not None,
        "parent": parent and {"name": parent.name, "id": parent.id},
        "address": url_for("register.show_firm", firm_id=firm.id),
        "can_edit": can(viewer, "edit", firm),
        "can_help": can(viewer, "help", SYSTEM),
    }


def _read_filters(given: Any) -> FirmFilters:
    state, office = given.get("state", ""), given.get("seat", "")
    return FirmFilters(
        text=given.get("q", "").strip()[:LONGEST],
        state=state if state in searching.FIRM_STATES else "",
        office=office if office in OFFICES else "",
        association_id=given.get("office", type=small_int),
    )


def _write_filters(filters: FirmFilters) -> dict[str, Any]:
    said = {
        "q": filters.text,
        "state": filters.state,
        "seat": filters.office,
        "office": str(filters.association_id or ""),
    }
    return {name: value for name, value in said.items() if value}


def _draw_list(
    session: Session,
    viewer: Viewer,
    filters: FirmFilters,
    page: RegisterPage[Firm],
    *,
    is_first: bool = True,
    is_exact: bool = False,
) -> str:
    kept = _write_filters(filters)
    following: dict[str, Any] = {**kept, "after": page.next}
    return render_template(
        "register/firms.html",
        firms=_describe_rows(session, page.rows),
        filters=filters,
        is_exact=is_exact,
        is_filtered=bool(kept),
        states=[(each, _(FIRM_STATES[each])) for each in searching.FIRM_STATES],
        seats=[(each, _(word)) for each, word in OFFICES.items()],
        offices=[
            {"id": each.id, "name": name_office(each)}
            for each in searching.list_offices(session, viewer)
        ],
        can_admit=can(viewer, "admit", SYSTEM),
        first_page="" if is_first else url_for("register.list_all_firms", **kept),
        next_page=url_for("register.list_all_firms", **following) if page.next else "",
    )


def _describe_rows(session: Session, rows: Sequence[Firm]) -> list[dict[str, Any]]:
    offices = name_offices(session, [each.association_id for each in rows])
    parents = {each.parent_id for each in rows if each.parent_id is not None}
    names = searching.name_firms(session, parents)
    return [
        {
            "address": url_for("register.show_firm", firm_id=each.id),
            "name": each.name,
            "number": each.number,
            "state": each.state,
            "state_word": _(FIRM_STATES.get(each.state, each.state)),
            "office": offices.get(each.association_id, ""),
            "parent": names.get(each.parent_id or 0, ""),
        }
        for each in rows
    ]


def _draw_details(session: Session, firm: Firm, *, is_open: bool) -> Markup:
    """The entry as it reads; how the firm is reached is covered without a reason."""
    values = register_fields(session, current.engine().vault, firm)
    values["parent_number"] = session.scalar(select(Firm.number).where(Firm.id == firm.parent_id))
    bound = bind("firm", language=spoken(), now=current.now())
    return forms.draw(
        current_app.jinja_env,
        bound,
        bound.complete(values),
        mode="read",
        reveal=SHOWN if is_open else COVERED,
        heading_level=3,
    )
