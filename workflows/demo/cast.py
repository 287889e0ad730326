"""The demo's named accounts: one for each situation that a person may want to see."""

from datetime import date
from typing import Any, NamedTuple

from workflows.demo.offices import GUANGDONG, NATIONAL, SHENZHEN, ZHEJIANG

GUANGZHOU = "440100"


class Role(NamedTuple):
    """A named demo member.

    `hours`: hundredths earned for the inspected year. `fee`: status of its entry; None leaves
    it to the decision. `past`: how the year before ended.
    """

    number: str
    name: str
    office: str
    situation: str
    situation_en: str
    hours: int = 4000
    fee: str | None = "confirmed"
    past: str = "passed"
    arrears: int = 0
    fields: dict[str, Any] = {}  # noqa: RUF012 - a NamedTuple's default, never changed


class Staff(NamedTuple):
    """A demo account of an association's staff."""

    login: str
    name: str
    office: str
    duties: tuple[str, ...]
    situation: str
    situation_en: str
    has_second_step: bool = False


class Practising(NamedTuple):
    """A demo CPA of the demo's firm. `is_new`: has not signed in with the issued password yet."""

    number: str
    name: str
    situation: str
    situation_en: str
    is_new: bool = False


def all_roles(year: int) -> list[Role]:
    """The named members; `year` is the inspected one."""
    return [
        Role(
            "330000100001",
            "蔡思源",
            ZHEJIANG,
            "学时已够、会费已确认：可直接申请",
            "Enough hours, fee confirmed: can apply at once",
        ),
        Role(
            "330000100002",
            "林若兰",
            ZHEJIANG,
            "学时已够、当年生育免会费",
            "Enough hours, no fee: gave birth in the year",
            fee=None,
            fields={"sex": "2", "birth_date": date(1991, 5, 6), "gave_birth_years": [year]},
        ),
        Role(
            "330000100003",
            "周志远",
            ZHEJIANG,
            "会费去支付",
            "Has to pay the fee",
            fee=None,
        ),
        Role(
            "330000100004",
            "许文博",
            ZHEJIANG,
            "会费去支付，含上年度欠费",
            "Has to pay the fee with arrears",
            fee=None,
            arrears=1,
        ),
        Role(
            "330000100005",
            "沈晓燕",
            ZHEJIANG,
            "会费待确认",
            "Fee to be confirmed by the association",
            fee="pending",
        ),
        Role(
            "330000100006",
            "吴海波",
            ZHEJIANG,
            "应完成40学时，尚缺20学时",
            "20 of 40 hours are missing",
            hours=2000,
        ),
        Role(
            "330000100007",
            "郑静雯",
            ZHEJIANG,
            "适合申请暂缓年检",
            "May want to defer the inspection",
            hours=0,
            fee=None,
        ),
        Role(
            "330000100008",
            "何建国",
            ZHEJIANG,
            "上年度暂缓，须完成80学时",
            "Deferred last year: 80 hours are asked",
            hours=4000,
            past="deferred",
        ),
        Role(
            "330000100009",
            "曹永康",
            ZHEJIANG,
            "年满70周岁，免学时",
            "70 years old: no hours are asked",
            hours=0,
            fields={"sex": "1", "birth_date": date(year - 72, 4, 2)},
        ),
        Role(
            "440100100001",
            "梁家豪",
            GUANGZHOU,
            "须上传在职证明；广州市注协一级审核、广东省注协二级审核",
            "Has to upload a proof; reviewed by Guangzhou, then by Guangdong",
        ),
        Role(
            "440300100001",
            "黄雨欣",
            SHENZHEN,
            "本地不收会费、不要求材料",
            "No fee and no materials asked here",
            fee=None,
        ),
        Role(
            "330000100010",
            "叶俊凯",
            ZHEJIANG,
            "本年新入会，不参加本年度年检",
            "Joined this year: need not be inspected yet",
            hours=0,
            fee=None,
            past="",
            fields={"admission_date": date(year + 1, 2, 10)},
        ),
    ]


STAFF = (
    Staff("zj_review", "浙江审核员", ZHEJIANG, ("review",), "浙江：审核", "Zhejiang: review"),
    Staff("zj_review2", "浙江审核员乙", ZHEJIANG, ("review",), "浙江：审核", "Zhejiang: review"),
    Staff("zj_fees", "浙江会费岗", ZHEJIANG, ("fees",), "浙江：会费确认", "Zhejiang: fees"),
    Staff(
        "zj_manage",
        "浙江管理员",
        ZHEJIANG,
        ("manage", "review", "fees"),
        "浙江：管理、审核、会费",
        "Zhejiang: manager, review, fees",
    ),
    Staff("zj_manage2", "浙江管理员乙", ZHEJIANG, ("manage",), "浙江：管理", "Zhejiang: manager"),
    Staff(
        "gd_review",
        "广东审核员",
        GUANGDONG,
        ("review", "fees"),
        "广东及各市：审核、会费",
        "Guangdong and its cities: review, fees",
    ),
    Staff(
        "gz_review",
        "广州审核员",
        GUANGZHOU,
        ("review", "fees"),
        "广州：审核、会费",
        "Guangzhou: review, fees",
    ),
    Staff(
        "gd_manage",
        "广东管理员",
        GUANGDONG,
        ("manage",),
        "广东及各市：管理",
        "Guangdong and its cities: manager",
    ),
    Staff("gz_manage", "广州管理员", GUANGZHOU, ("manage",), "广州：管理", "Guangzhou: manager"),
    Staff(
        "sz_review",
        "深圳审核员",
        SHENZHEN,
        ("review", "fees"),
        "深圳：审核、会费",
        "Shenzhen: review, fees",
    ),
    Staff("zj_training", "浙江培训岗", ZHEJIANG, ("training",), "浙江：培训", "Zhejiang: training"),
    Staff(
        "gd_training",
        "广东培训岗",
        GUANGDONG,
        ("training",),
        "广东及各市：培训",
        "Guangdong and its cities: training",
    ),
    Staff(
        "cicpa_training",
        "中注协培训岗",
        NATIONAL,
        ("training",),
        "全国：培训",
        "National: training",
    ),
    Staff("cicpa_manage", "中注协管理员", NATIONAL, ("manage",), "全国：管理", "National: manager"),
    Staff("admin", "系统管理员", NATIONAL, ("admin",), "系统管理员", "System administrator"),
    Staff("audit", "审计员", NATIONAL, ("audit",), "审计员：只读", "Auditor: read only"),
    Staff("zj_photos", "浙江照片岗", ZHEJIANG, ("photos",), "浙江：照片审核", "Zhejiang: photos"),
    Staff(
        "gd_photos",
        "广东照片岗",
        GUANGDONG,
        ("photos",),
        "广东及各市：照片审核",
        "Guangdong and its cities: photos",
    ),
    Staff("zj_help", "浙江服务台", ZHEJIANG, ("help_desk",), "浙江：服务台", "Zhejiang: help desk"),
    Staff(
        "cicpa_help",
        "中注协服务台",
        NATIONAL,
        ("help_desk",),
        "全国：服务台；登录需动态验证码，用命令 huiji totp cicpa_help 查看",
        "National: help desk; signs in with a code as well: huiji totp cicpa_help shows it",
        has_second_step=True,
    ),
)

PRACTISING = (
    Practising("330000900001", "顾明远", "注册会计师", "Certified public accountant"),
    Practising("330000900002", "潘雨欣", "注册会计师", "Certified public accountant"),
    Practising(
        "330000900003",
        "田家豪",
        "首次登录：须同意个人信息告知书并更改下发的密码",
        "First sign-in: has to agree to the privacy notice and change the issued password",
        is_new=True,
    ),
)

FIRM_NUMBER = "33000001"
FIRM_SITUATIONS = {
    FIRM_NUMBER: ("主账号：年检、教育等", "Main account: inspections, training"),
    f"{FIRM_NUMBER}_cw": ("财务账号：财务上报", "Finance account: financial reports"),
}

BULK = {
    ZHEJIANG: 60,
    SHENZHEN: 40,
}
"""Unnamed members of an association; each of Guangdong's cities has `BULK_OF_A_CITY`."""

BULK_OF_A_CITY = 10
