"""密码重置申请表 as a PDF to print and sign."""

from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Literal

from workflows.shared.documents import Documents

Target = Literal["platform", "here"]
"""Whose password is reset: that of the outside supervision platform, or this system's."""

TITLES: dict[Target, str] = {
    "platform": "注册会计师行业统一监管平台密码重置申请表",
    "here": "注册会计师行业管理信息系统密码重置申请表",
}
SIGNATURE_AFTER = "密码重置原因"


@dataclass(frozen=True)
class Application:
    """What stands in the form; every item is required, the signature is made by hand."""

    target: Target
    applicant: str
    login: str
    mobile: str
    applied_date: date
    reason: str
    remark: str
    receipt_number: str


@dataclass(frozen=True)
class Office:
    """Where the form goes: the association, its mail address and telephone for resets."""

    name: str
    email: str
    telephone: str


def make_application_form(documents: Documents, application: Application, office: Office) -> bytes:
    """The filled form: one page for all but the longest reasons."""
    day = application.applied_date
    return documents.make(
        files("workflows.paper_password_reset").joinpath("application.html").read_text("utf-8"),
        {
            "rows": [
                ("申请人", application.applicant, False),
                ("登录帐号（证书编号）", application.login, False),
                ("手机号码", application.mobile, False),
                ("申请日期", f"{day.year}年{day.month}月{day.day}日", False),
                (SIGNATURE_AFTER, application.reason, True),
                ("备注", application.remark, True),
            ],
            "signature_after": SIGNATURE_AFTER,
            "notes": _notes(office),
            "office": {"name": office.name},
            "receipt_number": application.receipt_number,
        },
        title=TITLES[application.target],
        author=office.name,
        dated=day,
        # Whoever applies signs it, by hand.
        is_signed=False,
    )


def _notes(office: Office) -> list[str]:
    by_mail = f"；也可通过邮件发送邮箱：{office.email}" if office.email else ""
    return [
        "该表格所有项目为必填项，必须账号所有人本人签名确认。",
        f"表格打印并签名后，请将扫描件与注册会计师证书、身份证扫描件一并在本系统上传{by_mail}。",
        f"联系电话 {office.telephone}。",
    ]
