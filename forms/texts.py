"""Static texts: a small part of Markdown, drawn as safe HTML."""

from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_SCHEMES = ("https://", "http://", "mailto:", "tel:", "/", "#")


def _is_allowed(link: str) -> bool:
    return link.lower().startswith(_SCHEMES) and not link.startswith("//")


def _reader() -> MarkdownIt:
    reader = MarkdownIt("zero", {"html": False, "breaks": True}).enable(
        ["heading", "list", "emphasis", "link", "newline", "escape", "entity"]
    )
    reader.validateLink = _is_allowed  # type: ignore[method-assign,assignment]  # its documented way
    return reader


_READER = _reader()


def _lower_headings(tokens: list[Token], level: int) -> None:
    """Headings of a text stand below that of the page or section."""
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{level}"
        if token.type == "heading_open":
            token.attrSet("class", "h3")


@lru_cache(maxsize=1024)
def draw_markdown(text: str, level: int = 2) -> Markup:
    """Draw paragraphs, bold, lists, headings and links; everything else stays plain text."""
    tokens = _READER.parse(text)
    _lower_headings(tokens, level)
    # The renderer escapes all text, and html is not among what it reads.
    return Markup(_READER.renderer.render(tokens, _READER.options, {}))  # noqa: S704
