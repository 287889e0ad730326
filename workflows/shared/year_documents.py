"""年度检查确认单: what a year came to, on paper, in the official wording, whoever reads it.

It shows what the year's record keeps and the QR code by which others see whether it still counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from typing import Any

from sqlalchemy.orm import Session

from engine.engine import Engine
from forms.lists import get_list
from forms.masking import mask
from forms.options import find_label
from forms.regions import find_region_name
from workflows.shared import hours
from workflows.shared.associations import get_association
from workflows.shared.dates import local_date
from workflows.shared.documents import Documents, Plain
from workflows.shared.public_address import public_address
from workflows.shared.qr_codes import svg_of
from workflows.shared.register import Member
from workflows.shared.results import YearlyResult, read_record, verification_token

MOST_CLASSES = 40
"""More than anybody attends in a year; a ledger that is longer is summed up."""

STATUSES = {
    "passed": "年检通过",
    "deferred": "暂缓年检",
    "not_passed": "年检不予通过",
    "not_inspected": "未参检",
    "exempt": "免检",
}
FEES = {"exempt": "免缴", "to_pay": "未缴", "pending": "待确认", "confirmed": "已缴"}
FIELDS = (
    ("name", "姓名", None),
    ("sex", "性别", "sexes"),
    ("nation", "民族", "nations"),
    ("birth_date", "出生日期", None),
    ("identity_type", "证件类型", "identity_types"),
    ("identity_number", "证件号码", None),
    ("political_status", "政治面貌", "political_statuses"),
    ("region", "所在地区", "regions"),
    ("household_region", "户籍所在地", "regions"),
)
"""Field of the record, word, list that its value is in."""


@dataclass(frozen=True)
class YearDocument:
    """What a year's document says, read while the database was asked; `name`: of its file."""

    name: str
    title: str
    author: str
    dated: date
    values: Mapping[str, Plain]
    pictures: Mapping[str, bytes]


def read_year_document(
    session: Session, engine: Engine, *, member: Member, result: YearlyResult, now: datetime
) -> YearDocument:
    """What the document of a member's year says as of today."""
    title = f"{result.year}年度检查确认单"
    office = get_association(session, result.association_id)
    classes = hours.list_hours(session, member_id=member.id, year=result.year)
    token = verification_token(engine.vault, result)
    values: dict[str, Plain] = {
        "office": office.name,
        "number": member.number,
        "year": result.year,
        # Of years before this register nothing was kept but whose they are.
        "fields": _say_record(read_record(session, engine.vault, result) or {"name": member.name}),
        "status": STATUSES.get(result.status, result.status),
        "is_good": result.status in ("passed", "exempt"),
        "decided_date": _say_date(local_date(result.decided_at)),
        "fee": FEES.get(result.fee_status, ""),
        "hours_required": _say_hours(result.hours_required),
        "hours_done": _say_hours(result.hours_done),
        "classes": [
            [each.earned_date.isoformat(), each.title, each.source, _say_hours(each.hours)]
            for each in classes[:MOST_CLASSES]
        ],
        "more": max(0, len(classes) - MOST_CLASSES),
        "more_hours": _say_hours(sum(each.hours for each in classes[MOST_CLASSES:])),
        "printed_date": _say_date(local_date(now)),
    }
    code = svg_of(f"{public_address(engine)}/v/{token}")
    return YearDocument(
        name=f"{result.year}年度检查确认单-{member.number}.pdf",
        title=title,
        author=office.name,
        dated=local_date(now),
        values=values,
        pictures={"code": code},
    )


def make_year_document(documents: Documents, said: YearDocument) -> bytes:
    """The document, on one page but for the longest ledgers."""
    template = files("workflows.shared").joinpath("year_document.html").read_text("utf-8")
    return documents.make(
        template,
        said.values,
        title=said.title,
        author=said.author,
        dated=said.dated,
        pictures=said.pictures,
    )


def _say_record(record: Mapping[str, Any]) -> Sequence[Sequence[str]]:
    return [[word, _say(record, name, listed)] for name, word, listed in FIELDS if name in record]


def _say(record: Mapping[str, Any], name: str, listed: str | None) -> str:
    value = record[name]
    if value is None or value == "":
        return "—"
    if name == "identity_number":
        return mask("identity", str(value))
    if listed is None:
        return str(value)
    if listed == "regions":
        return find_region_name(str(value)) or str(value)
    return find_label(get_list(listed, "zh"), value) or str(value)


def _say_date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _say_hours(hundredths: int) -> str:
    return f"{hundredths / 100:.2f}"
