"""An engine on which certificates are applied for."""

import pytest

from engine.engine import Engine
from tests.workflows.certifying import with_photo_service


@pytest.fixture
def engine(demo_engine: Engine) -> Engine:
    """The demo with a photo service."""
    return with_photo_service(demo_engine)
