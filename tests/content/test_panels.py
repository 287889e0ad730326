"""The panels that the server draws in the forms."""

import re
from typing import Any

import jinja2
import pytest
from markupsafe import Markup

from engine.language import _
from forms.panels import loader, panel_template
from tests.content import shipped

HOSTILE = '<script>alert("1")</script>'

ROW = {
    "year": 2021,
    "last_year": None,
    "hours_required": 4000,
    "hours_done": 2000,
    "fee": {"status": "to_pay", "label": "去支付"},
    "missing": None,
}
MISSING = {"hours": 2000, "platform": HOSTILE, "url": "https://learn.example.org/"}
COMMITMENT = {"title": "年检承诺书", "text": f"本人郑重承诺：\n\n一、{HOSTILE}", "version": 3}
FEE: dict[str, Any] = {
    "status": "to_pay",
    "label": "去支付",
    "amount": 20000,
    "years": [2020, 2021],
    "order": None,
    "order_action": "/orders",
    "paid_action": "/paid",
    "transfer_url": "/transfer",
    "account": HOSTILE,
    "claim": None,
    "refusal": "",
    "notice": "",
}
ORDER = {"amount": 20000, "qr_url": "/qr.svg", "pay_url": "/pay", "expires_at": "19:32"}
CLAIM = {
    "kind": "mismatch",
    "kind_label": "金额不符",
    "claimed_at": "2022-09-06 17:32",
    "expected": 20000,
    "paid": 10050,
}
FEE_CLAIM: dict[str, Any] = {
    "member_no": "440100010007",
    "name": HOSTILE,
    "year": 2021,
    "amount": 10000,
    "years": [2020, 2021],
    "kind": "transfer",
    "kind_label": "转账",
    "claimed_at": "2022-09-06 17:32",
    "paid": None,
    "note": HOSTILE,
    "proof": [
        {"name": "回单.pdf", "kind": "pdf", "url": "/files/1"},
        {"name": "回单.png", "kind": "png", "url": "/files/2"},
        {"name": "回单.xlsx", "kind": "xlsx", "url": "/files/3"},
    ],
}

YEAR_TODAY: dict[str, Any] = {
    "year": 2021,
    "result": {"code": "passed", "label": HOSTILE},
    "open": [{"kind": "年检", "code": "in_review", "label": HOSTILE}],
}

DECISION: dict[str, Any] = {
    "year": 2021,
    "result": {"code": "not_passed", "label": "年检不予通过"},
    "office": HOSTILE,
    "decided_date": "2022-09-06",
    "ground": HOSTILE,
    "reason": HOSTILE,
    "decider": HOSTILE,
    "until_date": "2022-10-06",
}

EARLIER: dict[str, Any] = {
    "decisions": [
        {
            "step": "审核",
            "office": HOSTILE,
            "by": HOSTILE,
            "at": "2022-09-06 17:32",
            "outcome": "提出不予通过",
            "look": "is-returned",
            "ground": "受刑事处罚",
            "reason": HOSTILE,
        },
        {
            "step": "复核不予通过",
            "office": "广州市注册会计师协会",
            "by": "广州管理员",
            "at": "2022-09-07 09:00",
            "outcome": "退回审核人",
            "look": "",
            "ground": "",
            "reason": "",
        },
    ],
    "deferred_year": None,
}

ACCOUNT_CHECK = {
    "is_here": True,
    "has_account": True,
    "login": HOSTILE,
    "register": {
        "name": HOSTILE,
        "number": "330000100001",
        "association": "浙江省注册会计师协会",
        "mobile": "154****0001",
        "has_same_name": True,
        "has_same_mobile": False,
    },
}

CODE_SENT = {
    "channel": "sms",
    "is_sent": True,
    "to": HOSTILE,
    "until": "17:37",
    "is_over": False,
    "wait": 43,
}
SCAN: dict[str, Any] = {
    "is_confirmed": False,
    "code": "https://weixin.example.org/q/1",
    "drawn": "",
    "number": "47",
    "until": "17:37",
    "is_scanned": False,
}

CODE = {
    "channel": "sms",
    "is_sent": True,
    "to": "138****5678",
    "until": "17:37",
    "is_over": False,
    "wait": 43,
}

SCAN = {
    "is_confirmed": False,
    "code": "http://weixin.qq.com/q/02",
    "drawn": Markup('<img src="/code.svg" alt="">'),
    "number": "47",
    "until": "17:37",
    "is_scanned": False,
}

RESETS = ("firm_password_reset", "individual_password_reset")

ENROLMENT: dict[str, Any] = {
    "class_name": HOSTILE,
    "when": "2022-10-10 09:00",
    "place": HOSTILE,
    "number": 17,
    "by": HOSTILE,
    "placed": 100,
    "capacity": 100,
    "waiting": 3,
    "overlaps": [HOSTILE, "税法培训班"],
}

LIMITS: dict[str, Any] = {
    "years": [2022, 2021],
    "year_most": 3000,
    "kinds": [{"label": HOSTILE, "most": 2000, "granted": [0, 800]}],
}
OUTPUT_CLAIM: dict[str, Any] = {
    "kind": HOSTILE,
    "year": 2022,
    "claimed": 1200,
    "kind_most": 2000,
    "kind_granted": 800,
    "year_most": 3000,
    "year_granted": 800,
    "left": 1200,
    "earlier": [{"title": HOSTILE, "earned_date": "2022-03-01", "hours": 800}],
}

REGISTER_CHANGES: dict[str, Any] = {
    "fields": [
        {"label": "姓名", "before": HOSTILE, "after": HOSTILE, "is_same": False},
        {"label": "民族", "before": "", "after": "汉族", "is_same": True},
    ],
    "is_superseded": True,
}

ASSOCIATION = {"name": HOSTILE, "telephone": "0571-88886666"}
MISSING_INFORMATION: dict[str, Any] = {
    "typed": ["通讯地址"],
    "proved": ["手机号码"],
    "locked": [HOSTILE],
    "office": ASSOCIATION,
}
ON_SITE: dict[str, Any] = {
    "name": HOSTILE,
    "identity": "3301************12",
    "comparison": "mismatched",
    "overturned": HOSTILE,
    "taken": "01970000-0000-7000-8000-000000000002",
    "appointment": {"date": "2022-09-20", "time": "9:30", "place": HOSTILE},
}
ALONE = {**ON_SITE, "comparison": None, "overturned": None, "taken": None, "appointment": None}
APPEAL = {"reason": HOSTILE, "statement": HOSTILE}
PREVIEW: dict[str, Any] = {
    "seen": HOSTILE,
    "name": HOSTILE,
    "sex": "男",
    "member_number": "330000100001",
    "admission_date": "2015-06-01",
    "association": HOSTILE,
    "issued_date": "2022-09-06",
    "photo": None,
}

SAMPLES: list[tuple[str, dict[str, Any]]] = [
    *(
        (f"{process}/code", panel)
        for process in RESETS
        for panel in (
            CODE,
            {**CODE, "is_over": True, "wait": 0},
            {**CODE, "channel": "official_account", "to": ""},
            {"channel": "sms", "is_sent": False},
        )
    ),
    *(
        (f"{process}/scan", panel)
        for process in RESETS
        for panel in (
            SCAN,
            {**SCAN, "is_scanned": True},
            {**SCAN, "code": "", "drawn": ""},
        )
    ),
    ("inspection/inspection_row", ROW),
    ("inspection/inspection_row", {**ROW, "missing": MISSING}),
    ("inspection/inspection_row", {**ROW, "missing": {**MISSING, "url": ""}}),
    ("inspection/commitment", COMMITMENT),
    ("settlement/fee", {**FEE, "status": "exempt", "amount": 0, "years": []}),
    ("settlement/fee", {**FEE, "status": "confirmed", "amount": 0, "years": []}),
    ("settlement/fee", FEE),
    ("settlement/fee", {**FEE, "refusal": HOSTILE, "notice": HOSTILE}),
    ("settlement/fee", {**FEE, "order": ORDER}),
    ("settlement/fee", {**FEE, "status": "pending", "claim": CLAIM}),
    ("appeal/decision", DECISION),
    ("appeal/decision", {**DECISION, "ground": "", "reason": ""}),
    ("review/earlier_decisions", EARLIER),
    ("review/earlier_decisions", {**EARLIER, "deferred_year": 2020}),
    ("ruling/year_today", YEAR_TODAY),
    ("ruling/year_today", {**YEAR_TODAY, "result": None, "open": []}),
    ("individual_password_reset/code", {"channel": "sms", "is_sent": False}),
    ("individual_password_reset/code", CODE_SENT),
    ("individual_password_reset/code", {**CODE_SENT, "is_over": True, "wait": 0}),
    ("individual_password_reset/code", {**CODE_SENT, "channel": "official_account", "to": ""}),
    ("individual_password_reset/scan", SCAN),
    ("individual_password_reset/scan", {**SCAN, "is_scanned": True}),
    ("individual_password_reset/scan", {**SCAN, "code": ""}),
    ("paper_password_reset/application_form", {"number": "7K3M-QX2P-9RTA", "address": "/f.pdf"}),
    ("paper_password_reset/account_check", ACCOUNT_CHECK),
    ("paper_password_reset/account_check", {**ACCOUNT_CHECK, "register": None}),
    (
        "paper_password_reset/account_check",
        {**ACCOUNT_CHECK, "is_here": False, "has_account": False, "register": None},
    ),
    ("enrolment_place/enrolment", ENROLMENT),
    (
        "enrolment_place/enrolment",
        {**ENROLMENT, "place": "", "by": "", "waiting": 0, "overlaps": []},
    ),
    ("output_hours/limits", LIMITS),
    *(("output_hours/claim", each) for each in (OUTPUT_CLAIM, {**OUTPUT_CLAIM, "earlier": []})),
    ("profile_change/register_today", {"fields": [{"label": "姓名", "value": HOSTILE}]}),
    ("profile_change/changes", REGISTER_CHANGES),
    ("profile_change/changes", {**REGISTER_CHANGES, "is_superseded": False}),
    ("member_certificate/missing_information", MISSING_INFORMATION),
    (
        "member_certificate/missing_information",
        {**MISSING_INFORMATION, "typed": [], "proved": [], "locked": []},
    ),
    ("member_certificate/to_supply", {"missing": [HOSTILE], "owned": [HOSTILE]}),
    ("member_certificate/to_supply", {"missing": [], "owned": []}),
    ("member_certificate/on_site_case", ON_SITE),
    ("member_certificate/on_site_case", ALONE),
    ("member_certificate/photo_refused", {"reason": HOSTILE, "office": ASSOCIATION}),
    ("member_certificate/photo_appeal", {**ON_SITE, **APPEAL}),
    ("member_certificate/photo_appeal", {**ALONE, **APPEAL}),
    ("member_certificate/certificate_preview", PREVIEW),
    ("member_certificate/certificate_preview", {**PREVIEW, "photo": ON_SITE["taken"]}),
    ("payment/fee_claim", FEE_CLAIM),
    ("payment/fee_claim", {**FEE_CLAIM, "proof": [], "paid": 9000, "kind": "mismatch"}),
]


def draw(name: str, panel: dict[str, Any]) -> str:
    """Draw a panel with nothing at hand but its data and the language."""
    environment = jinja2.Environment(
        autoescape=True, loader=loader(), undefined=jinja2.StrictUndefined
    )
    environment.globals["_"] = _
    return environment.get_template(panel_template(name, process="none")).render(panel=panel)


def words(html: str) -> str:
    """What a person reads."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_every_panel_has_a_sample() -> None:
    assert {name for name, _panel in SAMPLES} == {"/".join(each) for each in shipped.PANELS}


@pytest.mark.parametrize(("name", "panel"), SAMPLES)
def test_a_panel_has_neither_scripts_nor_styles_and_escapes_what_it_is_given(
    name: str, panel: dict[str, Any]
) -> None:
    html = draw(name, panel)
    assert words(html)
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=", html)


@pytest.mark.parametrize(("name", "panel"), SAMPLES)
def test_a_panel_closes_what_it_opens(name: str, panel: dict[str, Any]) -> None:
    html = re.sub(r"<(img|br|hr|input)\b[^>]*>", "", draw(name, panel))
    opened = re.findall(r"<([a-z][a-z0-9]*)\b", html)
    closed = re.findall(r"</([a-z][a-z0-9]*)>", html)
    assert sorted(opened) == sorted(closed)


def test_hours_have_two_decimals_and_a_year_may_be_blank() -> None:
    said = words(draw("inspection/inspection_row", ROW))
    assert "40.00" in said
    assert "20.00" in said
    assert "–" in said


def test_missing_hours_are_said_with_the_way_to_the_platform() -> None:
    html = draw("inspection/inspection_row", {**ROW, "missing": MISSING})
    assert "20.00 more hours" in words(html)
    assert 'href="https://learn.example.org/"' in html


def test_a_fee_to_pay_can_be_paid_claimed_or_transferred() -> None:
    html = draw("settlement/fee", FEE)
    assert re.findall(r'formaction="([^"]*)"', html) == ["/orders", "/paid"]
    assert 'href="/transfer"' in html
    assert "200.00" in words(html)


def test_a_live_order_shows_its_code_and_until_when() -> None:
    html = draw("settlement/fee", {**FEE, "order": ORDER})
    assert re.findall(r'formaction="([^"]*)"', html) == ["/paid"]
    assert 'src="/qr.svg"' in html
    assert "19:32" in words(html)


@pytest.mark.parametrize("status", ["exempt", "pending", "confirmed"])
def test_only_a_fee_to_pay_offers_to_pay(status: str) -> None:
    assert "formaction" not in draw("settlement/fee", {**FEE, "status": status})


def test_a_mismatch_shows_both_amounts() -> None:
    said = words(draw("settlement/fee", {**FEE, "status": "pending", "claim": CLAIM}))
    assert "200.00" in said
    assert "100.50" in said


def test_where_the_fee_is_only_shown_nothing_can_be_pressed() -> None:
    shown = {**FEE, "order_action": "", "paid_action": "", "transfer_url": ""}
    assert not re.search(r"<button|<a ", draw("settlement/fee", shown))


def test_the_proof_of_a_transfer_is_shown_in_place() -> None:
    html = draw("payment/fee_claim", FEE_CLAIM)
    assert 'src="/files/1"' in html
    assert 'src="/files/2"' in html
    assert re.findall(r'(\w+)="/files/3"', html) == ["href"]
