"""Changing mobile number and e-mail address: proved, confirmed, told to the old one."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.engine import Engine
from engine.vault import SubjectKey
from tests.workflows.conftest import NOW
from workflows.account import contact_changes as changes
from workflows.account.contact_changes import (
    LIFE,
    ChangeOver,
    NobodysReach,
    NotYetProved,
    TooManyWrongCodes,
    WrongCode,
)
from workflows.shared.accounts import Account, find_account
from workflows.shared.bulk import table_of
from workflows.shared.codes import CodeTooSoon, OneTimeCode, derive_code
from workflows.shared.deliveries import Delivery
from workflows.shared.new_reach import NothingNew, NotUsable, What, write_reach
from workflows.shared.own_facts import FactsLocked, FactsWrong, read_facts
from workflows.shared.private import private_columns, read_private
from workflows.shared.reach import find_reach
from workflows.shared.register import Firm, Member
from workflows.shared.security_events import list_events

MEMBER, FIRM = "330000100001", "33000001"
NEW = "15499998888"
LATER = timedelta(seconds=61)


def holder(engine: Engine, login: str = MEMBER, user_type: str = "member") -> Account:
    """An account of the demo."""
    with engine.database.read() as session:
        found = find_account(session, user_type=user_type, login=login)
    assert found is not None
    return found


def begin(engine: Engine, account: Account, what: What = "mobile") -> None:
    """Begin a change."""
    with engine.database.transaction() as session:
        changes.begin_change(session, account=account, what=what, now=NOW)


def code(engine: Engine, account: Account, which: str, what: What = "mobile") -> str:
    """The digits that were sent last."""
    with engine.database.read() as session:
        change = changes.get_change(session, account_id=account.id, what=what, now=NOW)
        owner = change.owner("old" if which == "old" else "new")
        found = session.scalars(select(OneTimeCode).where(OneTimeCode.owner == owner)).one()
    return derive_code(engine.vault, found.id)


def facts(engine: Engine, account: Account) -> dict[str, str]:
    """What the register says of the holder."""
    with engine.database.read() as session:
        return read_facts(session, engine.vault, account)


def prove_by_facts(
    engine: Engine, account: Account, other: str = "email", address: str = "192.0.2.7", **typed: str
) -> None:
    """Prove who one is with what the register says, but for what is given."""
    known = {**facts(engine, account), **typed}
    changes.prove_by_facts(
        engine,
        account=account,
        what="mobile",
        typed=known,
        other=other,
        address=address,
        now=NOW,
    )


def say_new(engine: Engine, account: Account, typed: str = NEW, what: What = "mobile") -> None:
    """Say the new one."""
    changes.say_new(engine, account=account, what=what, typed=typed, now=NOW)


def finish(engine: Engine, account: Account, typed: str, what: What = "mobile") -> None:
    """Type the code that came to the new one."""
    changes.finish_change(
        engine, account=account, what=what, typed=typed, address="192.0.2.7", now=NOW
    )


def mobile_of(session: Session, engine: Engine, account: Account) -> str:
    """What is on file."""
    return find_reach(session, engine.vault, account).mobile


def test_a_mobile_number_changes_with_codes_to_both_and_the_old_one_is_told(
    demo_engine: Engine,
) -> None:
    account = holder(demo_engine)
    begin(demo_engine, account)
    changes.send_old_code(demo_engine, account=account, what="mobile", now=NOW)
    typed = code(demo_engine, account, "old")
    changes.prove_by_code(demo_engine, account=account, what="mobile", typed=typed, now=NOW)
    say_new(demo_engine, account)
    finish(demo_engine, account, code(demo_engine, account, "new"))
    with demo_engine.database.read() as session:
        assert mobile_of(session, demo_engine, account) == NEW
        (event,) = list_events(session, account_id=account.id, what="mobile_changed")
        assert event.details == {"before": "154****0001", "after": "154****8888", "proof": "code"}
        told = session.scalars(
            select(Delivery.to_masked).where(Delivery.what == "mobile_changed")
        ).all()
        assert told == ["154****0001"]
    with pytest.raises(ChangeOver):
        finish(demo_engine, account, "000000")


def test_who_lost_the_number_proves_with_what_the_register_says(demo_engine: Engine) -> None:
    account = holder(demo_engine)
    begin(demo_engine, account)
    prove_by_facts(demo_engine, account)
    say_new(demo_engine, account)
    finish(demo_engine, account, code(demo_engine, account, "new"))
    with demo_engine.database.read() as session:
        assert mobile_of(session, demo_engine, account) == NEW
        (event,) = list_events(session, account_id=account.id, what="identity_checked")
        assert event.details == {"for": "mobile", "outcome": "right"}


def test_a_firm_proves_itself_with_number_approval_and_head(demo_engine: Engine) -> None:
    account = holder(demo_engine, FIRM, "firm")
    begin(demo_engine, account)
    with pytest.raises(FactsWrong):
        prove_by_facts(demo_engine, account, head="另一人")
    prove_by_facts(demo_engine, account, approval_number=" 演示批准【2001】1号 ")
    say_new(demo_engine, account)
    finish(demo_engine, account, code(demo_engine, account, "new"))
    with demo_engine.database.read() as session:
        other = holder(demo_engine, f"{FIRM}_cw", "firm")
        assert mobile_of(session, demo_engine, other) == NEW


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("name", "蔡思远"),
        ("identity_number", "110101199003071234"),
        ("email", "somebody@example.com"),
        ("email", ""),
    ],
)
def test_one_wrong_fact_is_enough_to_refuse(demo_engine: Engine, name: str, typed: str) -> None:
    account = holder(demo_engine)
    begin(demo_engine, account)
    with pytest.raises(FactsWrong):
        prove_by_facts(demo_engine, account, **{name: typed})
    with pytest.raises(NotYetProved):
        say_new(demo_engine, account)


def test_facts_are_folded_before_they_are_compared(demo_engine: Engine) -> None:
    account = holder(demo_engine)
    begin(demo_engine, account)
    known = facts(demo_engine, account)
    wide = "".join(chr(ord(each) + 0xFEE0) for each in known["identity_number"])
    prove_by_facts(
        demo_engine,
        account,
        name=" 蔡·思源 ",
        identity_number=wide.replace("Ｘ", "ｘ"),
        email=known["email"].upper(),
    )


def test_wrong_facts_lock_for_that_network_only(demo_engine: Engine) -> None:
    account = holder(demo_engine)
    begin(demo_engine, account)
    for _ in range(5):
        with pytest.raises(FactsWrong):
            prove_by_facts(demo_engine, account, name="谁")
    with pytest.raises(FactsLocked):
        prove_by_facts(demo_engine, account, address="192.0.2.200")
    prove_by_facts(demo_engine, account, address="198.51.100.1")


def test_the_fifth_wrong_code_ends_the_change(demo_engine: Engine) -> None:
    account = holder(demo_engine)
    begin(demo_engine, account)
    changes.send_old_code(demo_engine, account=account, what="mobile", now=NOW)
    right = code(demo_engine, account, "old")
    wrong = "000000" if right != "000000" else "000001"
    errors = []
    for typed in [wrong] * 5:
        with pytest.raises((WrongCode, TooManyWrongCodes)) as error:
            changes.prove_by_code(demo_engine, account=account, what="mobile", typed=typed, now=NOW)
        errors.append(error.type)
    assert errors == [WrongCode] * 4 + [TooManyWrongCodes]
    with pytest.raises(ChangeOver):
        changes.prove_by_code(demo_engine, account=account, what="mobile", typed=right, now=NOW)


def test_the_code_of_one_new_number_does_not_serve_another(demo_engine: Engine) -> None:
    account = holder(demo_engine)
    begin(demo_engine, account)
    prove_by_facts(demo_engine, account)
    say_new(demo_engine, account)
    sent = code(demo_engine, account, "new")
    with pytest.raises(CodeTooSoon):
        say_new(demo_engine, account, "15499997777")
    with pytest.raises(NotYetProved):
        finish(demo_engine, account, sent)
    changes.say_new(
        demo_engine, account=account, what="mobile", typed="15499997777", now=NOW + LATER
    )
    with pytest.raises(WrongCode):
        finish(demo_engine, account, sent)
    finish(demo_engine, account, code(demo_engine, account, "new"))
    with demo_engine.database.read() as session:
        assert mobile_of(session, demo_engine, account) == "15499997777"


@pytest.mark.parametrize("typed", ["", "12345", "010-88250337", "１２", "+8615499998888x"])
def test_what_is_no_mobile_number_is_refused(demo_engine: Engine, typed: str) -> None:
    account = holder(demo_engine)
    begin(demo_engine, account)
    prove_by_facts(demo_engine, account)
    with pytest.raises(NotUsable):
        say_new(demo_engine, account, typed)


def test_a_number_abroad_is_one(demo_engine: Engine) -> None:
    account = holder(demo_engine)
    begin(demo_engine, account)
    prove_by_facts(demo_engine, account)
    say_new(demo_engine, account, "+852 9123 4567")
    finish(demo_engine, account, code(demo_engine, account, "new"))
    with demo_engine.database.read() as session:
        assert mobile_of(session, demo_engine, account) == "+85291234567"


def test_the_number_on_file_is_nothing_new(demo_engine: Engine) -> None:
    account = holder(demo_engine)
    begin(demo_engine, account)
    prove_by_facts(demo_engine, account)
    with pytest.raises(NothingNew):
        say_new(demo_engine, account, "+86 154 0000 0001")


def test_a_change_does_not_wait_for_long(demo_engine: Engine) -> None:
    account = holder(demo_engine)
    begin(demo_engine, account)
    prove_by_facts(demo_engine, account)
    with pytest.raises(ChangeOver):
        changes.say_new(demo_engine, account=account, what="mobile", typed=NEW, now=NOW + LIFE)


def test_another_begun_change_proves_anew(demo_engine: Engine) -> None:
    account = holder(demo_engine)
    begin(demo_engine, account)
    prove_by_facts(demo_engine, account)
    begin(demo_engine, account)
    with pytest.raises(NotYetProved):
        say_new(demo_engine, account)


def test_nothing_is_on_file_of_staff_nor_an_address_of_firms(demo_engine: Engine) -> None:
    with pytest.raises(NobodysReach):
        begin(demo_engine, holder(demo_engine, "zj_review", "staff"))
    with pytest.raises(NobodysReach):
        begin(demo_engine, holder(demo_engine, FIRM, "firm"), "email")


def test_a_code_of_one_account_proves_nothing_at_another_one(demo_engine: Engine) -> None:
    mine, other = holder(demo_engine), holder(demo_engine, "330000100003")
    begin(demo_engine, mine)
    changes.send_old_code(demo_engine, account=mine, what="mobile", now=NOW)
    typed = code(demo_engine, mine, "old")
    with demo_engine.database.transaction() as session:
        gone = changes.get_change(session, account_id=mine.id, what="mobile", now=NOW)
        session.delete(gone)
    # SQLite gives the key of a row that is gone to the next one.
    begin(demo_engine, other)
    with pytest.raises(WrongCode):
        changes.prove_by_code(demo_engine, account=other, what="mobile", typed=typed, now=NOW)


@pytest.mark.parametrize(
    ("login", "user_type", "model"), [(MEMBER, "member", Member), (FIRM, "firm", Firm)]
)
def test_a_new_number_leaves_alone_what_another_transaction_wrote_meanwhile(
    demo_engine: Engine, login: str, user_type: str, model: type[Member] | type[Firm]
) -> None:
    vault = demo_engine.vault
    with demo_engine.database.transaction() as session:
        account = find_account(session, user_type=user_type, login=login)
        assert account is not None
        found = session.get_one(model, account.member_id or account.firm_id)
        key = vault.open_key(
            found.vault_subject, session.get_one(SubjectKey, found.vault_subject).wrapped
        )
        said = read_private(session, vault, found) | {"postal_code": "310099"}
        elsewhere = update(table_of(model)).where(table_of(model).c.id == found.id)
        session.connection().execute(elsewhere.values(private_columns(vault, key, said)))
        write_reach(
            session,
            demo_engine,
            account=account,
            what="mobile",
            new=NEW,
            address="192.0.2.7",
            proof="codes",
            by=account.actor,
            now=NOW,
        )
        private = read_private(session, vault, found)
        assert (private["mobile"], private["postal_code"]) == (NEW, "310099")
