"""Envelopes are WeChat's own: another implementation reads ours, and ours reads its."""

import warnings
from base64 import b64encode
from contextlib import suppress
from datetime import timedelta
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.conftest import NOW
from workflows.channels.wechat import envelopes
from workflows.channels.wechat.envelopes import (
    FRESH,
    Envelope,
    Keys,
    NotFromWechat,
    NotReadable,
    check_echo,
    make_answer,
    make_envelope,
    open_answer,
    open_envelope,
    read_xml,
    sign,
    write_xml,
)

KEYS = Keys("wx0123456789abcdef", "token", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG")
OTHER = Keys("wx0123456789abcdef", "other", KEYS.aes_key)
CONTENT = "<xml><FromUserName>o周</FromUserName></xml>".encode()


with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from wechatpy.crypto import WeChatCrypto

THEIRS = WeChatCrypto(KEYS.token, KEYS.aes_key, KEYS.app_id)


@given(st.binary(max_size=300))
def test_what_was_sealed_is_opened(content: bytes) -> None:
    assert open_envelope(KEYS, make_envelope(KEYS, content, now=NOW), now=NOW) == content


def test_another_implementation_reads_our_answer() -> None:
    said = read_xml(make_answer(KEYS, CONTENT, now=NOW))
    found = THEIRS.decrypt_message(said, said["MsgSignature"], said["TimeStamp"], said["Nonce"])
    assert found.encode() == CONTENT


def test_we_read_what_another_implementation_sealed() -> None:
    stamp, nonce = str(int(NOW.timestamp())), "n1"
    said = THEIRS.encrypt_message(CONTENT.decode(), nonce, stamp)
    query = {
        "signature": sign(KEYS, stamp, nonce),
        "msg_signature": read_xml(said.encode())["MsgSignature"],
        "timestamp": stamp,
        "nonce": nonce,
    }
    assert open_envelope(KEYS, Envelope(query, said.encode()), now=NOW) == CONTENT
    assert open_answer(KEYS, said.encode(), now=NOW) == CONTENT


def changed(**values: str) -> Envelope:
    made = make_envelope(KEYS, CONTENT, now=NOW)
    return Envelope({**made.query, **values}, made.body)


@pytest.mark.parametrize(
    "values",
    [
        {"signature": "0" * 40},
        {"signature": ""},
        {"signature": "签"},
        {"msg_signature": "0" * 40},
        {"nonce": "another"},
        {"timestamp": str(int(NOW.timestamp()) + 1)},
    ],
)
def test_a_changed_envelope_is_refused(values: dict[str, str]) -> None:
    with pytest.raises(NotFromWechat):
        open_envelope(KEYS, changed(**values), now=NOW)


def test_one_that_another_token_signed_is_refused() -> None:
    with pytest.raises(NotFromWechat):
        open_envelope(KEYS, make_envelope(OTHER, CONTENT, now=NOW), now=NOW)


def test_one_for_another_official_account_is_refused() -> None:
    other = Keys("wxffffffffffffffff", KEYS.token, KEYS.aes_key)
    with pytest.raises(NotFromWechat):
        open_envelope(KEYS, make_envelope(other, CONTENT, now=NOW), now=NOW)


@pytest.mark.parametrize("late", [FRESH + timedelta(seconds=1), -FRESH - timedelta(seconds=1)])
def test_an_old_or_future_envelope_is_refused(late: timedelta) -> None:
    made = make_envelope(KEYS, CONTENT, now=NOW)
    with pytest.raises(NotFromWechat):
        open_envelope(KEYS, made, now=NOW + late)


@pytest.mark.parametrize("stamp", ["", "soon", "9" * 40, "-1", "１６６２４５６７６５x"])
def test_a_time_that_is_none_is_refused_even_signed(stamp: str) -> None:
    query = {"timestamp": stamp, "nonce": "n", "signature": sign(KEYS, stamp, "n")}
    with pytest.raises(NotFromWechat):
        check_echo(KEYS, query, now=NOW)


def test_an_envelope_in_the_clear_is_refused() -> None:
    made = make_envelope(KEYS, CONTENT, now=NOW)
    with pytest.raises(NotFromWechat):
        open_envelope(KEYS, Envelope(made.query, CONTENT), now=NOW)


def signed(encrypted: str) -> Envelope:
    """An envelope signed rightly around anything."""
    stamp, nonce = str(int(NOW.timestamp())), "n"
    query = {
        "timestamp": stamp,
        "nonce": nonce,
        "signature": sign(KEYS, stamp, nonce),
        "msg_signature": sign(KEYS, stamp, nonce, encrypted),
    }
    return Envelope(query, write_xml({"Encrypt": encrypted}))


def encrypted(plain: bytes) -> str:
    """Bytes encrypted as they are, padding and all."""
    encryptor = envelopes._cipher(KEYS).encryptor()
    return b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "not base64!",
        b64encode(b"x" * 15).decode(),
        encrypted(bytes(32)),
        encrypted(b"\x21" * 64),
        encrypted(b"r" * 16 + b"\x00\x00\x00\x01" + b"x" * 10 + b"\x01\x02"),
        encrypted(b"\x10" * 16),
    ],
)
def test_what_was_sealed_badly_is_refused_even_signed(content: str) -> None:
    with pytest.raises(NotReadable):
        open_envelope(KEYS, signed(content), now=NOW)


def test_a_length_beyond_the_end_is_refused() -> None:
    plain = b"r" * 16 + b"\xff\xff\xff\xff" + KEYS.app_id.encode()
    count = 32 - len(plain) % 32
    with pytest.raises(NotFromWechat):
        open_envelope(KEYS, signed(encrypted(plain + bytes([count]) * count)), now=NOW)


@given(st.binary(max_size=400))
def test_anything_at_all_is_read_or_refused(body: bytes) -> None:
    with suppress(NotReadable):
        read_xml(body)
    with suppress(NotReadable):
        read_xml(b"<?xml version='1.0' encoding='" + body + b"'?><xml/>")
    with suppress(NotReadable):
        read_xml(b"<xml>" + body + b"</xml>")


@given(
    st.one_of(st.text(max_size=100), st.binary(max_size=200).map(lambda b: b64encode(b).decode()))
)
def test_anything_signed_is_opened_or_refused(content: str) -> None:
    stamp, nonce = str(int(NOW.timestamp())), "n"
    query = {"timestamp": stamp, "nonce": nonce, "msg_signature": sign(KEYS, stamp, nonce, content)}
    body = (
        b"<xml><Encrypt>" + escape(content).encode("utf-8", "surrogatepass") + b"</Encrypt></xml>"
    )
    query["signature"] = sign(KEYS, stamp, nonce)
    with suppress(NotReadable, NotFromWechat):
        open_envelope(KEYS, Envelope(query, body), now=NOW)


@given(st.binary(min_size=0, max_size=80).map(lambda b: b + bytes(-len(b) % 16)))
def test_anything_encrypted_is_opened_or_refused(plain: bytes) -> None:
    with suppress(NotReadable, NotFromWechat):
        open_envelope(KEYS, signed(encrypted(plain)), now=NOW)


BOMB = b"""<!DOCTYPE xml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<xml><Encrypt>&b;</Encrypt></xml>"""
OUTSIDE = b"""<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<xml><Encrypt>&a;</Encrypt></xml>"""


@pytest.mark.parametrize("body", [BOMB, OUTSIDE, b"", b"hello", b"<xml>", b"\xff\xfe", b"{}"])
def test_what_is_no_plain_xml_is_refused(body: bytes) -> None:
    with pytest.raises(NotReadable):
        read_xml(body)


def test_the_echo_is_said_to_whoever_signs() -> None:
    stamp = str(int(NOW.timestamp()))
    query = {"timestamp": stamp, "nonce": "n", "echostr": "42"}
    assert check_echo(KEYS, {**query, "signature": sign(KEYS, stamp, "n")}, now=NOW) == "42"
    with pytest.raises(NotFromWechat):
        check_echo(KEYS, {**query, "signature": sign(OTHER, stamp, "n")}, now=NOW)


@pytest.mark.parametrize("aes_key", ["", "short", "+" * 44, "a" * 43 + "!"])
def test_a_key_that_is_none_is_refused(aes_key: str) -> None:
    with pytest.raises(ValueError, match="EncodingAESKey"):
        Keys("wx", "token", aes_key)


def test_keys_are_not_shown() -> None:
    assert "token" not in repr(KEYS).replace("token=", "")
    assert KEYS.aes_key not in repr(KEYS)
