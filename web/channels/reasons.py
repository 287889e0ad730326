"""What codes of a provider mean to an administrator who asks why something did not arrive."""

from collections.abc import Mapping

from engine.language import N_
from workflows.channels.mail.letters import NOT_AN_ADDRESS
from workflows.channels.mail.smtp import NOT_OFFERED
from workflows.channels.sms.templates import NO_TEMPLATE, NOT_A_MOBILE
from workflows.shared.channels import EMAIL, OFFICIAL_ACCOUNT, SMS

_NOT_WANTED = N_("This person does not want messages from the official account.")
_WRONG_KEYS = N_("WeChat does not accept the AppID and AppSecret in the settings.")
_WRONG_TEMPLATE = N_("WeChat's template does not take it: its id or its fields in the settings.")

_NUMBER_LIMIT = N_("This number has had as many text messages as the provider allows for now.")
_APP_LIMIT = N_(
    "The provider sends no more text messages today: the application's limit is reached."
)
_WRONG_SMS_KEYS = N_("The provider of text messages does not accept the keys in the settings.")
_NOT_APPROVED = N_(
    "The provider has not approved this template, or its id in the settings is wrong."
)
_WRONG_SIGNATURE = N_("The provider has not approved the signature in the settings.")
_NO_MAILBOX = N_("The mail server knows no such mailbox.")

REASONS: Mapping[str, Mapping[str, str]] = {
    OFFICIAL_ACCOUNT: {
        "43004": N_("This person does not follow the official account any more."),
        "43101": _NOT_WANTED,
        "user_block": _NOT_WANTED,
        "system_failed": N_("WeChat took it and could not deliver it."),
        "40003": N_("The official account does not know this WeChat user."),
        "40037": _WRONG_TEMPLATE,
        "47003": _WRONG_TEMPLATE,
        "45009": N_("WeChat sends no more today: the official account's quota is used up."),
        "40164": N_("This server's address is not on the official account's list at WeChat."),
        "40013": _WRONG_KEYS,
        "40125": _WRONG_KEYS,
        "48001": N_("WeChat does not let the official account do this."),
    },
    SMS: {
        NOT_A_MOBILE: N_("This is not the number of a mobile phone."),
        NO_TEMPLATE: N_("The settings name no template for numbers abroad."),
        "InvalidParameterValue.IncorrectPhoneNumber": N_("No phone has this number."),
        "FailedOperation.PhoneNumberInBlacklist": N_("This number does not want text messages."),
        "FailedOperation.ContainSensitiveWord": N_("The provider forbids a word in the text."),
        "FailedOperation.InsufficientBalanceInSmsPackage": N_(
            "The text messages that were paid for are used up: buy more from the provider."
        ),
        "UnauthorizedOperation.SerivceSuspendDueToArrears": N_(
            "The provider's bill has not been paid."
        ),
        "FailedOperation.SignatureIncorrectOrUnapproved": _WRONG_SIGNATURE,
        "FailedOperation.MissingSignature": _WRONG_SIGNATURE,
        "FailedOperation.TemplateIncorrectOrUnapproved": _NOT_APPROVED,
        "FailedOperation.TemplateUnapprovedOrNotExist": _NOT_APPROVED,
        "FailedOperation.TemplateParamSetNotMatchApprovedTemplate": N_(
            "The approved template has other blanks than the text."
        ),
        "LimitExceeded.PhoneNumberThirtySecondLimit": _NUMBER_LIMIT,
        "LimitExceeded.PhoneNumberOneHourLimit": _NUMBER_LIMIT,
        "LimitExceeded.PhoneNumberDailyLimit": _NUMBER_LIMIT,
        "LimitExceeded.PhoneNumberSameContentDailyLimit": _NUMBER_LIMIT,
        "LimitExceeded.AppDailyLimit": _APP_LIMIT,
        "LimitExceeded.AppMainlandChinaDailyLimit": _APP_LIMIT,
        "LimitExceeded.AppGlobalDailyLimit": _APP_LIMIT,
        "AuthFailure.SecretIdNotFound": _WRONG_SMS_KEYS,
        "AuthFailure.SignatureFailure": _WRONG_SMS_KEYS,
        "AuthFailure.UnauthorizedOperation": _WRONG_SMS_KEYS,
        "AuthFailure.SignatureExpire": N_("This server's clock is wrong."),
    },
    EMAIL: {
        NOT_AN_ADDRESS: N_("This is not a mail address."),
        NOT_OFFERED: N_("The mail server does not offer the encryption that the settings ask for."),
        "535": N_("The mail server does not accept the user and password in the settings."),
        "530": N_("The mail server wants a user and a password in the settings."),
        "550": _NO_MAILBOX,
        "553": _NO_MAILBOX,
        "552": N_("The mailbox is full."),
        "554": N_("The mail server takes it for unwanted mail."),
    },
}
"""Sentences by channel and code; only what somebody can do something about, or with."""


def find_reason(channel: str, code: str) -> str | None:
    """The message id of what a code means, or None where it says enough itself."""
    return REASONS.get(channel, {}).get(code)
