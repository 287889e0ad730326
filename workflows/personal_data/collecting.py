"""Everything that is kept about a member, as plain values, for himself to take away."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.database import Base
from engine.engine import Engine
from engine.files import StoredFile
from engine.submissions import Sent, marks, submissions
from forms.display import display
from workflows.personal_data.training import describe_classes, describe_drafts
from workflows.shared.accounts import Account
from workflows.shared.associations import get_association
from workflows.shared.bindings import Binding
from workflows.shared.bound_forms import bind_form
from workflows.shared.certificates import Certificate, read_printed
from workflows.shared.deliveries import Delivery
from workflows.shared.fees import FeeClaim, FeeEntry, FeePayment
from workflows.shared.hours import HoursEntry, HoursExemption
from workflows.shared.messages import Message
from workflows.shared.photos import Photo, PhotoComparison
from workflows.shared.register import Member, get_member, identity_number, personal_fields
from workflows.shared.register_changes import RegisterChange, read_changes
from workflows.shared.results import FormerResult, YearlyResult, read_record
from workflows.shared.security_events import SecurityEvent
from workflows.shared.sign_in import WebSession
from workflows.shared.statuses import status_label
from workflows.shared.step_names import StepNames

RETURN = "return"
INTERNAL = frozenset({"id", "member_id", "account_id", "settled_by", "code", "proof_file_id"})
"""Columns that say nothing about a person."""


def collect(session: Session, engine: Engine, *, account: Account, now: datetime) -> dict[str, Any]:
    """What is kept about the member whose account it is; dates and moments as ISO text."""
    member = get_member(session, account.member_id or 0)
    return {
        "made_at": now.isoformat(),
        "register": {
            "number": member.number,
            "association": get_association(session, member.association_id).name,
            "kind": member.kind,
            "state": member.state,
            "admission_date": _plain(member.admission_date),
            "gave_birth_years": member.gave_birth_years,
            **personal_fields(session, engine.vault, member),
            "identity_number": identity_number(engine.vault, member),
        },
        "changes": _list_changes(session, engine, member),
        "account": _row(account, "user_type", "login", "locale", "created_at", "last_sign_in_at"),
        "binding": [
            _row(each, "state", "bound_at") for each in _of_account(session, Binding, account)
        ],
        "sessions": [
            _row(each, "user_agent", "address", "created_at", "seen_at")
            for each in _of_account(session, WebSession, account)
        ],
        "events": [
            _row(each, "at", "what", "by_kind", "address")
            for each in _of_account(session, SecurityEvent, account)
        ],
        "deliveries": [
            _row(each, "channel", "what", "to_masked", "state", "created_at", "sent_at")
            for each in _of_account(session, Delivery, account)
        ],
        "results": [
            {
                **_row(each, *_columns(YearlyResult)),
                "record": read_record(session, engine.vault, each),
            }
            for each in _of_member(session, YearlyResult, member)
        ],
        "former_results": [
            _row(each, *_columns(FormerResult))
            for each in _of_member(session, FormerResult, member)
        ],
        "certificates": [
            {
                **_row(each, "number", "state", "issued_at", "ended_at", "ended_reason"),
                "printed": read_printed(session, engine.vault, each),
            }
            for each in _of_member(session, Certificate, member)
        ],
        "photos": [
            _row(each, "source", "result", "taken_at", "compared_at", "ended_at")
            for each in _of_member(session, Photo, member)
        ],
        "photo_comparison": [
            _row(each, "state", "asked_at", "answered_at")
            for each in session.scalars(
                select(PhotoComparison).where(PhotoComparison.member_id == member.id)
            )
        ],
        **{
            name: [_row(each, *_columns(model)) for each in _of_member(session, model, member)]
            for name, model in LEDGERS.items()
        },
        "classes": describe_classes(session, member),
        "class_drafts": describe_drafts(session, engine.vault, member),
        "messages": [
            _row(each, "at", "read_at", "title", "text", "office")
            for each in session.scalars(
                select(Message)
                .where(Message.recipient_kind == "member", Message.recipient_id == member.id)
                .order_by(Message.id)
            )
        ],
        "cases": [_describe_case(session, engine, each, now) for each in _cases(session, member)],
    }


LEDGERS: Mapping[str, type[Base]] = {
    "fees": FeeEntry,
    "fee_claims": FeeClaim,
    "fee_payments": FeePayment,
    "hours": HoursEntry,
    "hours_exemptions": HoursExemption,
}


def _list_changes(session: Session, engine: Engine, member: Member) -> list[dict[str, Any]]:
    """What was changed in his entry of the register."""
    changes = list(_of_member(session, RegisterChange, member))
    said = read_changes(session, engine.vault, changes)
    return [
        {
            **_row(each, "at", "source", "reason", "by_kind"),
            "before": said[each.id].before,
            "after": said[each.id].after,
        }
        for each in changes
    ]


def list_files(session: Session, *, member_id: int) -> Sequence[StoredFile]:
    """The files of a member's cases, oldest first."""
    query = select(StoredFile).join(Case, Case.id == StoredFile.case_id)
    own = query.where(Case.subject_kind == "member", Case.subject_id == member_id)
    return session.scalars(own.order_by(StoredFile.id)).all()


def name_in_archive(file: StoredFile) -> str:
    """Where a file lies in the archive: names of people's files may be the same, or paths."""
    name = file.name.replace("/", "_").replace("\\", "_").lstrip(".")
    return f"files/{file.id.hex}-{name}"


def _cases(session: Session, member: Member) -> Iterable[Case]:
    own = select(Case).where(Case.subject_kind == "member", Case.subject_id == member.id)
    return session.scalars(own.order_by(Case.started_at, Case.id))


def _describe_case(session: Session, engine: Engine, case: Case, now: datetime) -> dict[str, Any]:
    names = StepNames(engine.releases.get(session, case.release_id), "zh")
    sent = submissions(session, engine.vault, case_id=case.id, subject=case.subject_key)
    files = session.scalars(select(StoredFile).where(StoredFile.case_id == case.id)).all()
    return {
        "number": case.business_key,
        "process": names.process(case.process_id),
        "year": case.year,
        "status": status_label(case.status),
        "started_at": _plain(case.started_at),
        "ended_at": _plain(case.ended_at),
        "sent": [
            {
                "step": names.step(each.process_id, each.element_id),
                "outcome": names.outcome(each.process_id, each.element_id, each.outcome),
                **_describe_sent(session, engine, case, each, now),
            }
            for each in sent
        ],
        "files": [
            {
                "name": each.name,
                "size": each.size,
                "at": _plain(each.at),
                "in": name_in_archive(each),
            }
            for each in files
        ],
    }


def _describe_sent(
    session: Session, engine: Engine, case: Case, sent: Sent, now: datetime
) -> dict[str, Any]:
    said: dict[str, Any] = {
        "round": sent.round,
        "at": _plain(sent.at),
        "by": sent.by.kind,
        "values": dict(sent.values),
        "in_words": _say_values(session, engine, case, sent, now),
    }
    if sent.outcome == RETURN:
        said["marks"] = [
            {"field": each.path, "comment": each.comment}
            for each in marks(
                session,
                engine.vault,
                case_id=case.id,
                subject=case.subject_key,
                round=sent.round,
            )
        ]
    return said


def _say_values(
    session: Session, engine: Engine, case: Case, sent: Sent, now: datetime
) -> list[tuple[str, str]]:
    """What was answered, in the words of its form: label and answer."""
    form, _data = bind_form(
        session,
        engine=engine,
        form_data={},
        case=case,
        process_id=sent.process_id,
        element_id=sent.element_id,
        language="zh",
        now=now,
        sent=sent.values,
    )
    scope = form.see(form.complete(sent.values))
    found = []
    for field in form.form.fields:
        value = sent.values.get(field.key)
        if field.type in {"filepicker", "dynamiclist"} or value in (None, "", []):
            continue
        found.append((field.label("zh", scope), display(form, field, value, scope)))
    return found


def _of_account(session: Session, model: Any, account: Account) -> Iterable[Any]:
    return session.scalars(select(model).where(model.account_id == account.id))


def _of_member(session: Session, model: Any, member: Member) -> Iterable[Any]:
    return session.scalars(select(model).where(model.member_id == member.id))


def _columns(model: type[Base]) -> list[str]:
    return [
        each.key
        for each in model.__table__.columns
        if each.key not in INTERNAL and "sealed" not in each.info
    ]


def _row(row: object, *names: str) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
