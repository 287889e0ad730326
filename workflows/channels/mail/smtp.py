"""Mail through a server that speaks SMTP; encrypted, unless it stands on this very machine."""

import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Literal, cast

from engine.engine import wall_clock
from workflows.channels.mail.letters import read_address, write_letter
from workflows.shared.channels import ChannelAway, ChannelRefused
from workflows.shared.service_settings import IncompleteSettings, ServiceSettings

Security = Literal["tls", "starttls", "none"]
"""`tls` from the first byte, `starttls` before anything is said, `none` on this machine only."""

PORTS: dict[Security, int] = {"tls": 465, "starttls": 587, "none": 25}
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
TIMEOUT = 15.0
"""Seconds for each answer of the server."""

NOT_OFFERED = "not_offered"
"""The server does not offer what is asked of it: encryption, signing in, letters in UTF-8."""


@dataclass(frozen=True)
class SmtpSender:
    """The client of a mail server. One connection a letter: few are sent, by many processes."""

    host: str
    port: int
    security: Security
    sender: Address
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: float = TIMEOUT
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)
    clock: Callable[[], datetime] = wall_clock

    def send(self, *, to: str, subject: str, text: str, key: str) -> str:
        """Hand a letter to the server; its Message-ID. Raises ChannelAway or ChannelRefused."""
        letter = write_letter(
            sender=self.sender,
            to=read_address(to),
            subject=subject,
            text=text,
            key=key,
            now=self.clock(),
        )
        try:
            self._hand_over(letter)
        except smtplib.SMTPAuthenticationError as error:
            # No fault of the letter: it can be sent when the settings are put right.
            raise ChannelAway(str(error.smtp_code)) from error
        except smtplib.SMTPRecipientsRefused as error:
            ((code, _said),) = error.recipients.values()
            raise _error_of(code) from error
        except smtplib.SMTPResponseException as error:
            raise _error_of(error.smtp_code) from error
        except smtplib.SMTPNotSupportedError as error:
            raise ChannelRefused(NOT_OFFERED) from error
        except OSError as error:
            # No connection, no answer in time, a certificate that is not the server's.
            raise ChannelAway from error
        return str(letter["Message-ID"])

    def _hand_over(self, letter: EmailMessage) -> None:
        server = self._connect()
        try:
            self._introduce(server)
            server.send_message(letter)
        finally:
            # What was taken stays taken, however the server says good-bye.
            with suppress(OSError):
                server.quit()

    def _introduce(self, server: smtplib.SMTP) -> None:
        try:
            if self.security == "starttls":
                server.starttls(context=self.context)
            if self.user:
                server.login(self.user, self.password)
        except smtplib.SMTPNotSupportedError as error:
            raise ChannelAway(NOT_OFFERED) from error

    def _connect(self) -> smtplib.SMTP:
        if self.security == "tls":
            return smtplib.SMTP_SSL(
                self.host, self.port, timeout=self.timeout, context=self.context
            )
        return smtplib.SMTP(self.host, self.port, timeout=self.timeout)


def make_sender(settings: ServiceSettings) -> SmtpSender:
    """The sender of an installation; raises IncompleteSettings."""
    host = settings.get("HUIJI_MAIL_SERVER")
    security = cast("Security", settings.find("HUIJI_MAIL_SECURITY", "tls"))
    if security not in PORTS:
        known = ", ".join(PORTS)
        raise IncompleteSettings(f"HUIJI_MAIL_SECURITY is one of {known}, not {security}")
    if security == "none" and host not in LOCAL:
        raise IncompleteSettings("HUIJI_MAIL_SECURITY=none is for a server on this machine only")
    user = settings.find("HUIJI_MAIL_USER")
    return SmtpSender(
        host=host,
        port=settings.get_number("HUIJI_MAIL_PORT", PORTS[security]),
        security=security,
        sender=_read_sender(settings),
        user=user,
        password=settings.get("HUIJI_MAIL_PASSWORD") if user else "",
    )


def _read_sender(settings: ServiceSettings) -> Address:
    try:
        return read_address(
            settings.get("HUIJI_MAIL_FROM"), settings.find("HUIJI_MAIL_FROM_NAME", "会籍")
        )
    except ChannelRefused as error:
        raise IncompleteSettings("HUIJI_MAIL_FROM is no mail address") from error


def _error_of(code: int) -> ChannelAway | ChannelRefused:
    """RFC 5321: what begins with 5 is for good, all else may be tried again."""
    return ChannelRefused(str(code)) if 500 <= code < 600 else ChannelAway(str(code))
