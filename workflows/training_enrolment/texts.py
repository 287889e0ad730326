"""What people, firms and offices are told of sign-ups for classes."""

from workflows.shared.templates import ALL_CHANNELS, WITHOUT_SMS, Texts, make_texts

ABOUT = ("培训班报名", "Class sign-up")
NODE = ("地方注协培训班报名", "Classes of the association")
WHERE = "时间：$days，$time开班。地点：$place。联系电话：$phone。"
WHERE_EN = "When: $days, beginning at $time. Where: $place. Telephone: $phone."


def _make(
    title: str, title_en: str, text: str, text_en: str, *, is_worth_sms: bool = False
) -> Texts:
    channels = ALL_CHANNELS if is_worth_sms else WITHOUT_SMS
    return make_texts((title, title_en), (text, text_en), NODE, ABOUT, channels=channels)


TEXTS: dict[str, Texts] = {
    "enrolment_reserved": _make(
        "已报名《$class》，待确认",
        "You are signed up for “$class”; confirmation follows",
        f"您已报名《$class》，由$by报名，请等待确认。{WHERE}",
        f"You are signed up for “$class” by $by. Please wait for the confirmation. {WHERE_EN}",
    ),
    "enrolment_waiting": _make(
        "已列入《$class》候补",
        "You are on the waiting list of “$class”",
        "《$class》名额已满，由$by为您报名后列入候补；有名额时按报名先后递补，届时另行通知。",
        "“$class” is full. You were signed up by $by and are on its waiting list: a freed place"
        " goes to the first on it, and you will be told.",
    ),
    "enrolment_moved_up": _make(
        "《$class》候补转正，待确认",
        "A place in “$class” is yours; confirmation follows",
        f"《$class》有了名额，您的报名已由候补转为待确认。{WHERE}",
        "A place in “$class” became free and is yours. Please wait for the confirmation. "
        + WHERE_EN,
        is_worth_sms=True,
    ),
    "enrolment_confirmed": _make(
        "《$class》报名已确认",
        "Your place in “$class” is confirmed",
        f"您报名的《$class》已确认，请按时参加。{WHERE}因故无法参加请在开班前取消报名，否则将会受到通报。",
        f"Your place in “$class” is confirmed. {WHERE_EN} If you cannot come, cancel before the"
        " class begins: otherwise your absence is reported.",
        is_worth_sms=True,
    ),
    "enrolment_refused": _make(
        "《$class》报名未通过",
        "Your sign-up for “$class” was refused",
        "您报名的《$class》未通过确认。原因：$reason",
        "Your sign-up for “$class” was refused. Why: $reason",
        is_worth_sms=True,
    ),
    "enrolment_unplaced": _make(
        "《$class》未录取",
        "No place in “$class”",
        "《$class》已开班，您未能获得名额，欢迎报名其他培训班。",
        "“$class” has begun and there was no place for you. Please look for another class.",
    ),
    "enrolment_reminder": _make(
        "《$class》即将开班",
        "“$class” begins soon",
        f"您报名的《$class》即将开班。{WHERE}因故无法参加请在开班前取消报名。",
        f"“$class” begins soon. {WHERE_EN} If you cannot come, cancel before it begins.",
        is_worth_sms=True,
    ),
    "enrolment_changed": _make(
        "《$class》时间或地点变更",
        "Time or place of “$class” changed",
        f"您报名的《$class》时间或地点有变更。{WHERE}不能参加的，请在开班前取消报名。",
        f"Time or place of “$class” changed. {WHERE_EN} If you cannot come, cancel before it"
        " begins.",
        is_worth_sms=True,
    ),
    "enrolment_changed_late": _make(
        "《$class》时间或地点变更",
        "Time or place of “$class” changed",
        f"您参加的《$class》已开班，时间或地点有变更。{WHERE}",
        f"“$class” has begun, and its time or place changed. {WHERE_EN}",
        is_worth_sms=True,
    ),
    "enrolment_class_cancelled": _make(
        "《$class》已取消",
        "“$class” was cancelled",
        "您报名的《$class》已取消。原因：$reason",
        "“$class”, for which you are signed up, was cancelled. Why: $reason",
        is_worth_sms=True,
    ),
    "enrolment_cancelled": _make(
        "《$class》报名已取消",
        "Your sign-up for “$class” was cancelled",
        "您报名的《$class》已由$by取消。",
        "Your sign-up for “$class” was cancelled by $by.",
    ),
    "enrolment_completed": _make(
        "《$class》学时已记入",
        "Hours of “$class” are credited",
        "您已参加《$class》，$hours学时已记入培训学时。",
        "You attended “$class”: $hours hours are credited.",
    ),
    "enrolment_absent": _make(
        "《$class》缺席",
        "Absent from “$class”",
        "您报名的《$class》未到场，也未事先取消，已记为缺席。如有误请与培训实施单位联系：$phone。",
        "You were absent from “$class” without having cancelled. If this is wrong please call"
        " the organiser: $phone.",
    ),
    "enrolments_of_firm": _make(
        "《$class》报名情况",
        "Your sign-ups for “$class”",
        "贵所报名的《$class》：$news。详情见培训班管理。",
        "What became of your sign-ups for “$class”: $news. See the list of your sign-ups.",
    ),
    "enrolments_of_office": _make(
        "《$class》取消报名$count人",
        "“$class”: $count cancelled",
        "《$class》有$count人取消报名，名额已释放。",
        "$count people cancelled their sign-up for “$class”; their places are free.",
    ),
}

NEWS = {
    "confirmed": ("{}人已确认", "{} confirmed"),
    "refused": ("{}人未通过", "{} refused"),
    "moved_up": ("{}人候补转正、待确认", "{} got a place from the waiting list"),
    "unplaced": ("{}人未录取", "{} got no place"),
    "changed": ("{}人已通知时间或地点变更", "{} told of a change of time or place"),
    "gone": ("培训班取消，{}人报名随之取消", "class cancelled, with it {} sign-ups"),
    "cancelled": ("{}人取消报名", "{} cancelled"),
    "completed": ("{}人学时已记入", "{} credited their hours"),
    "absent": ("{}人缺席", "{} absent"),
}
"""What became of how many sign-ups of a firm, in the order in which it is told."""
