"""Members of the register: looked for by what begins so, or by what is known whole; one of them."""

from collections.abc import Sequence
from typing import Any

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

import forms
from engine.errors import NotFound
from engine.files import get_file
from engine.language import _
from web import current
from web.languages import spoken
from web.limits import check_rate
from web.numbers import small_int
from web.register.blueprint import bp
from web.register.places import get_viewer_of_register
from web.register.unmasking import describe_personal
from web.register.words import KINDS, STATES, describe_changes
from web.words import name_office, name_offices
from workflows.help_desk.calls import CALLS_WINDOW
from workflows.member_certificate.cases import find_obstacle
from workflows.personal_data.unmasking import COVERED, SHOWN
from workflows.register import fee_ledger, hours_ledger, searching
from workflows.register.changes import find_main_account
from workflows.register.fields import bind
from workflows.register.members import get_entry, list_cases_of
from workflows.register.searching import MemberFilters, RegisterPage
from workflows.shared.access import (
    SYSTEM,
    Viewer,
    can,
    can_see_case,
    check_file,
    read_associations,
)
from workflows.shared.accounts import Account
from workflows.shared.associations import get_association
from workflows.shared.certificates import list_certificates
from workflows.shared.hours import list_hours
from workflows.shared.photos import find_photo
from workflows.shared.register import ERASED, Firm, Member
from workflows.shared.register_changes import PAGE, list_changes, register_fields
from workflows.shared.results import list_results

MOST_SEARCHES = 60
"""Exact searches in ten minutes: enough for a counter, too few to try numbers out."""

LONGEST = 100
SOME_CHANGES = 5
SOME_YEARS = 3


@bp.get("/members")
def list_all_members() -> str:
    """List the members that the person may look up."""
    viewer = get_viewer_of_register()
    filters = read_filters()
    after = request.args.get("after", "")[:20]
    with current.engine().database.read() as session:
        page = searching.list_members(session, viewer, filters, after=after)
        return _draw_list(session, viewer, filters, page, is_first=not after)


@bp.post("/members/find")
def find_members() -> ResponseReturnValue:
    """Look for somebody: what identifies a person stands in no address, nor in any log."""
    viewer = get_viewer_of_register()
    filters = read_filters(request.form)
    text = filters.text
    if text and any(each.isdigit() or each == "@" for each in text):
        check_rate(f"register:{viewer.account_id}", limit=MOST_SEARCHES, window=CALLS_WINDOW / 144)
        vault = current.engine().vault
        with current.engine().database.read() as session:
            found = searching.find_members_exactly(session, vault, viewer, text)
            if len(found) == 1:
                return redirect(url_for("register.show_member", member_id=found[0].id))
            if found or searching.may_be_personal(session, Member, text):
                page = RegisterPage(found, None)
                return _draw_list(session, viewer, filters, page, is_exact=True)
    return redirect(url_for("register.list_all_members", **write_filters(filters)))


@bp.get("/members/<int:member_id>")
def show_member(member_id: int) -> str:
    """Show all that the register has of a member; to who helps callers, only whether he is one."""
    viewer = get_viewer_of_register()
    with current.engine().database.read() as session:
        member = get_entry(session, viewer, member_id)
        described = describe_member(session, viewer, member)
        if not can(viewer, "read", member):
            return render_template("register/member_short.html", member=described)
        personal = describe_personal(session, viewer, member)
        is_open = _is_open(personal)
        return render_template(
            "register/member.html",
            member=described,
            personal=personal,
            details=_draw_details(session, member, is_open=is_open),
            **_describe_books(session, viewer, member, is_open=is_open),
        )


@bp.get("/members/<int:member_id>/changes")
def list_member_changes(member_id: int) -> str:
    """Show every change of a member's entry."""
    viewer = get_viewer_of_register("read_register")
    before = request.args.get("before", type=small_int)
    with current.engine().database.read() as session:
        member = get_entry(session, viewer, member_id, "read")
        changes = list_changes(session, member_id=member.id, before_id=before)
        personal = describe_personal(session, viewer, member)
        return render_template(
            "register/member_changes.html",
            member=describe_member(session, viewer, member),
            personal=personal,
            changes=describe_changes(session, changes, is_revealed=_is_open(personal)),
            older=url_for(
                "register.list_member_changes", member_id=member.id, before=changes[-1].id
            )
            if len(changes) == PAGE
            else "",
        )


def read_filters(given: Any = None) -> MemberFilters:
    """The filters of an address, or of a form that was sent."""
    said = request.args if given is None else given
    kind, state = said.get("kind", ""), said.get("state", "")
    return MemberFilters(
        text=said.get("q", "").strip()[:LONGEST],
        firm=said.get("firm", "").strip()[:LONGEST],
        kind=kind if kind in searching.KINDS else "",
        state=state if state in searching.MEMBER_STATES else "",
        association_id=said.get("office", type=small_int),
    )


def write_filters(filters: MemberFilters) -> dict[str, Any]:
    """The filters as an address has them."""
    said = {
        "q": filters.text,
        "firm": filters.firm,
        "kind": filters.kind,
        "state": filters.state,
        "office": str(filters.association_id or ""),
    }
    return {name: value for name, value in said.items() if value}


def describe_member(session: Session, viewer: Viewer, member: Member) -> dict[str, Any]:
    """What stands at the head of a member's pages, and what the viewer may do there."""
    firm = None if member.firm_id is None else session.get(Firm, member.firm_id)
    reads = can(viewer, "read", member)
    is_erased = member.state == ERASED
    return {
        "id": member.id,
        "name": member.name,
        "number": member.number,
        "state": member.state,
        "state_word": _(STATES[member.state]),
        "kind": _(KINDS[member.kind]),
        "office": name_office(get_association(session, member.association_id)),
        "firm": firm and reads and {"name": firm.name, "id": firm.id},
        "admission_date": member.admission_date,
        "address": url_for("register.show_member", member_id=member.id),
        "is_erased": is_erased,
        "is_active": member.state == "active",
        "can_edit": can(viewer, "edit", member) and not is_erased,
        "can_renew_photo": can(viewer, "renew_photo", member)
        and find_obstacle(current.engine(), member) is None,
        "can_help": can(viewer, "help", SYSTEM),
    }


def _draw_list(
    session: Session,
    viewer: Viewer,
    filters: MemberFilters,
    page: RegisterPage[Member],
    *,
    is_first: bool = True,
    is_exact: bool = False,
) -> str:
    kept = write_filters(filters)
    address = url_for("register.list_all_members", **kept)
    following: dict[str, Any] = {**kept, "after": page.next}
    return render_template(
        "register/members.html",
        members=_describe_rows(session, viewer, page.rows),
        filters=filters,
        is_exact=is_exact,
        is_filtered=bool(kept),
        kinds=[(each, _(KINDS[each])) for each in searching.KINDS],
        states=[(each, _(STATES[each])) for each in searching.MEMBER_STATES],
        offices=[
            {"id": each.id, "name": name_office(each)}
            for each in searching.list_offices(session, viewer)
        ],
        can_admit=can(viewer, "admit", SYSTEM),
        first_page="" if is_first else address,
        next_page=url_for("register.list_all_members", **following) if page.next else "",
    )


def _describe_rows(
    session: Session, viewer: Viewer, rows: Sequence[Member]
) -> list[dict[str, Any]]:
    offices = name_offices(session, [each.association_id for each in rows])
    readable = read_associations(viewer)
    firms = searching.name_firms(session, {each.firm_id for each in rows if each.firm_id})
    return [
        {
            "address": url_for("register.show_member", member_id=each.id),
            "name": each.name,
            "number": each.number,
            "kind": _(KINDS[each.kind]),
            "state": each.state,
            "state_word": _(STATES[each.state]),
            "office": offices.get(each.association_id, ""),
            "works_at": (firms.get(each.firm_id or 0) or each.employer)
            if each.association_id in readable
            else "",
            "admission_date": each.admission_date,
        }
        for each in rows
    ]


def _draw_details(session: Session, member: Member, *, is_open: bool) -> Markup:
    """The entry as it reads; what reaches or identifies a person is covered without a reason."""
    values = register_fields(session, current.engine().vault, member)
    firm = None if member.firm_id is None else session.get(Firm, member.firm_id)
    values["firm_number"] = firm and firm.number
    bound = bind("member", language=spoken(), now=current.now())
    return forms.draw(
        current_app.jinja_env,
        bound,
        bound.complete(values),
        mode="read",
        reveal=SHOWN if is_open else COVERED,
        heading_level=3,
    )


def _is_open(personal: dict[str, Any]) -> bool:
    return bool(personal.get("until"))


def _describe_books(
    session: Session, viewer: Viewer, member: Member, *, is_open: bool
) -> dict[str, Any]:
    """The ledgers, results, certificates, cases and changes beside an entry."""
    fee_years = fee_ledger.list_fee_years(session, member)
    entries = list_hours(session, member_id=member.id)
    hours_years = hours_ledger.list_hours_years(session, member, entries)
    cases = [each for each in list_cases_of(session, member) if can_see_case(session, viewer, each)]
    changes = list_changes(session, member_id=member.id, limit=SOME_CHANGES)
    return {
        "fee_years": fee_years[:SOME_YEARS],
        "hours_years": hours_years[:SOME_YEARS],
        "results": list_results(session, member_id=member.id),
        "certificates": list_certificates(session, member.id),
        "photo": _describe_photo(session, viewer, member, is_open=is_open),
        "cases": [
            {
                "address": url_for("cases.show", case_id=each.id),
                "kind": each.kind,
                "year": each.year,
                "status": each.status,
                "updated_at": each.updated_at,
            }
            for each in cases
        ],
        "changes": describe_changes(session, changes, is_revealed=is_open),
        "account": describe_account(find_main_account(session, member)),
    }


def _describe_photo(
    session: Session, viewer: Viewer, member: Member, *, is_open: bool
) -> dict[str, Any] | None:
    """The photo on file, which shows a person: not before a reason was given."""
    photo = find_photo(session, member.id)
    if photo is None:
        return None
    address = ""
    if is_open:
        try:
            check_file(session, viewer, get_file(session, photo.file_id))
        except NotFound:
            # It is of a case of another association.
            pass
        else:
            address = url_for("files.show", file_id=photo.file_id)
    return {"taken_at": photo.taken_at, "address": address}


def describe_account(account: Account | None) -> dict[str, Any] | None:
    """The account by which somebody signs in, if there is one."""
    if account is None:
        return None
    return {
        "login": account.login,
        "is_activated": account.password_hash is not None,
        "is_active": account.is_active,
        "last_sign_in_at": account.last_sign_in_at,
    }
