"""What a member is told who has not applied yet."""

from workflows.shared.templates import Texts, make_texts

TEXTS: dict[str, Texts] = {
    "not_applied_yet": make_texts(
        ("请办理$year年度年检申请", "Please apply for the inspection of $year"),
        (
            "您尚未提交$year年度年检申请。年检时间截至$date，逾期未申请的按未参检处理，请尽快办理。",
            "You have not applied for the inspection of $year yet. The window closes on $date.",
        ),
        ("年检提醒", "Reminder of the inspection"),
        ("年检信息", "Inspection"),
    ),
}
