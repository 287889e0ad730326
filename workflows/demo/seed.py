"""Filling an empty database with the demo: the same people every time, around today's date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from secrets import token_bytes
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from engine.engine import Engine
from engine.vault import SubjectKey
from workflows.demo import ledgers, offices, texts
from workflows.demo.cast import (
    BULK,
    BULK_OF_A_CITY,
    FIRM_NUMBER,
    FIRM_SITUATIONS,
    PRACTISING,
    STAFF,
    Role,
    all_roles,
)
from workflows.demo.people import make_person
from workflows.shared import totp
from workflows.shared.accounts import Account, StaffDuty, hash_password
from workflows.shared.associations import Association
from workflows.shared.dates import local_date
from workflows.shared.privacy import SHIPPED
from workflows.shared.private import PRIVATE_FIELDS, private_columns, write_private
from workflows.shared.register import Firm, Member
from workflows.shared.results import subject_of
from workflows.shared.seasons import CommitmentText, Season, SeasonSlot

FIRM_NAME = "浙江演示会计师事务所"

NEW = frozenset(each.number for each in PRACTISING if each.is_new)
"""Whose password was issued by others, and who was asked for nothing yet."""

LOTS = 20220906
"""All lots of the demo are drawn from this number, so that it comes out the same each time."""

MB = 2**20


@dataclass(frozen=True)
class DemoAccount:
    """An account to sign in with and what can be seen with it."""

    user_type: str
    login: str
    name: str
    situation: str
    situation_en: str


@dataclass(frozen=True)
class Demo:
    """What was seeded."""

    year: int
    members: int
    accounts: Sequence[DemoAccount]


def is_seeded(session: Session) -> bool:
    """Whether there are associations already; such a database is left alone."""
    return session.scalar(select(Association.id).limit(1)) is not None


def seed(session: Session, engine: Engine, *, password: str, now: datetime) -> Demo:
    """Fill an empty database. All accounts get the one password.

    Its hash is made once: argon2 is slow on purpose, and these accounts are nobody's.
    """
    today = local_date(now)
    year = today.year - 1
    random = Random(LOTS)  # noqa: S311 - invented people, no secrets
    ids = offices.add_offices(session, offices.all_offices())
    _add_seasons(session, ids, year=year, today=today, now=now)
    roles = all_roles(year)
    people = [
        *_named(random, engine, roles, today=today),
        *_bulk(random, engine, today=today),
    ]
    for person in people:
        person["association_id"] = ids[person.pop("office")]
    fields = [_without_plan(person) for person in people]
    numbers = [person["number"] for person in people]
    by_number = _add_members(session, engine, fields)
    plans = [
        ledgers.Plan(
            member_id=by_number[number],
            number=number,
            association_id=person["association_id"],
            admission_date=person["admission_date"],
            **person["plan"],
        )
        for number, person in zip(numbers, people, strict=True)
    ]
    ledgers.add_ledgers(session, random, plans, year=year, now=now)
    hashed = hash_password(password)
    _add_accounts(session, people, by_number, hashed=hashed, now=now)
    _add_staff(session, engine, ids, hashed=hashed, now=now)
    cpas = _add_firm(session, random, engine, ids, hashed=hashed, today=today, now=now)
    session.flush()
    return Demo(year=year, members=len(people) + cpas, accounts=list_accounts(today=today))


def list_accounts(*, today: date) -> list[DemoAccount]:
    """The accounts worth signing in with, members first."""
    return [
        *(
            DemoAccount("member", each.number, each.name, each.situation, each.situation_en)
            for each in all_roles(today.year - 1)
        ),
        *(
            DemoAccount("cpa", each.number, each.name, each.situation, each.situation_en)
            for each in PRACTISING
        ),
        *(
            DemoAccount("firm", login, FIRM_NAME, *situations)
            for login, situations in FIRM_SITUATIONS.items()
        ),
        *(
            DemoAccount("staff", each.login, each.name, each.situation, each.situation_en)
            for each in STAFF
        ),
    ]


def _add_seasons(
    session: Session, ids: Mapping[str, int], *, year: int, today: date, now: datetime
) -> None:
    """One open season for each association: from 1 July, or from January when it is earlier."""
    opens = date(today.year, 7, 1) if today.month >= 7 else date(today.year, 1, 1)
    closes = date(today.year, 12, 31)
    cities = {each.code for each in offices.all_offices() if each.level == "municipal"}
    rows = [
        {
            "association_id": association_id,
            "year": year,
            "opens_date": opens,
            "closes_date": closes,
            "cut_off_date": date(year, 12, 31),
            "hours_until_date": closes,
            "fee_yearly": 0 if code == offices.SHENZHEN else 10000,
            "fee_account": texts.FEE_ACCOUNT.format(name="演示注册会计师协会"),
            "reminder_days": [30, 7, 1],
            "review_levels": 2 if code in cities else 1,
            "learning_platform": texts.LEARNING_PLATFORM,
            "learning_url": texts.LEARNING_URL,
            "success_text": texts.SUCCESS[0],
            "success_text_en": texts.SUCCESS[1],
            "notice_text": texts.NOTICE[0],
            "notice_text_en": texts.NOTICE[1],
            "deferral_grounds": texts.GROUNDS,
        }
        for code, association_id in ids.items()
    ]
    session.execute(insert(Season), rows)
    codes = {association_id: code for code, association_id in ids.items()}
    seasons = {
        codes[association_id]: season_id
        for season_id, association_id in session.execute(select(Season.id, Season.association_id))
    }
    session.execute(
        insert(SeasonSlot),
        [slot for code, season_id in seasons.items() for slot in _slots(code, season_id)],
    )
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
            for season_id in seasons.values()
            for kind, (title, title_en, text, text_en) in texts.COMMITMENTS.items()
        ],
    )


def _slots(code: str, season_id: int) -> list[dict[str, Any]]:
    """Guangdong asks for a proof, Zhejiang leaves one open, Shenzhen asks for nothing."""
    if code == offices.SHENZHEN:
        return []
    is_guangdong = code.startswith("44")
    inspection = [(texts.WORK_PROOF, True)] if is_guangdong else []
    slots = [*inspection, (texts.TRAINING_PROOF, False), (texts.DEFERRAL_PROOF, True)]
    return [
        {
            **slot,
            "season_id": season_id,
            "position": position,
            "required": required,
            "max_bytes": (50 if slot["kind"] == "deferral" else 5) * MB,
        }
        for position, (slot, required) in enumerate(slots)
    ]


def _named(
    random: Random, engine: Engine, roles: Sequence[Role], *, today: date
) -> list[dict[str, Any]]:
    return [
        {
            **make_person(
                random,
                engine.vault,
                serial=serial,
                today=today,
                **{"admission_date": date(2015, 3, 15), "name": role.name, **role.fields},
            ),
            **_place(role.office, serial),
            "number": role.number,
            "office": role.office,
            "plan": {
                "hours": role.hours,
                "fee": role.fee,
                "past": role.past,
                "arrears": role.arrears,
            },
        }
        for serial, role in enumerate(roles, start=1)
    ]


def _bulk(random: Random, engine: Engine, *, today: date) -> list[dict[str, Any]]:
    counts = {
        office.code: BULK.get(office.code, BULK_OF_A_CITY)
        for office in offices.all_offices()
        if office.level == "municipal" or office.code in BULK
    }
    people = []
    serial = 100
    for code, count in counts.items():
        for _ in range(count):
            serial += 1
            people.append(
                {
                    **make_person(random, engine.vault, serial=serial, today=today),
                    **_place(code, serial),
                    "number": f"{code}{serial:06}",
                    "office": code,
                    "plan": ledgers.draw_plan(random, charges=code != offices.SHENZHEN),
                }
            )
    return people


def _place(code: str, serial: int) -> dict[str, str]:
    # Zhejiang's people live in Hangzhou.
    region = "330100" if code == offices.ZHEJIANG else code
    return {
        "region": region,
        "household_region": region if serial % 3 else "",
        "postal_code": "310000" if code == offices.ZHEJIANG else "510000",
    }


def _without_plan(person: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in person.items() if name != "plan"}


def _add_members(
    session: Session, engine: Engine, people: Sequence[Mapping[str, Any]]
) -> dict[str, int]:
    """Add members with their private fields, each sealed with a key of its own; ids by number."""
    session.execute(
        insert(Member),
        [
            {name: value for name, value in person.items() if name not in PRIVATE_FIELDS}
            for person in people
        ],
    )
    wanted = [person["number"] for person in people]
    found = session.execute(select(Member.number, Member.id).where(Member.number.in_(wanted)))
    by_number = {each.number: each.id for each in found}
    keys, columns = [], []
    for person in people:
        member_id = by_number[person["number"]]
        key, wrapped = engine.vault.make_key(subject_of(member_id))
        keys.append({"subject": subject_of(member_id), "wrapped": wrapped})
        columns.append({"id": member_id, **private_columns(engine.vault, key, person)})
    session.execute(insert(SubjectKey), keys)
    session.execute(update(Member), columns)
    return by_number


def _add_accounts(
    session: Session,
    people: Sequence[Mapping[str, Any]],
    by_number: Mapping[str, int],
    *,
    hashed: str,
    now: datetime,
) -> None:
    session.execute(
        insert(Account),
        [
            {
                "user_type": "cpa" if person["kind"] == "cpa" else "member",
                "login": person["number"],
                "name": person["name"],
                "password_hash": hashed,
                "must_change_password": person["number"] in NEW,
                "member_id": by_number[person["number"]],
                "consented_version": None if person["number"] in NEW else SHIPPED,
                "created_at": now,
            }
            for person in people
        ],
    )


def _add_staff(
    session: Session, engine: Engine, ids: Mapping[str, int], *, hashed: str, now: datetime
) -> None:
    for each in STAFF:
        account = Account(
            user_type="staff",
            login=each.login,
            name=each.name,
            password_hash=hashed,
            created_at=now,
        )
        session.add(account)
        session.flush()
        session.add_all(
            StaffDuty(account_id=account.id, association_id=ids[each.office], duty=duty)
            for duty in each.duties
        )
        if each.has_second_step:
            secret = totp.offer_secret(engine.vault, token_bytes(32))
            totp.set_up(
                session, engine.vault, account_id=account.id, secret=secret, step=0, now=now
            )


def _add_firm(
    session: Session,
    random: Random,
    engine: Engine,
    ids: Mapping[str, int],
    *,
    hashed: str,
    today: date,
    now: datetime,
) -> int:
    """A firm with its two accounts and three practising CPAs; returns how many."""
    firm = Firm(
        number=FIRM_NUMBER,
        name=FIRM_NAME,
        association_id=ids[offices.ZHEJIANG],
        approval_number="演示批准〔2001〕1号",
        head="袁国文",
        area_code="330100",
    )
    session.add(firm)
    session.flush()
    write_private(session, engine.vault, firm, {"mobile": "15499990001"})
    session.add_all(
        Account(
            user_type="firm",
            login=login,
            name=firm.name,
            password_hash=hashed,
            firm_id=firm.id,
            consented_version=SHIPPED,
            created_at=now,
        )
        for login in FIRM_SITUATIONS
    )
    cpas = [
        {
            **make_person(random, engine.vault, serial=9000 + serial, today=today),
            **_place(offices.ZHEJIANG, serial),
            "kind": "cpa",
            "number": each.number,
            "name": each.name,
            "archive_holder": "浙江演示人才服务中心",
            "firm_id": firm.id,
            "association_id": ids[offices.ZHEJIANG],
            "employer": firm.name,
        }
        for serial, each in enumerate(PRACTISING, start=1)
    ]
    by_number = _add_members(session, engine, cpas)
    _add_accounts(session, cpas, by_number, hashed=hashed, now=now)
    return len(cpas)
