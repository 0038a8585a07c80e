"""Sending mail by SMTP, once: what the server said becomes an outcome, and a lost answer a doubt.

All recipients get it or none does, so that an e-mail that is tried again reaches nobody twice.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import timedelta

import aiosmtplib

from bot.mail.letter import Letter, as_bytes, message_id_of
from bot.mail.settings import MailSettings
from bot.mail.trouble import plain, trouble_of
from bot.views.outbox import MAIL_REFUSED
from store.deliveries import Delivery
from store.pushes import written_at_of
from store.sending import Arrived, InDoubt, Later, Outcome, Refused, Trace, Untraceable

_AT_ONCE = 4
_STEP_SECONDS = 30.0
# A server may look through an attachment before it says whether it takes it.
_DATA_SECONDS = 120.0
_QUIT_SECONDS = 2.0
_FOR_GOOD = 500

# The files that a delivery's payload names, with their content; or what to do without them.
FilesOf = Callable[[Delivery], Awaitable[tuple[tuple[str, bytes], ...] | Later | Refused]]


class MailSends:
    """The sender of deliveries whose target is mail; see `store.sending.Sender`."""

    spacing = timedelta()

    def __init__(self, settings: MailSettings, files_of: FilesOf) -> None:
        self._settings, self._files_of = settings, files_of
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def send(self, delivery: Delivery) -> Outcome:
        """One attempt, told as data."""
        files = await self._files_of(delivery)
        if isinstance(files, Later | Refused):
            return files
        try:
            letter = letter_of(delivery, self._settings, files)
            content = as_bytes(letter)
        except ValueError as error:
            return Refused(reason=f"{MAIL_REFUSED}: it cannot be written as an e-mail ({error})")
        async with self._turns:
            return await self._sent(letter, content)

    async def find(self, _delivery: Delivery) -> Trace:
        """A mail server cannot be asked what it took."""
        return Untraceable()

    async def _sent(self, letter: Letter, content: bytes) -> Outcome:
        client = client_of(self._settings)
        try:
            await client.connect()
            await _envelope(client, letter, content)
        except (aiosmtplib.SMTPException, OSError) as error:
            client.close()
            return _before(error)
        try:
            await client.data(content, timeout=_DATA_SECONDS)
        except aiosmtplib.SMTPResponseException as error:
            return _told(error.code, error.message)
        except (aiosmtplib.SMTPException, OSError) as error:
            return InDoubt(reason=f"the connection to the mail server was lost ({type(error).__name__})")
        finally:
            await _left(client)
        return Arrived(external_id=letter.message_id)


def client_of(settings: MailSettings) -> aiosmtplib.SMTP:
    """A client that is not connected yet; connecting logs in, over TLS where that is wanted, or fails."""
    return aiosmtplib.SMTP(
        hostname=settings.host,
        port=settings.port,
        username=settings.user or None,
        password=settings.password or None,
        use_tls=settings.tls == "implicit",
        start_tls=settings.tls == "starttls",
        timeout=_STEP_SECONDS,
    )


def letter_of(delivery: Delivery, settings: MailSettings, files: tuple[tuple[str, bytes], ...] = ()) -> Letter:
    """The letter in a delivery's payload."""
    payload: Mapping[str, str] = delivery.payload
    return Letter(
        message_id=message_id_of(delivery.id, settings.sender),
        sender=settings.sender,
        to=tuple(payload["recipients"].split()),
        cc=tuple(payload["cc"].split()),
        reply_to=payload["reply_to"],
        subject=payload["title"],
        text=payload["text"],
        at=written_at_of(payload),
        files=files,
        meant_for=tuple(payload["meant_for"].split()),
    )


async def _envelope(client: aiosmtplib.SMTP, letter: Letter, content: bytes) -> None:
    """Name sender and recipients. Raises SMTPException as soon as one of them is refused."""
    options = [f"size={len(content)}"] if client.supports_extension("size") else None
    await client.mail(letter.sender.addr_spec, options=options)
    for each in letter.recipients:
        await client.rcpt(each)


def _before(error: Exception) -> Outcome:
    """What an error means before anything of the e-mail itself has left."""
    if isinstance(error, aiosmtplib.SMTPRecipientRefused):
        return _told(error.code, f"{error.message} ({error.recipient})")
    if isinstance(error, aiosmtplib.SMTPSenderRefused):
        return _told(error.code, error.message)
    return Later(reason=f"the mail server {trouble_of(error).words}")


def _told(code: int, words: str) -> Outcome:
    """A refusal with its code: for good, or for now."""
    reason = f"{code} {plain(words)}"
    return Refused(reason=f"{MAIL_REFUSED}: {reason}") if code >= _FOR_GOOD else Later(reason=reason)


async def _left(client: aiosmtplib.SMTP) -> None:
    """Say goodbye, if anybody is still there: nothing depends on it."""
    with suppress(aiosmtplib.SMTPException, OSError):
        await client.quit(timeout=_QUIT_SECONDS)
    client.close()
