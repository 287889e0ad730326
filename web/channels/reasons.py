"""What codes of a provider mean to an administrator who asks why something did not arrive."""

from collections.abc import Mapping

from engine.language import N_
from workflows.shared.channels import OFFICIAL_ACCOUNT

_NOT_WANTED = N_("This person does not want messages from the official account.")
_WRONG_KEYS = N_("WeChat does not accept the AppID and AppSecret in the settings.")
_WRONG_TEMPLATE = N_("WeChat's template does not take it: its id or its fields in the settings.")

REASONS: Mapping[str, Mapping[str, str]] = {
    OFFICIAL_ACCOUNT: {
        "43004": N_("This person does not follow the official account any more."),
        "43101": _NOT_WANTED,
        "user_block": _NOT_WANTED,
        "system_failed": N_("WeChat took it and could not deliver it."),
        "40003": N_("The official account does not know this WeChat user."),
        "40037": _WRONG_TEMPLATE,
        "47003": _WRONG_TEMPLATE,
        "45009": N_("WeChat sends no more today: the official account's quota is used up."),
        "40164": N_("This server's address is not on the official account's list at WeChat."),
        "40013": _WRONG_KEYS,
        "40125": _WRONG_KEYS,
        "48001": N_("WeChat does not let the official account do this."),
    },
}
"""Sentences by channel and code; only what somebody can do something about, or with."""


def find_reason(channel: str, code: str) -> str | None:
    """The message id of what a code means, or None where it says enough itself."""
    return REASONS.get(channel, {}).get(code)
