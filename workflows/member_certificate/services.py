"""The photo service of an installation: the real one that its settings name, or the stand-in."""

from datetime import datetime

from engine.engine import Engine
from workflows.member_certificate import photo_client
from workflows.member_certificate.photo_service import PhotoService
from workflows.member_certificate.stand_in import StandInPhotoService
from workflows.shared.service_settings import ServiceSettings


def choose_photo_service(
    engine: Engine, settings: ServiceSettings, *, is_development: bool
) -> PhotoService | None:
    """The service that the settings name; in development else the stand-in."""

    def now() -> datetime:
        return engine.now()

    chosen = photo_client.make_service(settings)
    if chosen is None and is_development:
        return StandInPhotoService(engine.database, engine.vault, now)
    return chosen
