"""Documents: PDFs that are made from templates, with plain values, by WeasyPrint.

A template is HTML with its style in it. It sees what it is given and nothing else: it runs in a
sandbox, and what it refers to is not fetched, neither from the network nor from the disk. Only
the two fonts that every document uses are read, from the installation's own folder.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Any, TypeAlias, cast

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

from engine.engine import Engine
from forms.lists import Language

# WeasyPrint has Pillow take broken pictures, for everybody in the process; what people send us is
# still looked at as a whole.
ImageFile.LOAD_TRUNCATED_IMAGES = False

SERVICE = "documents"
"""The name under which `Documents` stand in `engine.services`."""

VARIANT = "pdf/a-2b"
"""For archives: fonts and colours in the file, nothing outside it; tagged beyond what 2b asks."""

LANGUAGES: Mapping[Language, str] = {"zh": "zh-CN", "en": "en"}

FONTS = {
    "font:regular": "NotoSansSC-Regular.ttf",
    "font:bold": "NotoSansSC-Bold.ttf",
}
STYLE = """
@font-face { font-family: "Document"; font-weight: 400; src: url("font:regular"); }
@font-face { font-family: "Document"; font-weight: 700; src: url("font:bold"); }
html { font-family: "Document"; font-size: 10.5pt; line-height: 1.6; color: #000; }
"""

Plain: TypeAlias = "str | int | float | bool | date | Sequence[Plain] | Mapping[str, Plain] | None"
"""What a template may be given."""


class OnlyGiven(URLFetcher):  # type: ignore[misc]
    """Gives the two fonts and a document's pictures, and refuses whatever else it asks for."""

    def __init__(self, folder: Path, pictures: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=("font", "picture"), allow_redirects=False)
        self._folder = folder
        self._pictures = pictures

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """The content of an address; raises FatalURLFetchingError for any but a font's."""
        picture = self._pictures.get(url.removeprefix("picture:"))
        if url.startswith("picture:") and picture is not None:
            return URLFetcherResponse(url, picture)
        name = FONTS.get(url)
        if name is None:
            raise FatalURLFetchingError(f"a document may not fetch {url[:100]}")
        return URLFetcherResponse(
            url, (self._folder / name).read_bytes(), {"Content-Type": "font/ttf"}
        )


class Documents:
    """Makes PDFs; the fonts are read at the first one and kept.

    `fonts`: the folder of the files that `FONTS` names.
    """

    def __init__(self, fonts: Path) -> None:
        self._folder = fonts
        self._templates = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
        # The library below WeasyPrint that lays text out is not made for several threads.
        self._one_at_a_time = Lock()

    def make(
        self,
        template: str,
        values: Mapping[str, Plain],
        *,
        title: str,
        author: str,
        language: Language = "zh",
        pictures: Mapping[str, bytes] = MappingProxyType({}),
    ) -> bytes:
        """The PDF of a template's text filled with values, tagged so that it can be read aloud.

        `title` and `author` are what the file says of itself; a template may use the title, too.
        It shows `pictures` (JPEG, PNG, SVG) as `picture:<name>`. What is no plain value raises
        TypeError; what the template asks for and is not there, or may not be asked for, raises
        Jinja's errors.
        """
        _check_plain(values)
        text = self._templates.from_string(template).render(values, title=title)
        with self._one_at_a_time:
            fonts, style = self._fonts
            source = HTML(string=text, url_fetcher=OnlyGiven(self._folder, pictures))
            document = source.render(
                stylesheets=[style], font_config=fonts, pdf_variant=VARIANT, pdf_tags=True
            )
            document.metadata.title = title
            document.metadata.authors = [author]
            document.metadata.lang = LANGUAGES[language]
            made: bytes = document.write_pdf(pdf_variant=VARIANT, pdf_tags=True)
        return made

    @cached_property
    def _fonts(self) -> tuple[Any, Any]:
        fonts = FontConfiguration()
        return fonts, CSS(string=STYLE, font_config=fonts, url_fetcher=OnlyGiven(self._folder, {}))


def documents_of(engine: Engine) -> Documents:
    """What makes the documents of an installation; raises LookupError where nothing does."""
    try:
        return cast("Documents", engine.services[SERVICE])
    except KeyError:
        raise LookupError("this installation makes no documents") from None


def _check_plain(value: object) -> None:
    match value:
        case None | str() | int() | float() | bool() | date():
            return
        case Mapping():
            for each in value.values():
                _check_plain(each)
        case list() | tuple():
            for each in value:
                _check_plain(each)
        case _:
            raise TypeError(f"a document is given plain values, not {type(value).__name__}")
