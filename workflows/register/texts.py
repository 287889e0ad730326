"""What a member is told when his association changed his entry in the register."""

from workflows.shared.templates import ALL_CHANNELS, Texts, make_texts

ABOUT = ("会籍信息", "Membership")

TEXTS: dict[str, Texts] = {
    "register_changed": make_texts(
        ("您的登记信息已变更", "Your entry in the register was changed"),
        (
            (
                "$association变更了您的登记信息：$fields。$note"
                "您可在“我的信息”中查看，如有疑问请联系$association。"
            ),
            (
                "$association changed your entry: $fields.$note You see it in My information."
                " Call $association if anything is wrong."
            ),
        ),
        ("注协变更登记信息", "Changed by the association"),
        ABOUT,
    ),
    "membership_ended": make_texts(
        ("您的会籍已终止", "Your membership has ended"),
        (
            "$association已登记您的会籍终止，会员证同时失效。原因：$reason",
            "$association ended your membership; your certificate is void. Why: $reason",
        ),
        ("注协变更登记信息", "Changed by the association"),
        ABOUT,
        channels=ALL_CHANNELS,
    ),
}
