"""What the member is told of an inspection."""

from workflows.shared.templates import Texts, make_texts

ABOUT = ("年检信息", "Inspection")

TEXTS: dict[str, Texts] = {
    "application_returned.inspection": make_texts(
        ("$year年度年检申请已退回", "Your inspection application for $year was returned"),
        ("$reason", "$reason"),
        ("地方注协非执业会员审核退回", "Returned by the local association"),
        ABOUT,
    ),
    "application_approved.inspection": make_texts(
        ("$year年度年检通过", "Your inspection for $year has passed"),
        (
            "您的$year年度年检已通过，可以查看和下载年检二维码。",
            "Your inspection for $year has passed. Its QR code is ready.",
        ),
        ("地方注协非执业会员审核通过", "Approved by the local association"),
        ABOUT,
    ),
}
