"""WeChat Pay 微信支付, native payment (a QR code to scan), API v3.

https://pay.weixin.qq.com/doc/v3/merchant/4012791874. An order is paid once at most there, and what
was sent back is asked for under one number, so that asking again is nothing new.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

import httpx
import orjson

from engine.engine import wall_clock
from workflows.payment.provider import (
    InvalidNotice,
    Notice,
    OrderPaid,
    ProviderAway,
    ProviderRefused,
)
from workflows.payment.wechat_keys import MerchantKeys, NotFromWechatPay, PlatformKeys
from workflows.shared.dates import ZONE

ADDRESS = "https://api.mch.weixin.qq.com"
TIMEOUT = httpx.Timeout(10, connect=5)
ORDERS = "/v3/pay/transactions"
REFUNDS = "/v3/refund/domestic/refunds"

PAID = "SUCCESS"
OVER = frozenset({"CLOSED", "REVOKED", "REFUND"})
"""States of an order that nobody can pay any more and that keeps no money of anybody."""

ARRIVED, ON_ITS_WAY = "SUCCESS", "PROCESSING"
AWAY = frozenset({"SYSTEM_ERROR", "FREQUENCY_LIMITED", "RATELIMIT_EXCEEDED", "BANK_ERROR"})
"""Codes that another try may overcome."""

DESCRIPTION_LENGTH = 127
NO_SUCH_ORDER = "ORDER_NOT_EXIST"


@dataclass(frozen=True)
class WechatPay:
    """The client of one merchant. `app_id`: the official account it is bound to.

    `notices`: the address at which WeChat Pay tells of payments. `public_key_id`: the key by which
    answers shall be signed, empty for that of the platform's certificate.
    """

    http: httpx.Client = field(repr=False)
    merchant: MerchantKeys
    platform: PlatformKeys
    app_id: str
    notices: str
    public_key_id: str = ""
    clock: Callable[[], datetime] = wall_clock

    def place_order(
        self, *, number: str, amount: int, description: str, expires_at: datetime
    ) -> str:
        """Place an order; the code_url that its QR code says."""
        return self._ask_for(
            "code_url",
            f"{ORDERS}/native",
            {
                "appid": self.app_id,
                "mchid": self.merchant.number,
                "description": description[:DESCRIPTION_LENGTH],
                "out_trade_no": number,
                "time_expire": expires_at.astimezone(ZONE).isoformat(timespec="seconds"),
                "notify_url": self.notices,
                "amount": {"total": amount, "currency": "CNY"},
            },
        )

    def read_notice(
        self, *, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> Notice | None:
        """Check, open and read a notice; raises InvalidNotice."""
        try:
            self.platform.check(headers, body, now=now)
            said = orjson.loads(body)
            payment = orjson.loads(self.merchant.open(said["resource"]))
            if said["event_type"] != "TRANSACTION.SUCCESS":
                return None
            self._check_ours(payment)
            return _notice_of(payment) if payment["trade_state"] == PAID else None
        except (NotFromWechatPay, orjson.JSONDecodeError, LookupError, TypeError) as error:
            raise InvalidNotice from error

    def find_payments(self, *, number: str) -> list[Notice]:
        """What was paid on an order and not sent back: one payment at most."""
        order = self._find_order(number)
        if order is None or order.get("trade_state") != PAID:
            return []
        try:
            self._check_ours(order)
            return [_notice_of(order)]
        except (LookupError, TypeError) as error:
            raise ProviderAway from error

    def refund(self, *, transaction: str, amount: int) -> bool:
        """Send all of a payment back: asked for again, it says how far it came."""
        status = self._ask_for(
            "status",
            REFUNDS,
            {
                "transaction_id": transaction,
                "out_refund_no": f"refund-{transaction}",
                "reason": "会费退回",
                "amount": {"refund": amount, "total": amount, "currency": "CNY"},
            },
        )
        if status not in (ARRIVED, ON_ITS_WAY):
            # ABNORMAL: the payer's bank does not take it; somebody has to see to it there.
            raise ProviderRefused(status)
        return status == ARRIVED

    def close(self, *, number: str) -> None:
        """Let nobody pay an order any more; raises OrderPaid."""
        path = f"{ORDERS}/out-trade-no/{number}/close"
        try:
            self._ask("POST", path, {"mchid": self.merchant.number})
        except ProviderRefused as refused:
            # Which code says what has changed over the years; the order's state has not.
            order = self._find_order(number)
            if order is None or order.get("trade_state") in OVER:
                return
            if order.get("trade_state") == PAID:
                raise OrderPaid from refused
            raise

    def _find_order(self, number: str) -> Mapping[str, Any] | None:
        path = f"{ORDERS}/out-trade-no/{number}?mchid={self.merchant.number}"
        try:
            order = self._ask("GET", path)
        except ProviderRefused as refused:
            if refused.code == NO_SUCH_ORDER:
                return None
            raise
        if order.get("out_trade_no") != number:
            raise ProviderAway
        return order

    def _ask_for(self, name: str, path: str, asked: Mapping[str, object]) -> str:
        """Ask for one thing; raises ProviderAway, ProviderRefused."""
        try:
            return _text(self._ask("POST", path, asked), name)
        except (LookupError, TypeError) as error:
            raise ProviderAway from error

    def _ask(
        self, method: str, path: str, asked: Mapping[str, object] | None = None
    ) -> Mapping[str, Any]:
        """Ask; what was answered, empty without a body. Raises ProviderAway, ProviderRefused."""
        content, now = b"" if asked is None else orjson.dumps(asked), self.clock()
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "huiji",
            "Authorization": self.merchant.sign(method=method, path=path, content=content, now=now),
        }
        if self.public_key_id:
            headers["Wechatpay-Serial"] = self.public_key_id
        try:
            response = self.http.request(method, path, content=content, headers=headers)
        except httpx.HTTPError as error:
            raise ProviderAway from error
        if response.is_success:
            return self._read(response)
        raise _error_of(response)

    def _read(self, response: httpx.Response) -> Mapping[str, Any]:
        try:
            self.platform.check(response.headers, response.content, now=self.clock())
            return _object(response.content) if response.content else {}
        except (NotFromWechatPay, ValueError) as error:
            # Not WeChat Pay itself: something on the way that answers in its place.
            raise ProviderAway from error

    def _check_ours(self, order: Mapping[str, Any]) -> None:
        if (order["mchid"], order["appid"]) != (self.merchant.number, self.app_id):
            raise LookupError("an order of another merchant")


def _notice_of(order: Mapping[str, Any]) -> Notice:
    total = order["amount"]["total"]
    is_fen = isinstance(total, int) and not isinstance(total, bool) and total > 0
    if not is_fen or order["amount"].get("currency", "CNY") != "CNY":
        raise TypeError("an amount that is not in fen")
    return Notice(_text(order, "transaction_id"), _text(order, "out_trade_no"), total)


def _error_of(response: httpx.Response) -> ProviderAway | ProviderRefused:
    try:
        code = str(_object(response.content)["code"])
    except (LookupError, ValueError):
        # No word of WeChat Pay's: something on the way.
        return ProviderAway()
    if response.status_code >= 500 or response.status_code == 429 or code in AWAY:
        return ProviderAway()
    return ProviderRefused(code)


def _object(content: bytes) -> Mapping[str, Any]:
    found = orjson.loads(content)
    if not isinstance(found, dict):
        raise ValueError("not an object")  # noqa: TRY004  whoever reads it minds the value
    return cast("dict[str, Any]", found)


def _text(said: Mapping[str, Any], name: str) -> str:
    found = said[name]
    if not isinstance(found, str) or not found:
        raise TypeError("an empty text, or none")
    return found
