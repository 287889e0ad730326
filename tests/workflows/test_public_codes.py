"""Codes that people carry about: nobody makes one, and nobody changes one unnoticed."""

import base64
import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.vault import Vault
from workflows.shared.public_codes import KINDS, CodeNotGenuine, read_token, token_of

VAULT = Vault((b"m" * 32,), b"l" * 32, b"t" * 32)
FIRST, SECOND = b"1" * 32, b"2" * 32
LETTERS = string.ascii_letters + string.digits + "-_"
CODE = bytes(range(16))


def former(purpose: str, code: bytes) -> str:
    """A token as it was printed before tokens said their kind."""
    said = code + VAULT.sign(purpose, code)[:12]
    return base64.urlsafe_b64encode(said).rstrip(b"=").decode()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("code", [CODE, b"\x00" * 8, b"\xff" * 16])
def test_a_token_says_its_kind_and_its_code(kind: str, code: bytes) -> None:
    token = token_of(VAULT, kind, code)
    assert read_token(VAULT, token) == (kind, code)
    assert set(token) <= set(LETTERS)


@pytest.mark.parametrize("code", [CODE, b"\x07" * 8])
def test_any_letter_that_is_changed_is_noticed(code: bytes) -> None:
    token = token_of(VAULT, "certificate", code)
    forged = {
        token[:at] + letter + token[at + 1 :]
        for at in range(len(token))
        for letter in LETTERS
        if letter != token[at]
    }
    for each in [*sorted(forged), token[:-1], token + "A", token + "=", "", " " + token]:
        with pytest.raises(CodeNotGenuine):
            read_token(VAULT, each)


@given(st.text(max_size=80))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    with pytest.raises(CodeNotGenuine):
        read_token(VAULT, text)


@given(st.binary(max_size=48))
def test_no_bytes_are_genuine_by_chance(raw: bytes) -> None:
    with pytest.raises(CodeNotGenuine):
        read_token(VAULT, base64.urlsafe_b64encode(raw).rstrip(b"=").decode())


def test_a_token_of_one_kind_cannot_be_made_one_of_another() -> None:
    raw = bytearray(base64.urlsafe_b64decode(token_of(VAULT, "result", CODE)))
    raw[0] = KINDS["certificate"]
    with pytest.raises(CodeNotGenuine):
        read_token(VAULT, base64.urlsafe_b64encode(bytes(raw)).decode())


def test_another_installation_has_other_keys() -> None:
    other = replace(VAULT, lookup_key=b"o" * 32)
    with pytest.raises(CodeNotGenuine):
        read_token(other, token_of(VAULT, "result", CODE))


def test_a_new_key_signs_while_older_ones_stay_valid() -> None:
    derived = token_of(VAULT, "result", CODE)
    with_first = replace(VAULT, code_keys=(FIRST,))
    first = token_of(with_first, "result", CODE)
    with_second = replace(VAULT, code_keys=(SECOND, FIRST))
    second = token_of(with_second, "result", CODE)
    assert len({derived, first, second}) == 3
    for token in (derived, first, second):
        assert read_token(with_second, token) == ("result", CODE)


def test_what_a_key_signed_that_is_no_longer_listed_is_not_genuine() -> None:
    token = token_of(replace(VAULT, code_keys=(FIRST,)), "result", CODE)
    with pytest.raises(CodeNotGenuine):
        read_token(replace(VAULT, code_keys=(SECOND,)), token)


def test_the_order_of_the_keys_does_not_matter_to_what_they_signed() -> None:
    token = token_of(replace(VAULT, code_keys=(FIRST, SECOND)), "certificate", CODE)
    assert read_token(replace(VAULT, code_keys=(SECOND, FIRST)), token) == ("certificate", CODE)


@pytest.mark.parametrize(
    ("kind", "purpose", "code"),
    [("result", "verification", CODE), ("attendance", "door", CODE[:8])],
)
def test_what_was_printed_before_stays_valid(kind: str, purpose: str, code: bytes) -> None:
    token = former(purpose, code)
    assert read_token(replace(VAULT, code_keys=(FIRST,)), token) == (kind, code)
    for at in range(len(token)):
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        with pytest.raises(CodeNotGenuine):
            read_token(VAULT, changed)


def test_a_kind_that_nobody_knows_is_not_made() -> None:
    with pytest.raises(KeyError):
        token_of(VAULT, "passport", CODE)
