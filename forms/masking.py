"""Personal values as people see them whose task does not need them."""

from collections.abc import Callable


def _identity(text: str) -> str:
    return text[:7] + "*****" if len(text) > 10 else text[:2] + "*****"


def _mobile(text: str) -> str:
    return f"{text[:3]}****{text[-4:]}" if len(text) >= 11 else "****" + text[-2:]


def _email(text: str) -> str:
    name, at, host = text.partition("@")
    return f"{name[:1]}***{at}{host}"


def _name(text: str) -> str:
    return text[:1] + "*" * max(1, len(text) - 1)


def _address(text: str) -> str:
    # Of a short one the first six characters would be nearly all.
    return text[: 6 if len(text) > 9 else len(text) // 2] + "****"


def _all(_: str) -> str:
    return "****"


MASKS: dict[str, Callable[[str], str]] = {
    "identity": _identity,
    "mobile": _mobile,
    "email": _email,
    "name": _name,
    "address": _address,
    "all": _all,
}


def mask(kind: str, text: str) -> str:
    """Return the text with what identifies the person replaced by asterisks."""
    return MASKS[kind](text) if text else text
