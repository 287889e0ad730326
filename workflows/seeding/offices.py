"""The associations of a whole country, their seasons and their people."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from workflows.demo import texts
from workflows.demo.offices import NATIONAL, Office, all_offices
from workflows.demo.offices import add_offices as write_offices
from workflows.shared.accounts import STAFF, Account, StaffDuty, hash_password
from workflows.shared.associations import Association
from workflows.shared.dates import local_date
from workflows.shared.seasons import CommitmentText, Season

_PROVINCES = """
110000|北京|Beijing|市
120000|天津|Tianjin|市
130000|河北|Hebei|省
140000|山西|Shanxi|省
150000|内蒙古|Inner Mongolia|自治区
210000|辽宁|Liaoning|省
220000|吉林|Jilin|省
230000|黑龙江|Heilongjiang|省
310000|上海|Shanghai|市
320000|江苏|Jiangsu|省
340000|安徽|Anhui|省
350000|福建|Fujian|省
360000|江西|Jiangxi|省
370000|山东|Shandong|省
410000|河南|Henan|省
420000|湖北|Hubei|省
430000|湖南|Hunan|省
450000|广西|Guangxi|自治区
460000|海南|Hainan|省
500000|重庆|Chongqing|市
510000|四川|Sichuan|省
520000|贵州|Guizhou|省
530000|云南|Yunnan|省
610000|陕西|Shaanxi|省
620000|甘肃|Gansu|省
640000|宁夏|Ningxia|自治区
"""
_HEAVY = {"110000": 5.0, "310000": 4.0, "440100": 4.0, "440300": 4.0, "330000": 3.0, "320000": 3.0}
_DUTIES = {"review": 4, "fees": 2, "manage": 1}


@dataclass(frozen=True)
class Place:
    """An association with members, as its cases need it. `code` is its region's."""

    id: int
    code: str
    weight: float
    is_city: bool
    seasons: dict[int, int]
    reviewers: tuple[int, ...]
    clerks: tuple[int, ...]
    manager: int
    second_reviewers: tuple[int, ...] = ()
    second_manager: int = 0
    second_id: int = 0


def is_empty(session: Session) -> bool:
    """Whether there are no associations yet; only such a database is filled."""
    return session.scalar(select(Association.id).limit(1)) is None


def every_office() -> list[Office]:
    """The demo's associations and those of the other provinces, those above first."""
    return [*all_offices(), *(_province(line) for line in _PROVINCES.strip().splitlines())]


def add_offices(session: Session, *, years: list[int], password: str, now: datetime) -> list[Place]:
    """Write associations, seasons of some years, and staff; returns where members belong."""
    known = every_office()
    ids = write_offices(session, known)
    hashed = hash_password(password)
    staff = {office.code: _add_staff(session, office, ids, hashed, now) for office in known}
    places = []
    with_cities = {office.parent for office in known if office.level == "municipal"}
    for office in known:
        seasons = {
            year: _add_season(session, office, ids[office.code], year, now=now) for year in years
        }
        if office.code == NATIONAL or office.code in with_cities:
            continue
        own = staff[office.code]
        above = staff[office.parent or ""]
        places.append(
            Place(
                id=ids[office.code],
                code=office.code,
                weight=_HEAVY.get(office.code, 1.0 if office.level == "provincial" else 0.6),
                is_city=office.level == "municipal",
                seasons=seasons,
                reviewers=own["review"],
                clerks=own["fees"],
                manager=own["manage"][0],
                second_reviewers=above["review"],
                second_manager=above["manage"][0],
                second_id=ids[office.parent or ""],
            )
        )
    return places


def season_dates(year: int, *, today: date) -> tuple[date, date]:
    """From when until when the inspection of a year is open: the last one's window is now."""
    if year == today.year - 1:
        return today - timedelta(days=75), today + timedelta(days=40)
    return date(year + 1, 7, 1), date(year + 1, 9, 30)


def _province(line: str) -> Office:
    code, area, area_en, kind = line.split("|")
    return Office(
        code,
        f"{area}{kind}注册会计师协会",
        f"{area_en} Institute of Certified Public Accountants",
        area,
        area_en,
        "provincial",
        NATIONAL,
        f"{area}（演示地址）",
        "000-00000000",
    )


def _add_staff(
    session: Session, office: Office, ids: dict[str, int], hashed: str, now: datetime
) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    extra = {"admin": 1, "audit": 1} if office.code == NATIONAL else {}
    for duty, count in {**_DUTIES, **extra}.items():
        accounts = []
        for number in range(1, count + 1):
            account = Account(
                user_type=STAFF,
                login=f"{duty}_{office.code}_{number}",
                name=f"{office.area}{_TITLES[duty]}{number}",
                password_hash=hashed,
                created_at=now,
            )
            session.add(account)
            session.flush()
            session.add(
                StaffDuty(account_id=account.id, association_id=ids[office.code], duty=duty)
            )
            accounts.append(account.id)
        found[duty] = tuple(accounts)
    return found


_TITLES = {"review": "审核", "fees": "财务", "manage": "管理", "admin": "系统", "audit": "审计"}


def _add_season(
    session: Session, office: Office, association_id: int, year: int, *, now: datetime
) -> int:
    season = make_season(
        association_id,
        year,
        season_dates(year, today=local_date(now)),
        levels=2 if office.level == "municipal" else 1,
    )
    session.add(season)
    session.flush()
    add_commitments(session, season.id, now)
    return season.id


def make_season(
    association_id: int, year: int, window: tuple[date, date], *, levels: int
) -> Season:
    """A season as most associations have it."""
    opens, closes = window
    return Season(
        association_id=association_id,
        year=year,
        opens_date=opens,
        closes_date=closes,
        cut_off_date=date(year, 12, 31),
        hours_until_date=closes,
        review_levels=levels,
        fee_account=texts.FEE_ACCOUNT.format(name="演示注册会计师协会"),
        reminder_days=[30, 7, 1],
        learning_platform=texts.LEARNING_PLATFORM,
        learning_url=texts.LEARNING_URL,
        success_text=texts.SUCCESS[0],
        success_text_en=texts.SUCCESS[1],
        notice_text=texts.NOTICE[0],
        notice_text_en=texts.NOTICE[1],
        deferral_grounds=texts.GROUNDS,
    )


def add_commitments(session: Session, season_id: int, now: datetime) -> None:
    """The commitments of a season."""
    session.execute(
        insert(CommitmentText),
        [
            {
                "season_id": season_id,
                "kind": kind,
                "version": 1,
                "title": title,
                "title_en": title_en,
                "text": text,
                "text_en": text_en,
                "published_at": now,
            }
            for kind, (title, title_en, text, text_en) in texts.COMMITMENTS.items()
        ],
    )
