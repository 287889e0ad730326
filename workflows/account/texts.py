"""What the holder of an account is told when its keys change."""

from workflows.shared.templates import ALL_CHANNELS, Texts, make_texts

ABOUT = ("账号安全", "Account")
NODE = ("我的账号", "My account")
BEWARE = "如非本人操作，请立即联系$association。"
BEWARE_EN = "If it was not you, call $association at once."

TEXTS: dict[str, Texts] = {
    "mobile_changed": make_texts(
        ("您的手机号码已变更", "Your mobile number was changed"),
        (
            f"账号$login的手机号码已由$before变更为$after。{BEWARE}",
            f"The mobile number of account $login was changed from $before to $after. {BEWARE_EN}",
        ),
        NODE,
        ABOUT,
        channels=ALL_CHANNELS,
        is_urgent=True,
    ),
    "email_changed": make_texts(
        ("您的电子邮箱已变更", "Your e-mail address was changed"),
        (
            f"账号$login的电子邮箱已由$before变更为$after。{BEWARE}",
            f"The e-mail address of account $login was changed from $before to $after. {BEWARE_EN}",
        ),
        NODE,
        ABOUT,
        channels=ALL_CHANNELS,
        is_urgent=True,
    ),
    "password_changed": make_texts(
        ("您的密码已修改", "Your password was changed"),
        (
            f"账号$login的密码已修改，其他设备上的登录均已失效。{BEWARE}",
            f"The password of account $login was changed; other sessions have ended. {BEWARE_EN}",
        ),
        NODE,
        ABOUT,
    ),
    "bound": make_texts(
        ("公众号已绑定", "The official account was bound"),
        (
            f"账号$login已绑定微信公众号，验证码和通知将发送到该微信。{BEWARE}",
            f"Account $login is bound to the official account now. {BEWARE_EN}",
        ),
        NODE,
        ABOUT,
        channels=ALL_CHANNELS,
        is_urgent=True,
    ),
    "unbound": make_texts(
        ("公众号已解绑", "The official account was unbound"),
        (
            f"账号$login已与微信公众号解除绑定。{BEWARE}",
            f"Account $login is not bound to the official account any more. {BEWARE_EN}",
        ),
        NODE,
        ABOUT,
        channels=ALL_CHANNELS,
    ),
    "second_step_removed": make_texts(
        ("您的登录动态验证码已取消", "Your second step was taken away"),
        (
            "账号$login的动态验证码已取消，如本单位要求，下次登录时须重新设置。如非您本人要求，请立即联系管理员。",
            "Account $login has no second step now. Unless you asked for it, call for help.",
        ),
        NODE,
        ABOUT,
    ),
}
