"""How templates say dates, times, amounts and codes."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.language import say_date
from web import current
from web.languages import spoken
from workflows.shared import statuses
from workflows.shared.associations import Association
from workflows.shared.dates import ZONE, local_date


def moment(value: datetime) -> str:
    """A time to the second, on China's clock: 2022-09-06 17:32:45."""
    return value.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")


def minute(value: datetime) -> str:
    """A time to the minute: 2022-09-06 17:32."""
    return value.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")


def clock(value: datetime) -> str:
    """When something was, said shortly: 17:32 of today, else with the date."""
    is_today = local_date(value) == local_date(current.now())
    return value.astimezone(ZONE).strftime("%H:%M") if is_today else minute(value)


def day(value: date | datetime) -> str:
    """A date as people write it: 2022年9月6日, 6 September 2022."""
    if isinstance(value, datetime):
        value = local_date(value)
    return say_date(value)


def name_office(association: Association) -> str:
    """What an association is called in the reader's language."""
    return (association.name_en if spoken() == "en" else "") or association.name


def name_offices(session: Session, keys: Collection[int | None]) -> Mapping[int | None, str]:
    """What associations are called, by key, in one query; a key that is None has no name."""
    wanted = sorted({key for key in keys if key is not None})
    found = session.scalars(select(Association).where(Association.id.in_(wanted)))
    return {each.id: name_office(each) for each in found}


def yuan(fen: int) -> str:
    """An amount of money kept in fen: 100.00."""
    return f"{fen // 100:,}.{fen % 100:02d}"


def hours(hundredths: int) -> str:
    """Hours kept in hundredths: 40.00."""
    return f"{hundredths / 100:.2f}"


def size(count: int) -> str:
    """A file's size: 820 KB, 4.2 MB, 40 MB (MB = 2^20 bytes)."""
    if count < 2**20:
        return f"{max(1, round(count / 1024))} KB"
    return f"{count / 2**20:.1f}".removesuffix(".0") + " MB"


def init_app(app: Flask) -> None:
    """Give templates the filters."""
    app.jinja_env.filters.update(
        moment=moment,
        minute=minute,
        clock=clock,
        date=day,
        yuan=yuan,
        hours=hours,
        file_size=size,
        status_label=statuses.status_label,
        fee_label=statuses.fee_label,
        ledger_label=statuses.ledger_label,
        kind_label=statuses.kind_label,
    )
