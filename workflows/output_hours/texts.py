"""What the member is told of an application for hours."""

from workflows.shared.templates import ALL_CHANNELS, Texts, make_texts

ABOUT = ("学时信息", "Hours")

TEXTS: dict[str, Texts] = {
    "application_approved.output_hours": make_texts(
        ("产出法形式学时已认定", "Hours for your work were granted"),
        (
            "“$title”认定$hours学时（申请$claimed学时），计入$year年度。$note",
            "$hours hours were granted for “$title” ($claimed claimed); they count for $year.$note",
        ),
        ("地方注协核定产出法形式学时", "Hours granted by the local association"),
        ABOUT,
    ),
    "application_returned.output_hours": make_texts(
        ("产出法形式学时申请已退回", "Your application for hours was returned"),
        (
            "“$title”的学时申请已退回，请修改后重新提交。原因：$reason",
            "Your application for “$title” was returned: change it and apply again. Why: $reason",
        ),
        ("地方注协退回产出法形式学时申请", "Returned by the local association"),
        ABOUT,
        channels=ALL_CHANNELS,
    ),
    "application_refused.output_hours": make_texts(
        ("产出法形式学时不予认定", "No hours were granted for your work"),
        (
            "“$title”不予认定学时。原因：$reason",
            "No hours were granted for “$title”. Why: $reason",
        ),
        ("地方注协不予认定产出法形式学时", "Refused by the local association"),
        ABOUT,
        channels=ALL_CHANNELS,
    ),
}
