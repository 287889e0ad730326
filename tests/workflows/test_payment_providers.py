"""Payment providers: the same cases against WeChat Pay's client and the stand-in."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from engine.database import Database
from tests.workflows.conftest import NOW
from tests.workflows.payment_worlds import (
    NUMBER,
    OTHER,
    StandInWorld,
    WechatPayWorld,
    World,
    pay,
    place,
    read,
    serve_wechat_pay_world,
)
from workflows.payment.provider import (
    InvalidNotice,
    OrderPaid,
    ProviderAway,
)
from workflows.payment.stand_in import SignedNotice, StandInProvider


@pytest.fixture
def wechat_pay() -> Iterator[WechatPayWorld]:
    """WeChat Pay's client, connected to a local server."""
    with serve_wechat_pay_world() as world:
        yield world


@pytest.fixture(params=["wechat-pay", "stand-in-sqlite", "stand-in-postgresql"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """Each provider in turn, the stand-in on each kind of database."""
    if request.param == "wechat-pay":
        yield request.getfixturevalue("wechat_pay")
        return
    kind = request.param.rpartition("-")[2]
    database = Database(request.getfixturevalue(f"{kind}_url"))
    yield StandInWorld(StandInProvider(database, b"secret", "https://pay.example.com"))
    database.close()


def test_the_same_order_again_is_the_same(world: World) -> None:
    first = place(world)
    assert place(world) == first
    assert place(world, OTHER) != first


def test_a_notice_tells_of_a_payment(world: World) -> None:
    notice = read(world, pay(world))
    assert (notice.order_number, notice.amount) == (NUMBER, 10000)
    assert notice.transaction
    assert read(world, pay(world, OTHER)).transaction != notice.transaction


def test_a_notice_is_the_same_however_often_it_comes(world: World) -> None:
    signed = pay(world)
    assert read(world, signed) == read(world, signed)


def test_headers_are_found_in_any_case(world: World) -> None:
    signed = pay(world)
    for change in (str.upper, str.lower, str.title):
        headers = {change(name): value for name, value in signed.headers.items()}
        assert read(world, SignedNotice(headers, signed.body)).amount == 10000


def test_a_notice_that_was_changed_is_refused(world: World) -> None:
    first, second = pay(world), pay(world, OTHER)
    wrong = [
        SignedNotice(first.headers, first.body + b" "),
        SignedNotice(first.headers, second.body),
        SignedNotice(first.headers, b""),
        SignedNotice({}, first.body),
    ]
    for name, value in first.headers.items():
        if "Type" not in name:
            wrong += [
                SignedNotice({**first.headers, name: changed}, first.body)
                for changed in ("", "ü", "0", f"{value}0", value.swapcase() + "=")
            ]
    for each in wrong:
        with pytest.raises(InvalidNotice):
            read(world, each)


def test_a_notice_that_was_kept_back_is_refused(world: World) -> None:
    signed = pay(world)
    for moved in (timedelta(minutes=6), -timedelta(minutes=6)):
        world.clock.now = NOW + moved
        with pytest.raises(InvalidNotice):
            read(world, signed)
    world.clock.now = NOW + timedelta(minutes=4)
    assert read(world, signed).amount == 10000


def test_a_payment_is_found_by_its_orders_number(world: World) -> None:
    place(world)
    assert world.provider.find_payments(number=NUMBER) == []
    notice = read(world, pay(world))
    assert world.provider.find_payments(number=NUMBER) == [notice]
    assert world.provider.find_payments(number=OTHER) == []


def test_a_payment_is_sent_back_once(world: World) -> None:
    notice = read(world, pay(world))
    for _ in range(3):
        world.provider.refund(transaction=notice.transaction, amount=notice.amount)
    assert world.count_refunds() == 1
    assert world.provider.find_payments(number=NUMBER) == []


def test_an_order_that_was_closed_cannot_be_paid(world: World) -> None:
    pay_url = place(world)
    for _ in range(2):
        world.provider.close(number=NUMBER)
    assert world.pay(pay_url) is None
    assert world.provider.find_payments(number=NUMBER) == []


def test_an_order_that_was_never_placed_is_closed_already(world: World) -> None:
    world.provider.close(number=NUMBER)


def test_an_order_that_was_paid_cannot_be_closed(world: World) -> None:
    notice = read(world, pay(world))
    for _ in range(2):
        with pytest.raises(OrderPaid):
            world.provider.close(number=NUMBER)
    assert world.provider.find_payments(number=NUMBER) == [notice]


def test_an_order_whose_money_went_back_can_be_closed(world: World) -> None:
    notice = read(world, pay(world))
    world.provider.refund(transaction=notice.transaction, amount=notice.amount)
    world.provider.close(number=NUMBER)


def test_an_order_that_has_expired_cannot_be_paid(world: World) -> None:
    pay_url = place(world)
    world.clock.now = NOW + timedelta(hours=2)
    assert world.pay(pay_url) is None


def test_a_provider_that_is_away_says_so_and_comes_back(world: World) -> None:
    notice = read(world, pay(world))
    world.be_away(True)
    with pytest.raises(ProviderAway):
        place(world, OTHER)
    with pytest.raises(ProviderAway):
        world.provider.find_payments(number=NUMBER)
    with pytest.raises(ProviderAway):
        world.provider.refund(transaction=notice.transaction, amount=notice.amount)
    with pytest.raises(ProviderAway):
        world.provider.close(number=OTHER)
    world.be_away(False)
    # Who was away may have heard us all the same.
    assert place(world, "0190f0c0a0b07f3e8d2c0011223344cc")
    world.provider.refund(transaction=notice.transaction, amount=notice.amount)
    assert world.count_refunds() == 1


def test_an_order_that_is_paid_and_closed_at_once_is_one_of_the_two(database: Database) -> None:
    world = StandInWorld(StandInProvider(database, b"secret", "https://pay.example.com"))
    for number in (f"{NUMBER[:-2]}{each:02d}" for each in range(8)):
        pay_url, both = place(world, number), Barrier(2, timeout=10)

        def pay_it(pay_url: str = pay_url, both: Barrier = both) -> bool:
            both.wait()
            return world.pay(pay_url) is not None

        def close_it(number: str = number, both: Barrier = both) -> bool:
            both.wait()
            try:
                world.provider.close(number=number)
            except OrderPaid:
                return False
            return True

        with ThreadPoolExecutor(2) as threads:
            is_paid, is_closed = threads.submit(pay_it), threads.submit(close_it)
            assert is_paid.result() != is_closed.result()
        assert len(world.provider.find_payments(number=number)) == is_paid.result()
