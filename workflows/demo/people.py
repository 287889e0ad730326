"""Invented people: names drawn by lot, identity numbers with valid check digits.

Mobile numbers begin with 154, which no operator has; addresses of e-mail end in example.com.
"""

from datetime import date, timedelta
from random import Random
from typing import Any

from stdnum.cn import ric

from engine.vault import Vault
from workflows.shared.register import identity_hash

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯"
    "邓曹彭曾蔡潘田董袁于余叶杜苏魏程吕丁任沈姚卢"
)
_GIVEN = {
    "1": "伟强磊洋勇军杰涛超明刚平辉健峰建国文博浩宇子轩志远思源海波立新永康家豪俊凯",
    "2": "芳娜敏静丽艳娟霞秀英慧玲桂兰玉梅雪莹佳怡思琪雨欣梦瑶晓燕婷婷海燕春花若兰静雯",
}
_DISTRICTS = ("330102", "330106", "440103", "440106", "440305", "440304", "110105", "310101")
_SCHOOLS = ("中山大学", "浙江大学", "暨南大学", "上海财经大学", "中南财经政法大学", "厦门大学")
_EMPLOYERS = (
    "演示制造有限公司",
    "演示科技股份有限公司",
    "演示投资有限公司",
    "演示大学",
    "演示医院",
)
_POSITIONS = ("财务经理", "会计", "审计主管", "财务总监", "教师")


def make_person(
    random: Random, vault: Vault, *, serial: int, today: date, **fixed: Any
) -> dict[str, Any]:
    """Invent a member's row without his association and number; `fixed` values win."""
    sex = fixed.get("sex") or random.choice("12")
    birth = fixed.get("birth_date") or date(1958, 1, 1) + timedelta(days=random.randrange(11000))
    number = make_identity_number(random, birth_date=birth, sex=sex, serial=serial)
    admission = date(random.randrange(max(birth.year + 26, 2001), today.year - 2), 3, 15)
    qualified = date(admission.year - 1, 12, 1)
    graduated = date(birth.year + 22, 7, 1)
    person = {
        "kind": "non_practising",
        "firm_id": None,
        "state": "active",
        "admission_date": admission,
        "name": random.choice(_SURNAMES) + "".join(random.sample(_GIVEN[sex], 2)),
        "nation": "01" if random.random() < 0.92 else f"{random.randrange(2, 57):02}",
        "sex": sex,
        "birth_date": birth,
        "identity_type": "identity_card",
        "identity_sealed": vault.seal_text(number),
        "identity_hash": identity_hash(vault, number),
        "certificate_number": f"演示（{qualified.year}）{serial:05}",
        "political_status": random.choice(("masses", "masses", "party_member", "jiusan")),
        "region": "",
        "household_region": "",
        "mobile": f"154{serial:08}",
        "email": f"member{serial:05}@example.com",
        "address": f"演示路{random.randrange(1, 400)}号",
        "postal_code": "",
        "telephone": "",
        "emergency_contact": "",
        "employment": "employed",
        "employer": random.choice(_EMPLOYERS),
        "employer_kind": "private",
        "department": "财务部",
        "position": random.choice(_POSITIONS),
        "professional_title": random.choice(("intermediate", "associate_senior", "none")),
        "work_started_date": graduated + timedelta(days=30),
        "employer_telephone": "",
        "archive_holder": "",
        "education": [
            {
                "education_level": "bachelor",
                "degree": "bachelor",
                "school": random.choice(_SCHOOLS),
                "major": "会计学",
                "graduated_date": graduated.isoformat(),
            }
        ],
        "qualified_date": qualified,
        "domestic_qualifications": random.choice(([], ["tax_agent"], ["asset_appraiser"])),
        "domestic_other": "",
        "international_qualifications": random.choice(([], [], ["acca"], ["cma"])),
        "international_other": "",
        "gave_birth_years": [],
    }
    return {**person, **fixed}


def make_identity_number(random: Random, *, birth_date: date, sex: str, serial: int) -> str:
    """Make an 18-digit number that the check digit fits: odd order numbers are men's."""
    order = serial * 2 % 1000 + (1 if sex == "1" else 0)
    number = f"{random.choice(_DISTRICTS)}{birth_date:%Y%m%d}{order % 1000:03}"
    return number + str(ric.calc_check_digit(number + "0"))
