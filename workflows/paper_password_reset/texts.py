"""What the owner of an account is told when an application on paper was approved."""

from workflows.shared.templates import Texts, make_texts

TEXTS: dict[str, Texts] = {
    "paper_reset_approved": make_texts(
        ("您的密码重置申请已批准", "Your application for a new password was approved"),
        (
            "$association已批准账号$login的纸质密码重置申请，一次性链接已发送。如非本人申请，请立即联系$association。",
            "$association sent a link for a new password of $login. Not you? Call it at once.",
        ),
        ("密码重置申请审核", "Review of the application"),
        ("账号安全", "Account"),
    ),
}
