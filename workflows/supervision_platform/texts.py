"""What a CPA is told when the supervision platform changed his data."""

from workflows.shared.templates import Texts, make_texts

TEXTS: dict[str, Texts] = {
    "platform_updated": make_texts(
        ("登记信息已同步更新", "Your register data were updated"),
        (
            "监管平台已更新您的登记信息：$fields。$note如与实际不符，请在该平台更正或联系$association。",
            "The platform updated your data: $fields.$note Correct it there or call $association.",
        ),
        ("注册会计师行业统一监管平台", "Supervision platform of the profession"),
        ("会籍信息", "Membership"),
    ),
}
