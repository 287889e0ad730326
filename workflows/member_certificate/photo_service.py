"""The photo service as the product sees it: photos on file, and the comparison.

Every call leaves the process: never make one in a transaction. It is asked for a fee, so what is
asked is counted before (`workflows.shared.photos`).
"""

from typing import Protocol, cast

from engine.engine import Engine
from engine.errors import HuijiError
from engine.language import N_

SERVICE = "photo_service"
"""The name under which the service stands in `engine.services`."""


class PhotoServiceAway(HuijiError):
    """The service does not answer or will not now: trying again later is all that helps.

    `is_unsure`: it may have done what it was asked for, and only its answer was lost.
    """

    message = N_("The photo service cannot be reached at the moment.")

    def __init__(self, *, is_unsure: bool = False) -> None:
        super().__init__()
        self.is_unsure = is_unsure


class PhotoService(Protocol):
    """A service that knows photos of people; both calls may raise PhotoServiceAway."""

    def find_photo(self, *, identity_number: str, name: str) -> bytes | None:
        """The photo on file of a person, a JPEG; None if there is none. It costs nothing."""

    def compare(self, *, photo: bytes, identity_number: str, name: str, key: str) -> bool:
        """Whether a photo shows the person.

        Asked again with the same key, it answers the same and counts nothing.
        """


def photo_service_of(engine: Engine) -> PhotoService | None:
    """The service of an installation; None where it has none: associations review on site."""
    return cast("PhotoService | None", engine.services.get(SERVICE))
