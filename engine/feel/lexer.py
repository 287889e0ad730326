"""Cut the text of an expression into tokens. Names of several words are the parser's concern."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from engine.feel.errors import FeelSyntaxError
from engine.feel.nodes import Place

LONGEST_SOURCE = 100_000

# Letters as the standard lists them, less the full-width punctuation that Chinese keyboards
# produce: taken as a letter it would hide a slip of the finger in a name.
PUNCTUATION = (
    "\u3001-\u3003\u3008-\u3011\u3014-\u301f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
)
START = (
    "A-Za-z_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
PART = START + "0-9\u00b7\u0300-\u036f\u203f-\u2040"
SPACE = r"\t\n\v\f\r \u0085\u00a0\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"

COMMENT = r"|/\*.*?\*/"
STRING = r"""| (?P<string>"(?:[^"\\]|\\.)*")"""


@cache
def tokens_of(*, comment: str, string: str) -> re.Pattern[str]:
    """What tokens look like, with or without comments and strings."""
    return re.compile(
        rf"""
        (?P<space>(?:[{SPACE}]+|//[^\n]*{comment})+)
      | (?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+(?![{PART}]))?)
        {string}
      | (?P<quoted>`[^`\n]+`)
      | (?P<name>(?![{PUNCTUATION}])[{START}](?:(?![{PUNCTUATION}])[{PART}])*)
      | (?P<symbol>\*\*|\.\.\.|\.\.|<=|>=|!=|->|[-+*/=<>()\[\]{{}},:.?@])
      | (?P<other>.)
        """,
        re.VERBOSE | re.DOTALL | re.ASCII,
    )


# re.ASCII keeps \d to the ten digits that FEEL knows.

ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})|(.))", re.DOTALL)
ESCAPED = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}
FULL_WIDTH = dict(
    zip("（），：；＝＜＞“”＂｛｝［］＋－＊／。、？‘’", '(),:;=<>"""{}[]+-*/.,?""', strict=True)
)


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is number, string, quoted, name, symbol, other or end; `spaced`: blanks before it."""

    kind: str
    text: str
    start: int
    end: int
    spaced: bool


class Source:
    """The text with its tokens, the last of which is the end."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.line_starts = [0] + [index + 1 for index, sign in enumerate(text) if sign == "\n"]
        if len(text) > LONGEST_SOURCE:
            raise FeelSyntaxError(
                "The expression is longer than %(limit)s characters.",
                line=1,
                column=1,
                limit=LONGEST_SOURCE,
            )
        self.tokens = self.read()

    def read(self) -> list[Token]:
        tokens: list[Token] = []
        spaced = False
        for match in self.matches():
            kind = match.lastgroup or "other"
            if kind == "space":
                spaced = True
                continue
            tokens.append(Token(kind, match[0], match.start(), match.end(), spaced))
            spaced = False
        tokens.append(Token("end", "", len(self.text), len(self.text), spaced))
        return tokens

    def matches(self) -> Iterator[re.Match[str]]:
        """What stands in the text one after the other.

        After a string or a comment that does not end no other one ends, either: looking for the
        end again and again would take time by the text's square.
        """
        comment, string, at = COMMENT, STRING, 0
        while at < len(self.text):
            for match in tokens_of(comment=comment, string=string).finditer(self.text, at):
                at = match.end()
                yield match
                if string and match.lastgroup == "other" and match[0] == '"':
                    string = ""
                    break
                if comment and match.lastgroup == "symbol" and self.text.startswith("/*", at - 1):
                    comment = ""
                    break

    def place(self, offset: int) -> Place:
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def error(self, token: Token, message: str, **values: object) -> FeelSyntaxError:
        line, column = self.place(token.start)
        return FeelSyntaxError(message, line=line, column=column, **values)

    def unexpected(self, token: Token, wanted: str) -> FeelSyntaxError:
        """Say what is wrong at a token, with a hint where the slip is a usual one."""
        if token.kind == "end":
            return self.error(token, "The expression ends too early: %(wanted)s.", wanted=wanted)
        if token.text in FULL_WIDTH:
            return self.error(
                token,
                "“%(text)s” is a full-width character; write “%(plain)s” instead.",
                text=token.text,
                plain=FULL_WIDTH[token.text],
            )
        if token.text == '"':
            return self.error(token, "A string begins here and does not end.")
        return self.error(
            token,
            "“%(text)s” is not expected here: %(wanted)s.",
            text=token.text[:40],
            wanted=wanted,
        )

    def unescape(self, token: Token) -> str:
        """Return what a string token says."""
        inner = token.text[1:-1]
        if "\\" not in inner:
            return inner

        def said(match: re.Match[str]) -> str:
            code = match[1] or match[2]
            if code:
                number = int(code, 16)
                if number > 0x10FFFF:
                    raise self.error(token, "The string names a character that does not exist.")
                return chr(number)
            # An unknown escape is kept as it stands: regular expressions are full of them.
            return ESCAPED.get(match[3], match[0])

        text = ESCAPE.sub(said, inner)
        if any("\ud800" <= sign <= "\udfff" for sign in text):
            # Two escapes that form one character beyond the first plane.
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return text
