"""The help desk: who is found, what is asked, what may be done, what is kept of it."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.engine import Engine
from engine.errors import NotFound
from tests.workflows.conftest import NOW
from tests.workflows.office import viewer
from workflows.help_desk import calls, helping
from workflows.help_desk.calls import (
    CallerUnknown,
    CallFailed,
    CallNotFound,
    CallOver,
    HelpCall,
    TooManyCalls,
)
from workflows.help_desk.helping import LinkJustSent
from workflows.shared.access import Viewer
from workflows.shared.accounts import Account, find_account
from workflows.shared.deliveries import Delivery
from workflows.shared.new_reach import NothingNew, NotUsable
from workflows.shared.own_facts import read_facts
from workflows.shared.reach import find_reach
from workflows.shared.security_events import list_events

MEMBER, IN_GUANGZHOU, FIRM = "330000100001", "440100100001", "33000001"
DESK, NATIONAL = "zj_help", "cicpa_help"
ADDRESS = "192.0.2.7"


def at_desk(engine: Engine, login: str = DESK) -> Viewer:
    """Somebody of a help desk."""
    with engine.database.read() as session:
        return viewer(session, login)


def holder(session: Session, login: str, user_type: str = "member") -> Account:
    """The account that a call is about."""
    found = find_account(session, user_type=user_type, login=login)
    assert found is not None
    return found


def found(engine: Engine, text: str, login: str = DESK) -> list[str]:
    """The logins that somebody at a desk finds."""
    by = at_desk(engine, login)
    with engine.database.read() as session:
        return [each.login for each in calls.find_accounts(session, engine, text=text, viewer=by)]


def begin(
    engine: Engine,
    login: str = MEMBER,
    user_type: str = "member",
    *,
    desk: str = DESK,
    after: timedelta = timedelta(),
) -> UUID:
    """Begin a call about an account."""
    with engine.database.read() as session:
        account = holder(session, login, user_type)
    by = at_desk(engine, desk)
    return calls.begin_call(
        engine, account_id=account.id, viewer=by, address=ADDRESS, now=NOW + after
    )


def questions(engine: Engine, call_id: UUID) -> dict[str, str]:
    """The questions of a call with the right answers."""
    with engine.database.read() as session:
        call = session.get_one(HelpCall, call_id)
        facts = read_facts(session, engine.vault, session.get_one(Account, call.account_id))
        return {name: facts[name] for name in call.questions}


def say(
    engine: Engine, call_id: UUID, name: str, typed: str | None, after: timedelta = timedelta()
) -> str:
    """Answer a question."""
    return calls.answer(
        engine,
        call_id=call_id,
        name=name,
        typed=typed,
        viewer=at_desk(engine),
        address=ADDRESS,
        now=NOW + after,
    )


def prove(engine: Engine, call_id: UUID) -> None:
    """Answer everything right."""
    for name, fact in questions(engine, call_id).items():
        assert say(engine, call_id, name, fact) == "right"


def correct(engine: Engine, call_id: UUID, typed: str = "15499998888") -> None:
    """Correct the mobile number."""
    helping.correct_mobile(
        engine,
        call_id=call_id,
        typed=typed,
        viewer=at_desk(engine),
        address=ADDRESS,
        now=NOW,
    )


def send_link(engine: Engine, call_id: UUID, after: timedelta = timedelta()) -> None:
    """Issue a one-time reset."""
    helping.issue_reset(
        engine,
        call_id=call_id,
        channel="sms",
        viewer=at_desk(engine),
        address=ADDRESS,
        now=NOW + after,
    )


@pytest.mark.parametrize("text", [MEMBER, "蔡思源", "15400000001", "+86 154 0000 0001"])
def test_an_account_is_found_by_number_name_and_mobile_number(
    demo_engine: Engine, text: str
) -> None:
    assert MEMBER in found(demo_engine, text)


@pytest.mark.parametrize("text", ["", " ", "3300001000", "蔡思", "1540000000", "%", "zj_review"])
def test_nobody_is_found_by_a_part_nor_are_staff(demo_engine: Engine, text: str) -> None:
    assert found(demo_engine, text) == []


def test_a_desk_finds_and_helps_those_of_its_associations(demo_engine: Engine) -> None:
    assert found(demo_engine, IN_GUANGZHOU) == []
    assert found(demo_engine, IN_GUANGZHOU, NATIONAL) == [IN_GUANGZHOU]
    with pytest.raises(NotFound):
        begin(demo_engine, IN_GUANGZHOU)
    with pytest.raises(NotFound):
        begin(demo_engine, MEMBER, desk="zj_review")


def test_both_accounts_of_a_firm_are_found_by_its_mobile_number(demo_engine: Engine) -> None:
    assert found(demo_engine, "15499990001") == [FIRM, f"{FIRM}_cw"]


def test_three_right_answers_of_four_prove_the_caller(demo_engine: Engine) -> None:
    call_id = begin(demo_engine)
    known = questions(demo_engine, call_id)
    assert len(known) == 4
    assert next(iter(known)) == "identity_number"
    first, *others = known
    assert say(demo_engine, call_id, first, "somebody else's") == "wrong"
    for name in others:
        with pytest.raises(CallerUnknown):
            correct(demo_engine, call_id)
        say(demo_engine, call_id, name, known[name])
    correct(demo_engine, call_id)


def test_two_wrong_answers_end_the_call(demo_engine: Engine) -> None:
    call_id = begin(demo_engine)
    first, second, third, _ = questions(demo_engine, call_id)
    say(demo_engine, call_id, first, "x")
    say(demo_engine, call_id, second, "y")
    with pytest.raises(CallFailed):
        say(demo_engine, call_id, third, "z")
    with pytest.raises(CallFailed):
        send_link(demo_engine, call_id)


def test_not_knowing_is_not_wrong_but_proves_nothing(demo_engine: Engine) -> None:
    call_id = begin(demo_engine)
    for name in questions(demo_engine, call_id):
        assert say(demo_engine, call_id, name, None) == "unknown"
    with pytest.raises(CallerUnknown):
        send_link(demo_engine, call_id)


def test_an_answer_is_taken_once(demo_engine: Engine) -> None:
    call_id = begin(demo_engine)
    name, fact = next(iter(questions(demo_engine, call_id).items()))
    assert say(demo_engine, call_id, name, "wrong") == "wrong"
    assert say(demo_engine, call_id, name, fact) == "wrong"
    with pytest.raises(CallNotFound):
        say(demo_engine, call_id, "name", "蔡思源")


def test_calling_again_brings_the_same_questions_and_not_often(demo_engine: Engine) -> None:
    asked = set()
    for number in range(calls.MOST_CALLS):
        after = timedelta(hours=number)
        call_id = begin(demo_engine, after=after)
        asked.add(tuple(questions(demo_engine, call_id)))
        say(demo_engine, call_id, next(iter(questions(demo_engine, call_id))), "wrong", after)
        calls.end_call(
            demo_engine,
            call_id=call_id,
            viewer=at_desk(demo_engine),
            address=ADDRESS,
            now=NOW + after,
        )
    assert len(asked) == 1
    with pytest.raises(TooManyCalls):
        begin(demo_engine, after=timedelta(hours=4))
    assert begin(demo_engine, after=timedelta(hours=25))


def test_a_call_that_is_open_goes_on_and_does_not_last(demo_engine: Engine) -> None:
    call_id = begin(demo_engine)
    assert begin(demo_engine) == call_id
    with pytest.raises(CallOver):
        say(demo_engine, call_id, "mobile", "15400000001", after=calls.LASTS)
    assert begin(demo_engine, after=calls.LASTS) != call_id


def test_a_call_is_its_persons_own(demo_engine: Engine) -> None:
    call_id = begin(demo_engine, desk=NATIONAL)
    with pytest.raises(CallNotFound):
        prove(demo_engine, call_id)


def test_a_corrected_number_is_told_to_the_old_one_and_gets_the_link(demo_engine: Engine) -> None:
    call_id = begin(demo_engine)
    prove(demo_engine, call_id)
    correct(demo_engine, call_id)
    send_link(demo_engine, call_id)
    with demo_engine.database.read() as session:
        account = holder(session, MEMBER)
        assert find_reach(session, demo_engine.vault, account).mobile == "15499998888"
        sent = session.execute(select(Delivery.what, Delivery.to_masked)).all()
        assert ("mobile_changed", "154****0001") in sent
        assert ("reset", "154****8888") in sent
        events = [each.what for each in list_events(session, account_id=account.id)]
        assert events == [
            "link_issued",
            "mobile_changed",
            *["help_questions"] * 4,
            "help_asked",
        ]
        by = {each.by_id for each in list_events(session, account_id=account.id)}
        assert by == {at_desk(demo_engine).account_id}


def test_a_link_is_not_sent_twice_by_a_second_click(demo_engine: Engine) -> None:
    call_id = begin(demo_engine)
    prove(demo_engine, call_id)
    send_link(demo_engine, call_id)
    with pytest.raises(LinkJustSent):
        send_link(demo_engine, call_id)
    send_link(demo_engine, call_id, after=timedelta(minutes=2))


@pytest.mark.parametrize(("typed", "error"), [("123", NotUsable), ("15400000001", NothingNew)])
def test_a_number_that_is_none_or_the_same_is_refused(
    demo_engine: Engine, typed: str, error: type[Exception]
) -> None:
    call_id = begin(demo_engine)
    prove(demo_engine, call_id)
    with pytest.raises(error):
        correct(demo_engine, call_id, typed)


def test_nothing_of_what_was_answered_is_kept(demo_engine: Engine) -> None:
    call_id = begin(demo_engine)
    facts = questions(demo_engine, call_id)
    for name in list(facts)[:2]:
        say(demo_engine, call_id, name, "marked-answer")
    with demo_engine.database.read() as session:
        account = holder(session, MEMBER)
        said = str([each.details for each in list_events(session, account_id=account.id)])
        said += str(session.get_one(HelpCall, call_id).answers)
    assert "marked-answer" not in said
    assert not any(fact in said for fact in facts.values())
