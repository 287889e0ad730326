"""Orders from their first to their last moment: with no provider is anything lost or paid twice."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select, update

from engine.actors import Actor
from engine.engine import Engine
from engine.jobs import Job, Worker
from tests.local_server import Answer
from tests.workflows.conftest import NOW
from tests.workflows.payment_worlds import (
    StandInWorld,
    WechatPayWorld,
    World,
    serve_wechat_pay_world,
)
from tests.workflows.test_payment import (
    TO_PAY,
    deliver,
    member_and_season,
    place,
    register,
    state_of,
    templates,
)
from tests.workflows.walking import Walk
from workflows.payment.models import PaymentOrder, ProviderTransaction
from workflows.payment.notices import take_notice
from workflows.payment.orders import claim_paid, make_claim
from workflows.payment.provider import ProviderRefused
from workflows.payment.stand_in import StandInProvider
from workflows.shared.fees import FeeEntry

CLERK = Actor("staff", 901)
EXPIRED = NOW + timedelta(hours=2)


@pytest.fixture
def wechat_pay(demo_engine: Engine) -> Iterator[WechatPayWorld]:
    """WeChat Pay, asked by the engine's jobs; the engine's clock is the provider's."""
    with serve_wechat_pay_world() as world:
        demo_engine.now = world.clock
        register(demo_engine, world.provider)
        yield world


@pytest.fixture(params=["wechat-pay", "stand-in"])
def world(request: pytest.FixtureRequest, demo_engine: Engine) -> Iterator[World]:
    """Each provider in turn."""
    if request.param == "wechat-pay":
        yield request.getfixturevalue("wechat_pay")
        return
    provider = StandInProvider(demo_engine.database, b"secret", "https://pay.example.com")
    stand_in = StandInWorld(provider)
    demo_engine.now = stand_in.clock
    register(demo_engine, provider)
    yield stand_in


def state_of_order(engine: Engine, order: PaymentOrder) -> str:
    """The state of an order."""
    with engine.database.read() as session:
        return session.get_one(PaymentOrder, order.id).state


def work(engine: Engine) -> None:
    """Do the jobs that are due, and see that none of them failed."""
    Worker(engine).run_due()
    with engine.database.read() as session:
        assert session.scalars(select(Job.error).where(Job.error.is_not(None))).all() == []


def test_an_order_that_expires_is_closed_at_the_provider(demo_engine: Engine, world: World) -> None:
    order = place(demo_engine, world.provider, TO_PAY)
    work(demo_engine)
    assert state_of_order(demo_engine, order) == "open"
    world.clock.now = EXPIRED
    work(demo_engine)
    assert state_of_order(demo_engine, order) == "closed"
    world.clock.now = NOW
    assert world.pay(order.pay_url) is None


def test_a_payment_whose_notice_was_lost_is_entered_when_the_order_expires(
    demo_engine: Engine, world: World
) -> None:
    order = place(demo_engine, world.provider, TO_PAY)
    signed = world.pay(order.pay_url)
    assert signed is not None
    world.clock.now = EXPIRED
    work(demo_engine)
    assert state_of_order(demo_engine, order) == "paid"
    assert state_of(demo_engine, TO_PAY).status == "confirmed"
    # The notice comes after all.
    world.clock.now = NOW
    assert deliver(demo_engine, world.provider, signed) == "paid"
    assert templates(demo_engine, TO_PAY) == ["payment_received"]


def test_what_was_paid_is_found_by_who_says_so(demo_engine: Engine, world: World) -> None:
    world.pay(place(demo_engine, world.provider, TO_PAY).pay_url)
    member, season = member_and_season(demo_engine, TO_PAY)
    state = claim_paid(
        demo_engine, world.provider, member_id=member.id, season_id=season.id, now=NOW
    )
    assert state.status == "confirmed"


def test_a_fee_that_the_association_confirms_closes_its_order(
    demo_engine: Engine, world: World
) -> None:
    walk = Walk(demo_engine, TO_PAY).start().to_materials()
    order = place(demo_engine, world.provider, TO_PAY)
    member, season = member_and_season(demo_engine, TO_PAY)
    with demo_engine.database.transaction() as session:
        make_claim(session, member_id=member.id, season_id=season.id, proof_file_id=None, now=NOW)
    walk.let_jobs_run()
    walk.do("confirm_fee", "received", by=CLERK)
    work(demo_engine)
    assert state_of_order(demo_engine, order) == "closed"
    assert world.pay(order.pay_url) is None


def test_who_pays_while_the_association_confirms_gets_his_money_back(
    demo_engine: Engine, world: World
) -> None:
    walk = Walk(demo_engine, TO_PAY).start().to_materials()
    order = place(demo_engine, world.provider, TO_PAY)
    member, season = member_and_season(demo_engine, TO_PAY)
    with demo_engine.database.transaction() as session:
        make_claim(session, member_id=member.id, season_id=season.id, proof_file_id=None, now=NOW)
    walk.let_jobs_run()
    assert world.pay(order.pay_url) is not None
    walk.do("confirm_fee", "received", by=CLERK)
    # No notice: it is the closing that finds out.
    work(demo_engine)
    assert world.count_refunds() == 1
    assert templates(demo_engine, TO_PAY)[-1] == "payment_refunded"
    with demo_engine.database.read() as session:
        transaction = session.scalars(select(ProviderTransaction)).one()
        assert (transaction.outcome, transaction.refunded_at) == ("refunded", NOW)


def test_another_amount_closes_the_order_of_the_old_one(demo_engine: Engine, world: World) -> None:
    old = place(demo_engine, world.provider, TO_PAY)
    with demo_engine.database.transaction() as session:
        # Arrears of an earlier year come to light.
        session.execute(
            update(FeeEntry)
            .where(FeeEntry.member_id == old.member_id, FeeEntry.year == 2020)
            .values(status="to_pay")
        )
    new = place(demo_engine, world.provider, TO_PAY)
    assert (old.amount, new.amount) == (10000, 20000)
    work(demo_engine)
    assert (state_of_order(demo_engine, old), state_of_order(demo_engine, new)) == (
        "closed",
        "open",
    )
    assert world.pay(old.pay_url) is None
    signed = world.pay(new.pay_url)
    assert signed is not None
    assert deliver(demo_engine, world.provider, signed) == "paid"


def test_closing_waits_for_a_provider_that_is_away(demo_engine: Engine, world: World) -> None:
    order = place(demo_engine, world.provider, TO_PAY)
    world.be_away(True)
    world.clock.now = EXPIRED
    Worker(demo_engine).run_due()
    assert state_of_order(demo_engine, order) == "open"
    world.be_away(False)
    world.clock.now = EXPIRED + timedelta(hours=1)
    Worker(demo_engine).run_due()
    assert state_of_order(demo_engine, order) == "closed"


def test_a_closed_order_is_not_shown_again(demo_engine: Engine, world: World) -> None:
    first = place(demo_engine, world.provider, TO_PAY)
    world.clock.now = EXPIRED
    work(demo_engine)
    world.clock.now = NOW
    second = place(demo_engine, world.provider, TO_PAY)
    assert second.id != first.id
    assert second.pay_url != first.pay_url
    with demo_engine.database.read() as session:
        assert session.scalar(select(func.count()).select_from(PaymentOrder)) == 2


def test_an_order_that_is_refused_is_not_placed_again(
    demo_engine: Engine, wechat_pay: WechatPayWorld, caplog: pytest.LogCaptureFixture
) -> None:
    wechat_pay.service.instead = Answer(400, b'{"code": "INVALID_REQUEST"}')
    with pytest.raises(ProviderRefused, match="INVALID_REQUEST"):
        place(demo_engine, wechat_pay.provider, TO_PAY)
    assert "refused an order: INVALID_REQUEST" in caplog.text
    wechat_pay.service.instead = None
    order = place(demo_engine, wechat_pay.provider, TO_PAY)
    work(demo_engine)
    with demo_engine.database.read() as session:
        states = dict(session.execute(select(PaymentOrder.number, PaymentOrder.state)).all())
    assert states.pop(order.number) == "open"
    assert list(states.values()) == ["closed"]


def test_a_notice_and_a_closing_at_the_same_moment_lose_nothing(
    demo_engine: Engine, world: World
) -> None:
    order = place(demo_engine, world.provider, TO_PAY)
    signed = world.pay(order.pay_url)
    assert signed is not None
    world.clock.now = EXPIRED
    # The notice was on its way for two hours: it is the worker that is late, not the notice.
    notice = world.provider.read_notice(headers=signed.headers, body=signed.body, now=NOW)
    assert notice is not None
    both = Barrier(3, timeout=10)

    def take() -> str:
        both.wait()
        with demo_engine.database.transaction() as session:
            return take_notice(session, notice=notice, now=EXPIRED)

    def close() -> str:
        both.wait()
        return str(Worker(demo_engine).run_due())

    with ThreadPoolExecutor(3) as threads:
        done = [threads.submit(each) for each in (take, take, close)]
        assert [each.result() for each in done[:2]] == ["paid", "paid"]
        done[2].result()
    assert state_of_order(demo_engine, order) == "paid"
    assert templates(demo_engine, TO_PAY) == ["payment_received"]
    assert world.count_refunds() == 0


def pay_twice(engine: Engine, world: WechatPayWorld) -> None:
    """Pay two orders of one fee, as two people on two screens do."""
    first = place(engine, world.provider, TO_PAY)
    with engine.database.transaction() as session:
        session.get_one(PaymentOrder, first.id).state = "closed"
    second = place(engine, world.provider, TO_PAY)
    for order in (first, second):
        signed = world.pay(order.pay_url)
        assert signed is not None
        deliver(engine, world.provider, signed)


def test_a_refund_is_asked_after_until_it_has_arrived(
    demo_engine: Engine, wechat_pay: WechatPayWorld
) -> None:
    pay_twice(demo_engine, wechat_pay)
    wechat_pay.service.refund_status = "PROCESSING"
    work(demo_engine)
    work(demo_engine)
    assert find_refund(demo_engine) is None
    wechat_pay.service.refund_status = "SUCCESS"
    wechat_pay.clock.now = NOW + timedelta(days=1)
    work(demo_engine)
    assert find_refund(demo_engine) == NOW + timedelta(days=1)
    assert wechat_pay.count_refunds() == 1


def test_a_refund_that_a_bank_does_not_take_stays_to_be_seen(
    demo_engine: Engine, wechat_pay: WechatPayWorld
) -> None:
    pay_twice(demo_engine, wechat_pay)
    wechat_pay.service.refund_status = "ABNORMAL"
    for hour in range(30):
        wechat_pay.clock.now = NOW + timedelta(hours=hour)
        Worker(demo_engine).run_due()
    with demo_engine.database.read() as session:
        (job,) = session.scalars(select(Job).where(Job.name == "payment.refund"))
        assert job.state == "failed"
        assert "ABNORMAL" in str(job.error)
    assert find_refund(demo_engine) is None


def find_refund(engine: Engine) -> datetime | None:
    """When the second payment had gone back."""
    with engine.database.read() as session:
        return session.scalars(
            select(ProviderTransaction.refunded_at).where(ProviderTransaction.outcome == "refunded")
        ).one()
