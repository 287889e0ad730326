"""Addresses that come from a request and must stay on this site."""

from urllib.parse import urlsplit


def local_address(given: str | None, default: str = "/") -> str:
    r"""The path that was asked for if it is one of ours, else the default.

    `//elsewhere` and `/\elsewhere` are other sites to a browser.
    """
    if not given or not given.startswith("/") or given.startswith(("//", "/\\")):
        return default
    parts = urlsplit(given)
    has_control = any(character < " " for character in given)
    return default if parts.scheme or parts.netloc or has_control else given
