"""The mail server as a real client meets it."""

import ssl
from collections.abc import AsyncIterator
from email.message import EmailMessage
from typing import Literal
from urllib.parse import urlsplit

import aiosmtplib
import pytest

from sandbox.smtp import MailStandIn, Stage


@pytest.fixture
async def mail() -> AsyncIterator[MailStandIn]:
    async with MailStandIn() as standing_in:
        yield standing_in


def letter(**headers: str) -> EmailMessage:
    message = EmailMessage()
    said = {"From": "ana@corvane.example", "To": "ap@sun.example", "Subject": "Rückstand", **headers}
    for name, value in said.items():
        message[name] = value
    message.set_content("Dear Grace,\n.\nplease pay.\n")
    return message


async def send(mail: MailStandIn, message: EmailMessage, **changes: str) -> None:
    url = urlsplit(mail.url)
    login = {"username": url.username, "password": url.password, **changes}
    await aiosmtplib.send(message, hostname=url.hostname, port=url.port, start_tls=False, timeout=60, **login)  # type: ignore[arg-type]  # texts among numbers


class TestTaken:
    async def test_whole_letter(self, mail: MailStandIn) -> None:
        message = letter(Cc="cc@sun.example", Bcc="hidden@sun.example")
        message.add_attachment(b"%PDF-1.4 x", maintype="application", subtype="pdf", filename="INV-1.pdf")
        await send(mail, message)
        (kept,) = mail.box.mails
        assert kept.sender == "ana@corvane.example"
        assert set(kept.recipients) == {"ap@sun.example", "cc@sun.example", "hidden@sun.example"}
        assert (kept.subject, kept.attachments) == ("Rückstand", {"INV-1.pdf": b"%PDF-1.4 x"})
        assert kept.text.splitlines() == ["Dear Grace,", ".", "please pay."]
        assert b"hidden@" not in kept.content
        assert mail.box.to("cc@sun.example") == [kept]

    async def test_several_over_one_connection(self, mail: MailStandIn) -> None:
        url = urlsplit(mail.url)
        client = aiosmtplib.SMTP(hostname=url.hostname, port=url.port, start_tls=False, timeout=60)
        async with client:
            await client.login(url.username or "", url.password or "")
            for number in range(3):
                await client.send_message(letter(Subject=str(number)))
        assert [kept.subject for kept in mail.box.mails] == ["0", "1", "2"]


class TestRefused:
    @pytest.mark.parametrize("changes", [{"password": "other"}, {"username": "other"}])
    async def test_wrong_login(self, mail: MailStandIn, changes: dict[str, str]) -> None:
        with pytest.raises(aiosmtplib.SMTPAuthenticationError) as caught:
            await send(mail, letter(), **changes)
        assert (caught.value.code, mail.box.mails) == (535, [])

    async def test_without_login(self, mail: MailStandIn) -> None:
        with pytest.raises(aiosmtplib.SMTPResponseException) as caught:
            await aiosmtplib.send(letter(), hostname="127.0.0.1", port=mail.port, start_tls=False, timeout=60)
        assert (caught.value.code, mail.box.mails) == (530, [])

    async def test_no_address(self, mail: MailStandIn) -> None:
        with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
            await send(mail, letter(To="nobody@localhost"))
        assert mail.box.mails == []

    async def test_tls_is_not_offered(self, mail: MailStandIn) -> None:
        with pytest.raises(aiosmtplib.SMTPException):
            await aiosmtplib.send(letter(), hostname="127.0.0.1", port=mail.port, start_tls=True, timeout=60)


class TestTls:
    @pytest.fixture
    async def guarded(self) -> AsyncIterator[MailStandIn]:
        async with MailStandIn(tls="starttls") as standing_in:
            yield standing_in

    @pytest.mark.parametrize("way", ["starttls", "implicit"])
    async def test_who_trusts_the_certificate_gets_through(self, way: Literal["starttls", "implicit"]) -> None:
        async with MailStandIn(tls=way) as guarded:
            await self._sent(guarded, way)
            assert len(guarded.box.mails) == 1

    async def _sent(self, guarded: MailStandIn, way: str) -> None:
        url = urlsplit(guarded.url)
        await aiosmtplib.send(
            letter(),
            hostname=url.hostname,
            port=url.port,
            username=url.username,
            password=url.password,
            start_tls=way == "starttls",
            use_tls=way == "implicit",
            tls_context=ssl.create_default_context(cadata=guarded.certificate),
            timeout=60,
        )

    async def test_who_does_not_sends_nothing(self, guarded: MailStandIn) -> None:
        with pytest.raises((aiosmtplib.SMTPException, ssl.SSLError)):
            await aiosmtplib.send(letter(), hostname="127.0.0.1", port=guarded.port, start_tls=True, timeout=60)
        assert guarded.box.mails == []

    async def test_nothing_goes_in_the_clear(self, guarded: MailStandIn) -> None:
        with pytest.raises(aiosmtplib.SMTPException):
            await send(guarded, letter())
        assert guarded.box.mails == []


class TestFaults:
    @pytest.mark.parametrize(
        ("stage", "reply"),
        [
            (Stage.AUTH, "454 4.7.0 Temporary authentication failure"),
            (Stage.MAIL, "421 4.3.2 Shutting down"),
            (Stage.RCPT, "450 4.2.1 Mailbox busy"),
            (Stage.DATA, "554 5.7.1 Looks like spam"),
        ],
    )
    async def test_refused_once_at_a_stage(self, mail: MailStandIn, stage: Stage, reply: str) -> None:
        # A client that knows two ways of logging in tries both.
        mail.faults.refuse(stage, reply, times=2 if stage is Stage.AUTH else 1)
        with pytest.raises(aiosmtplib.SMTPException) as caught:
            await send(mail, letter())
        assert reply[:3] in str(caught.value)
        assert mail.box.mails == []
        await send(mail, letter())
        assert len(mail.box.mails) == 1

    async def test_one_recipient_of_two(self, mail: MailStandIn) -> None:
        mail.faults.refuse(Stage.RCPT, address="gone@sun.example")
        await send(mail, letter(To="ap@sun.example, gone@sun.example"))
        assert mail.box.mails[0].recipients == ("ap@sun.example",)

    @pytest.mark.parametrize(("is_taken", "kept"), [(True, 1), (False, 0)])
    async def test_connection_lost_after_data(self, mail: MailStandIn, *, is_taken: bool, kept: int) -> None:
        mail.faults.lose_connection(is_taken=is_taken)
        with pytest.raises(aiosmtplib.SMTPServerDisconnected):
            await send(mail, letter())
        assert len(mail.box.mails) == kept

    async def test_reply_that_comes_late(self, mail: MailStandIn) -> None:
        mail.faults.slow(0.05)
        await send(mail, letter())
        assert len(mail.box.mails) == 1
        mail.faults.slow(1)
        mail.faults.clear()
        await send(mail, letter())
        assert len(mail.box.mails) == 2
