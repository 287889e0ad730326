"""What the member is told of an application for a change of the register."""

from workflows.shared.templates import ALL_CHANNELS, Texts, make_texts

ABOUT = ("会籍信息", "Membership")

TEXTS: dict[str, Texts] = {
    "application_approved.profile_change": make_texts(
        ("登记信息已变更", "Your register data were changed"),
        (
            "您申请变更的登记信息已生效：$fields。$note如非本人申请，请立即联系$association。",
            "Changed as you applied: $fields.$note If it was not you, call $association at once.",
        ),
        ("地方注协审核登记信息变更", "Change reviewed by the local association"),
        ABOUT,
        channels=ALL_CHANNELS,
    ),
    "application_returned.profile_change": make_texts(
        ("登记信息变更申请已退回", "Your application for a change was returned"),
        (
            "您的登记信息变更申请（$fields）已退回，请修改后重新提交。原因：$reason",
            "Your application ($fields) was returned: change it and apply again. Why: $reason",
        ),
        ("地方注协退回登记信息变更申请", "Returned by the local association"),
        ABOUT,
        channels=ALL_CHANNELS,
    ),
    "application_refused.profile_change": make_texts(
        ("登记信息不予变更", "Your register data were not changed"),
        (
            "您申请变更的登记信息（$fields）不予变更。原因：$reason",
            "The change that you applied for ($fields) was refused. Why: $reason",
        ),
        ("地方注协不予变更登记信息", "Refused by the local association"),
        ABOUT,
        channels=ALL_CHANNELS,
    ),
}
