"""个人会员找回密码: the rules that hold on every branch, and what nobody may find out."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from engine.cases import CaseIsOver
from engine.completing import TaskIsOver
from engine.engine import Engine
from tests.workflows.conftest import NOW, PASSWORD
from tests.workflows.resetting import (
    ELSEWHERE,
    HOME,
    KNOWN,
    NEW_PASSWORD,
    UNKNOWN,
    Forgetful,
    answers_of,
    begin,
    errors_of,
    last_code,
    mobile_of,
    statements_of,
    write_on_file,
)
from workflows.individual_password_reset.identity import MOST_WRONG
from workflows.individual_password_reset.operations import make_up
from workflows.shared.accounts import Account, find_account
from workflows.shared.bindings import bind, unbind
from workflows.shared.decoys import Decoy
from workflows.shared.messages import list_messages
from workflows.shared.own_facts import is_fact
from workflows.shared.resets import find_reset, read_shown
from workflows.shared.sign_in import SignInRefused, WebSession, sign_in


def enter(engine: Engine, password: str, login: str = KNOWN) -> None:
    sign_in(
        engine,
        user_type="member",
        login=login,
        password=password,
        address=HOME,
        user_agent="test",
        length=timedelta(hours=1),
        now=NOW,
    )


def at_identity(engine: Engine, **options: str) -> Forgetful:
    person = begin(engine, **options)  # type: ignore[arg-type]
    if person.step == "choose_method":
        person.press("identity")
    return person


def prove_by_identity(engine: Engine, person: Forgetful) -> None:
    person.press("next", **answers_of(engine))
    assert person.step == "set_new_password"


def like_a_decoy(engine: Engine, login: str) -> dict[str, object]:
    with engine.database.read() as session:
        person = begin(engine, login)
        return read_shown(session, engine.vault, person.case)


@pytest.mark.parametrize("is_phone", [True, False])
def test_without_an_official_account_nobody_is_sent_to_one(
    demo_engine: Engine, is_phone: bool
) -> None:
    with demo_engine.database.transaction() as session:
        account = find_account(session, user_type="member", login=KNOWN)
        assert account is not None
        bind(session, demo_engine.vault, account_id=account.id, openid="oSomebody", now=NOW)
    assert begin(demo_engine).step == "verify_official_account"
    others = [f"33999900{number:04}" for number in range(12)]
    bound = {begin(demo_engine, login).step for login in others}
    assert "verify_official_account" in bound
    for login in (KNOWN, *others):
        person = begin(demo_engine, login, is_phone=is_phone, has_official_account=False)
        assert person.step in {"choose_method", "verify_identity"}
        with demo_engine.database.read() as session:
            assert not read_shown(session, demo_engine.vault, person.case)["is_bound"]


def test_a_reset_ends_every_session_and_tells_the_owner(demo_engine: Engine) -> None:
    enter(demo_engine, PASSWORD)
    person = at_identity(demo_engine)
    prove_by_identity(demo_engine, person)
    person.press("reset", password=NEW_PASSWORD, password_again=NEW_PASSWORD)
    assert person.case.status == "reset_done"
    with demo_engine.database.read() as session:
        account = find_account(session, user_type="member", login=KNOWN)
        assert account is not None
        assert session.scalars(select(WebSession)).all() == []
        (message,) = list_messages(session, member_id=account.member_id, limit=1)
    assert message.template == "password_reset"
    enter(demo_engine, NEW_PASSWORD)
    with pytest.raises(SignInRefused):
        enter(demo_engine, PASSWORD)


def test_every_attempt_is_in_the_trail_with_branch_result_and_address(demo_engine: Engine) -> None:
    person, mobile = begin(demo_engine), mobile_of(demo_engine)
    person.press("mobile")
    person.do("send_code", mobile=mobile)
    code = last_code(demo_engine, mobile)
    wrong = "000000" if code != "000000" else "111111"
    person.press("next", mobile=mobile, code=wrong)
    elsewhere = replace(person, address=ELSEWHERE)
    elsewhere.press("next", mobile=mobile, code=code)
    assert person.tries() == [
        {"branch": "sms", "result": "sent", "address": HOME},
        {"branch": "sms", "result": "wrong", "address": HOME},
        {"branch": "sms", "result": "right", "address": ELSEWHERE},
    ]


def test_five_wrong_codes_end_the_case(demo_engine: Engine) -> None:
    person, mobile = begin(demo_engine), mobile_of(demo_engine)
    person.press("mobile")
    person.do("send_code", mobile=mobile)
    code = last_code(demo_engine, mobile)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(4):
        assert "code" in errors_of(person.press("next", mobile=mobile, code=wrong))
    person.press("next", mobile=mobile, code=wrong)
    assert person.case.status == "reset_refused"
    assert person.case.ended_in == "sms_codes_used_up"


def test_a_number_that_does_not_fit_what_is_shown_is_said_and_no_code_is_spent(
    demo_engine: Engine,
) -> None:
    person = begin(demo_engine)
    person.press("mobile")
    refused = person.do("send_code", mobile="13912345678")
    assert [each.path for each in refused.errors] == ["mobile"]
    assert person.tries() == []


def test_another_number_that_fits_gets_no_code_and_learns_nothing(demo_engine: Engine) -> None:
    person, mobile = begin(demo_engine), mobile_of(demo_engine)
    middle = str((int(mobile[6:10]) + 1) % 10_000).zfill(4)
    person.press("mobile")
    done = person.do("send_code", mobile=mobile[3:6] + middle + mobile[10:])
    assert done.errors == []
    with pytest.raises(AssertionError, match="nothing arrived"):
        last_code(demo_engine, mobile)


def test_a_code_is_not_asked_for_twice_within_a_minute_nor_six_times_a_day(
    demo_engine: Engine,
) -> None:
    person, mobile = begin(demo_engine), mobile_of(demo_engine)
    person.press("mobile")
    assert person.do("send_code", mobile=mobile).errors == []
    assert "second" in person.do("send_code", mobile=mobile).errors[0].sentence
    other = begin(demo_engine, address=ELSEWHERE)
    other.press("mobile")
    for minute in range(1, 5):
        later = replace(other, now=NOW + timedelta(minutes=2 * minute))
        assert later.do("send_code", mobile=mobile).errors == []
    later = replace(other, now=NOW + timedelta(minutes=20))
    assert "today" in later.do("send_code", mobile=mobile).errors[0].sentence


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "别人"},
        {"identity_number": "110101199003070011"},
        {"evidence": "other@example.org"},
        {"evidence_kind": "qualification"},
    ],
)
def test_every_answer_must_be_right(demo_engine: Engine, changed: dict[str, str]) -> None:
    person = at_identity(demo_engine)
    done = person.press("next", **{**answers_of(demo_engine), **changed})
    assert errors_of(done)
    assert person.step == "verify_identity"


def test_what_is_not_on_file_proves_nothing(demo_engine: Engine) -> None:
    person, answers = at_identity(demo_engine), answers_of(demo_engine)
    write_on_file(demo_engine, email="")
    done = person.press("next", **{**answers, "evidence": "-"})
    assert errors_of(done)


def test_five_wrong_answers_lock_the_way_from_that_network_only(demo_engine: Engine) -> None:
    answers = answers_of(demo_engine)
    person = at_identity(demo_engine)
    for _ in range(MOST_WRONG):
        person.press("next", **{**answers, "evidence": "wrong@example.org"})
    neighbour = at_identity(demo_engine, address="192.0.2.200")
    assert "hour" in errors_of(neighbour.press("next", **answers))["name"]
    owner = at_identity(demo_engine, address=ELSEWHERE)
    owner.press("next", **answers)
    assert owner.step == "set_new_password"
    later = replace(neighbour, now=NOW + timedelta(minutes=61))
    later.press("next", **answers)
    assert neighbour.step == "set_new_password"


def test_of_two_hundred_guesses_at_once_five_are_looked_at(demo_engine: Engine) -> None:
    answers = {**answers_of(demo_engine), "evidence": "wrong@example.org"}
    people = [at_identity(demo_engine) for _ in range(4)]
    with ThreadPoolExecutor(10) as threads:
        list(threads.map(lambda number: people[number % 4].press("next", **answers), range(200)))
    results = [each["result"] for person in people for each in person.tries()]
    assert (results.count("wrong"), results.count("locked")) == (MOST_WRONG - 1, 196)


def test_of_two_hundred_codes_at_once_five_are_looked_at(demo_engine: Engine) -> None:
    person, mobile = begin(demo_engine), mobile_of(demo_engine)
    person.press("mobile")
    person.do("send_code", mobile=mobile)
    code = last_code(demo_engine, mobile)
    guesses = [f"{number:06}" for number in range(201) if f"{number:06}" != code][:200]

    def guess(typed: str) -> str:
        try:
            return type(person.press("next", mobile=mobile, code=typed)).__name__
        except (TaskIsOver, CaseIsOver, AssertionError):
            return "over"

    with ThreadPoolExecutor(10) as threads:
        list(threads.map(guess, guesses))
    assert person.case.ended_in == "sms_codes_used_up"
    assert [each["result"] for each in person.tries()].count("wrong") == 4


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("买买提.艾力", "买买提·艾力"),
        ("买买提•艾力", "买买提·艾力"),
        ("买买提 艾力", "买买提·艾力"),
        ("Ｌｉ　Ｍｉｎｇ", "li ming"),
        ("㐂娜", "㐂娜"),
        ("𠮷田", "𠮷田"),
        ("44010619850312002x", "44010619850312002X"),
        ("财会[2005]12号", "财会〔2005〕12号"),
        ("神\ufa19", "神神"),
    ],
)
def test_what_is_typed_is_compared_whatever_its_width_dots_and_case(typed: str, known: str) -> None:
    assert is_fact("name", known, typed)
    assert is_fact("evidence", known, typed)


def test_names_and_addresses_that_differ_are_not_the_same() -> None:
    assert not is_fact("name", "王芳", "王方")
    assert not is_fact("email", "a.b@example.org", "ab@example.org")
    assert is_fact("email", "a.b@example.org", " A.B@Example.org")


def test_a_fact_that_says_nothing_proves_nothing() -> None:
    assert not is_fact("employer", "", "")
    assert not is_fact("employer", "—", "·")


def test_of_two_resets_of_an_account_the_first_counts(demo_engine: Engine) -> None:
    first, second = at_identity(demo_engine), at_identity(demo_engine, address=ELSEWHERE)
    prove_by_identity(demo_engine, first)
    prove_by_identity(demo_engine, second)
    first.press("reset", password=NEW_PASSWORD, password_again=NEW_PASSWORD)
    second.press(
        "reset", password="autumn-wind-in-pines-7", password_again="autumn-wind-in-pines-7"
    )
    assert second.case.ended_in == "changed_meanwhile"
    enter(demo_engine, NEW_PASSWORD)


@pytest.mark.parametrize("changed", ["mobile", "bound", "unbound"])
def test_a_proof_dies_when_the_owner_changes_what_it_rests_on(
    demo_engine: Engine, changed: str
) -> None:
    with demo_engine.database.transaction() as session:
        account = find_account(session, user_type="member", login=KNOWN)
        assert account is not None
        if changed == "unbound":
            bind(session, demo_engine.vault, account_id=account.id, openid="oThief", now=NOW)
    thief = begin(demo_engine)
    if thief.step == "verify_official_account":
        thief.press("other")
    thief.press("identity")
    prove_by_identity(demo_engine, thief)
    with demo_engine.database.transaction() as session:
        if changed == "bound":
            bind(session, demo_engine.vault, account_id=account.id, openid="oOwner", now=NOW)
        elif changed == "unbound":
            assert unbind(session, account.id)
    if changed == "mobile":
        write_on_file(demo_engine, mobile="15499990011")
    thief.press("reset", password=NEW_PASSWORD, password_again=NEW_PASSWORD)
    assert thief.case.ended_in == "changed_meanwhile"
    enter(demo_engine, PASSWORD)


@pytest.mark.parametrize("weak", ["short", "1234567890", f"x{KNOWN}x"])
def test_a_weak_password_is_refused_with_a_sentence(demo_engine: Engine, weak: str) -> None:
    person = at_identity(demo_engine)
    prove_by_identity(demo_engine, person)
    assert "password" in errors_of(person.press("reset", password=weak, password_again=weak))
    assert person.step == "set_new_password"


def test_the_same_decoy_is_shown_each_time_and_another_for_another_account(
    demo_engine: Engine,
) -> None:
    assert like_a_decoy(demo_engine, UNKNOWN) == like_a_decoy(demo_engine, f" {UNKNOWN} ")
    seen = {str(like_a_decoy(demo_engine, f"33000099{number:04}")) for number in range(20)}
    assert len(seen) == 20


def test_decoys_are_as_manifold_as_what_they_stand_for(demo_engine: Engine) -> None:
    made = [make_up(Decoy(demo_engine.vault, str(number))) for number in range(300)]
    assert 60 < sum(each.is_bound for each in made) < 150
    assert {each.mobile_state for each in made} == {"valid", "malformed", "missing"}
    assert len({each.mobile for each in made}) > 250
    assert {len(each.mobile) for each in made if each.mobile_state == "valid"} == {11}


@pytest.mark.parametrize("kind", ["member", "cpa"])
def test_a_wrong_user_type_and_a_locked_account_walk_a_decoy(
    demo_engine: Engine, kind: str
) -> None:
    if kind == "member":
        with demo_engine.database.transaction() as session:
            session.execute(update(Account).where(Account.login == KNOWN).values(is_active=False))
    person = begin(demo_engine, kind=kind)
    with demo_engine.database.read() as session:
        reset = find_reset(session, person.visit.id)
    assert reset is not None
    assert reset.account_id is None
    assert person.step


def unknown_at(engine: Engine, step: str, **options: str) -> str:
    """A login that nobody has and whose decoy stands at a step."""
    for number in range(200):
        login = f"3300009{number:05}"
        if begin(engine, login, **options).step == step:  # type: ignore[arg-type]
            return login
    raise AssertionError(step)


def test_unknown_accounts_ask_the_database_the_same(demo_engine: Engine) -> None:
    unknown = unknown_at(demo_engine, "choose_method")
    begin(demo_engine)
    with statements_of(demo_engine) as known_asks:
        known = begin(demo_engine)
    with statements_of(demo_engine) as unknown_asks:
        decoy = begin(demo_engine, unknown)
    assert known_asks == unknown_asks
    answers = answers_of(demo_engine)
    with demo_engine.database.read() as session:
        shown = str(read_shown(session, demo_engine.vault, decoy.case)["mobile"])
    asked = []
    for person, number in (
        (known, mobile_of(demo_engine)[3:]),
        (decoy, shown.replace("****", "1234")),
    ):
        with statements_of(demo_engine) as asks:
            person.press("mobile")
            assert person.do("send_code", mobile=number).errors == []
            assert errors_of(person.press("next", mobile=number, code="000000"))
            person.press("other")
            person.press("identity")
            for kind in ("email", "qualification", "employer"):
                typed = {**answers, "evidence_kind": kind, "name": "别人"}
                assert errors_of(person.press("next", **typed))
        asked.append(asks)
    assert asked[0] == asked[1]


def test_no_check_of_a_decoy_ever_succeeds(demo_engine: Engine) -> None:
    unknown = unknown_at(demo_engine, "choose_method")
    person = begin(demo_engine, unknown)
    person.press("identity")
    assert errors_of(person.press("next", **answers_of(demo_engine)))
    empty = {"name": " ", "identity_number": "-", "evidence_kind": "email", "evidence": "."}
    assert errors_of(person.press("next", **empty))
    assert person.step == "verify_identity"
