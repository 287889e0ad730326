"""Reading documents back: what stands on their pages, their fonts, their codes, their markers."""

import io
import re
from collections.abc import Iterator
from typing import Any

import pikepdf
import pypdfium2
import zxingcpp
from fontTools.ttLib import TTFont
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


def check_archivable(pdf: bytes, *, title: str, author: str, dated: str = "") -> None:
    """Fail unless it has the markers of PDF/A-2b, and keeps what of its rules can be read.

    `dated`: the day it says of itself, as 20261121.
    """
    assert pdf.startswith(b"%PDF-1.7\n%")
    # Four bytes beyond ASCII say that the file is no text.
    assert all(byte > 127 for byte in pdf.split(b"\n")[1][1:5])
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert not document.is_encrypted
        # An increment, such as a signature's, has a second part of its own.
        assert [len(bytes(each)) >= 16 for each in document.trailer.ID] == [True, True]
        assert bool(document.Root.MarkInfo.Marked)
        _check_metadata(document, title=title, author=author, dated=dated)
        _check_colours(document)
        _check_fonts(document)
        _check_nothing_acts(document)
        for each in document.objects:
            if isinstance(each, pikepdf.Stream):
                # Content that stands elsewhere, or is packed as patents once forbade.
                assert not {"/F", "/FFilter", "/FDecodeParms"} & set(each.keys())
                assert "/LZWDecode" not in _names_of(each.get("/Filter"))
                assert "/Crypt" not in _names_of(each.get("/Filter"))


def _check_metadata(document: pikepdf.Pdf, *, title: str, author: str, dated: str) -> None:
    """What a file says of itself is there in plain text, and twice the same."""
    stream = document.Root.Metadata
    assert "/Filter" not in stream
    raw = stream.read_raw_bytes()
    assert raw.startswith(b"<?xpacket begin=")
    assert raw.rstrip().endswith(b'<?xpacket end="r"?>')
    assert not re.search(rb"<\?xpacket begin[^>]*(bytes|encoding)=", raw)
    info = document.docinfo
    with document.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "B")
        assert (metadata["dc:title"], list(metadata["dc:creator"])) == (title, [author])
        assert (str(info["/Title"]), str(info["/Author"])) == (title, author)
        assert str(info["/Producer"]) == metadata["pdf:Producer"]
        for said, name in (("xmp:CreateDate", "/CreationDate"), ("xmp:ModifyDate", "/ModDate")):
            assert _digits(str(info[name])) == _digits(metadata[said])
        assert _digits(metadata["xmp:CreateDate"]).startswith(dated)
    assert set(info.keys()) <= {
        "/Title",
        "/Author",
        "/Producer",
        "/CreationDate",
        "/ModDate",
    }


def _digits(moment: str) -> str:
    """A moment, of a file's two ways to write it, without the zone of which both say it is UTC."""
    return "".join(each for each in re.sub(r"(\+00[':]?00'?|Z)$", "", moment) if each.isdigit())


def _check_colours(document: pikepdf.Pdf) -> None:
    """Colours mean the same everywhere: one profile for RGB, and nothing that needs another."""
    (intent,) = document.Root.OutputIntents
    assert str(intent.S) == "/GTS_PDFA1"
    profile = intent.DestOutputProfile
    content = profile.read_bytes()
    assert int(profile.N) == 3
    assert (content[8] <= 4, content[12:16], content[16:20]) == (True, b"mntr", b"RGB ")
    assert content[36:40] == b"acsp"
    for each in document.objects:
        if not isinstance(each, pikepdf.Dictionary | pikepdf.Stream):
            continue
        group = each.get("/Group")
        if group is not None:
            assert group.get("/CS", "/DeviceRGB") in ("/DeviceRGB", "/DeviceGray")
        if each.get("/Type") == "/ExtGState":
            assert not {"/TR", "/TR2", "/HTP"} & set(each.keys())
            assert each.get("/BM", "/Normal") in ("/Normal", "/Multiply")
        if each.get("/Subtype") == "/Image":
            assert str(each.get("/ColorSpace", "/DeviceGray")) in ("/DeviceRGB", "/DeviceGray")
            assert not {"/Alternates", "/OPI"} & set(each.keys())
            assert not each.get("/Interpolate", False)


def _check_fonts(document: pikepdf.Pdf) -> None:
    """Every font is in the file, says how its letters are numbered, and has their true widths."""
    for page in document.pages:
        for font in page.resources.get("/Font", {}).values():
            (inside,) = font.DescendantFonts
            descriptor = inside.FontDescriptor
            assert (str(font.Subtype), str(inside.Subtype)) == ("/Type0", "/CIDFontType2")
            assert str(inside.CIDToGIDMap) == "/Identity"
            assert str(font.Encoding) == "/Identity-H"
            assert str(font.BaseFont) == str(inside.BaseFont) == str(descriptor.FontName)
            # It would have to name every glyph, and need not be there.
            assert "/CIDSet" not in descriptor
            program = TTFont(io.BytesIO(descriptor.FontFile2.read_bytes()))
            scale = 1000 / program["head"].unitsPerEm
            for glyph, width in _widths(inside.W).items():
                assert glyph, "a letter that the font has not is shown as a box"
                advance, _bearing = program["hmtx"][program.getGlyphName(glyph)]
                assert abs(advance * scale - width) <= 1


def _widths(said: Any) -> dict[int, float]:
    """Widths of glyphs by their numbers, of pairs of a first number and a list."""
    pairs = zip(list(said)[::2], list(said)[1::2], strict=True)
    return {
        int(first) + at: float(width)
        for first, widths in pairs
        for at, width in enumerate(list(widths))
    }


def _check_nothing_acts(document: pikepdf.Pdf) -> None:
    """Nothing happens when it is opened; what is annotated is printed."""
    for forbidden in ("/OpenAction", "/AA", "/Names", "/NeedsRendering", "/OCProperties"):
        assert forbidden not in document.Root
    form = document.Root.get("/AcroForm", {})
    assert "/XFA" not in form
    assert not form.get("/NeedAppearances", False)
    for page in document.pages:
        assert not {"/AA", "/PresSteps"} & set(page.keys())
        for annotation in page.get("/Annots", []):
            assert str(annotation.Subtype) in ("/Link", "/Widget")
            # Printed, neither hidden nor invisible nor out of view.
            assert int(annotation.F) & 0b100111 == 0b100
            assert annotation.get("/A", {}).get("/S", "/URI") in ("/URI", "/GoTo")


def _names_of(filters: Any) -> set[str]:
    if filters is None:
        return set()
    return {str(filters)} if isinstance(filters, pikepdf.Name) else {str(each) for each in filters}
