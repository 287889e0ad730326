"""What stands around a message, a code or a link when it is sent, in the reader's language.

Providers of text messages have approved wordings of their own; these are for the other channels.
"""

from string import Template

ENGLISH = "en"

CODE = {
    "zh": ("验证码：$code", "验证码$code，$minutes分钟内有效，只能使用一次。请勿告诉他人。"),
    "en": (
        "Your code: $code",
        "Your code is $code. It is valid for $minutes minutes and serves once. Tell it to nobody.",
    ),
}
LINK = {
    "reset": {
        "zh": ("设置新密码", "请打开链接设置新密码，$until前有效，只能使用一次。请勿转发。"),
        "en": (
            "Set a new password",
            "Open this link to set a new password. It serves once, until $until.",
        ),
    },
    "activation": {
        "zh": ("激活账号", "请打开链接激活账号并设置密码，$until前有效，只能使用一次。请勿转发。"),
        "en": (
            "Activate your account",
            "Open this link to activate your account. It serves once, until $until.",
        ),
    },
    "receipt": {
        "zh": ("继续办理您的申请", "请打开链接继续办理您的申请，$until前有效。请勿转发。"),
        "en": (
            "Go on with your application",
            "Open this link to go on with your application, until $until.",
        ),
    },
}
MAIL = {
    "zh": "$name：\n\n$text\n\n$address\n\n$office\n本邮件由系统自动发送，请勿回复。",
    "en": "Dear $name,\n\n$text\n\n$address\n\n$office\n"
    "This mail was sent automatically. Please do not answer it.",
}
MAIL_TO_NOBODY_KNOWN = {
    "zh": "$text\n\n$address\n\n本邮件由系统自动发送，请勿回复。",
    "en": "$text\n\n$address\n\nThis mail was sent automatically. Please do not answer it.",
}
"""Whoever opens a mailbox need not be told whose account it belongs to."""


def fill(words: str, **values: object) -> str:
    """Words with their values in them."""
    return Template(words).substitute(values)


def language_of(locale: str) -> str:
    """The language of a person whose account says so."""
    return ENGLISH if locale.startswith(ENGLISH) else "zh"
