"""The menu that every follower of the official account sees: 我的 – 找回密码, 绑定用户."""

from collections.abc import Mapping

ME, RESET, BIND = "我的", "找回密码", "绑定用户"
"""As the associations' manuals print them; followers are not asked for their language."""


def make_menu(public_url: str) -> Mapping[str, object]:
    """The menu as the official account takes it; its entries lead to this installation."""
    entries = [
        {"type": "view", "name": RESET, "url": f"{public_url}/official-account/reset"},
        {"type": "view", "name": BIND, "url": f"{public_url}/official-account/bind"},
    ]
    return {"button": [{"name": ME, "sub_button": entries}]}
