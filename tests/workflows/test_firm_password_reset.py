"""会计师事务所找回密码: every way, for the firm's two accounts, and for what is none."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, select, update

from engine.actors import SYSTEM
from engine.completing import Completed
from engine.engine import Engine
from engine.trail import Event
from tests.kept import everything_kept
from tests.workflows.conftest import NOW, PASSWORD
from tests.workflows.official_account import have_official_account
from tests.workflows.visiting import Guest, sentences
from workflows.firm_password_reset.operations import OF_DECOYS, choose_way, make_up
from workflows.shared.accounts import Account, find_account, is_password
from workflows.shared.bindings import bind, find_binding
from workflows.shared.codes import OneTimeCode, derive_code
from workflows.shared.decoys import Decoy
from workflows.shared.deliveries import Delivery
from workflows.shared.one_time_links import find_live_link, issue_link
from workflows.shared.private import write_private
from workflows.shared.register import Firm
from workflows.shared.resets import read_shown, start_reset

MAIN, FINANCE, NOBODY = "33000001", "33000001_cw", "33999999"
APPROVAL, HEAD = "演示批准〔2001〕1号", "袁国文"
ANSWERS = {"firm_number": MAIN, "approval_number": APPROVAL, "head": HEAD}
NEW = "a lantern over the river"
TYPED = {"password": NEW, "password_again": NEW}
OPENID = "oSomebodyOfTheFirm"


def begin(
    engine: Engine,
    login: str = MAIN,
    *,
    is_phone: bool = True,
    has_official_account: bool = True,
    address: str = "192.0.2.7",
) -> Guest:
    have_official_account(engine, is_there=has_official_account)
    guest = Guest(engine, is_phone=is_phone, address=address)
    guest.case_id = start_reset(
        engine,
        guest.visit,
        process_id="firm_password_reset",
        user_type="firm",
        login=login,
        address=address,
        now=NOW,
    )
    return guest


def account_of(engine: Engine, login: str = MAIN) -> Account:
    with engine.database.read() as session:
        found = find_account(session, user_type="firm", login=login)
        assert found is not None
        return found


def bound(engine: Engine, login: str = MAIN) -> None:
    """Bind an account to somebody's WeChat."""
    key = account_of(engine, login).id
    with engine.database.transaction() as session:
        bind(session, engine.vault, account_id=key, openid=OPENID, now=NOW)


def without_mobile(engine: Engine) -> None:
    with engine.database.transaction() as session:
        firm = session.scalars(select(Firm).where(Firm.number == MAIN)).one()
        write_private(session, engine.vault, firm, {"mobile": ""})


def code_of(engine: Engine, guest: Guest) -> str:
    with engine.database.read() as session:
        code = session.scalars(
            select(OneTimeCode).where(OneTimeCode.owner == f"reset:{guest.case_id}")
        ).one()
    return derive_code(engine.vault, code.id)


def wrong_code(engine: Engine, guest: Guest) -> str:
    return f"{(int(code_of(engine, guest)) + 1) % 10**6:06}"


def tries(engine: Engine, case_id: UUID) -> list[str]:
    """What the trail says of the attempts."""
    with engine.database.read() as session:
        query = (
            select(Event)
            .where(Event.case_id == case_id, Event.kind == "reset_tried")
            .order_by(Event.number)
        )
        return [f"{each.data['branch']} {each.data['result']}" for each in session.scalars(query)]


@pytest.mark.parametrize("login", [MAIN, FINANCE])
def test_a_firm_resets_either_account_by_its_mobile_in_one_step(
    demo_engine: Engine, login: str
) -> None:
    other = account_of(demo_engine, FINANCE if login == MAIN else MAIN).password_hash
    guest = begin(demo_engine, login)
    assert guest.step == "verify_mobile"
    assert not guest.press("send_code").errors
    assert isinstance(guest.send("reset", TYPED, code=code_of(demo_engine, guest)), Completed)
    assert (guest.case.state, guest.case.status) == ("ended", "reset_done")
    assert is_password(account_of(demo_engine, login).password_hash or "", NEW)
    after = account_of(demo_engine, FINANCE if login == MAIN else MAIN)
    assert after.password_hash == other
    with demo_engine.database.read() as session:
        delivery = session.scalars(select(Delivery).where(Delivery.code_id.is_not(None))).one()
    assert demo_engine.vault.open_text(delivery.to_sealed or b"") == "+8615499990001"


def test_a_bound_firm_has_its_code_in_the_official_account(demo_engine: Engine) -> None:
    bound(demo_engine)
    guest = begin(demo_engine, is_phone=False)
    assert guest.step == "verify_official_account"
    guest.press("send_code")
    assert isinstance(guest.send("reset", TYPED, code=code_of(demo_engine, guest)), Completed)
    assert guest.case.status == "reset_done"
    # The other account of the firm is bound by itself, or not.
    assert begin(demo_engine, FINANCE).step == "verify_mobile"


@pytest.mark.parametrize("is_phone", [True, False])
def test_without_an_official_account_every_firm_goes_by_its_mobile(
    demo_engine: Engine, is_phone: bool
) -> None:
    bound(demo_engine)
    decoy = find_decoy(demo_engine, lambda way: way == "official_account")
    for login in (MAIN, FINANCE, decoy):
        guest = begin(demo_engine, login, is_phone=is_phone, has_official_account=False)
        assert guest.step == "verify_mobile" or guest.case.ended_in == "no_mobile", login


def test_a_desktop_that_is_not_bound_shows_the_qr_code(demo_engine: Engine) -> None:
    assert begin(demo_engine, is_phone=False).step == "scan_code"


@pytest.mark.parametrize("is_phone", [True, False])
def test_without_a_mobile_the_firm_is_told_whom_to_call(
    demo_engine: Engine, is_phone: bool
) -> None:
    without_mobile(demo_engine)
    guest = begin(demo_engine, is_phone=is_phone)
    assert (guest.case.state, guest.case.ended_in) == ("ended", "no_mobile")


def test_an_account_that_never_had_a_password_comes_in_the_same_way(demo_engine: Engine) -> None:
    with demo_engine.database.transaction() as session:
        session.execute(update(Account).where(Account.login == FINANCE).values(password_hash=None))
    guest = begin(demo_engine, FINANCE)
    guest.press("send_code")
    guest.send("reset", TYPED, code=code_of(demo_engine, guest))
    assert is_password(account_of(demo_engine, FINANCE).password_hash or "", NEW)


def test_who_proves_the_firm_unbinds_it_and_goes_on_by_mobile(demo_engine: Engine) -> None:
    bound(demo_engine)
    guest = begin(demo_engine)
    guest.send("unbind")
    assert guest.step == "unbind_official_account"
    typed = {
        "firm_number": "３３０００００１",
        "approval_number": "演示批准[2001] 1号",
        "head": "袁 国文",
    }
    assert isinstance(guest.send("unbind", typed), Completed)
    assert guest.step == "verify_mobile"
    with demo_engine.database.read() as session:
        assert find_binding(session, account_of(demo_engine).id) is None
    guest.press("send_code")
    guest.send("reset", TYPED, code=code_of(demo_engine, guest))
    assert guest.case.status == "reset_done"
    assert tries(demo_engine, guest.case_id) == [
        "unbind right",
        "sms right",
        "sms password_typed",
    ]


@pytest.mark.parametrize("field", sorted(ANSWERS))
def test_one_wrong_answer_unbinds_nothing(demo_engine: Engine, field: str) -> None:
    bound(demo_engine)
    guest = begin(demo_engine)
    guest.send("unbind")
    wrong = sentences(guest.send("unbind", {**ANSWERS, field: "别的"}))
    assert "You can try 4 more times." in wrong["firm_number"]
    assert guest.step == "unbind_official_account"


def test_five_wrong_answers_lock_the_way_for_an_hour_from_there(demo_engine: Engine) -> None:
    bound(demo_engine)
    guest = begin(demo_engine)
    guest.send("unbind")
    for _ in range(5):
        guest.send("unbind", {**ANSWERS, "head": "不是他"})
    assert "closed for an hour" in sentences(guest.send("unbind", ANSWERS))["firm_number"]
    again = begin(demo_engine, address="192.0.2.200")
    again.send("unbind")
    assert "closed for an hour" in sentences(again.send("unbind", ANSWERS))["firm_number"]
    elsewhere = begin(demo_engine, address="198.51.100.1")
    elsewhere.send("unbind")
    assert isinstance(elsewhere.send("unbind", ANSWERS), Completed)
    guest.after = timedelta(hours=1, minutes=1)
    assert isinstance(guest.send("unbind", ANSWERS), Completed)


def test_many_answers_at_once_get_no_more_than_five_looks(demo_engine: Engine) -> None:
    bound(demo_engine)
    guest = begin(demo_engine)
    guest.send("unbind")

    def guess(_number: int) -> str:
        return sentences(guest.send("unbind", {**ANSWERS, "head": "不是他"}))["firm_number"]

    with ThreadPoolExecutor(8) as threads:
        said = list(threads.map(guess, range(24)))
    assert sum("You can try" in each for each in said) == 4
    assert tries(demo_engine, guest.case_id).count("unbind wrong") == 4


def test_what_is_not_on_file_proves_nothing(demo_engine: Engine) -> None:
    bound(demo_engine)
    with demo_engine.database.transaction() as session:
        session.execute(update(Firm).where(Firm.number == MAIN).values(head=""))
    guest = begin(demo_engine)
    guest.send("unbind")
    for typed in ("·", "　", "。"):
        assert sentences(guest.send("unbind", {**ANSWERS, "head": typed}))


def test_the_password_is_looked_at_before_the_code_is_used(demo_engine: Engine) -> None:
    guest = begin(demo_engine)
    guest.press("send_code")
    code = code_of(demo_engine, guest)
    for plain in ("short", MAIN * 2, "1234567890"):
        typed = {"password": plain, "password_again": plain}
        assert set(sentences(guest.send("reset", typed, code=code))) == {"password"}
    assert isinstance(guest.send("reset", TYPED, code=code), Completed)


def test_the_heads_name_is_no_password_and_that_tells_nobody_who_he_is(
    demo_engine: Engine,
) -> None:
    named = {"password": f"{HEAD}{HEAD}-9z-Q-7", "password_again": f"{HEAD}{HEAD}-9z-Q-7"}
    guest = begin(demo_engine)
    guest.press("send_code")
    assert set(sentences(guest.send("reset", named, code=wrong_code(demo_engine, guest)))) == {
        "code"
    }
    assert set(sentences(guest.send("reset", named, code=code_of(demo_engine, guest)))) == {
        "password"
    }
    assert guest.step == "verify_mobile"
    assert is_password(account_of(demo_engine).password_hash or "", PASSWORD)


def test_a_link_that_was_sent_before_serves_no_more(demo_engine: Engine) -> None:
    account_id = account_of(demo_engine).id
    with demo_engine.database.transaction() as session:
        issue_link(
            session,
            demo_engine,
            account_id=account_id,
            purpose="reset",
            channel="sms",
            by=SYSTEM,
            now=NOW,
        )
    guest = begin(demo_engine)
    guest.press("send_code")
    guest.send("reset", TYPED, code=code_of(demo_engine, guest))
    with demo_engine.database.read() as session:
        assert find_live_link(session, account_id=account_id, now=NOW) is None


def test_five_wrong_codes_end_the_case(demo_engine: Engine) -> None:
    guest = begin(demo_engine)
    guest.press("send_code")
    wrong = wrong_code(demo_engine, guest)
    for _ in range(4):
        assert set(sentences(guest.send("reset", TYPED, code=wrong))) == {"code"}
    assert isinstance(guest.send("reset", TYPED, code=wrong), Completed)
    assert (guest.case.state, guest.case.ended_in) == ("ended", "sms_codes_used_up")
    assert is_password(account_of(demo_engine).password_hash or "", PASSWORD)


def test_of_two_resets_at_once_one_counts(demo_engine: Engine) -> None:
    first, second = begin(demo_engine), begin(demo_engine)
    first.press("send_code")
    second.after = timedelta(seconds=61)
    second.press("send_code")
    first.send("reset", TYPED, code=code_of(demo_engine, first))
    second.send("reset", TYPED, code=code_of(demo_engine, second))
    assert first.case.status == "reset_done"
    assert (second.case.ended_in, second.case.status) == ("changed_meanwhile", "reset_refused")


# -- What is no account ----------------------------------------------------------------------


def firm_decoy(engine: Engine, number: str) -> Decoy:
    """What both accounts of a firm that is none share."""
    return Decoy(engine.vault, engine.vault.lookup(f"reset-firm:{number}").hex())


def find_decoy(engine: Engine, is_wanted: Callable[[str], bool], *, is_phone: bool = True) -> str:
    """A number that no firm has, whose decoy takes a way."""
    for number in range(33990000, 33990400):
        typed_hash = engine.vault.lookup(f"reset:firm:{number}")
        shown = make_up(Decoy(engine.vault, typed_hash.hex()), firm_decoy(engine, str(number)))
        if is_wanted(choose_way(shown, can_hand_over=not is_phone)):
            return str(number)
    raise AssertionError("every way is taken by some number")


def test_an_unknown_firm_walks_the_same_way_each_time_and_never_gets_in(
    demo_engine: Engine,
) -> None:
    number = find_decoy(demo_engine, lambda way: way == "mobile")
    guest, again = begin(demo_engine, number), begin(demo_engine, number, address="203.0.113.1")
    with demo_engine.database.read() as session:
        shown = read_shown(session, demo_engine.vault, guest.case)
        assert read_shown(session, demo_engine.vault, again.case) == shown
    assert guest.step == again.step == "verify_mobile"
    assert not guest.press("send_code").errors
    with demo_engine.database.read() as session:
        delivery = session.scalars(select(Delivery).where(Delivery.code_id.is_not(None))).one()
    assert demo_engine.vault.open_text(delivery.to_sealed or b"") == ""
    right = code_of(demo_engine, guest)
    assert set(sentences(guest.send("reset", TYPED, code=right))) == {"code"}
    for _ in range(3):
        guest.send("reset", TYPED, code=right)
    guest.send("reset", TYPED, code=right)
    assert guest.case.ended_in == "sms_codes_used_up"


@pytest.mark.parametrize("number", [MAIN, "33990001", "33990002", "33990003"])
def test_both_accounts_of_a_firm_have_one_mobile_whether_there_is_the_firm_or_not(
    demo_engine: Engine, number: str
) -> None:
    mobiles = set()
    for at, login in enumerate((number, f"{number}_cw")):
        guest = begin(demo_engine, login, address=f"192.0.{at}.1")
        with demo_engine.database.read() as session:
            mobiles.add(read_shown(session, demo_engine.vault, guest.case)["mobile"])
    assert len(mobiles) == 1


@pytest.mark.parametrize("number", [MAIN, "33990001"])
def test_an_account_in_other_letters_is_another_one_whether_there_is_one_or_not(
    demo_engine: Engine, number: str
) -> None:
    mobiles = set()
    for at, login in enumerate((f"{number}_cw", f"{number}_CW")):
        guest = begin(demo_engine, login, address=f"192.0.{at}.1")
        with demo_engine.database.read() as session:
            mobiles.add(read_shown(session, demo_engine.vault, guest.case)["mobile"])
    assert len(mobiles) == 2


def test_an_unknown_firm_proves_nothing_by_answers(demo_engine: Engine) -> None:
    number = find_decoy(demo_engine, lambda way: way == "official_account")
    guest = begin(demo_engine, number)
    guest.send("unbind")
    for typed in (ANSWERS, {**ANSWERS, "firm_number": number}):
        assert "does not agree" in sentences(guest.send("unbind", typed))["firm_number"]
    for _ in range(3):
        guest.send("unbind", ANSWERS)
    assert "closed for an hour" in sentences(guest.send("unbind", ANSWERS))["firm_number"]


def test_a_locked_account_is_a_decoy_like_one_that_is_not_there(demo_engine: Engine) -> None:
    with demo_engine.database.transaction() as session:
        session.execute(update(Account).where(Account.login == MAIN).values(is_active=False))
    guest = begin(demo_engine)
    typed_hash = demo_engine.vault.lookup(f"reset:firm:{MAIN}")
    shown = make_up(Decoy(demo_engine.vault, typed_hash.hex()), firm_decoy(demo_engine, MAIN))
    with demo_engine.database.read() as session:
        found = read_shown(session, demo_engine.vault, guest.case)
    assert (found["is_bound"], found["mobile"]) == (shown.is_bound, shown.mobile)


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """What the database is asked: each statement as its verb and its first table."""
    asked: list[str] = []

    def note(*given: Any) -> None:
        table = re.search(r"(?:FROM|INTO|UPDATE)\s+\"?(\w+)", given[2])
        asked.append(f"{given[2].split()[0]} {table[1] if table else ''}")

    event.listen(engine.database.sql, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine.database.sql, "before_cursor_execute", note)


def test_as_much_is_asked_of_the_database_for_an_unknown_firm(demo_engine: Engine) -> None:
    unknown = find_decoy(demo_engine, lambda way: way == "mobile")
    asked = []
    begin(demo_engine)  # what is read once is read by now
    for login in (MAIN, unknown):
        with statements(demo_engine) as counted:
            guest = begin(demo_engine, login, address=f"192.0.{len(asked)}.1")
            guest.press("send_code")
            guest.send("reset", TYPED, code=wrong_code(demo_engine, guest))
        asked.append(counted)
    assert asked[0] == asked[1]


def test_as_much_is_asked_for_answers_about_an_unknown_firm(demo_engine: Engine) -> None:
    bound(demo_engine)
    unknown = find_decoy(demo_engine, lambda way: way == "official_account")
    asked = []
    begin(demo_engine)  # what is read once is read by now
    for login in (MAIN, unknown):
        with statements(demo_engine) as counted:
            guest = begin(demo_engine, login, address=f"192.0.{len(asked)}.1")
            guest.press("send_code")
            guest.send("unbind")
            guest.send("unbind", {**ANSWERS, "head": "不是他"})
        asked.append(counted)
    assert asked[0] == asked[1]


def test_decoys_take_every_way(demo_engine: Engine) -> None:
    assert set(OF_DECOYS["is_bound"]) == set(OF_DECOYS["has_mobile"]) == {True, False}
    for way in ("official_account", "mobile", "no_mobile"):
        assert find_decoy(demo_engine, lambda found, way=way: found == way)
    assert find_decoy(demo_engine, lambda found: found == "scan", is_phone=False)


def test_nothing_secret_is_kept(demo_engine: Engine) -> None:
    bound(demo_engine)
    guest = begin(demo_engine)
    guest.send("unbind")
    guest.send("unbind", {**ANSWERS, "head": "谁也不知道的答案"})
    guest.send("unbind", ANSWERS)
    guest.press("send_code")
    code = code_of(demo_engine, guest)
    guest.send("reset", TYPED, code=code)
    secrets = (NEW, "谁也不知道的答案", code)
    found = [
        (name, secret)
        for name, said in everything_kept(demo_engine)
        for secret in secrets
        if re.search(rf"(?<!\d){secret}(?!\d)", said) and name != "phone_message"
    ]
    assert found == []
