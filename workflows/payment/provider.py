"""The payment provider as the product sees it: orders, notices, look-ups, refunds, closing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from engine.errors import Conflict, HuijiError, Rejected
from engine.language import N_

FRESH = timedelta(minutes=5)
"""How far a notice's time may be from ours: older ones were kept back by somebody."""


class InvalidNotice(Rejected):
    """A notice that the provider did not send, or of an order that nobody placed."""

    message = N_("This payment notice is not genuine.")


class ProviderAway(HuijiError):
    """The provider cannot be reached; trying again later is all that helps."""

    message = N_("The payment service cannot be reached at the moment. Please try again later.")


class ProviderRefused(HuijiError):
    """The provider will not do it; `code` is what it calls the reason."""

    message = N_(
        "The payment service refused (%(code)s). Please pay by bank transfer or ask for help."
    )

    def __init__(self, code: str) -> None:
        super().__init__(code=code)
        self.code = code


class OrderPaid(Conflict):
    """The order was paid: it cannot be closed any more."""

    message = N_("This order has been paid.")


@dataclass(frozen=True)
class Notice:
    """A payment that the provider tells of. `transaction` is its own key; amounts in fen."""

    transaction: str
    order_number: str
    amount: int


class PaymentProvider(Protocol):
    """A payment provider. Every call leaves the process: never make one in a transaction.

    All of them but `read_notice` may raise ProviderAway or ProviderRefused.
    """

    def place_order(
        self, *, number: str, amount: int, description: str, expires_at: datetime
    ) -> str:
        """Place an order and return what its QR code says; the same number again is the same."""

    def read_notice(
        self, *, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> Notice | None:
        """Check and read a notice, None if it tells of no payment; raises InvalidNotice.

        The same notice is genuine as often as it comes: payments are known by `transaction`.
        """

    def find_payments(self, *, number: str) -> list[Notice]:
        """What was paid on an order and not sent back."""

    def refund(self, *, transaction: str, amount: int) -> bool:
        """Send a payment back, all of it; whether it has arrived. Asked again, it goes once."""

    def close(self, *, number: str) -> None:
        """Let nobody pay an order any more; again, or one never placed, is nothing new.

        Raises OrderPaid for one that was paid.
        """
