"""What a firm is told when its account was unbound from the official account."""

from workflows.shared.templates import ALL_CHANNELS, Texts, make_texts

TEXTS: dict[str, Texts] = {
    "firm_unbound": make_texts(
        ("公众号已解绑", "The official account was unbound"),
        (
            "账号$login已在找回密码时解绑公众号。如非本所操作，请立即联系$association。",
            "Account $login was unbound in a password reset. Not you? Call $association at once.",
        ),
        ("找回密码", "Password reset"),
        ("账号安全", "Account"),
        channels=ALL_CHANNELS,
        is_urgent=True,
    ),
}
