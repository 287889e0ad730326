"""A payment provider that runs in this process: for a first run, for tests, for the simulator.

It is honest: it takes payments, keeps books of its own, signs its notices, sends money back,
declines what has expired or was closed, and is away, slow or unwilling when it is told to be. What
is done with it is up to whoever holds the simulated phone; it knows nothing of fees.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import orjson
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine.database import Database, new_id
from engine.errors import Rejected
from engine.language import N_
from workflows.payment.models import StandInEntry, StandInPayment
from workflows.payment.provider import (
    FRESH,
    InvalidNotice,
    Notice,
    OrderPaid,
    ProviderAway,
    ProviderRefused,
)
from workflows.shared.channels import ChannelAway, ChannelRefused

SIGNATURE = "stand-in-signature"
TIMESTAMP = "stand-in-timestamp"


class PaymentDeclined(Rejected):
    """The stand-in does not take this payment."""

    message = N_("The payment was declined.")


@dataclass(frozen=True)
class StandInOrder:
    """What the QR code of an order says."""

    number: str
    amount: int
    description: str
    expires_at: datetime


@dataclass(frozen=True)
class SignedNotice:
    """A notice as it travels; `times`: how often."""

    headers: Mapping[str, str]
    body: bytes
    times: int = 1


def behave_well() -> int:
    """Tell of a payment once."""
    return 1


@dataclass
class StandInProvider:
    """The stand-in; `address` is that of its pay page, to which an order's token is added.

    `behave` does as the stand-in was told, and answers how often it tells of a payment; it may
    raise ChannelAway or ChannelRefused.
    """

    database: Database
    secret: bytes = field(repr=False)
    address: str
    behave: Callable[[], int] = field(default=behave_well, repr=False)

    def place_order(
        self, *, number: str, amount: int, description: str, expires_at: datetime
    ) -> str:
        """Make the address that the QR code leads to; the order itself is inside, signed."""
        self._check_there()
        order = {
            "number": number,
            "amount": amount,
            "description": description,
            "expires_at": expires_at.isoformat(),
        }
        body = base64.urlsafe_b64encode(orjson.dumps(order)).rstrip(b"=")
        with self.database.transaction() as session:
            _enter(session, number)
        return f"{self.address}/{body.decode()}.{self._sign(body)}"

    def read_notice(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
        """Check and read a notice; raises InvalidNotice."""
        found = {name.lower(): value for name, value in headers.items()}
        timestamp, signature = found.get(TIMESTAMP, ""), found.get(SIGNATURE, "")
        right = self._sign(timestamp.encode() + b"\n" + body)
        if not hmac.compare_digest(right.encode(), signature.encode()):
            raise InvalidNotice
        if abs(now - datetime.fromtimestamp(int(timestamp), UTC)) > FRESH:
            raise InvalidNotice
        said = orjson.loads(body)
        return Notice(said["transaction"], said["order_number"], said["amount"])

    def find_payments(self, *, number: str) -> list[Notice]:
        """What was paid on an order and not sent back."""
        self._check_there()
        with self.database.read() as session:
            return _paid(session, number)

    def refund(self, *, transaction: str, amount: int) -> bool:
        """Send a payment back: mark it in the books, with which it has arrived."""
        self._check_there()
        with self.database.transaction() as session:
            session.execute(
                update(StandInPayment)
                .where(StandInPayment.transaction == transaction, StandInPayment.amount == amount)
                .values(state="refunded")
            )
        return True

    def close(self, *, number: str) -> None:
        """Take no payment of an order any more; raises OrderPaid."""
        self._check_there()
        with self.database.transaction() as session:
            _enter(session, number)
            entry = select(StandInEntry).where(StandInEntry.order_number == number)
            # Nobody pays while it is being closed.
            session.scalars(entry.with_for_update()).one().is_closed = True
            if _paid(session, number):
                raise OrderPaid

    def read_order(self, token: str) -> StandInOrder:
        """Read the token of a QR code; raises PaymentDeclined."""
        body, _, signature = token.partition(".")
        if not hmac.compare_digest(self._sign(body.encode()).encode(), signature.encode()):
            raise PaymentDeclined
        try:
            said = orjson.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        except (binascii.Error, orjson.JSONDecodeError) as error:
            raise PaymentDeclined from error
        return StandInOrder(
            number=said["number"],
            amount=said["amount"],
            description=said["description"],
            expires_at=datetime.fromisoformat(said["expires_at"]),
        )

    def pay(self, token: str, *, now: datetime, amount: int | None = None) -> SignedNotice:
        """Take a payment, of another amount if one is named, and make its notice.

        The caller delivers the notice: at once, later, twice or never. Raises PaymentDeclined
        for an order that has expired or was closed.
        """
        times = self._check_there()
        order = self.read_order(token)
        if order.expires_at <= now:
            raise PaymentDeclined
        payment = StandInPayment(
            transaction=f"stand-in-{new_id().hex}",
            order_number=order.number,
            amount=order.amount if amount is None else amount,
            state="paid",
            at=now,
        )
        with self.database.transaction() as session:
            entry = select(StandInEntry).where(StandInEntry.order_number == order.number)
            if session.scalars(entry.with_for_update()).one().is_closed:
                raise PaymentDeclined
            session.add(payment)
        paid = Notice(payment.transaction, payment.order_number, payment.amount)
        return replace(self.notice_of(paid, now=now), times=times)

    def notice_of(self, payment: Notice, *, now: datetime) -> SignedNotice:
        """Make the notice of a payment (again)."""
        said = {
            "transaction": payment.transaction,
            "order_number": payment.order_number,
            "amount": payment.amount,
        }
        body, timestamp = orjson.dumps(said), str(int(now.timestamp()))
        signature = self._sign(timestamp.encode() + b"\n" + body)
        return SignedNotice({TIMESTAMP: timestamp, SIGNATURE: signature}, body)

    def _sign(self, body: bytes) -> str:
        return hmac.new(self.secret, body, hashlib.sha256).hexdigest()

    def _check_there(self) -> int:
        try:
            return self.behave()
        except ChannelAway as error:
            raise ProviderAway from error
        except ChannelRefused as error:
            raise ProviderRefused(error.code) from error


def _enter(session: Session, number: str) -> None:
    """Enter an order in the books, if it is not there."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    session.execute(
        insert(StandInEntry)
        .values(order_number=number, is_closed=False)
        .on_conflict_do_nothing(index_elements=[StandInEntry.order_number])
    )


def _paid(session: Session, number: str) -> list[Notice]:
    return [
        Notice(each.transaction, each.order_number, each.amount)
        for each in session.scalars(
            select(StandInPayment)
            .where(StandInPayment.order_number == number, StandInPayment.state == "paid")
            .order_by(StandInPayment.at)
        )
    ]
