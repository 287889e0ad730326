"""The process that makes documents: `workflows.shared.documents` starts it as a program.

It imports nothing of ours, gets no secrets, and makes one document after another of what comes in,
with a limit on the memory and on the time of each. What goes over ends the process, in the middle
of whatever library it is, and who started it begins a new one.

What goes over its pipes are frames: four bytes that say how long, and the content. A request is
JSON, and a frame for each of its pictures follows; an answer is a letter that says how it went, and
the document.
"""

import json
import logging
import os
import resource
import select
import signal
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from PIL import ImageFile
from weasyprint import CSS, HTML  # type: ignore[import-untyped]
from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]
from weasyprint.urls import (  # type: ignore[import-untyped]
    FatalURLFetchingError,
    URLFetcher,
    URLFetcherResponse,
)

# WeasyPrint has Pillow take broken pictures, for everybody who imports this.
ImageFile.LOAD_TRUNCATED_IMAGES = False

SECONDS = 1.0
"""Of the processor's time, for one document."""

MEMORY = 256 * 2**20
"""For the process's own data, in bytes; with the libraries and fonts that it maps less than 300."""

IDLE_SECONDS = 600
"""After so long without a document the process ends."""

READY, MADE, FAULT, LACKING = b"r", b"m", b"f", b"l"

VARIANT = "pdf/a-2b"
"""For archives: fonts and colours in the file, nothing outside it; tagged beyond what 2b asks."""

LANGUAGES = {"zh": "zh-CN", "en": "en"}
FONTS = {
    "font:regular": "NotoSansSC-Regular.ttf",
    "font:bold": "NotoSansSC-Bold.ttf",
}
STYLE = """
@font-face { font-family: "Document"; font-weight: 400; src: url("font:regular"); }
@font-face { font-family: "Document"; font-weight: 700; src: url("font:bold"); }
html { font-family: "Document"; font-size: 10.5pt; line-height: 1.6; color: #000; }
"""
FIRST = {
    "template": "<html><body><p>会籍 <b>会籍</b></p></body></html>",
    "values": {},
    "title": "会籍",
    "author": "会籍",
    "dated": "2026-01-01",
    "language": "zh",
}
"""Made before anything is asked for, so that the fonts are read by then."""


class Lacking(Exception):
    """The fonts do not have some of the characters that are to be shown."""


class OnlyGiven(URLFetcher):  # type: ignore[misc]
    """Gives the two fonts and a document's pictures, and refuses whatever else it asks for."""

    def __init__(self, folder: Path, pictures: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=("font", "picture"), allow_redirects=False)
        self._folder = folder
        self._pictures = pictures

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """The content of an address; raises FatalURLFetchingError for any but those given."""
        kind, _colon, name = url.partition(":")
        if kind == "picture" and name in self._pictures:
            return URLFetcherResponse(url, self._pictures[name])
        if url in FONTS:
            font = (self._folder / FONTS[url]).read_bytes()
            return URLFetcherResponse(url, font, {"Content-Type": "font/ttf"})
        raise FatalURLFetchingError(f"a document may not fetch {url[:100]}")


class Maker:
    """Makes documents with fonts that were read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._templates = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
        self._fonts = FontConfiguration()
        given = OnlyGiven(folder, {})
        self._known = frozenset.intersection(
            *(_read_characters(folder / each) for each in FONTS.values())
        )
        self._style = CSS(string=STYLE, font_config=self._fonts, url_fetcher=given)

    def make(self, asked: Mapping[str, Any], pictures: Mapping[str, bytes]) -> bytes:
        """The document of a request: its template and values, and what it says of itself.

        Raises Lacking, with the characters, where a box would stand in the place of some.
        """
        shown = set().union(*map(set, _list_texts([asked["values"], asked["title"]])))
        if lacking := sorted(each for each in shown - self._known if _is_drawn(each)):
            raise Lacking("".join(lacking))
        template = self._templates.from_string(asked["template"])
        text = template.render(asked["values"], title=asked["title"])
        source = HTML(string=text, url_fetcher=OnlyGiven(self._folder, pictures))
        document = source.render(stylesheets=[self._style], font_config=self._fonts)
        document.metadata.title = asked["title"]
        document.metadata.authors = [asked["author"]]
        document.metadata.created = document.metadata.modified = asked["dated"]
        document.metadata.lang = LANGUAGES[asked["language"]]
        made: bytes = document.write_pdf(pdf_variant=VARIANT, pdf_tags=True, finisher=_finish)
        return made


def _read_characters(font: Path) -> frozenset[str]:
    with TTFont(font, lazy=True) as opened:
        return frozenset(map(chr, opened.getBestCmap()))


def _list_texts(value: Any) -> Iterator[str]:
    """Every text in some values; where they are named, the names are none of them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _list_texts(list(value.values()))
    elif isinstance(value, list):
        for each in value:
            yield from _list_texts(each)


def _is_drawn(character: str) -> bool:
    """Whether something is seen of a character: of spaces, controls and selectors nothing is."""
    is_selector = "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    return not is_selector and unicodedata.category(character)[0] not in "CZ"


def _finish(_document: object, pdf: Any) -> None:
    """Keep rules of PDF/A that would not be kept by themselves.

    No picture asks for colours between its own; what a file says of itself is not packed, so that
    it is found by who does not know the format.
    """
    for each in pdf.objects:
        extra = getattr(each, "extra", {})
        extra.pop("Interpolate", None)
        if extra.get("Type") == "/Metadata":
            each.compress = False


def main(folder: Path) -> None:
    """Make documents until nobody asks any more."""
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    maker = Maker(folder)
    maker.make(FIRST, {})
    _limit_itself()
    source, target = sys.stdin.buffer, sys.stdout.buffer
    write_frame(target, READY)
    while select.select([source], [], [], IDLE_SECONDS)[0]:
        request = read_frame(source)
        if request is None:
            return
        asked = json.loads(request, object_hook=_read_date)
        pictures = {name: read_frame(source) or b"" for name in asked["pictures"]}
        # The signal that comes when it is over ends the process: nobody waits for it here.
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        try:
            answer = MADE + maker.make(asked, pictures)
        except Lacking as error:
            answer = LACKING + str(error).encode()
        except MemoryError:
            os._exit(1)
        except (Exception, FatalURLFetchingError) as error:  # noqa: BLE001  said to who asked
            answer = FAULT + f"{type(error).__name__}: {error}".encode()
        signal.setitimer(signal.ITIMER_PROF, 0)
        write_frame(target, answer)


def _limit_itself() -> None:
    """Let the process grow no further than its limit, and write no files."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def write_frame(target: BinaryIO, content: bytes) -> None:
    """Send one frame."""
    target.write(len(content).to_bytes(4))
    target.write(content)
    target.flush()


def read_frame(source: BinaryIO) -> bytes | None:
    """The next frame, or None at the end."""
    head = source.read(4)
    if len(head) < 4:
        return None
    return source.read(int.from_bytes(head))


def _read_date(given: dict[str, Any]) -> Any:
    return date.fromisoformat(given["$date"]) if set(given) == {"$date"} else given


if __name__ == "__main__":
    main(Path(sys.argv[1]))
