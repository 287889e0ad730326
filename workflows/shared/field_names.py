"""What the register's fields are called, and what stands in them, in words of both languages.

For messages, which are written in both at once, and for tables of changes; forms say their own
labels.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from forms.lists import Language, get_list

NAMES: Mapping[str, tuple[str, str]] = {
    "number": ("会员编号", "Member number"),
    "kind": ("会员类型", "Type of membership"),
    "state": ("会员状态", "State of the membership"),
    "admission_date": ("入会日期", "Date of admission"),
    "name": ("姓名", "Name"),
    "sex": ("性别", "Sex"),
    "birth_date": ("出生日期", "Date of birth"),
    "nation": ("民族", "Nation"),
    "identity_type": ("证件类型", "Type of the identity document"),
    "identity_number": ("证件号码", "Number of the identity document"),
    "certificate_number": (
        "全科合格证号/考核批准文号",
        "Number of the exam certificate or approval",
    ),
    "political_status": ("政治面貌", "Political status"),
    "region": ("所在地区", "Region"),
    "household_region": ("户口所在地", "Region of the household register"),
    "mobile": ("手机号码", "Mobile number"),
    "email": ("电子邮箱", "E-mail address"),
    "address": ("通讯地址", "Postal address"),
    "postal_code": ("邮政编码", "Postal code"),
    "telephone": ("固定电话", "Telephone"),
    "emergency_contact": ("紧急联系人", "Emergency contact"),
    "employment": ("就业情况", "Employment"),
    "employer": ("工作单位", "Employer"),
    "employer_kind": ("单位性质", "Kind of employer"),
    "department": ("部门", "Department"),
    "position": ("职务", "Position"),
    "professional_title": ("职称", "Professional title"),
    "work_started_date": ("参加工作时间", "Working since"),
    "employer_telephone": ("单位电话", "Employer's telephone"),
    "archive_holder": ("档案存放单位", "Where the personal file is kept"),
    "education": ("教育经历", "Education"),
    "qualified_date": ("资格取得时间", "Qualified on"),
    "domestic_qualifications": ("国内资格", "Domestic qualifications"),
    "domestic_other": ("其他国内资格", "Other domestic qualification"),
    "international_qualifications": ("国际资格", "International qualifications"),
    "international_other": ("其他国际资格", "Other international qualification"),
    "association_id": ("所属注协", "Association"),
    "firm_id": ("会计师事务所", "Accounting firm"),
}

LISTS: Mapping[str, str] = {
    "sex": "sexes",
    "nation": "nations",
    "identity_type": "identity_types",
    "political_status": "political_statuses",
    "region": "regions",
    "household_region": "regions",
    "employer_kind": "employer_kinds",
    "professional_title": "professional_titles",
    "domestic_qualifications": "domestic_qualifications",
    "international_qualifications": "international_qualifications",
}
"""The lists of `forms.lists` whose values stand in fields."""

EMPLOYMENTS: Mapping[str, tuple[str, str]] = {
    "employed": ("在职", "Employed"),
    "unemployed": ("未就业", "Not employed"),
    "retired": ("退休", "Retired"),
}


def name_field(name: str, language: Language) -> str:
    """What a field is called; an unknown one is shown as it stands."""
    zh, en = NAMES.get(name, (name, name))
    return en if language == "en" else zh


def name_fields(names: Iterable[str], language: Language) -> str:
    """Several fields in one sentence, in the order of the register."""
    wanted = set(names)
    found = [name_field(each, language) for each in NAMES if each in wanted]
    return (", " if language == "en" else "、").join(found)


def say_value(name: str, value: Any, language: Language) -> str:
    """What stands in a field, in words; empty for nothing."""
    if value in (None, "", []):
        return ""
    if name == "employment":
        zh, en = EMPLOYMENTS.get(str(value), (str(value), str(value)))
        return en if language == "en" else zh
    if name == "education":
        return _join((_say_education(row, language) for row in value), language)
    if isinstance(value, list):
        return _join((_label(name, each, language) for each in value), language)
    return _label(name, value, language)


def _say_education(row: Mapping[str, Any], language: Language) -> str:
    level = str(row.get("education_level") or "")
    options = {each.value: each.label for each in get_list("education_levels", language)}
    return " ".join(filter(None, (str(row.get("school") or ""), options.get(level, level))))


def _label(name: str, value: Any, language: Language) -> str:
    known = LISTS.get(name)
    if known is None:
        return str(value)
    options = {each.value: each.label for each in get_list(known, language)}
    return options.get(str(value), str(value))


def _join(texts: Iterable[str], language: Language) -> str:
    return (", " if language == "en" else "、").join(texts)
