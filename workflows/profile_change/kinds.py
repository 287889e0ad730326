"""The application for a change of the register as a kind of application, and what it can change."""

from collections.abc import Mapping

from engine.language import N_
from workflows.shared.application_kinds import ApplicationKind
from workflows.shared.applications import PROFILE_REVIEW

PROCESS = "profile_change"
STATE = "state_profile_change"
REVIEW = PROFILE_REVIEW

KIND = ApplicationKind(
    code=PROCESS,
    label=N_("Change of register data"),
    forms=(STATE,),
    first_step=STATE,
    last_forms=(STATE,),
    is_listed=False,
    member_endpoint="profile.show_change",
    next_words=N_(
        "You get a message. Once it is approved the register is changed at once; what is missing"
        " is named if it is returned."
    ),
)

ITEMS: Mapping[str, tuple[str, ...]] = {
    "name": ("name",),
    "identity": ("identity_type", "identity_number"),
    "sex": ("sex",),
    "birth_date": ("birth_date",),
    "nation": ("nation",),
    "certificate_number": ("certificate_number",),
    "admission_date": ("admission_date",),
}
"""Registry policy: what changes only so, each with the register's fields that belong to it."""

ITEM_NAMES: Mapping[str, tuple[str, str]] = {
    "name": ("姓名", "Name"),
    "identity": ("证件类型和号码", "Identity document"),
    "sex": ("性别", "Sex"),
    "birth_date": ("出生日期", "Date of birth"),
    "nation": ("民族", "Nation"),
    "certificate_number": (
        "全科合格证号/考核批准文号",
        "Number of the exam certificate or approval",
    ),
    "admission_date": ("入会日期", "Date of admission"),
}
"""What they are called in Chinese and English."""
