"""What the member is told of a deferral."""

from workflows.shared.templates import ALL_CHANNELS, Texts, make_texts

ABOUT = ("暂缓信息", "Deferral")


def _returned(node: str, node_en: str) -> Texts:
    return make_texts(
        ("$year年度暂缓年检申请已退回", "Your deferral application for $year was returned"),
        ("$reason", "$reason"),
        (node, node_en),
        ABOUT,
        channels=ALL_CHANNELS,
    )


def _approved(node: str, node_en: str) -> Texts:
    return make_texts(
        ("$year年度暂缓年检已同意", "Your inspection for $year is deferred"),
        (
            "您的$year年度暂缓年检申请已同意。",
            "Your application to defer the inspection for $year was approved.",
        ),
        (node, node_en),
        ABOUT,
        channels=ALL_CHANNELS,
    )


TEXTS: dict[str, Texts] = {
    "application_returned.deferral": _returned(
        "地方注协非执业会员审核暂缓退回", "Deferral returned by the local association"
    ),
    "application_returned.deferral.second_review": _returned(
        "省注协非执业会员审核暂缓退回", "Deferral returned by the provincial association"
    ),
    "application_approved.deferral": _approved(
        "地方注协非执业会员审核暂缓通过", "Deferral approved by the local association"
    ),
    "application_approved.deferral.second_review": _approved(
        "省注协非执业会员审核暂缓通过", "Deferral approved by the provincial association"
    ),
}
