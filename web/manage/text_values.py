"""What stands in messages: the meaning of each value, and an example for the preview."""

from dataclasses import dataclass

from engine.language import N_


@dataclass(frozen=True)
class Value:
    """A value of messages; `example` is what a preview shows in its place."""

    meaning: str
    example: str


VALUES = {
    "name": Value(N_("the reader’s name"), "张三"),
    "association": Value(N_("the association"), "浙江省注册会计师协会"),
    "year": Value(N_("the inspection year"), "2026"),
    "reason": Value(N_("the reason given"), "在职证明不清晰，请重新上传。"),
    "ground": Value(N_("the kind of reason"), "未履行会员义务"),
    "subject": Value(N_("the member’s name"), "李四"),
    "number": Value(N_("the member’s number"), "330000100001"),
    "by": Value(N_("who did it"), "王新"),
    "note": Value(N_("what was noted"), "请今天处理。"),
    "hours": Value(N_("hours"), "40"),
    "amount": Value(N_("the amount"), "300.00"),
    "expected": Value(N_("the amount due"), "300.00"),
    "count": Value(N_("how many"), "3"),
    "total": Value(N_("how many in all"), "12"),
    "overdue": Value(N_("how many are overdue"), "1"),
    "times": Value(N_("how often"), "2"),
    "day": Value(N_("the day"), "2026-12-01"),
    "date": Value(N_("the last day"), "2026年12月31日"),
    "date_en": Value(N_("the last day, in English"), "31 December 2026"),
    "until": Value(N_("the last day"), "2026-12-31"),
    "begins": Value(N_("the first day"), "2026-12-01"),
    "ends": Value(N_("the last day"), "2026-12-31"),
    "days": Value(N_("the days of the class"), "2026-12-01至2026-12-02"),
    "time": Value(N_("when the class begins"), "09:00"),
    "title": Value(N_("the title of the work"), "数据资源入表的审计应对"),
    "claimed": Value(N_("hours claimed"), "20"),
    "login": Value(N_("the account"), "330000100001"),
    "before": Value(N_("what it was, masked"), "138****8000"),
    "after": Value(N_("what it is now, masked"), "139****9000"),
    "class": Value(N_("the class"), "2026年审计准则培训班"),
    "place": Value(N_("where it is"), "杭州市西湖区"),
    "fields": Value(N_("what it is about"), "姓名、工作单位"),
    "bring": Value(N_("what to bring"), "本人身份证件原件"),
    "telephone": Value(N_("the association’s telephone"), "0571-88880000"),
    "phone": Value(N_("the organiser’s telephone"), "0571-88880000"),
    "news": Value(N_("what became of the sign-ups"), "80人已确认，20人候补转正、待确认"),
    "absent": Value(N_("who is away"), "王新"),
}
