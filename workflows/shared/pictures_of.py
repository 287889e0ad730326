"""Documents as pictures, for who keeps them in his phone's album."""

import io
from threading import Lock

import pypdfium2  # type: ignore[import-untyped]

POINTS_PER_INCH = 72

# The library is not made for several threads.
_one_at_a_time = Lock()


def png_of(pdf: bytes, *, dpi: int = 200) -> bytes:
    """The first page of a document as a PNG, which says its resolution."""
    with _one_at_a_time:
        document = pypdfium2.PdfDocument(pdf)
        try:
            page = document[0]
            try:
                bitmap = page.render(scale=dpi / POINTS_PER_INCH)
                try:
                    picture = bitmap.to_pil().convert("RGB")
                finally:
                    bitmap.close()
            finally:
                page.close()
        finally:
            document.close()
    target = io.BytesIO()
    picture.save(target, "PNG", optimize=True, dpi=(dpi, dpi))
    return target.getvalue()
