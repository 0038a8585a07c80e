"""The mail server: ESMTP with a login, on loopback, with or without TLS."""

import asyncio
import logging
import re
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from sandbox.smtp.certificate import own_certificate
from sandbox.smtp.faults import MailFault, MailFaults, Stage
from sandbox.smtp.mailbox import Mail, Mailbox

USER, PASSWORD = "tesorio", "sandbox-mail-password"  # opens nothing but this stand-in
MAX_BYTES = 25 * 2**20
MAX_RECIPIENTS = 100
# It warns of its own past at every login, and of every client that leaves in the middle, which is what tests are about.
logging.getLogger("mail.log").setLevel(logging.CRITICAL)
Tls = Literal["none", "starttls", "implicit"]
_ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;.]+")


class MailStandIn:
    """Takes mail after a login, and keeps it.

        async with MailStandIn() as mail: … mail.url, mail.box.mails, mail.faults

    A message has at most 25 MB and 100 recipients, and lines of at most 1,000 bytes, as RFC 5321 has it. With `tls` it
    wants STARTTLS before anything else, or begins with TLS («implicit»), and shows `certificate`, a PEM for the host
    `certified_for` that nobody trusts by himself.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        tls: Tls = "none",
        certified_for: str = "127.0.0.1",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.certificate = ""
        self._way = tls
        self._tls: ssl.SSLContext | None = None
        if tls != "none":
            self.certificate, self._tls = own_certificate(certified_for)
        self.box = Mailbox()
        self.faults = MailFaults()
        self._port = port
        self._now = now
        self._server: asyncio.Server | None = None
        self._open: set[SMTP] = set()

    @property
    def url(self) -> str:
        """The setting that points at it, with the login."""
        place = f"{USER}:{PASSWORD}@127.0.0.1:{self._port}"
        return {
            "none": f"smtp://{place}",
            "starttls": f"smtp://{place}?starttls=on",
            "implicit": f"smtps://{place}",
        }[self._way]

    @property
    def port(self) -> int:
        return self._port

    async def start(self) -> None:
        """Listens on 127.0.0.1; port 0 takes a free one. Raises OSError when the port is taken."""
        loop = asyncio.get_running_loop()
        handler = _Handler(self.box, self.faults, self._now)
        later, at_once = (self._tls, None) if self._way == "starttls" else (None, self._tls)
        self._server = await loop.create_server(
            lambda: _protocol(handler, later, self._open), "127.0.0.1", self._port, ssl=at_once
        )
        self._port = int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Closes every connection."""
        if self._server is None:
            return
        self._server.close()
        for connection in tuple(self._open):
            _abort(connection)
        # A turn of the loop, in which each connection learns that it is lost.
        await asyncio.sleep(0)
        await self._server.wait_closed()
        self._server = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()


class _Connection(SMTP):
    """Known among the open ones for as long as it is."""

    def __init__(self, handler: "_Handler", among: set[SMTP], **settings: Any) -> None:
        super().__init__(handler, **settings)
        self._among = among

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._among.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._among.discard(self)
        super().connection_lost(error)


def _abort(connection: SMTP) -> None:
    if isinstance(connection.transport, asyncio.Transport):
        connection.transport.abort()


def _protocol(handler: "_Handler", tls: ssl.SSLContext | None, among: set[SMTP]) -> SMTP:
    return _Connection(
        handler,
        among,
        data_size_limit=MAX_BYTES,
        enable_SMTPUTF8=True,
        hostname="mail.sandbox.example",
        ident="ESMTP",
        tls_context=tls,
        require_starttls=tls is not None,
        auth_require_tls=tls is not None,
        authenticator=handler.authenticated,
        loop=asyncio.get_running_loop(),
    )


class _Handler:
    """What each command is answered with; aiosmtpd sees to their syntax and their order."""

    def __init__(self, box: Mailbox, faults: MailFaults, now: Callable[[], datetime]) -> None:
        self._box = box
        self._faults = faults
        self._now = now

    def authenticated(self, server: SMTP, _: Session, __: Envelope, ___: str, login: Any) -> AuthResult:
        fault = self._faults.take(Stage.AUTH)
        if fault:
            return AuthResult(success=False, handled=False, message=_reply(server, fault))
        known = isinstance(login, LoginPassword) and (login.login, login.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=known, handled=False, message=None if known else "535 5.7.8 Authentication failed")

    async def handle_MAIL(  # noqa: N802 - the name by which aiosmtpd finds it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not session.authenticated:
            return "530 5.7.0 Authentication required"
        fault = self._faults.take(Stage.MAIL, address)
        if fault:
            return _reply(server, fault)
        if not _ADDRESS.fullmatch(address):
            return "553 5.1.7 The sender's address is not valid"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Ok"

    async def handle_RCPT(  # noqa: N802 - likewise
        self, server: SMTP, _: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        fault = self._faults.take(Stage.RCPT, address)
        if fault:
            return _reply(server, fault)
        if not _ADDRESS.fullmatch(address):
            return "553 5.1.3 The recipient's address is not valid"
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:  # noqa: N802 - likewise
        fault = self._faults.take(Stage.DATA)
        if fault is None or fault.is_taken:
            self._take(envelope)
        if fault is None:
            return f"250 2.0.0 Ok: queued as {len(self._box.mails)}"
        await asyncio.sleep(fault.seconds)
        return _reply(server, fault)

    def _take(self, envelope: Envelope) -> None:
        content = envelope.original_content or b""
        mail = Mail(
            at=self._now(),
            sender=envelope.mail_from or "",
            recipients=tuple(envelope.rcpt_tos),
            content=content,
        )
        self._box.put(mail)


def _reply(server: SMTP, fault: MailFault) -> str:
    """The refusal; a connection that is to be lost is lost before it could be sent."""
    if fault.reply is None:
        _abort(server)
    return fault.reply or "250 2.0.0 Ok"
