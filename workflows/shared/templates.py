"""The wording of messages, in both languages. `$name` takes a value; associations may adapt it.

Keys are `<template>` or `<template>.<kind of application>`; each process says its own in the
mapping `TEXTS` of its module `texts`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from types import ModuleType


@dataclass(frozen=True)
class Texts:
    """A message's wording with the step and subject that it names."""

    title: str
    title_en: str
    text: str
    text_en: str
    node: str
    node_en: str
    about: str
    about_en: str

    @property
    def gives_reason(self) -> bool:
        """Whether it tells why something was refused."""
        return "$reason" in self.text

    def worded(self, title: str, title_en: str, text: str, text_en: str) -> "Texts":
        """The same message in an association's own words."""
        return replace(self, title=title, title_en=title_en, text=text, text_en=text_en)


def make_texts(
    title: tuple[str, str], text: tuple[str, str], node: tuple[str, str], about: tuple[str, str]
) -> Texts:
    """A wording, each part in Chinese and in English."""
    return Texts(*title, *text, *node, *about)


@cache
def all_texts() -> Mapping[str, Texts]:
    """Every wording by its key."""
    return texts_in(import_module("workflows").load_modules())


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
