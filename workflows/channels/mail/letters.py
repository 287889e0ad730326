"""Letters: what goes to a mail server, with headers that nobody can add to."""

import hashlib
import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from workflows.shared.channels import ChannelRefused

NOT_AN_ADDRESS = "not_an_address"

SUBJECT_LENGTH = 200
ADDRESS_LENGTH = 254

_PART = r"[^\s@<>()\[\]\\,;:\"]+"
_ADDRESS = re.compile(rf"({_PART})@({_PART}\.{_PART})")


def message_id(key: str, domain: str) -> str:
    """The Message-ID of a key: the same again, so that a letter sent twice is seen as one."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def read_address(text: str, name: str = "") -> Address:
    """An address with a name to show; raises ChannelRefused for what is none."""
    found = _ADDRESS.fullmatch(text)
    if found is None or len(text) > ADDRESS_LENGTH or not text.isprintable():
        raise ChannelRefused(NOT_AN_ADDRESS)
    return Address(display_name=name, username=found[1], domain=found[2])


def write_letter(
    *, sender: Address, to: Address, subject: str, text: str, key: str, now: datetime
) -> EmailMessage:
    """A letter in UTF-8 that no machine answers."""
    letter = EmailMessage(policy=SMTP)
    letter["From"] = sender
    letter["To"] = to
    letter["Subject"] = _one_line(subject)[:SUBJECT_LENGTH]
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = message_id(key, sender.domain)
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(text, cte="base64")
    return letter


def _one_line(text: str) -> str:
    """A header is one line: whatever else breaks or hides a line becomes a space."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())
