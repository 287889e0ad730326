"""Keys of WeChat Pay API v3: signing what we ask, checking what is said, opening what is sealed.

https://pay.weixin.qq.com/doc/v3/merchant/4012365342
"""

import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from workflows.payment.provider import FRESH

ALGORITHM = "WECHATPAY2-SHA256-RSA2048"
SEALED_WITH = "AEAD_AES_256_GCM"


class NotFromWechatPay(Exception):
    """A text that WeChat Pay did not sign, or not lately, or did not seal."""


@dataclass(frozen=True)
class MerchantKeys:
    """The merchant 商户: its number, its certificate's serial number and its keys.

    `private_key` signs what we ask; `api_key` (APIv3密钥, 32 bytes) opens notices.
    """

    number: str
    serial: str
    private_key: RSAPrivateKey = field(repr=False)
    api_key: bytes = field(repr=False)

    def sign(self, *, method: str, path: str, content: bytes, now: datetime) -> str:
        """The header Authorization of a request; `path` with its query."""
        timestamp, nonce = str(int(now.timestamp())), secrets.token_hex(16)
        text = _lines(method.encode(), path.encode(), timestamp.encode(), nonce.encode(), content)
        signature = b64encode(self.private_key.sign(text, PKCS1v15(), SHA256())).decode()
        return (
            f'{ALGORITHM} mchid="{self.number}",nonce_str="{nonce}",signature="{signature}",'
            f'timestamp="{timestamp}",serial_no="{self.serial}"'
        )

    def open(self, resource: Mapping[str, str]) -> bytes:
        """Read what was sealed in a notice; raises NotFromWechatPay."""
        try:
            if resource["algorithm"] != SEALED_WITH:
                raise NotFromWechatPay
            return AESGCM(self.api_key).decrypt(
                resource["nonce"].encode(),
                b64decode(resource["ciphertext"], validate=True),
                resource.get("associated_data", "").encode(),
            )
        except (InvalidTag, LookupError, TypeError, AttributeError, ValueError) as error:
            raise NotFromWechatPay from error


@dataclass(frozen=True)
class PlatformKeys:
    """WeChat Pay's own public keys by their id, or by their certificate's serial number."""

    by_id: Mapping[str, RSAPublicKey]

    def check(self, headers: Mapping[str, str], content: bytes, *, now: datetime) -> None:
        """Check who signed a text, and that he did lately; raises NotFromWechatPay."""
        said = {name.lower(): value for name, value in headers.items()}
        try:
            timestamp, nonce = said["wechatpay-timestamp"], said["wechatpay-nonce"]
            key = self.by_id[said["wechatpay-serial"]]
            signature = b64decode(said["wechatpay-signature"], validate=True)
            text = _lines(timestamp.encode(), nonce.encode(), content)
            key.verify(signature, text, PKCS1v15(), SHA256())
            at = datetime.fromtimestamp(int(timestamp), UTC)
        except (InvalidSignature, LookupError, ValueError, OverflowError) as error:
            raise NotFromWechatPay from error
        if abs(now - at) > FRESH:
            raise NotFromWechatPay


def _lines(*parts: bytes) -> bytes:
    return b"".join(part + b"\n" for part in parts)
