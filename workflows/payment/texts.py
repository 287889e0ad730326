"""What the member is told of the fee."""

from workflows.shared.templates import ALL_CHANNELS, Texts, make_texts

ABOUT = ("会费信息", "Fee")

TEXTS: dict[str, Texts] = {
    "fee_not_received": make_texts(
        ("$year年度会费未收到", "Your fee for $year was not received"),
        ("$reason", "$reason"),
        ("地方注协会费确认", "Fee confirmation by the local association"),
        ABOUT,
        channels=ALL_CHANNELS,
    ),
    "payment_received": make_texts(
        ("$year年度会费已收到", "Your fee for $year was received"),
        ("已收到您$year年度会费$amount元。", "Your fee of $amount yuan for $year was received."),
        ("会费支付", "Fee payment"),
        ABOUT,
    ),
    "payment_refunded": make_texts(
        ("重复支付的会费将退回", "A second payment is refunded"),
        (
            "您$year年度会费已经缴清，重复支付的$amount元将原路退回。",
            "Your fee for $year was paid before. The second payment of $amount yuan is refunded.",
        ),
        ("会费支付", "Fee payment"),
        ABOUT,
    ),
    "payment_mismatched": make_texts(
        ("$year年度会费金额不符", "The amount paid for $year does not match"),
        (
            "应缴$expected元，实收$amount元，等待$association确认。",
            "$expected yuan were due and $amount yuan arrived. $association will confirm it.",
        ),
        ("会费支付", "Fee payment"),
        ABOUT,
    ),
}
