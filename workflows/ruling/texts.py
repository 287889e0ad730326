"""What a member is told when his year was settled by hand."""

from workflows.shared.templates import ALL_CHANNELS, Texts, make_texts

ABOUT = ("年检信息", "Inspection")
NODE = ("地方注协特殊状态处理", "Settled by the association")


def _make(words: str, words_en: str, ground: str = "", ground_en: str = "") -> Texts:
    return make_texts(
        (f"$year年度年检结果：{words}", f"Your inspection for $year: {words_en}"),
        (
            f"经$association核定，您$year年度的年检结果为“{words}”。{ground}理由：$reason",
            f"$association settled your inspection for $year: {words_en}. {ground_en}Why: $reason",
        ),
        NODE,
        ABOUT,
        channels=ALL_CHANNELS,
    )


TEXTS: dict[str, Texts] = {
    "year_ruled.passed": _make("年检通过", "passed"),
    "year_ruled.deferred": _make("暂缓年检", "deferred"),
    "year_ruled.not_passed": _make(
        "年检不予通过", "not passed", "事由：$ground。", "Ground: $ground. "
    ),
    "year_ruled.not_inspected": _make("未参检", "not inspected"),
    "year_ruled.exempt": _make("免检", "exempt"),
}
