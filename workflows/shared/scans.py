"""Scenes: what happens when somebody scans one of our QR codes of the official account.

A scene is `prefix:value`. A function marked with `on_scan("prefix")` is called once for each scan,
whether the WeChat user followed the official account before or only does so now, and answers
him. It is called in the transaction that notes the scan: what it does happens once, however
often WeChat tells of it. WeChat waits five seconds for the answer: what takes longer is a job.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType
from typing import Protocol, TypeVar

from sqlalchemy.orm import Session

from engine.engine import Engine

Marked = TypeVar("Marked", bound=Callable[..., object])

_MARK = "__scan_prefix__"


@dataclass(frozen=True)
class Scan:
    """Somebody scanned a code. `value`: what stands behind the prefix in its scene."""

    openid: str
    value: str


@dataclass(frozen=True)
class Reply:
    """What the official account answers: a text and, below it, a link with its words."""

    text: str
    words: str = ""
    address: str = ""


class ScanHook(Protocol):
    """A function that takes scans of one prefix.

    What it raises as a HuijiError is undone and told to the WeChat user.
    """

    def __call__(
        self, session: Session, *, engine: Engine, scan: Scan, now: datetime
    ) -> Reply | None:
        """Do what the scan means and say what is answered; it speaks Chinese."""


def on_scan(prefix: str) -> Callable[[Marked], Marked]:
    """Mark a function as the ScanHook of the scenes that begin with `prefix:`."""

    def mark(function: Marked) -> Marked:
        setattr(function, _MARK, prefix)
        return function

    return mark


def scan_hooks_in(modules: Iterable[ModuleType]) -> dict[str, ScanHook]:
    """Every ScanHook of the modules, by its prefix."""
    return {
        getattr(value, _MARK): value
        for module in modules
        for value in vars(module).values()
        if isinstance(getattr(value, _MARK, None), str)
    }
