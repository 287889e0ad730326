"""The columns of a table of members."""

from collections.abc import Sequence
from typing import Any

from engine.language import N_
from forms.lists import Language
from forms.options import Option
from workflows.register.transfers.cells import (
    Column,
    choice,
    choices,
    formatted,
    number,
    of_list,
    read_date,
    read_identity,
    read_mobile,
    read_region,
    text,
    write_choice,
    write_choices,
    write_date,
    write_plain,
    write_region,
)
from workflows.shared.private import PRIVATE_FIELDS
from workflows.shared.register import (
    ERASED,
    NON_PRACTISING,
)

NUMBER_LENGTH = 12


def _kinds(language: Language) -> Sequence[Option]:
    zh = language == "zh"
    return (
        Option(NON_PRACTISING, "非执业会员" if zh else "Non-practising member"),
        Option("cpa", "注册会计师" if zh else "Certified public accountant"),
    )


def _states(language: Language) -> Sequence[Option]:
    zh = language == "zh"
    return (
        Option("active", "在籍" if zh else "Active"),
        Option("moved", "已转出" if zh else "Moved"),
        Option("resigned", "退会" if zh else "Resigned"),
        Option("dead", "死亡" if zh else "Dead"),
        Option("left", "除名" if zh else "Left"),
        Option(ERASED, "已删除" if zh else "Erased"),
    )


def _employments(language: Language) -> Sequence[Option]:
    zh = language == "zh"
    return (
        Option("employed", "在职" if zh else "Employed"),
        Option("unemployed", "未就业" if zh else "Not employed"),
        Option("retired", "退休" if zh else "Retired"),
    )


def _listed(key: str, heads: tuple[str, ...], options: Any, *, covers: str = "") -> Column:
    return Column(key, heads, choice(options), write_choice(options), covers)


def _text(key: str, heads: tuple[str, ...], most: int, *, covers: str = "") -> Column:
    return Column(key, heads, text(most), write_plain, covers)


def _date(key: str, heads: tuple[str, ...]) -> Column:
    return Column(key, heads, read_date, write_date)


COLUMNS = (
    Column(
        "number",
        (N_("Member number"), "会员编号", "会员号", "编号"),
        number(NUMBER_LENGTH),
        write_plain,
    ),
    _text("name", (N_("Name"), "姓名"), 50),
    _listed("kind", (N_("Kind of member"), "会员类型", "会员类别"), _kinds),
    _text("association", (N_("Association"), "所属注协", "所属协会", "地方注协"), 200),
    _listed("state", (N_("State of membership"), "会籍状态", "会员状态"), _states),
    Column(
        "firm", (N_("Firm number"), "事务所编号", "执业证书编号（事务所）"), number(20), write_plain
    ),
    _listed("sex", (N_("Sex"), "性别"), of_list("sexes")),
    _listed("nation", (N_("Nation"), "民族"), of_list("nations"), covers="all"),
    _date("birth_date", (N_("Date of birth"), "出生日期", "出生年月日")),
    _listed(
        "identity_type",
        (N_("Identity document"), "证件类型", "身份证件类型"),
        of_list("identity_types"),
    ),
    Column(
        "identity_number",
        (
            N_("Document number"),
            "有效证件号码",
            "证件号码",
            "身份证号码",
            "身份证号",
            "身份证件号码",
        ),
        read_identity,
        write_plain,
        "identity",
    ),
    _text(
        "certificate_number",
        (N_("Certificate or approval number"), "全科合格证号", "全科合格证号或考核批准文号"),
        50,
    ),
    _date("admission_date", (N_("Date of admission"), "入会日期", "入会时间")),
    _listed(
        "political_status",
        (N_("Political status"), "政治面貌"),
        of_list("political_statuses"),
        covers="all",
    ),
    Column("region", (N_("Region"), "所在地区"), read_region, write_region),
    Column(
        "household_region",
        (N_("Household region"), "户口所在地", "户籍所在地", "户籍地区"),
        read_region,
        write_region,
        "all",
    ),
    Column("mobile", (N_("Mobile number"), "手机号码", "手机"), read_mobile, write_plain, "mobile"),
    Column(
        "email",
        (N_("E-mail address"), "电子邮箱", "邮箱"),
        formatted("email", "no_email"),
        write_plain,
        "email",
    ),
    _text("address", (N_("Address"), "通讯地址", "地址"), 200, covers="address"),
    Column(
        "postal_code",
        (N_("Postal code"), "邮政编码", "邮编"),
        formatted("postal_code", "no_postal_code"),
        write_plain,
        "all",
    ),
    Column(
        "telephone",
        (N_("Telephone"), "电话", "联系电话"),
        formatted("phone", "no_telephone"),
        write_plain,
        "all",
    ),
    _text("emergency_contact", (N_("Emergency contact"), "紧急联系人"), 100, covers="all"),
    _listed("employment", (N_("Employment"), "就业情况"), _employments),
    _text("employer", (N_("Employer"), "工作单位"), 100),
    _listed("employer_kind", (N_("Kind of employer"), "单位性质"), of_list("employer_kinds")),
    _text("department", (N_("Department"), "部门"), 100),
    _text("position", (N_("Position"), "职务"), 100),
    _listed(
        "professional_title",
        (N_("Professional title"), "专业技术职称", "职称"),
        of_list("professional_titles"),
    ),
    _date("work_started_date", (N_("Began to work on"), "参加工作时间", "参加工作日期")),
    Column(
        "employer_telephone",
        (N_("Employer's telephone"), "单位电话"),
        formatted("phone", "no_telephone"),
        write_plain,
        "all",
    ),
    _text("archive_holder", (N_("Personal file kept by"), "档案存放单位"), 100),
    _date("qualified_date", (N_("Qualified on"), "资格取得时间", "取得资格日期", "全科合格日期")),
    Column(
        "domestic_qualifications",
        (N_("Other qualifications (domestic)"), "其他国内资格"),
        choices(of_list("domestic_qualifications")),
        write_choices(of_list("domestic_qualifications")),
    ),
    Column(
        "international_qualifications",
        (N_("Other qualifications (international)"), "其他国际资格"),
        choices(of_list("international_qualifications")),
        write_choices(of_list("international_qualifications")),
    ),
)

PLAIN = tuple(
    each.key
    for each in COLUMNS
    if each.key not in PRIVATE_FIELDS
    and each.key not in ("number", "association", "firm", "identity_number")
)
DATES = frozenset(name for name in PLAIN if name.endswith("_date"))
PRIVATE = tuple(each.key for each in COLUMNS if each.key in PRIVATE_FIELDS)
COVERED_BY = {each.key: each.covers for each in COLUMNS if each.covers}
NEEDED_FOR_NEW = ("name", "association", "identity_type", "identity_number")
IDENTITY = frozenset({"identity_number", "identity_type", "sex", "birth_date"})
OWN_KEYS = ("mobile", "email")
