"""An installation with or without an official account."""

from dataclasses import replace

from engine.engine import Engine
from workflows.channels.wechat.stand_in import StandInAccount
from workflows.shared.channels import SERVICE, channels_of


def have_official_account(engine: Engine, *, is_there: bool = True) -> None:
    """Give an installation an official account that nobody listens to, or take it away."""
    found = StandInAccount(engine, "http://localhost/simulator", lambda _envelope: b"")
    engine.services[SERVICE] = replace(
        channels_of(engine), official_account=found if is_there else None
    )
