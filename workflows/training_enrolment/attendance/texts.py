"""What people are told when their attendance was corrected after hours were credited."""

from workflows.shared.templates import Texts, make_texts

ABOUT = ("培训班报名", "Class sign-up")
NODE = ("地方注协培训班考勤", "Attendance of the association’s classes")

TEXTS: dict[str, Texts] = {
    "enrolment_corrected_present": make_texts(
        ("“$class”考勤已更正为出席", "“$class”: corrected to present"),
        (
            "您在“$class”的考勤已更正为出席，$hours学时已记入培训学时。更正原因：$reason",
            (
                "Your attendance of “$class” was corrected to present: $hours hours are credited."
                " The reason: $reason"
            ),
        ),
        NODE,
        ABOUT,
    ),
    "enrolment_corrected_absent": make_texts(
        ("“$class”考勤已更正为缺席", "“$class”: corrected to absent"),
        (
            (
                "您在“$class”的考勤已更正为缺席，已记入的$hours学时已冲回。更正原因：$reason。"
                "如有异议请与培训实施单位联系：$phone。"
            ),
            (
                "Your attendance of “$class” was corrected to absent: the $hours hours credited"
                " were taken back. The reason: $reason If this is wrong please call the organiser:"
                " $phone."
            ),
        ),
        NODE,
        ABOUT,
    ),
}
