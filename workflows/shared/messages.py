"""Messages to a person: what the bell shows, and what goes to the channels that he has.

A message keeps its texts in both languages as they were when it was sent.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from string import Template
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    func,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.cases import Case
from engine.database import Base, BigId, UtcDateTime
from engine.engine import Engine
from engine.language import N_
from engine.operations import operation
from workflows.shared.accounts import Account
from workflows.shared.applications import Decision, find_decider, office_of
from workflows.shared.associations import get_association, nearest_first
from workflows.shared.deliveries import association_of, deliver_message, deliver_to_old
from workflows.shared.register import get_member
from workflows.shared.templates import PARTS, Texts, all_texts
from workflows.shared.vocabulary import ApplicationCode, MemberId, Reason, Wording

LONGEST_TITLE = 200
LONGEST_TITLE_EN = 400
LONGEST_SMS = 60
"""More would be sent, and paid for, as several text messages."""
LONGEST_SMS_EN = 120

BY_ACCOUNT = ("staff", "firm")
"""Kinds of recipients whose key is that of their account: a firm has two."""


class Message(Base):
    """One message to one person: a member, or the account of a firm or of the staff.

    `sms` is what a text message says of it, `node` 节点 the step that it comes from, `office`
    办理单位 who wrote it, `about` what its text is about (年检信息, 暂缓信息).
    """

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_recipient", "recipient_kind", "recipient_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    recipient_kind: Mapped[str] = mapped_column(String(10))
    recipient_id: Mapped[int]
    template: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    title_en: Mapped[str] = mapped_column(String(LONGEST_TITLE_EN))
    text: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    sms: Mapped[str] = mapped_column(String(LONGEST_SMS), server_default="")
    sms_en: Mapped[str] = mapped_column(String(LONGEST_SMS_EN), server_default="")
    node: Mapped[str] = mapped_column(String(100))
    node_en: Mapped[str] = mapped_column(String(200))
    office: Mapped[str] = mapped_column(String(100))
    office_en: Mapped[str] = mapped_column(String(200))
    about: Mapped[str] = mapped_column(String(50))
    about_en: Mapped[str] = mapped_column(String(100))
    case_id: Mapped[UUID | None]
    task_id: Mapped[UUID | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class AdaptedText(Base):
    """An association's own wording of a template; `$name` in it takes a value.

    Without words of its own a text message says the title.
    """

    __tablename__ = "adapted_text"
    __table_args__ = (UniqueConstraint("association_id", "template"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    association_id: Mapped[int] = mapped_column(ForeignKey("association.id"))
    template: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    title_en: Mapped[str] = mapped_column(String(LONGEST_TITLE_EN))
    text: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    sms: Mapped[str] = mapped_column(String(LONGEST_SMS), server_default="")
    sms_en: Mapped[str] = mapped_column(String(LONGEST_SMS_EN), server_default="")


def send_to_member(
    session: Session,
    *,
    member_id: int,
    template: str,
    values: Mapping[str, object],
    case_id: UUID | None,
    now: datetime,
    association_id: int | None = None,
    values_en: Mapping[str, object] | None = None,
) -> Message:
    """Write a message to a member from his association, or another one, in its wording.

    `values_en`: those values that are other words in English.
    """
    member = get_member(session, member_id)
    return _send(
        session,
        recipient=("member", member_id),
        name=member.name,
        association_id=association_id or member.association_id,
        template=template,
        values=values,
        values_en=values_en,
        case_id=case_id,
        task_id=None,
        now=now,
    )


def send_to_staff(
    session: Session,
    *,
    account_id: int,
    association_id: int,
    template: str,
    values: Mapping[str, object],
    now: datetime,
    case_id: UUID | None = None,
    task_id: UUID | None = None,
) -> Message:
    """Write a message to a person of an association's staff; `task_id` is what to open."""
    account = session.get_one(Account, account_id)
    return _send(
        session,
        recipient=("staff", account_id),
        name=account.name,
        association_id=association_id,
        template=template,
        values=values,
        case_id=case_id,
        task_id=task_id,
        now=now,
    )


def tell(
    session: Session,
    engine: Engine,
    *,
    account: Account,
    template: str,
    values: Mapping[str, object],
    now: datetime,
    also_to: Mapping[str, str] | None = None,
    values_en: Mapping[str, object] | None = None,
) -> Message | None:
    """Tell the holder of an account something about it: in the bell and on all his channels.

    `also_to`: where he was reached before, by channel, if that was just changed; it is told there
    too, so whoever lost the account to somebody hears of it. None: an account that belongs to no
    association has nobody to speak to it.
    """
    association_id = session.scalar(select(association_of(account.id)))
    if association_id is None:
        return None
    is_member = account.member_id is not None
    message = _send(
        session,
        recipient=("member", account.member_id or 0)
        if is_member
        else (account.user_type, account.id),
        name=account.name,
        association_id=association_id,
        template=template,
        values={"login": account.login, **values},
        values_en=values_en,
        case_id=None,
        task_id=None,
        now=now,
    )
    if also_to:
        deliver_to_old(session, engine, message, account=account, places=also_to, now=now)
    return message


def _send(
    session: Session,
    *,
    recipient: tuple[str, int],
    name: str,
    association_id: int,
    template: str,
    values: Mapping[str, object],
    case_id: UUID | None,
    task_id: UUID | None,
    now: datetime,
    values_en: Mapping[str, object] | None = None,
) -> Message:
    association = get_association(session, association_id)
    texts = _texts(session, association_id=association.id, template=template)
    filled = {"name": name, "association": association.name, **values}
    filled_en = {
        **filled,
        "association": association.name_en or association.name,
        **(values_en or {}),
    }
    kind, key = recipient
    message = Message(
        recipient_kind=kind,
        recipient_id=key,
        template=template,
        title=_clip(Template(texts.title).safe_substitute(filled), LONGEST_TITLE),
        title_en=_clip(Template(texts.title_en).safe_substitute(filled_en), LONGEST_TITLE_EN),
        text=Template(texts.text).safe_substitute(filled),
        text_en=Template(texts.text_en).safe_substitute(filled_en),
        sms=_clip(Template(texts.sms or texts.title).safe_substitute(filled), LONGEST_SMS),
        sms_en=_clip(
            Template(texts.sms_en or texts.title_en).safe_substitute(filled_en), LONGEST_SMS_EN
        ),
        node=texts.node,
        node_en=texts.node_en,
        office=association.name,
        office_en=association.name_en or association.name,
        about=texts.about,
        about_en=texts.about_en,
        case_id=case_id,
        task_id=task_id,
        at=now,
    )
    session.add(message)
    session.flush()
    deliver_message(session, message, now=now)
    return message


def count_unread(
    session: Session, *, member_id: int | None = None, account_id: int | None = None
) -> int:
    """How many messages a member, or an account of the staff or a firm, has not read."""
    query = select(func.count()).where(_to(member_id, account_id), Message.read_at.is_(None))
    return session.scalar(query) or 0


def list_messages(
    session: Session,
    *,
    member_id: int | None = None,
    account_id: int | None = None,
    before_id: int | None = None,
    limit: int = 20,
) -> Sequence[Message]:
    """The messages of a member, or an account of the staff or a firm, the newest first."""
    wanted = select(Message).where(_to(member_id, account_id))
    query = wanted.order_by(Message.id.desc()).limit(limit)
    if before_id is not None:
        query = query.where(Message.id < before_id)
    return session.scalars(query).all()


def read_message(session: Session, *, message: Message, now: datetime) -> None:
    """Note that its person has read a message; the first time counts."""
    if message.read_at is None:
        message.read_at = now
        session.flush()


@operation(
    "messages.send",
    title=N_("Send the member a message"),
    about=N_(
        "Writes a message to the member; its kind of application and who decided pick the wording."
    ),
)
def send(
    session: Session,
    *,
    engine: Engine,
    case: Case,
    now: datetime,
    member_id: MemberId,
    template: Wording,
    kind: ApplicationCode | None = None,
    reason: Reason | None = None,
) -> None:
    """Write a message to the member; `kind` and the step that decided pick its wording.

    `reason`: what was told; without one, a wording that gives a reason takes the reviewer's.
    """
    wording, office_id = template, case.association_id
    if kind is not None:
        decision = find_decider(session, engine.vault, case=case)
        wording = wording_of(template, kind, decision)
        if decision is not None:
            reason = reason or decision.reason
            office_id = office_of(session, decision) or office_id
    send_to_member(
        session,
        member_id=member_id,
        template=wording,
        values={"year": case.year or "", "reason": reason or ""},
        case_id=case.id,
        now=now,
        association_id=office_id,
    )


def wording_of(template: str, kind: str, decision: Decision | None) -> str:
    """The key of the wording for a kind of application and the step in which it was decided."""
    step = "" if decision is None else decision.element_id
    keys = (f"{template}.{kind}.{step}", f"{template}.{step}", f"{template}.{kind}")
    return next((key for key in keys if key in all_texts()), template)


def _texts(session: Session, *, association_id: int, template: str) -> Texts:
    texts = all_texts()[template]
    above, is_above = nearest_first(association_id, AdaptedText.association_id)
    own = session.scalar(
        select(AdaptedText)
        .join(above, is_above)
        .where(AdaptedText.template == template)
        .order_by(above.c.distance)
        .limit(1)
    )
    if own is None:
        return texts
    return texts.worded({name: getattr(own, name) for name in PARTS})


def _clip(title: str, longest: int) -> str:
    """Words with their values in them on one line, which may be longer than the wording was."""
    title = " ".join(title.split())
    return title if len(title) <= longest else title[: longest - 1] + "…"


def _to(member_id: int | None, account_id: int | None) -> ColumnElement[bool]:
    if member_id is None:
        return and_(Message.recipient_kind.in_(BY_ACCOUNT), Message.recipient_id == account_id)
    return and_(Message.recipient_kind == "member", Message.recipient_id == member_id)
