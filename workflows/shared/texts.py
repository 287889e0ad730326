"""What a member is told of the register, whatever process he is in."""

from workflows.shared.templates import ALL_CHANNELS, Texts, make_texts

ABOUT = ("学时信息", "Hours")

TEXTS: dict[str, Texts] = {
    "hours_credited": make_texts(
        ("学时已到账", "Hours have arrived"),
        (
            "您的$year年度学时已增加$hours学时，请继续办理年检申请。",
            "$hours hours were credited for $year. You can go on with your application.",
        ),
        ("学时", "Hours"),
        ABOUT,
    ),
    "case_closed": make_texts(
        ("您的申请已关闭", "Your application was closed"),
        (
            "您的$year年度申请已关闭。原因：$reason",
            "Your application for $year was closed. Why: $reason",
        ),
        ("会员登记变更", "Change in the register"),
        ("会籍信息", "Membership"),
        channels=ALL_CHANNELS,
    ),
    "password_reset": make_texts(
        ("您的密码已重置", "Your password was reset"),
        (
            "您的账号$login已设置新密码，原有登录均已失效。如非本人操作，请立即联系$association。",
            "Your account $login has a new password. If it was not you, call $association at once.",
        ),
        ("找回密码", "Password reset"),
        ("账号安全", "Account"),
        channels=ALL_CHANNELS,
        is_urgent=True,
    ),
}
