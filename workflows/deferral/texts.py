"""What the member is told of a deferral."""

from workflows.shared.templates import Texts, make_texts

ABOUT = ("暂缓信息", "Deferral")

TEXTS: dict[str, Texts] = {
    "application_returned.deferral": make_texts(
        ("$year年度暂缓年检申请已退回", "Your deferral application for $year was returned"),
        ("$reason", "$reason"),
        ("地方注协非执业会员审核暂缓退回", "Deferral returned by the local association"),
        ABOUT,
    ),
    "application_approved.deferral": make_texts(
        ("$year年度暂缓年检已同意", "Your inspection for $year is deferred"),
        (
            "您的$year年度暂缓年检申请已同意。",
            "Your application to defer the inspection for $year was approved.",
        ),
        ("地方注协非执业会员审核暂缓通过", "Deferral approved by the local association"),
        ABOUT,
    ),
}
