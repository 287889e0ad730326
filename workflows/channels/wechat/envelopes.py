"""Envelopes: what WeChat and we send each other in safe mode 安全模式, signed and encrypted.

The signature is SHA-1 over token, timestamp, nonce and content; the content is AES-256-CBC with
the account's key, its beginning the initial vector. That is WeChat's protocol, not our choice.
Nothing is decrypted before its signature was found right, so padding tells nobody anything.
"""

import hashlib
import hmac
import re
import secrets
import struct
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from lxml import etree

from engine.errors import NotAllowed, Rejected
from engine.language import N_

FRESH = timedelta(minutes=5)
"""How old a signature may be; WeChat tells three times within fifteen seconds."""

BLOCK = 32
"""WeChat pads to 32 bytes, twice what AES asks for."""

RANDOM = 16
LENGTH = struct.Struct(">I")


class NotFromWechat(NotAllowed):
    """Whatever sent this does not know the account's token, or is too late."""

    message = N_("This was not sent by WeChat.")


class NotReadable(Rejected):
    """It was signed, and still is nothing that can be read."""

    message = N_("This cannot be read as something that WeChat sends.")


@dataclass(frozen=True)
class Keys:
    """What an official account and its server share; `aes_key` as WeChat shows it."""

    app_id: str
    token: str = field(repr=False)
    aes_key: str = field(repr=False)

    def __post_init__(self) -> None:
        if re.fullmatch("[0-9A-Za-z+/]{43}", self.aes_key) is None:
            raise ValueError("an EncodingAESKey has 43 letters and digits")


@dataclass(frozen=True)
class Envelope:
    """Something on its way: the query of its address, and its body."""

    query: Mapping[str, str]
    body: bytes


def sign(keys: Keys, *parts: str) -> str:
    """The signature over parts, as WeChat makes it."""
    text = "".join(sorted((keys.token, *parts)))
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def check_echo(keys: Keys, query: Mapping[str, str], *, now: datetime) -> str:
    """What WeChat wants to hear when our address is entered there; raises NotFromWechat."""
    _check(keys, query, "signature", now=now)
    return query.get("echostr", "")


def open_envelope(keys: Keys, envelope: Envelope, *, now: datetime) -> bytes:
    """The XML in an envelope; raises NotFromWechat and NotReadable.

    One that is not encrypted is refused: the account must be in safe mode.
    """
    _check(keys, envelope.query, "signature", now=now)
    encrypted = read_xml(envelope.body).get("Encrypt", "")
    _check(keys, envelope.query, "msg_signature", encrypted, now=now)
    return _decrypt(keys, encrypted)


def make_envelope(keys: Keys, content: bytes, *, now: datetime) -> Envelope:
    """Seal XML as WeChat does when it tells our server something."""
    encrypted, query = _seal(keys, content, now=now)
    return Envelope(
        {
            "signature": sign(keys, query["timestamp"], query["nonce"]),
            "encrypt_type": "aes",
            **query,
        },
        write_xml({"Encrypt": encrypted}),
    )


def make_answer(keys: Keys, content: bytes, *, now: datetime) -> bytes:
    """Seal XML as our server answers: here the signature stands in the body."""
    encrypted, query = _seal(keys, content, now=now)
    return write_xml(
        {
            "Encrypt": encrypted,
            "MsgSignature": query["msg_signature"],
            "TimeStamp": query["timestamp"],
            "Nonce": query["nonce"],
        }
    )


def open_answer(keys: Keys, body: bytes, *, now: datetime) -> bytes:
    """The XML that our server answered, as WeChat reads it."""
    said = read_xml(body)
    query = {
        "timestamp": said.get("TimeStamp", ""),
        "nonce": said.get("Nonce", ""),
        "msg_signature": said.get("MsgSignature", ""),
    }
    _check(keys, query, "msg_signature", said.get("Encrypt", ""), now=now)
    return _decrypt(keys, said["Encrypt"])


def read_xml(body: bytes) -> dict[str, str]:
    """The elements of WeChat's flat XML; raises NotReadable.

    A document type is refused: without one there are no entities.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise NotReadable from error
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]
        raise NotReadable
    return {each.tag: each.text or "" for each in root if isinstance(each.tag, str)}


def write_xml(values: Mapping[str, str]) -> bytes:
    """WeChat's flat XML."""
    root = etree.Element("xml")
    for name, value in values.items():
        etree.SubElement(root, name).text = value
    return etree.tostring(root, encoding="utf-8")


def _check(keys: Keys, query: Mapping[str, str], name: str, *parts: str, now: datetime) -> None:
    timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    right = sign(keys, timestamp, nonce, *parts)
    if not hmac.compare_digest(right.encode(), query.get(name, "").encode()):
        raise NotFromWechat
    try:
        at = datetime.fromtimestamp(int(timestamp), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise NotFromWechat from error
    if abs(now - at) > FRESH:
        raise NotFromWechat


def _seal(keys: Keys, content: bytes, *, now: datetime) -> tuple[str, dict[str, str]]:
    encrypted = _encrypt(keys, content)
    timestamp, nonce = str(int(now.timestamp())), secrets.token_hex(8)
    signature = sign(keys, timestamp, nonce, encrypted)
    return encrypted, {"timestamp": timestamp, "nonce": nonce, "msg_signature": signature}


def _encrypt(keys: Keys, content: bytes) -> str:
    plain = secrets.token_bytes(RANDOM) + LENGTH.pack(len(content)) + content
    plain += keys.app_id.encode()
    count = BLOCK - len(plain) % BLOCK
    encryptor = _cipher(keys).encryptor()
    sealed = encryptor.update(plain + bytes([count]) * count) + encryptor.finalize()
    return b64encode(sealed).decode()


def _decrypt(keys: Keys, encrypted: str) -> bytes:
    decryptor = _cipher(keys).decryptor()
    try:
        plain = decryptor.update(b64decode(encrypted, validate=True)) + decryptor.finalize()
        count = plain[-1]
        plain, padding = plain[:-count], plain[-count:]
        (length,) = LENGTH.unpack_from(plain, RANDOM)
    except (ValueError, IndexError, struct.error) as error:
        raise NotReadable from error
    begin = RANDOM + LENGTH.size
    content, app_id = plain[begin : begin + length], plain[begin + length :]
    if not 1 <= count <= BLOCK or padding != bytes([count]) * count:
        raise NotReadable
    if app_id != keys.app_id.encode():
        raise NotFromWechat
    return content


def _cipher(keys: Keys) -> Cipher[modes.CBC]:
    key = b64decode(keys.aes_key + "=")
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))
