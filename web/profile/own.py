"""The first page of one's information: who one is, how one is reached, what one said."""

from typing import Any

from flask import current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

import forms
from engine.language import _
from forms.masking import mask
from web import current
from web.languages import spoken
from web.profile.blueprint import bp
from web.profile.changes import describe_application
from web.sessions import get_member_person
from web.words import name_office
from workflows.member_certificate.policies import policy_of
from workflows.profile_change.applications import find_obstacle, list_applications
from workflows.profile_change.free_fields import bind_profile, list_missing, read_profile
from workflows.shared.associations import get_association
from workflows.shared.certificates import list_certificates
from workflows.shared.field_names import name_field, say_value
from workflows.shared.private import read_private
from workflows.shared.register import LOCKED_FIELDS, Firm, Member, personal_fields
from workflows.shared.register import get_member as read_member
from workflows.shared.supervision import NAME, find_platform, owned_fields

NEWEST = 5
"""As many earlier applications stand on the page."""


@bp.get("")
def show() -> ResponseReturnValue:
    """Show everything that the register says of the reader, and where each of it is changed."""
    _person, member_id = get_member_person()
    engine, now = current.engine(), current.now()
    with engine.database.read() as session:
        member = read_member(session, member_id)
        bound = bind_profile(engine, member, language=spoken(), now=now)
        values = read_profile(session, engine, member)
        owned = owned_fields(engine, member)
        office = get_association(session, member.association_id)
        found = list_applications(session, member_id=member_id)
        return render_template(
            "profile/show.html",
            name=member.name,
            facts=_describe_facts(session, member),
            locked=_describe_locked(session, member),
            lacking=_list_lacking(session, member) if not owned else [],
            owned=_describe_owned(session, member) if owned else [],
            platform=describe_platform() if owned else None,
            reach=_describe_reach(session, member),
            free=forms.draw(
                current_app.jinja_env,
                bound,
                bound.complete(values),
                mode="read",
                reveal=True,
                heading_level=3,
            ),
            missing=list_missing(bound, values),
            can_change=find_obstacle(engine, member) is None,
            is_member=member.state == "active",
            applications=[describe_application(session, each) for each in found[:NEWEST]],
            office={"name": name_office(office), "telephones": office.telephone.split()},
            certificate=_describe_certificate(session, member),
        )


def describe_platform() -> dict[str, str] | None:
    """The supervision platform: what it is called and where one changes one's data."""
    platform = find_platform(current.engine())
    if platform is None:
        return None
    zh, en = NAME
    return {"name": en if spoken() == "en" else zh, "address": platform.address}


def _describe_facts(session: Session, member: Member) -> list[tuple[str, str]]:
    office = get_association(session, member.association_id)
    facts = [
        (name_field("number", spoken()), member.number),
        (name_field("association_id", spoken()), name_office(office)),
    ]
    if member.firm_id is not None:
        firm = session.get_one(Firm, member.firm_id)
        facts.append((name_field("firm_id", spoken()), firm.name))
    return facts


def _describe_locked(session: Session, member: Member) -> list[tuple[str, str]]:
    fields = personal_fields(session, current.engine().vault, member)
    fields["admission_date"] = member.admission_date.isoformat() if member.admission_date else ""
    names = (*LOCKED_FIELDS, "admission_date")
    return [(name_field(each, spoken()), say_value(each, fields[each], spoken())) for each in names]


def _list_lacking(session: Session, member: Member) -> list[str]:
    """What only the association can supply, and has not."""
    return [label for label, value in _describe_locked(session, member) if not value]


def _describe_owned(session: Session, member: Member) -> list[tuple[str, str]]:
    """What the platform says besides: read here, not changed."""
    fields = personal_fields(session, current.engine().vault, member)
    shown = [
        each
        for each in fields
        if each in owned_fields(current.engine(), member) and each not in LOCKED_FIELDS
    ]
    return [(name_field(each, spoken()), say_value(each, fields[each], spoken())) for each in shown]


def _describe_reach(session: Session, member: Member) -> list[dict[str, str]]:
    private = read_private(session, current.engine().vault, member)
    return [
        {
            "label": name_field(what, spoken()),
            "value": mask(what, private[what]),
            "address": url_for("account.show_contact", what=what),
        }
        for what in ("mobile", "email")
    ]


def _describe_certificate(session: Session, member: Member) -> dict[str, Any] | None:
    """The way to the certificate, for the types of members that get one."""
    if member.kind not in policy_of(current.engine()).kinds:
        return None
    newest = next(iter(list_certificates(session, member.id)), None)
    states = {
        "valid": _("valid"),
        "superseded": _("superseded"),
        "revoked": _("revoked"),
    }
    return {
        "address": url_for("certificate.show"),
        "state": newest.state if newest else "",
        "words": states.get(newest.state, "") if newest else _("not issued yet"),
    }
