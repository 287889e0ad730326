"""Who in the demo is reached how: simulated phones, bindings, and what is wrong on file.

One for each way that 找回密码 begins. Beside the seeding, so that tests of everything else have
nobody with a binding.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.engine import Engine
from workflows.channels import phones
from workflows.demo import offices
from workflows.demo.seed import DemoAccount
from workflows.shared.accounts import CPA, FIRM, MEMBER, Account, find_account, hash_password
from workflows.shared.associations import Association
from workflows.shared.bindings import bind
from workflows.shared.mobiles import to_e164
from workflows.shared.privacy import SHIPPED
from workflows.shared.private import write_private
from workflows.shared.reach import find_reach
from workflows.shared.register import Firm, Member

BOUND = "已绑定公众号", "bound to the official account"
UNBOUND = "未绑定，有手机号码", "not bound, mobile on file"
MALFORMED = "未绑定，手机号码格式不正确", "not bound, malformed mobile on file"
WITHOUT = "未绑定，无手机号码", "not bound, no mobile on file"

MEMBERS = {
    "330000100008": BOUND,
    "330000100003": UNBOUND,
    "330000000341": MALFORMED,
    "330000000342": WITHOUT,
}
CPAS = {"330000900001": UNBOUND}
FIRMS = {
    "33000001": BOUND,
    "33000001_cw": UNBOUND,
    "33000002": UNBOUND,
    "33000003": WITHOUT,
}
HANDSETS = ((MEMBER, "330000100008"), (MEMBER, "330000100003"), (FIRM, "33000001"))
"""Whose phones there are, in the order in which the simulator shows them."""

SECOND_FIRM, THIRD_FIRM = "杭州演示会计师事务所", "宁波演示会计师事务所"
STRANGER = "陌生人", "+8615488000000"


def add_phones(
    session: Session,
    engine: Engine,
    accounts: Sequence[DemoAccount],
    *,
    password: str,
    now: datetime,
) -> list[DemoAccount]:
    """Give the demo its phones and bindings; its accounts, each saying how it is reached."""
    _write_mobile(session, engine, "330000000341", "010-88250337")
    _write_mobile(session, engine, "330000000342", "")
    hashed = hash_password(password)
    _add_firm(session, engine, "33000002", SECOND_FIRM, "15499990002", hashed=hashed, now=now)
    _add_firm(session, engine, "33000003", THIRD_FIRM, "", hashed=hashed, now=now)
    for user_type, login in HANDSETS:
        _add_handset(session, engine, _get(session, user_type, login), now=now)
    name, mobile = STRANGER
    phones.add_phone(session, name=name, mobile=mobile, openid="oSimStranger", now=now)
    return _describe(session, accounts)


def _add_handset(session: Session, engine: Engine, account: Account, *, now: datetime) -> None:
    reach = find_reach(session, engine.vault, account)
    phone = phones.add_phone(
        session,
        name=account.name,
        mobile=to_e164(reach.mobile),
        email=reach.email,
        openid=f"oSim{account.user_type}{account.login}",
        now=now,
    )
    if BOUND in (MEMBERS.get(account.login), FIRMS.get(account.login)):
        phone.is_following = True
        bind(session, engine.vault, account_id=account.id, openid=phone.openid, now=now)


def _write_mobile(session: Session, engine: Engine, number: str, mobile: str) -> None:
    member = session.scalars(select(Member).where(Member.number == number)).one()
    write_private(session, engine.vault, member, {"mobile": mobile})


def _add_firm(
    session: Session,
    engine: Engine,
    number: str,
    name: str,
    mobile: str,
    *,
    hashed: str,
    now: datetime,
) -> None:
    home = select(Association).where(Association.code == offices.ZHEJIANG)
    firm = Firm(
        number=number,
        name=name,
        association_id=session.scalars(home).one().id,
        approval_number=f"演示批准〔2005〕{int(number[-4:])}号",
        head="邓康宁",
        area_code="330100",
    )
    session.add(firm)
    session.flush()
    write_private(session, engine.vault, firm, {"mobile": mobile})
    session.add_all(
        Account(
            user_type=FIRM,
            login=login,
            name=name,
            password_hash=hashed,
            firm_id=firm.id,
            consented_version=SHIPPED,
            created_at=now,
        )
        for login in (number, f"{number}_cw")
    )
    session.flush()


def _describe(session: Session, accounts: Sequence[DemoAccount]) -> list[DemoAccount]:
    """The demo's list, with those who are on it for their phones alone beside their kind."""
    known = {(each.user_type, each.login): each for each in accounts}
    for user_type, reached in ((MEMBER, MEMBERS), (CPA, CPAS), (FIRM, FIRMS)):
        for login, (words, words_en) in reached.items():
            listed = known.get((user_type, login))
            if listed is None:
                name = _get(session, user_type, login).name
                known[user_type, login] = DemoAccount(
                    user_type, login, name, words, words_en.capitalize()
                )
                continue
            known[user_type, login] = replace(
                listed,
                situation=f"{listed.situation}；{words}",
                situation_en=f"{listed.situation_en}; {words_en}",
            )
    kinds = list(dict.fromkeys(each.user_type for each in accounts))
    return sorted(known.values(), key=lambda each: kinds.index(each.user_type))


def _get(session: Session, user_type: str, login: str) -> Account:
    found = find_account(session, user_type=user_type, login=login)
    if found is None:
        raise LookupError(login)
    return found
