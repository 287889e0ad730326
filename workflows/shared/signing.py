"""Signing documents with an installation's own key, so that a reader shows who made them.

The key and its certificates come as a PKCS#12 file (`HUIJI_DOCUMENTS_KEY`, its password in
`HUIJI_DOCUMENTS_KEY_PASSWORD`). A signature is added to a document as an increment, without
anything to be seen on the page; whatever is changed afterwards is noticed by whoever opens it.
"""

import io
from collections.abc import Callable
from threading import Lock

from workflows.shared.service_settings import IncompleteSettings, ServiceSettings

KEY, PASSWORD = "HUIJI_DOCUMENTS_KEY", "HUIJI_DOCUMENTS_KEY_PASSWORD"
FIELD = "Signature"


def find_sign(settings: ServiceSettings) -> Callable[[bytes], bytes] | None:
    """What signs documents, or None where no key is configured; raises IncompleteSettings."""
    if not settings.find(KEY):
        return None
    return read_key(settings.get_file(KEY), settings.find(PASSWORD).encode())


def read_key(pkcs12: bytes, password: bytes) -> Callable[[bytes], bytes]:
    """What signs documents with a key; raises IncompleteSettings for what is none."""
    # An installation without a key of its own need not load all this.
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415
    from pyhanko.sign import PdfSignatureMetadata, sign_pdf  # noqa: PLC0415
    from pyhanko.sign.fields import SigSeedSubFilter  # noqa: PLC0415
    from pyhanko.sign.signers import SimpleSigner  # noqa: PLC0415

    class Writer(IncrementalPdfFileWriter):
        """Adds a signature and leaves alone what a document says of itself.

        It would write another producer and day, and not the same at the two places.
        """

        def _update_meta(self) -> None:
            """What there is stays."""

    try:
        signer = SimpleSigner.load_pkcs12_data(pkcs12, other_certs=[], passphrase=password or None)
    except ValueError as error:
        raise IncompleteSettings(f"{KEY} names no key that {PASSWORD} opens") from error
    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
    )
    one_at_a_time = Lock()

    def sign(pdf: bytes) -> bytes:
        target = io.BytesIO()
        with one_at_a_time:
            sign_pdf(Writer(io.BytesIO(pdf)), metadata, signer, output=target)
        return target.getvalue()

    return sign
