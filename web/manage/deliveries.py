"""投递记录: what was sent to whom by which channel, its attempts and errors; sent again by hand."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.language import N_, _
from web import current
from web.channels.reasons import find_reason
from web.languages import spoken
from web.manage.blueprint import bp
from web.numbers import small_int
from web.staff import get_staff_person
from web.words import name_offices
from workflows.delivery.listing import (
    MOST_COUNTED,
    DeliveryFilters,
    count_failures,
    get_delivery,
    list_deliveries,
)
from workflows.delivery.resending import can_resend, resend
from workflows.shared.access import SYSTEM, Viewer, can, check
from workflows.shared.accounts import get_account
from workflows.shared.channels import EMAIL, OFFICIAL_ACCOUNT, SMS
from workflows.shared.deliveries import Delivery, list_attempts
from workflows.shared.messages import Message

CHANNEL_NAMES: Mapping[str, str] = {
    OFFICIAL_ACCOUNT: N_("Official account"),
    SMS: N_("Text message"),
    EMAIL: N_("Mail"),
}
STATE_NAMES: Mapping[str, str] = {
    "due": N_("On its way"),
    "sent": N_("Sent out"),
    "failed": N_("Failed"),
    "nowhere": N_("No destination"),
}
STATE_LOOKS: Mapping[str, str] = {
    "due": "awaiting_hours",
    "sent": "passed",
    "failed": "overdue",
    "nowhere": "draft",
}
OUTCOME_NAMES: Mapping[str, str] = {
    "begun": N_("Begun, nothing heard"),
    "sent": N_("Taken by the provider"),
    "away": N_("Provider did not answer"),
    "refused": N_("Refused by the provider"),
}
REASONS: Mapping[str, str] = {
    "expired": N_("It was not valid any more when it could have been sent."),
    "no_channel": N_("This installation does not have this channel."),
    "nowhere": N_("Nothing valid is on file for this channel."),
}


@bp.get("/deliveries")
def list_all_deliveries() -> str:
    """List what was sent to the association's people; a script may ask for the list alone."""
    viewer = _get_viewer()
    filters, before_id = _read_filters(), _read_key(request.args.get("before", ""))
    with current.engine().database.read() as session:
        page = list_deliveries(session, viewer, filters, before_id=before_id)
        titles = _name_contents(session, [each for each, _name, _login in page.rows])
        rows = [
            {
                **_describe(each),
                "name": name,
                "login": login,
                "title": titles[each.id],
                "address": url_for("manage.show_delivery", delivery_id=each.id),
            }
            for each, name, login in page.rows
        ]
    kept = _write_filters(filters)
    found = {
        "rows": rows,
        "filters": filters,
        "is_filtered": filters != DeliveryFilters(),
        "first_page": before_id and url_for("manage.list_all_deliveries", **kept),
        "next_page": page.next
        and url_for("manage.list_all_deliveries", **kept, before=page.next.hex),
    }
    if request.headers.get("HX-Target") == "deliveries":
        return render_template("manage/_deliveries.html", **found)
    return render_template(
        "manage/deliveries.html",
        **found,
        states={code: _(name) for code, name in STATE_NAMES.items()},
        channels={code: _(name) for code, name in CHANNEL_NAMES.items()},
    )


@bp.get("/deliveries/<uuid:delivery_id>")
def show_delivery(delivery_id: UUID) -> str:
    """Show a delivery with every attempt; never what a code or a link says."""
    viewer = _get_viewer()
    with current.engine().database.read() as session:
        delivery = get_delivery(session, viewer, delivery_id)
        account = get_account(session, delivery.account_id or 0)
        offices = name_offices(session, [delivery.association_id])
        attempts = [
            {
                "at": each.at,
                "round": each.round,
                "outcome": _(OUTCOME_NAMES[each.outcome]),
                "look": _look_of(each.outcome),
                "error": each.error or "",
                "ms": each.ms,
                "receipt": each.receipt,
            }
            for each in list_attempts(session, delivery_id=delivery_id)
        ]
        return render_template(
            "manage/delivery.html",
            delivery={
                **_describe(delivery),
                "id": delivery.id,
                "title": _name_contents(session, [delivery])[delivery.id],
                "key": delivery.key,
                "name": account.name,
                "login": account.login,
                "office": offices.get(delivery.association_id, ""),
                "is_secret": delivery.message_id is None,
                "is_due": delivery.state == "due",
            },
            attempts=attempts,
            can_resend=can(viewer, "resend", delivery)
            and can_resend(delivery)
            and delivery.state != "due",
        )


@bp.post("/deliveries/<uuid:delivery_id>/resend")
def resend_delivery(delivery_id: UUID) -> ResponseReturnValue:
    """Send a message once more; a second click on the same page changes nothing."""
    viewer = _get_viewer()
    seen = request.form.get("round", 0, type=small_int)
    with current.engine().database.transaction() as session:
        get_delivery(session, viewer, delivery_id)
        is_begun = resend(
            session,
            delivery_id=delivery_id,
            round=seen,
            viewer=viewer,
            address=current.address(),
            now=current.now(),
        )
    flash(
        _("It is being sent again.") if is_begun else _("It was sent again already."),
        "success" if is_begun else "info",
    )
    return redirect(url_for("manage.show_delivery", delivery_id=delivery_id))


def tally_failures(session: Session, viewer: Viewer) -> str:
    """How much failed for good in the last days, as the places show it."""
    count = count_failures(session, viewer, now=current.now())
    return "" if not count else str(count) if count < MOST_COUNTED else f"{MOST_COUNTED - 1}+"


def _get_viewer() -> Viewer:
    viewer = get_staff_person().viewer
    check(viewer, "see_deliveries", SYSTEM)
    return viewer


def _describe(delivery: Delivery) -> dict[str, Any]:
    return {
        "channel": _(CHANNEL_NAMES[delivery.channel]),
        "to": delivery.to_masked,
        "state": _(STATE_NAMES[delivery.state]),
        "look": STATE_LOOKS[delivery.state],
        "reason": _say_reason(delivery),
        "attempts": delivery.attempts,
        "round": delivery.round,
        "created_at": delivery.created_at,
        "sent_at": delivery.sent_at,
    }


def _name_contents(session: Session, deliveries: list[Delivery]) -> dict[UUID, str]:
    """What each delivery carries: a message by its title, a code or link by what it is."""
    keys = [each.message_id for each in deliveries if each.message_id is not None]
    title = Message.title_en if spoken() == "en" else Message.title
    query = select(Message.id, title).where(Message.id.in_(keys))
    titles = {row.id: row[1] for row in session.execute(query)}
    return {
        each.id: titles.get(each.message_id, _("Message"))
        if each.message_id is not None
        else _("One-time code")
        if each.code_id is not None
        else _("One-time link")
        for each in deliveries
    }


def _say_reason(delivery: Delivery) -> str:
    """Why it did not arrive, or not yet, in a sentence; empty where nothing is to be said."""
    error = delivery.error
    if error is None:
        return ""
    known = REASONS.get(error) or find_reason(delivery.channel, error)
    if known is not None:
        return _(known)
    if delivery.state == "due":
        return _("The channel does not answer. It is tried again by itself, each time later.")
    return _("It was given up. The last attempt failed with: %(code)s", code=error)


def _look_of(outcome: str) -> str:
    return {"sent": "passed", "refused": "overdue"}.get(outcome, "awaiting_hours")


def _read_filters() -> DeliveryFilters:
    given = request.args
    state, channel = given.get("state", ""), given.get("channel", "")
    return DeliveryFilters(
        state=state if state in STATE_NAMES else "",
        channel=channel if channel in CHANNEL_NAMES else "",
        day=given.get("day", type=_read_day),
        text=given.get("q", "").strip()[:100],
    )


def _write_filters(filters: DeliveryFilters) -> dict[str, Any]:
    said = {
        "state": filters.state,
        "channel": filters.channel,
        "day": filters.day.isoformat() if filters.day else "",
        "q": filters.text,
    }
    return {name: value for name, value in said.items() if value}


def _read_day(text: str) -> date:
    """A day between which and its neighbours there are no ends of time; raises ValueError."""
    day = date.fromisoformat(text)
    if not 2000 <= day.year <= 2200:
        raise ValueError(text)
    return day


def _read_key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
