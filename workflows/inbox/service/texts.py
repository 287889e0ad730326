"""What reviewers and managers are told about time."""

from workflows.shared.templates import Texts, make_texts

NODE = ("办理时限", "Service level")
ABOUT = ("时限提醒", "About time")

TEXTS: dict[str, Texts] = {
    "tasks_due": make_texts(
        ("$count项待办即将到期", "Tasks that are due soon: $count"),
        (
            "您名下有$count项待办应在$day前办结，其中$overdue项已经逾期。",
            "$count tasks of yours are to be decided by $day; $overdue of them are overdue.",
        ),
        NODE,
        ABOUT,
    ),
    "tasks_overdue": make_texts(
        ("$count项待办新近逾期", "Newly overdue tasks: $count"),
        (
            "有$count项待办超过办理时限仍未办结，目前逾期共$total项，请督促或转办。",
            "$count tasks have passed their service level; $total are overdue. Please see to them.",
        ),
        NODE,
        ABOUT,
    ),
    "task_nudged": make_texts(
        ("会员催办：$subject", "$subject asks for speed"),
        (
            "$subject（$number）第$times次催办，应于$day前办结，请尽快办理。",
            "$subject ($number) asks for speed, time $times. It is due by $day.",
        ),
        ("会员催办", "Asked for speed"),
        ABOUT,
    ),
}
