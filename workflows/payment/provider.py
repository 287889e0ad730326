"""The payment provider as the product sees it: orders, notices, look-ups and refunds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from engine.errors import HuijiError, Rejected
from engine.language import N_


class InvalidNotice(Rejected):
    """A notice that the provider did not send, or of an order that nobody placed."""

    message = N_("This payment notice is not genuine.")


class ProviderAway(HuijiError):
    """The provider cannot be reached; trying again later is all that helps."""

    message = N_("The payment service cannot be reached at the moment. Please try again later.")


@dataclass(frozen=True)
class Notice:
    """A payment that the provider tells of. `transaction` is its own key; amounts in fen."""

    transaction: str
    order_number: str
    amount: int


class PaymentProvider(Protocol):
    """A payment provider. Every call leaves the process: never make one in a transaction.

    All of them may raise ProviderAway.
    """

    def place_order(
        self, *, number: str, amount: int, description: str, expires_at: datetime
    ) -> str:
        """Place an order and return what its QR code says; the same number again is the same."""

    def read_notice(self, *, body: bytes, signature: str) -> Notice:
        """Check and read a notice; raises InvalidNotice."""

    def find_payments(self, *, number: str) -> list[Notice]:
        """What was paid on an order."""

    def refund(self, *, transaction: str, amount: int) -> None:
        """Send a payment back; the same one again is nothing new."""
