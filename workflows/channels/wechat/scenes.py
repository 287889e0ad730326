"""What WeChat takes as a scene and as a state, checked alike by client and stand-in."""

import re

from workflows.shared.channels import ChannelRefused

INVALID_SCENE = "40053"


def check_scene(scene: str) -> None:
    """A scene has 1 to 64 characters; raises ChannelRefused."""
    if not 1 <= len(scene) <= 64:
        raise ChannelRefused(INVALID_SCENE)


def check_state(state: str) -> None:
    """What comes back from web authorization: at most 128 letters, digits and hyphens."""
    if re.fullmatch("[0-9A-Za-z-]{0,128}", state) is None:
        raise ValueError("a state has at most 128 letters, digits and hyphens")
