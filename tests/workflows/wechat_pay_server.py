"""A local server that speaks WeChat Pay API v3: signatures, sealed notices, errors, delays.

It knows the protocol from its documentation, not from our client, and keeps books of its own.
"""

import json
import re
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from tests.local_server import Answer, Asked, serve

MERCHANT, APP, SERIAL = (
    "1900000109",
    "wx8888888888888888",
    "5157F09EFDC096DE15EBE81A47057A7232F1B8E1",
)
API_KEY = "marked-api-v3-key-0123456789abcd"
PUBLIC_KEY_ID = "PUB_KEY_ID_0119000001092024101100000001"

AUTHORIZATION = re.compile(
    r'WECHATPAY2-SHA256-RSA2048 mchid="(?P<merchant>\d+)",nonce_str="(?P<nonce>\w{1,32})",'
    r'signature="(?P<signature>[\w+/=]+)",timestamp="(?P<timestamp>\d+)",serial_no="(?P<serial>\w+)"'
)


class Declined(Exception):
    """The payer is told that this order cannot be paid."""


@dataclass
class Order:
    """An order in the books."""

    said: dict[str, Any]
    code_url: str
    state: str = "NOTPAY"
    transaction: str = ""


@dataclass
class WechatPayServer:
    """The service, and what it is told to do instead of answering."""

    clock: Callable[[], datetime]
    merchant_key: rsa.RSAPublicKey
    platform_key: rsa.RSAPrivateKey = field(repr=False)
    address: str = ""
    orders: dict[str, Order] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    instead: Answer | None = None
    seconds: float = 0
    refund_status: str = "SUCCESS"
    close_error: str = ""
    signs_wrongly: bool = False
    keeps_answers_for: timedelta = timedelta(0)

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        if self.instead is not None:
            return self.instead
        if not self._is_genuine(asked):
            return self._error(401, "SIGN_ERROR")
        said = json.loads(asked.body) if asked.body else {}
        path = urlsplit(asked.path).path
        if (asked.method, path) == ("POST", "/v3/pay/transactions/native"):
            return self._place(said)
        if (asked.method, path) == ("POST", "/v3/refund/domestic/refunds"):
            return self._refund(said)
        found = re.fullmatch(r"/v3/pay/transactions/out-trade-no/([\w-]{6,32})(/close)?", path)
        if found is None:
            return self._error(404, "RESOURCE_NOT_EXISTS")
        order = self.orders.get(found[1])
        if order is None:
            return self._error(404, "ORDER_NOT_EXIST")
        if found[2]:
            return self._close(order, said)
        return self._show(order, asked)

    def pay(self, code_url: str) -> tuple[dict[str, str], bytes]:
        """Scan a code and pay; the notice as it travels. Raises Declined."""
        order = next((each for each in self.orders.values() if each.code_url == code_url), None)
        if order is None or order.state != "NOTPAY":
            raise Declined
        if datetime.fromisoformat(order.said["time_expire"]) <= self.clock():
            raise Declined
        order.state = "SUCCESS"
        order.transaction = f"42000000{secrets.randbelow(10**20):020d}"
        return self.notice(self.describe(order))

    def notice(
        self,
        resource: Mapping[str, Any],
        *,
        event_type: str = "TRANSACTION.SUCCESS",
        api_key: str = API_KEY,
        at: datetime | None = None,
    ) -> tuple[dict[str, str], bytes]:
        """A notice with something sealed in it."""
        nonce = secrets.token_hex(6)
        sealed = AESGCM(api_key.encode()).encrypt(
            nonce.encode(), json.dumps(resource).encode(), b"transaction"
        )
        body = json.dumps(
            {
                "id": secrets.token_hex(16),
                "create_time": self.clock().isoformat(timespec="seconds"),
                "resource_type": "encrypt-resource",
                "event_type": event_type,
                "summary": "支付成功",
                "resource": {
                    "original_type": "transaction",
                    "algorithm": "AEAD_AES_256_GCM",
                    "ciphertext": b64encode(sealed).decode(),
                    "associated_data": "transaction",
                    "nonce": nonce,
                },
            },
            ensure_ascii=False,
        ).encode()
        return self.sign(body, at=at), body

    def sign(self, body: bytes, *, at: datetime | None = None) -> dict[str, str]:
        """The headers that vouch for a text."""
        timestamp = str(int((at or self.clock()).timestamp()))
        nonce = secrets.token_hex(16)
        text = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
        if self.signs_wrongly:
            text += b"x"
        signature = self.platform_key.sign(text, padding.PKCS1v15(), SHA256())
        return {
            "Wechatpay-Timestamp": timestamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": PUBLIC_KEY_ID,
            "Wechatpay-Signature": b64encode(signature).decode(),
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        }

    def _is_genuine(self, asked: Asked) -> bool:
        found = AUTHORIZATION.fullmatch(asked.headers["Authorization"] or "")
        if found is None or (found["merchant"], found["serial"]) != (MERCHANT, SERIAL):
            return False
        if abs(self.clock().timestamp() - int(found["timestamp"])) > 300:
            return False
        lines = (asked.method, asked.path, found["timestamp"], found["nonce"], asked.body.decode())
        text = "".join(f"{line}\n" for line in lines).encode()
        try:
            self.merchant_key.verify(
                b64decode(found["signature"]), text, padding.PKCS1v15(), SHA256()
            )
        except InvalidSignature:
            return False
        return bool(asked.headers["User-Agent"]) and asked.headers["Accept"] == "application/json"

    def _place(self, said: dict[str, Any]) -> Answer:
        is_right = (
            (said["mchid"], said["appid"]) == (MERCHANT, APP)
            and re.fullmatch(r"[\w|*-]{6,32}", said["out_trade_no"])
            and 0 < len(said["description"]) <= 127
            and said["notify_url"].startswith("https://")
            and "?" not in said["notify_url"]
            and said["amount"]["total"] > 0
            and said["amount"]["currency"] == "CNY"
            and datetime.fromisoformat(said["time_expire"]) > self.clock()
        )
        if not is_right:
            return self._error(400, "PARAM_ERROR")
        order = self.orders.get(said["out_trade_no"])
        if order is None:
            code_url = f"weixin://wxpay/bizpayurl?pr={secrets.token_urlsafe(6)}"
            order = self.orders[said["out_trade_no"]] = Order(said, code_url)
        if order.said != said:
            return self._error(400, "INVALID_REQUEST")
        if order.state != "NOTPAY":
            return self._error(400, "ORDER_CLOSED" if order.state == "CLOSED" else "ORDERPAID")
        return self._signed({"code_url": order.code_url})

    def _show(self, order: Order, asked: Asked) -> Answer:
        if parse_qs(urlsplit(asked.path).query) != {"mchid": [MERCHANT]}:
            return self._error(400, "PARAM_ERROR")
        return self._signed(self.describe(order))

    def _close(self, order: Order, said: dict[str, Any]) -> Answer:
        if said != {"mchid": MERCHANT}:
            return self._error(400, "MCH_NOT_EXISTS")
        if self.close_error:
            return self._error(400, self.close_error)
        if order.state == "CLOSED":
            return self._error(400, "ORDER_CLOSED")
        if order.state != "NOTPAY":
            return self._error(400, "ORDERPAID")
        order.state = "CLOSED"
        return Answer(204, b"", self.sign(b""), self.seconds)

    def _refund(self, said: dict[str, Any]) -> Answer:
        paid = [each for each in self.orders.values() if each.transaction]
        order = next((each for each in paid if each.transaction == said["transaction_id"]), None)
        if order is None:
            return self._error(404, "RESOURCE_NOT_EXISTS")
        if said["amount"]["total"] != order.said["amount"]["total"]:
            return self._error(400, "PARAM_ERROR")
        known = self.refunds.get(said["out_refund_no"])
        if known is None:
            if order.state == "REFUND":
                return self._error(400, "INVALID_REQUEST")
            known = self.refunds[said["out_refund_no"]] = said
            order.state = "REFUND"
        if known != said or not re.fullmatch(r"[\w|*@-]{1,64}", said["out_refund_no"]):
            return self._error(400, "PARAM_ERROR")
        return self._signed(
            {"refund_id": "50300", "status": self.refund_status, "amount": said["amount"]}
        )

    def describe(self, order: Order) -> dict[str, Any]:
        """An order as look-ups and notices show it."""
        described = {
            "appid": APP,
            "mchid": MERCHANT,
            "out_trade_no": order.said["out_trade_no"],
            "trade_state": order.state,
            "trade_state_desc": order.state,
        }
        if order.transaction:
            total = order.said["amount"]["total"]
            described |= {
                "transaction_id": order.transaction,
                "trade_type": "NATIVE",
                "bank_type": "OTHERS",
                "success_time": self.clock().isoformat(timespec="seconds"),
                "payer": {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},
                "amount": {"total": total, "payer_total": total, "currency": "CNY"},
            }
        return described

    def _signed(self, said: Mapping[str, Any]) -> Answer:
        body = json.dumps(said, ensure_ascii=False).encode()
        at = self.clock() - self.keeps_answers_for
        headers = {"Content-Type": "application/json", **self.sign(body, at=at)}
        return Answer(200, body, headers, self.seconds)

    def _error(self, status: int, code: str) -> Answer:
        body = json.dumps({"code": code, "message": "no"}).encode()
        return Answer(status, body, {"Content-Type": "application/json", **self.sign(body)})


@contextmanager
def serve_wechat_pay(
    clock: Callable[[], datetime],
    *,
    merchant_key: rsa.RSAPublicKey,
    platform_key: rsa.RSAPrivateKey,
) -> Iterator[WechatPayServer]:
    """Serve until the block ends."""
    service = WechatPayServer(clock, merchant_key, platform_key)
    with serve(service.answer) as address:
        service.address = address
        yield service
