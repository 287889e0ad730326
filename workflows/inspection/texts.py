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
    "year_not_inspected": make_texts(
        ("$year年度未参检", "You were not inspected for $year"),
        (
            "$year年度年检时间已结束，您的申请未在规定时间内提交，本年度记为未参检。",
            "Your application for $year was not sent in time: you were not inspected for the year.",
        ),
        ("年检结束", "End of the inspection"),
        ABOUT,
    ),
}
