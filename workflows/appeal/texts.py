"""What the member is told of an appeal."""

from workflows.shared.templates import ALL_CHANNELS, Texts, make_texts

ABOUT = ("申诉信息", "Appeal")

TEXTS: dict[str, Texts] = {
    "appeal_upheld": make_texts(
        ("$year年度年检申诉：维持原决定", "Your appeal for $year: the decision stands"),
        ("经审查，维持原决定。理由：$reason", "The decision was upheld. Why: $reason"),
        ("上级注协裁定申诉", "Decided by the higher association"),
        ABOUT,
        channels=ALL_CHANNELS,
    ),
    "appeal_overturned": make_texts(
        ("$year年度年检申诉：撤销原决定", "Your appeal for $year succeeded"),
        (
            "经审查，您的申诉成立，原决定已撤销，您的申请重新审核。理由：$reason",
            "Your appeal succeeded: the decision is taken back and reviewed anew. Why: $reason",
        ),
        ("上级注协裁定申诉", "Decided by the higher association"),
        ABOUT,
        channels=ALL_CHANNELS,
    ),
}
