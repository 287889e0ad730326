"""What is left to see of personal data for those whose task does not need them."""


def mask_name(name: str) -> str:
    """The first character, the others as stars: 蔡**."""
    return name[:1] + "*" * max(len(name) - 1, 0)


def mask_mobile(mobile: str) -> str:
    """138****5678; short numbers keep their last two digits only."""
    if len(mobile) >= 11:
        return f"{mobile[:3]}****{mobile[-4:]}"
    return "*" * max(len(mobile) - 2, 0) + mobile[-2:]


def mask_identity(number: str) -> str:
    """The first seven characters of a resident's number, less of shorter ones: 1101021*****."""
    shown = 7 if len(number) >= 15 else 2
    return number[:shown] + "*" * max(len(number) - shown, 0)


def mask_email(email: str) -> str:
    """The first character and the domain: z***@example.cn."""
    local, at, domain = email.partition("@")
    return f"{local[:1]}***{at}{domain}" if at else mask_name(email)
