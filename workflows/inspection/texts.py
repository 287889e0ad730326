"""What the member is told of an inspection."""

from workflows.shared.templates import ALL_CHANNELS, Texts, make_texts

ABOUT = ("年检信息", "Inspection")


def _returned(node: str, node_en: str) -> Texts:
    return make_texts(
        ("$year年度年检申请已退回", "Your inspection application for $year was returned"),
        ("$reason", "$reason"),
        (node, node_en),
        ABOUT,
        channels=ALL_CHANNELS,
    )


def _approved(node: str, node_en: str) -> Texts:
    return make_texts(
        ("$year年度年检通过", "Your inspection for $year has passed"),
        (
            "您的$year年度年检已通过，可以查看和下载年检二维码。",
            "Your inspection for $year has passed. Its QR code is ready.",
        ),
        (node, node_en),
        ABOUT,
        channels=ALL_CHANNELS,
    )


def _refused(node: str, node_en: str) -> Texts:
    return make_texts(
        ("$year年度年检不予通过", "Your inspection for $year was not passed"),
        (
            "您的$year年度年检不予通过。事由：$ground。原因：$reason 如有异议，可以提出申诉。",
            "Your inspection for $year was not passed. Ground: $ground. $reason You may appeal.",
        ),
        (node, node_en),
        ABOUT,
        channels=ALL_CHANNELS,
    )


TEXTS: dict[str, Texts] = {
    "application_returned.inspection": _returned(
        "地方注协非执业会员审核退回", "Returned by the local association"
    ),
    "application_returned.inspection.second_review": _returned(
        "省注协非执业会员审核退回", "Returned by the provincial association"
    ),
    "application_approved.inspection": _approved(
        "地方注协非执业会员审核通过", "Approved by the local association"
    ),
    "application_approved.inspection.second_review": _approved(
        "省注协非执业会员审核通过", "Approved by the provincial association"
    ),
    "application_refused": _refused(
        "地方注协非执业会员审核不予通过", "Not passed by the local association"
    ),
    "application_refused.second_review": _refused(
        "省注协非执业会员审核不予通过", "Not passed by the provincial association"
    ),
    "decision_revoked": make_texts(
        ("$year年度年检结论已撤销", "The decision on your inspection for $year was revoked"),
        (
            "您的$year年度年检结论已撤销，申请重新进入审核，原结论不再有效。原因：$reason",
            "The decision no longer counts and your application is reviewed again. Why: $reason",
        ),
        ("地方注协撤销结论", "Decision revoked by the local association"),
        ABOUT,
        channels=ALL_CHANNELS,
    ),
    "case_reopened": make_texts(
        ("$year年度年检申请已重新开放", "Your inspection for $year was reopened"),
        (
            "您的$year年度年检申请已重新开放，请在$until前（含当日）完成申请。原因：$reason",
            "Your inspection for $year was reopened. Please apply by $until. Why: $reason",
        ),
        ("地方注协重新开放", "Reopened by the local association"),
        ABOUT,
        channels=ALL_CHANNELS,
    ),
    "year_not_inspected": make_texts(
        ("$year年度未参检", "You were not inspected for $year"),
        (
            "$year年度年检时间已结束，您的申请未在规定时间内提交，本年度记为未参检。",
            "Your application for $year was not sent in time: you were not inspected for the year.",
        ),
        ("年检结束", "End of the inspection"),
        ABOUT,
        channels=ALL_CHANNELS,
    ),
}
