"""The wording of messages, in both languages. `$name` takes a value; associations may adapt it.

Keys are `<template>` or `<template>.<kind of application>`; each process says its own in the
mapping `TEXTS` of its module `texts`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from workflows.shared.channels import CHANNELS, EMAIL, OFFICIAL_ACCOUNT

WITHOUT_SMS = (OFFICIAL_ACCOUNT, EMAIL)
"""Where a message goes as a rule."""

ALL_CHANNELS = CHANNELS
"""Where decisions, returns and what concerns somebody's account go: they are worth a text message,
which costs money and interrupts."""


PARTS = ("title", "title_en", "text", "text_en", "sms", "sms_en")
"""What an association may say in its own words."""


@dataclass(frozen=True)
class Texts:
    """A message's wording with the step and subject that it names.

    `sms` is what a text message says; empty: the title. `channels`: how it reaches people who
    are not looking at our pages; the bell has every message. `is_urgent`: by night, too.
    """

    title: str
    title_en: str
    text: str
    text_en: str
    node: str
    node_en: str
    about: str
    about_en: str
    sms: str = ""
    sms_en: str = ""
    channels: tuple[str, ...] = WITHOUT_SMS
    is_urgent: bool = False

    def worded(self, words: Mapping[str, str]) -> "Texts":
        """The same message in an association's own words, by the names of `PARTS`."""
        changed: dict[str, Any] = {name: words[name] for name in PARTS}
        return replace(self, **changed)


def make_texts(
    title: tuple[str, str],
    text: tuple[str, str],
    node: tuple[str, str],
    about: tuple[str, str],
    *,
    sms: tuple[str, str] = ("", ""),
    channels: tuple[str, ...] = WITHOUT_SMS,
    is_urgent: bool = False,
) -> Texts:
    """A wording, each part in Chinese and in English."""
    return Texts(*title, *text, *node, *about, *sms, channels, is_urgent)


@cache
def all_texts() -> Mapping[str, Texts]:
    """Every wording by its key."""
    return texts_in(import_module("workflows").load_modules())


def channels_for(template: str) -> tuple[str, ...]:
    """The channels of a message, also of one whose wording an older version had."""
    found = all_texts().get(template)
    return WITHOUT_SMS if found is None else found.channels


def is_urgent(template: str) -> bool:
    """Whether a message is worth waking somebody for."""
    found = all_texts().get(template)
    return found is not None and found.is_urgent


def texts_in(modules: Iterable[ModuleType]) -> dict[str, Texts]:
    """The wordings that modules say; raises ValueError if two have the same key."""
    found: dict[str, Texts] = {}
    for module in modules:
        if module.__name__.rpartition(".")[2] != "texts":
            continue
        for key, texts in vars(module)["TEXTS"].items():
            if key in found:
                raise ValueError(f"two wordings are called {key}")
            found[key] = texts
    return found
