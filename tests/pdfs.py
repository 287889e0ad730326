"""Reading documents back: what stands on their pages, their fonts, their codes, their markers."""

import io
from collections.abc import Iterator
from typing import Any

import pikepdf
import pypdfium2
import zxingcpp
from PIL import Image

from workflows.shared.pictures_of import png_of


def pages_of(pdf: bytes) -> list[str]:
    """What stands on each page, without spaces."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return ["".join(text.split()) for text in _texts(document)]
    finally:
        document.close()


def _texts(document: pypdfium2.PdfDocument) -> Iterator[str]:
    for page in document:
        text = page.get_textpage()
        yield text.get_text_range()
        text.close()
        page.close()


def fonts_of(pdf: bytes) -> list[Any]:
    """The name of each font, and whether it is in the file."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return [
            (str(font.BaseFont), "/FontFile2" in descendant.FontDescriptor)
            for page in document.pages
            for font in page.resources.Font.values()
            for descendant in font.DescendantFonts
        ]


def codes_in(png: bytes) -> list[str]:
    """What the QR codes of a picture hold."""
    with Image.open(io.BytesIO(png)) as picture:
        return [each.text for each in zxingcpp.read_barcodes(picture)]


def codes_of(pdf: bytes) -> list[str]:
    """What the QR codes of a document's first page hold."""
    return codes_in(png_of(pdf))


def check_archivable(pdf: bytes, *, title: str, author: str) -> None:
    """Fail unless it has the markers of PDF/A-2b, and what of its conditions can be read."""
    assert pdf.startswith(b"%PDF-1.7\n%")
    # Four bytes beyond ASCII say that the file is no text.
    assert all(byte > 127 for byte in pdf.split(b"\n")[1][1:5])
    assert {is_embedded for _name, is_embedded in fonts_of(pdf)} == {True}
    with pikepdf.open(io.BytesIO(pdf)) as document:
        with document.open_metadata() as metadata:
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "B")
            assert (metadata["dc:title"], list(metadata["dc:creator"])) == (title, [author])
        (intent,) = document.Root.OutputIntents
        assert (str(intent.S), int(intent.DestOutputProfile.N)) == ("/GTS_PDFA1", 3)
        assert (str(document.docinfo["/Title"]), str(document.docinfo["/Author"])) == (
            title,
            author,
        )
        assert not document.is_encrypted
        assert len(document.trailer.ID) == 2
        for forbidden in ("/OpenAction", "/AA", "/Names"):
            assert forbidden not in document.Root
        assert bool(document.Root.MarkInfo.Marked)
        for page in document.pages:
            for annotation in page.get("/Annots", []):
                assert int(annotation.F) & 4, "what is annotated is printed"
