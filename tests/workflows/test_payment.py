from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from engine.actors import Actor
from engine.engine import Engine
from tests.workflows.conftest import NOW
from tests.workflows.payment_worlds import refuse_to_answer
from tests.workflows.walking import Walk
from workflows.payment.models import PaymentOrder, ProviderTransaction, StandInPayment
from workflows.payment.notices import take_notice
from workflows.payment.orders import (
    NothingToPay,
    claim_paid,
    find_live_order,
    make_claim,
    open_order,
)
from workflows.payment.provider import InvalidNotice, Notice, PaymentProvider, ProviderAway
from workflows.payment.provider_jobs import make_jobs
from workflows.payment.stand_in import (
    PaymentDeclined,
    SignedNotice,
    StandInProvider,
    behave_well,
)
from workflows.shared.fees import FeeState, fee_state, open_claims
from workflows.shared.messages import list_messages
from workflows.shared.register import Member, find_member_by_number
from workflows.shared.seasons import Season, find_season_of_year

TO_PAY = "330000100003"
ARREARS = "330000100004"
PENDING = "330000100005"
CLERK = Actor("staff", 901)


@pytest.fixture
def provider(demo_engine: Engine) -> StandInProvider:
    """The stand-in, asked by the engine's jobs."""
    provider = StandInProvider(demo_engine.database, b"secret", "https://pay.example.com")
    register(demo_engine, provider)
    return provider


def register(engine: Engine, provider: PaymentProvider) -> None:
    """Let the engine's jobs ask a provider."""
    for each in make_jobs(provider):
        found = vars(each)["__job__"]
        engine.jobs.by_name[found.name] = found


def member_and_season(engine: Engine, number: str) -> tuple[Member, Season]:
    """A demo member with his season."""
    with engine.database.read() as session:
        member = find_member_by_number(session, number)
        assert member is not None
        season = find_season_of_year(session, association_id=member.association_id, year=2021)
        assert season is not None
        return member, season


def place(engine: Engine, provider: PaymentProvider, number: str) -> PaymentOrder:
    """Open the member's order."""
    member, season = member_and_season(engine, number)
    return open_order(
        engine, provider, member_id=member.id, season_id=season.id, case_id=None, now=NOW
    )


def token_of(order: PaymentOrder) -> str:
    """What the pay page is given."""
    return order.pay_url.rpartition("/")[2]


def deliver(engine: Engine, provider: PaymentProvider, signed: SignedNotice) -> str:
    """Let a notice arrive."""
    notice = provider.read_notice(headers=signed.headers, body=signed.body, now=NOW)
    assert notice is not None
    with engine.database.transaction() as session:
        return take_notice(session, notice=notice, now=NOW)


def state_of(engine: Engine, number: str) -> FeeState:
    """缴费情况 of a member."""
    member, season = member_and_season(engine, number)
    with engine.database.read() as session:
        return fee_state(session, member=member, season=season)


def templates(engine: Engine, number: str) -> list[str]:
    """The kinds of the member's messages, oldest first."""
    member, _season = member_and_season(engine, number)
    with engine.database.read() as session:
        found = list_messages(session, member_id=member.id)
        return [each.template for each in reversed(found)]


def test_a_payment_settles_the_fee_though_the_page_is_closed(
    demo_engine: Engine, provider: StandInProvider
) -> None:
    walk = Walk(demo_engine, TO_PAY).start().to_materials()
    assert walk.case.status == "awaiting_payment"
    walk.apply()
    assert walk.steps == {"confirm_application"}
    order = place(demo_engine, provider, TO_PAY)
    assert deliver(demo_engine, provider, provider.pay(token_of(order), now=NOW)) == "paid"
    walk.let_jobs_run()
    assert state_of(demo_engine, TO_PAY).status == "confirmed"
    walk.do("confirm_application", "apply")
    assert walk.steps == {"review_application"}
    assert templates(demo_engine, TO_PAY) == ["payment_received"]


def test_an_order_lives_two_hours_and_is_found_again(
    demo_engine: Engine, provider: StandInProvider
) -> None:
    order = place(demo_engine, provider, ARREARS)
    assert (order.amount, order.expires_at) == (20000, NOW + timedelta(hours=2))
    assert place(demo_engine, provider, ARREARS).id == order.id
    with demo_engine.database.read() as session:
        ids = {"member_id": order.member_id, "year": 2021}
        assert find_live_order(session, now=NOW, **ids) is not None
        assert find_live_order(session, now=NOW + timedelta(hours=2), **ids) is None
    with pytest.raises(PaymentDeclined):
        provider.pay(token_of(order), now=NOW + timedelta(hours=2))


def test_the_same_notice_twice_is_one_payment(
    demo_engine: Engine, provider: StandInProvider
) -> None:
    signed = provider.pay(token_of(place(demo_engine, provider, TO_PAY)), now=NOW)
    assert [deliver(demo_engine, provider, signed) for _ in range(3)] == ["paid"] * 3
    assert templates(demo_engine, TO_PAY) == ["payment_received"]
    with pytest.raises(NothingToPay):
        place(demo_engine, provider, TO_PAY)


def test_a_second_payment_goes_back_and_the_member_is_told(
    demo_engine: Engine, provider: StandInProvider
) -> None:
    token = token_of(place(demo_engine, provider, TO_PAY))
    first, second = provider.pay(token, now=NOW), provider.pay(token, now=NOW)
    assert deliver(demo_engine, provider, first) == "paid"
    assert deliver(demo_engine, provider, second) == "refunded"
    Walk(demo_engine, TO_PAY).let_jobs_run()
    with demo_engine.database.read() as session:
        books = session.scalars(select(StandInPayment.state).order_by(StandInPayment.state))
        assert list(books) == ["paid", "refunded"]
        refunded = session.scalars(
            select(ProviderTransaction).where(ProviderTransaction.outcome == "refunded")
        ).one()
        assert refunded.refunded_at == NOW
    assert templates(demo_engine, TO_PAY) == ["payment_received", "payment_refunded"]


def test_a_refund_is_tried_until_the_provider_is_back(
    demo_engine: Engine, provider: StandInProvider
) -> None:
    token = token_of(place(demo_engine, provider, TO_PAY))
    for _ in range(2):
        deliver(demo_engine, provider, provider.pay(token, now=NOW))
    walk = Walk(demo_engine, TO_PAY)
    provider.behave = refuse_to_answer
    walk.let_jobs_run()
    provider.behave = behave_well
    demo_engine.now = lambda: NOW + timedelta(minutes=1)
    walk.let_jobs_run()
    with demo_engine.database.read() as session:
        states = set(session.scalars(select(StandInPayment.state)))
    assert states == {"paid", "refunded"}


def test_another_amount_waits_for_the_association_with_both_amounts(
    demo_engine: Engine, provider: StandInProvider
) -> None:
    walk = Walk(demo_engine, TO_PAY).start().to_materials()
    token = token_of(place(demo_engine, provider, TO_PAY))
    wrong = provider.pay(token, now=NOW, amount=9900)
    assert deliver(demo_engine, provider, wrong) == "mismatched"
    walk.let_jobs_run()
    assert walk.steps == {"provide_materials", "confirm_fee"}
    assert walk.case.status == "awaiting_fee_confirmation"
    claim = state_of(demo_engine, TO_PAY).claim
    assert claim is not None
    assert (claim.kind, claim.expected, claim.received) == ("mismatch", 10000, 9900)
    # The right amount after all: the claim is overtaken, the wrong one goes back.
    right = provider.pay(token, now=NOW)
    assert deliver(demo_engine, provider, right) == "paid"
    walk.let_jobs_run()
    assert walk.steps == {"provide_materials"}
    assert templates(demo_engine, TO_PAY) == [
        "payment_mismatched",
        "payment_refunded",
        "payment_received",
    ]


def test_i_have_paid_asks_the_provider_first(
    demo_engine: Engine, provider: StandInProvider
) -> None:
    member, season = member_and_season(demo_engine, TO_PAY)
    ids = {"member_id": member.id, "season_id": season.id, "now": NOW}
    provider.pay(token_of(place(demo_engine, provider, TO_PAY)), now=NOW)
    assert claim_paid(demo_engine, provider, **ids).status == "confirmed"


def test_i_have_paid_before_money_arrived_waits_for_the_association(
    demo_engine: Engine, provider: StandInProvider
) -> None:
    walk = Walk(demo_engine, TO_PAY).start().to_materials()
    member, season = member_and_season(demo_engine, TO_PAY)
    ids = {"member_id": member.id, "season_id": season.id, "now": NOW}
    assert claim_paid(demo_engine, provider, **ids).status == "pending"
    walk.let_jobs_run()
    task = walk.tasks()["confirm_fee"]
    assert (task.duty, task.kind, task.lane) == ("fees", "fee", "association")
    assert walk.case.kind == "inspection"
    walk.do("confirm_fee", "not_received", {"reason": "未收到该笔款项"}, by=CLERK)
    assert (walk.steps, walk.case.status) == ({"provide_materials"}, "awaiting_payment")
    state = state_of(demo_engine, TO_PAY)
    assert state.status == "to_pay"
    assert state.refusal is not None
    assert state.refusal.reason == "未收到该笔款项"
    assert templates(demo_engine, TO_PAY) == ["fee_not_received"]


def test_the_association_confirms_and_the_member_applies(
    demo_engine: Engine, provider: StandInProvider
) -> None:
    walk = Walk(demo_engine, PENDING).start().to_materials()
    assert walk.steps == {"provide_materials", "confirm_fee"}
    walk.apply()
    assert "confirm_application" in walk.steps
    walk.do("confirm_fee", "received", by=CLERK)
    walk.do("confirm_application", "apply")
    assert walk.steps == {"review_application"}


def test_a_transfer_is_put_before_the_association_with_its_proof(
    demo_engine: Engine, provider: StandInProvider
) -> None:
    walk = Walk(demo_engine, TO_PAY).start().to_materials()
    member, season = member_and_season(demo_engine, TO_PAY)
    assert walk.case_id is not None
    with demo_engine.database.transaction() as session:
        make_claim(
            session,
            member_id=member.id,
            season_id=season.id,
            proof_file_id=walk.case_id,
            now=NOW,
        )
    claim = state_of(demo_engine, TO_PAY).claim
    assert claim is not None
    assert (claim.kind, claim.proof_file_id) == ("transfer", walk.case_id)


def test_a_notice_that_the_provider_did_not_sign_is_refused(
    demo_engine: Engine, provider: StandInProvider
) -> None:
    signed = provider.pay(token_of(place(demo_engine, provider, TO_PAY)), now=NOW)
    body = signed.body.replace(b"10000", b"90000")
    foreign = {**signed.headers, "stand-in-signature": "ü"}
    for wrong in (SignedNotice(signed.headers, body), SignedNotice(foreign, signed.body)):
        with pytest.raises(InvalidNotice):
            deliver(demo_engine, provider, wrong)
    with demo_engine.database.transaction() as session, pytest.raises(InvalidNotice):
        take_notice(session, notice=Notice("t", "no such order", 1), now=NOW)


def test_a_pay_address_that_was_changed_is_declined(
    demo_engine: Engine, provider: StandInProvider
) -> None:
    token = token_of(place(demo_engine, provider, TO_PAY))
    for wrong in ("", "x", token[:-1], "x" + token):
        with pytest.raises(PaymentDeclined):
            provider.read_order(wrong)


def test_a_provider_that_is_away_is_said_so_and_leaves_nothing_behind(
    demo_engine: Engine, provider: StandInProvider
) -> None:
    provider.behave = refuse_to_answer
    with pytest.raises(ProviderAway):
        place(demo_engine, provider, TO_PAY)
    provider.behave = behave_well
    assert place(demo_engine, provider, TO_PAY).state == "open"


def test_of_two_payments_at_the_same_moment_one_settles_the_fee(
    demo_engine: Engine, provider: StandInProvider
) -> None:
    token = token_of(place(demo_engine, provider, TO_PAY))
    signed = [provider.pay(token, now=NOW) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        outcomes = list(threads.map(lambda each: deliver(demo_engine, provider, each), signed))
    assert sorted(outcomes) == ["paid", "refunded", "refunded", "refunded"]
    assert templates(demo_engine, TO_PAY).count("payment_refunded") == 3


class UnhurriedProvider(StandInProvider):
    """Places orders only when two have been asked of it."""

    both = Barrier(2, timeout=10)

    def place_order(self, **said: Any) -> str:
        self.both.wait()
        return super().place_order(**said)


def test_two_clicks_on_pay_place_one_order(demo_engine: Engine) -> None:
    provider = UnhurriedProvider(demo_engine.database, b"secret", "https://pay.example.com")
    with ThreadPoolExecutor(2) as threads:
        orders = list(
            threads.map(lambda number: place(demo_engine, provider, number), [TO_PAY] * 2)
        )
    assert orders[0].id == orders[1].id
    assert orders[0].pay_url == orders[1].pay_url
    with demo_engine.database.read() as session:
        assert session.scalars(select(PaymentOrder.state)).all() == ["open"]


def test_two_clicks_on_i_have_paid_make_one_claim(demo_engine: Engine) -> None:
    member, season = member_and_season(demo_engine, TO_PAY)
    ids: dict[str, Any] = {"member_id": member.id, "season_id": season.id, "now": NOW}

    def click() -> None:
        with demo_engine.database.transaction() as session:
            make_claim(session, proof_file_id=None, **ids)

    with ThreadPoolExecutor(1) as threads:
        with demo_engine.database.transaction() as session:
            make_claim(session, proof_file_id=None, **ids)
            second = threads.submit(click)
            assert not wait([second], timeout=0.3).done
        second.result()
    with demo_engine.database.read() as session:
        assert len(open_claims(session, member_id=member.id, year=season.year)) == 1
