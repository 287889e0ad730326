"""Read names: of one word or several, or with signs that are known beforehand.

Words that follow each other are one name, since nothing else could be meant; the longest known
name wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache

from engine.feel.lexer import Source, Token
from engine.feel.nodes import Place

KEYWORDS = frozenset(
    (
        "for", "return", "if", "then", "else", "some", "every", "satisfies", "in", "and", "or",
        "between", "function", "true", "false", "null",
    )
)  # fmt: skip
# Names that hold a keyword must be known to be read as one.
NAMES_WITH_KEYWORDS = (
    "date and time",
    "years and months duration",
    "days and time duration",
)
DEEPEST = 60
LIKE_A_NAME = re.compile(r"[^\W\d][\w .+*/'-]{0,99}")
CACHED = 4096

Known = tuple[tuple[str, bool], ...]
"""The words of a name, each with whether there are blanks before it."""


def as_words(tokens: Iterable[Token]) -> Known:
    """Tokens as the words of a name."""
    return tuple((token.text, token.spaced and index > 0) for index, token in enumerate(tokens))


@lru_cache(maxsize=CACHED)
def words_of(name: str) -> Known:
    """What a name consists of."""
    return as_words(Source(name).tokens[:-1])


class Reader:
    """Steps through the tokens of a text. `names` are names with unusual signs that it may use."""

    def __init__(self, text: str, names: Iterable[str] = ()) -> None:
        self.source = Source(text)
        self.tokens = self.source.tokens
        self.index = 0
        self.depth = 0
        self.known: dict[str, dict[int, set[Known]]] = {}
        for name in (*NAMES_WITH_KEYWORDS, *names):
            self.learn(name)

    # Tokens

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def is_at(self, text: str, ahead: int = 0) -> bool:
        token = self.tokens[min(self.index + ahead, len(self.tokens) - 1)]
        return token.text == text and token.kind in ("symbol", "name")

    def take(self, text: str) -> bool:
        if self.is_at(text):
            self.index += 1
            return True
        return False

    def expect(self, text: str) -> Token:
        token = self.token
        if not self.take(text):
            raise self.source.unexpected(token, f"“{text}” should follow")
        return token

    def place(self) -> Place:
        return self.source.place(self.token.start)

    @contextmanager
    def nested(self) -> Iterator[None]:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.source.error(self.token, "The expression is nested too deeply.")
        try:
            yield
        finally:
            self.depth -= 1

    # Names

    def learn(self, name: str) -> None:
        """Remember a name that the rules for names alone would not read as one."""
        words = words_of(name)
        if len(words) > 1:
            choices = self.known.setdefault(words[0][0], {})
            choices.setdefault(len(words), set()).add(words)

    def known_name(self) -> str | None:
        """Take the longest known name that begins here."""
        choices = self.known.get(self.token.text)
        if not choices:
            return None
        for length in sorted(choices, reverse=True):
            following = self.tokens[self.index : self.index + length]
            words = as_words(following)
            if words not in choices[length]:
                continue
            self.index += length
            if following[-1].kind == "name" and self.token.kind == "name" and self.continues_name():
                self.index -= length  # the words go on: a longer name that begins alike
                continue
            return "".join((" " if spaced else "") + text for text, spaced in words)
        return None

    def name(self, wanted: str = "a name should follow", *, keywords: bool = False) -> str:
        """Take a name; one that follows a dot may be a keyword."""
        known = self.known_name()
        if known is not None:
            return known
        token = self.token
        if token.kind == "quoted":
            self.index += 1
            return token.text[1:-1]
        if token.kind != "name" or (token.text in KEYWORDS and not keywords):
            raise self.source.unexpected(token, wanted)
        self.index += 1
        words = [token.text]
        while self.continues_name():
            words.append((" " if self.token.spaced else "") + self.token.text)
            self.index += 1
        return "".join(words)

    def continues_name(self) -> bool:
        token = self.token
        if token.kind == "number":
            return token.text.isdecimal()
        if token.kind != "name" or token.text in KEYWORDS:
            return False
        return not (token.text == "instance" and self.is_at("of", 1))

    def key(self) -> str:
        """Take the key of a context's entry: a string, or words and signs up to the colon."""
        token = self.token
        if token.kind == "string":
            self.index += 1
            text = self.source.unescape(token)
            if LIKE_A_NAME.fullmatch(text) and text.split()[0] not in KEYWORDS:
                self.learn(text)
            return text
        if token.kind == "quoted":
            return self.name()
        start = token.start
        if token.kind not in ("name", "other"):
            raise self.source.unexpected(token, "a key should follow")
        while not self.is_at(":"):
            if self.token.kind in ("end", "string") or self.token.text in "()[]{},":
                raise self.source.unexpected(self.token, "“:” should follow the key")
            self.index += 1
        name = " ".join(self.source.text[start : self.tokens[self.index - 1].end].split())
        self.learn(name)
        return name
