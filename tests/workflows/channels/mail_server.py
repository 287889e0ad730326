"""A local SMTP server (aiosmtpd) that takes letters, is slow, refuses, encrypts."""

import asyncio
import email
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "huiji", "marked-password-of-mail"


@dataclass
class MailServer:
    """What arrived, and what is said instead of taking a letter.

    `at_recipient` and `at_data`: replies such as `450 4.2.1 busy`; `seconds`: how long it takes
    for a letter.
    """

    letters: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    signed_in: list[str] = field(default_factory=list)
    was_encrypted: list[bool] = field(default_factory=list)
    at_recipient: str = ""
    at_data: str = ""
    hangs_up: bool = False
    seconds: float = 0
    port: int = 0

    async def handle_RCPT(  # noqa: N802  aiosmtpd asks for it
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if self.at_recipient:
            return self.at_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  aiosmtpd asks for it
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.hangs_up:
            assert server.transport is not None
            server.transport.abort()
        await asyncio.sleep(self.seconds)
        if self.at_data:
            return self.at_data
        assert isinstance(envelope.content, bytes)
        letter = email.message_from_bytes(envelope.content, policy=default)
        self.letters.append((list(envelope.rcpt_tos), letter))
        self.was_encrypted.append(session.ssl is not None)
        return "250 taken"

    def authenticate(
        self, _server: Any, _session: Any, _envelope: Any, _how: str, said: Any
    ) -> AuthResult:
        """Know one user."""
        assert isinstance(said, LoginPassword)
        is_right = (said.login, said.password) == (USER.encode(), PASSWORD.encode())
        if is_right:
            self.signed_in.append(said.login.decode())
        return AuthResult(success=is_right, handled=False)


def make_contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The contexts of a server and of a client that trusts it."""
    authority = trustme.CA()
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(server)
    authority.configure_trust(client)
    return server, client


class _OnThisPort(Controller):
    """A controller that serves at a port which is ours already."""

    def __init__(self, mail: MailServer, listening: socket.socket, **said: Any) -> None:
        super().__init__(mail, "127.0.0.1", listening.getsockname()[1], **said)
        self._listening = listening

    def _create_server(self) -> Any:
        return self.loop.create_server(
            self._factory_invoker, sock=self._listening, ssl=self.ssl_context
        )


@contextmanager
def serve_mail(
    *, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None
) -> Iterator[MailServer]:
    """Serve until the block ends."""
    mail = MailServer()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        mail.port = listening.getsockname()[1]
        controller = _OnThisPort(
            mail,
            listening,
            ssl_context=tls,
            tls_context=starttls,
            require_starttls=starttls is not None,
            auth_require_tls=False,
            authenticator=mail.authenticate,
            enable_SMTPUTF8=True,
        )
        controller.start()
        try:
            yield mail
        finally:
            controller.stop()
