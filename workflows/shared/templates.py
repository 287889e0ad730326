"""The wording of messages, in both languages. `$name` takes a value; associations may adapt it.

Keys are `<template>` or `<template>.<kind of application>`.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Texts:
    """A message's wording with the step and subject that it names."""

    title: str
    title_en: str
    text: str
    text_en: str
    node: str
    node_en: str
    about: str
    about_en: str

    def worded(self, title: str, title_en: str, text: str, text_en: str) -> "Texts":
        """The same message in an association's own words."""
        return replace(self, title=title, title_en=title_en, text=text, text_en=text_en)


_INSPECTION = ("年检信息", "Inspection")
_DEFERRAL = ("暂缓信息", "Deferral")
_FEE = ("会费信息", "Fee")
_HOURS = ("学时信息", "Hours")


def _texts(
    title: tuple[str, str], text: tuple[str, str], node: tuple[str, str], about: tuple[str, str]
) -> Texts:
    return Texts(*title, *text, *node, *about)


TEMPLATES = {
    "application_returned.inspection": _texts(
        ("$year年度年检申请已退回", "Your inspection application for $year was returned"),
        ("$reason", "$reason"),
        ("地方注协非执业会员审核退回", "Returned by the local association"),
        _INSPECTION,
    ),
    "application_returned.deferral": _texts(
        ("$year年度暂缓年检申请已退回", "Your deferral application for $year was returned"),
        ("$reason", "$reason"),
        ("地方注协非执业会员审核暂缓退回", "Deferral returned by the local association"),
        _DEFERRAL,
    ),
    "application_approved.inspection": _texts(
        ("$year年度年检通过", "Your inspection for $year has passed"),
        (
            "您的$year年度年检已通过，可以查看和下载年检二维码。",
            "Your inspection for $year has passed. Its QR code is ready.",
        ),
        ("地方注协非执业会员审核通过", "Approved by the local association"),
        _INSPECTION,
    ),
    "application_approved.deferral": _texts(
        ("$year年度暂缓年检已同意", "Your inspection for $year is deferred"),
        (
            "您的$year年度暂缓年检申请已同意。",
            "Your application to defer the inspection for $year was approved.",
        ),
        ("地方注协非执业会员审核暂缓通过", "Deferral approved by the local association"),
        _DEFERRAL,
    ),
    "fee_not_received": _texts(
        ("$year年度会费未收到", "Your fee for $year was not received"),
        ("$reason", "$reason"),
        ("地方注协会费确认", "Fee confirmation by the local association"),
        _FEE,
    ),
    "payment_received": _texts(
        ("$year年度会费已收到", "Your fee for $year was received"),
        ("已收到您$year年度会费$amount元。", "Your fee of $amount yuan for $year was received."),
        ("会费支付", "Fee payment"),
        _FEE,
    ),
    "payment_refunded": _texts(
        ("重复支付的会费将退回", "A second payment is refunded"),
        (
            "您$year年度会费已经缴清，重复支付的$amount元将原路退回。",
            "Your fee for $year was paid before. The second payment of $amount yuan is refunded.",
        ),
        ("会费支付", "Fee payment"),
        _FEE,
    ),
    "payment_mismatched": _texts(
        ("$year年度会费金额不符", "The amount paid for $year does not match"),
        (
            "应缴$expected元，实收$amount元，等待$association确认。",
            "$expected yuan were due and $amount yuan arrived. $association will confirm it.",
        ),
        ("会费支付", "Fee payment"),
        _FEE,
    ),
    "hours_credited": _texts(
        ("学时已到账", "Hours have arrived"),
        (
            "您的$year年度学时已增加$hours学时，请继续办理年检申请。",
            "$hours hours were credited for $year. You can go on with your application.",
        ),
        ("学时", "Hours"),
        _HOURS,
    ),
}
