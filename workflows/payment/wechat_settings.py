"""The merchant of an installation at WeChat Pay, as its settings say."""

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from cryptography.x509 import load_pem_x509_certificates

from workflows.payment.wechat_keys import MerchantKeys, PlatformKeys
from workflows.payment.wechat_pay import ADDRESS, TIMEOUT, WechatPay
from workflows.shared.service_settings import IncompleteSettings, ServiceSettings

API_KEY_LENGTH = 32


def make_provider(settings: ServiceSettings, *, notices: str) -> WechatPay | None:
    """The client, None if HUIJI_WECHAT_PAY_MERCHANT names nobody; raises IncompleteSettings.

    `notices`: the address at which payments are told of.
    """
    if not settings.find("HUIJI_WECHAT_PAY_MERCHANT"):
        return None
    return WechatPay(
        http=httpx.Client(
            base_url=settings.find("HUIJI_WECHAT_PAY_ADDRESS", ADDRESS), timeout=TIMEOUT
        ),
        merchant=_read_merchant(settings),
        platform=_read_platform(settings),
        app_id=settings.get("HUIJI_WECHAT_PAY_APP"),
        notices=notices,
        public_key_id=settings.find("HUIJI_WECHAT_PAY_PUBLIC_KEY_ID"),
    )


def _read_merchant(settings: ServiceSettings) -> MerchantKeys:
    api_key = settings.get("HUIJI_WECHAT_PAY_API_KEY").encode()
    if len(api_key) != API_KEY_LENGTH:
        raise IncompleteSettings("HUIJI_WECHAT_PAY_API_KEY is not 32 characters long")
    name = "HUIJI_WECHAT_PAY_PRIVATE_KEY"
    try:
        private_key = load_pem_private_key(settings.get_file(name), password=None)
    except (ValueError, TypeError) as error:
        raise IncompleteSettings(f"{name} names a file that is no private key") from error
    if not isinstance(private_key, RSAPrivateKey):
        raise IncompleteSettings(f"{name} names a key that is not RSA")
    return MerchantKeys(
        number=settings.get("HUIJI_WECHAT_PAY_MERCHANT"),
        serial=settings.get("HUIJI_WECHAT_PAY_SERIAL"),
        private_key=private_key,
        api_key=api_key,
    )


def _read_platform(settings: ServiceSettings) -> PlatformKeys:
    """The public key, the platform's certificates, or both while one takes over from the other."""
    found: dict[str, RSAPublicKey] = {}
    key_id = settings.find("HUIJI_WECHAT_PAY_PUBLIC_KEY_ID")
    if key_id:
        name = "HUIJI_WECHAT_PAY_PUBLIC_KEY"
        try:
            key = load_pem_public_key(settings.get_file(name))
        except ValueError as error:
            raise IncompleteSettings(f"{name} names a file that is no public key") from error
        if not isinstance(key, RSAPublicKey):
            raise IncompleteSettings(f"{name} names a key that is not RSA")
        found[key_id] = key
    name = "HUIJI_WECHAT_PAY_CERTIFICATES"
    if settings.find(name):
        try:
            certificates = load_pem_x509_certificates(settings.get_file(name))
        except ValueError as error:
            raise IncompleteSettings(f"{name} names a file without certificates") from error
        for each in certificates:
            public_key = each.public_key()
            if isinstance(public_key, RSAPublicKey):
                found[f"{each.serial_number:X}"] = public_key
    if not found:
        raise IncompleteSettings(
            "HUIJI_WECHAT_PAY_PUBLIC_KEY_ID or HUIJI_WECHAT_PAY_CERTIFICATES is missing"
        )
    return PlatformKeys(found)
