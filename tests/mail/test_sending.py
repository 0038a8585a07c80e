"""One e-mail handed to a mail server over TLS, and what the server's answers mean for it."""

from datetime import UTC, datetime
from typing import Any, Literal

import pytest
from pydantic import SecretStr

from bot.mail.letter import KIND, MAIL
from bot.mail.sending import MailSends
from bot.mail.settings import MailRules, MailSettings, mail_settings
from sandbox.smtp import MailStandIn, Stage
from store.deliveries import Delivery
from store.sending import Arrived, InDoubt, Later, Outcome, Refused
from tests.mail.trust import Trusted

Way = Literal["starttls", "implicit"]
BOTH = pytest.mark.parametrize("way", ["starttls", "implicit"])
AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def a_delivery(**changes: str) -> Delivery:
    payload = {
        "recipients": "pat@sun.example",
        "cc": "boss@sun.example",
        "meant_for": "",
        "title": "Hello",
        "text": "Text",
        "reply_to": "ana@meridian.example",
        "written_at": AT.isoformat(),
        "files": "[]",
    }
    return Delivery(id="email/1", kind=KIND, target=MAIL, lane="mail/1", payload=payload | changes, created_at=AT)


def settings(url: str) -> MailSettings:
    found = mail_settings(SecretStr(url), "ar@meridian.example", MailRules())
    assert found is not None
    return found


async def outcome(url: str, **changes: str) -> Outcome:
    async def no_files(_delivery: Delivery) -> tuple[tuple[str, bytes], ...]:
        return ()

    return await MailSends(settings(url), no_files).send(a_delivery(**changes))


class TestTls:
    @BOTH
    async def test_trusted_certificate(self, way: Way, trusted: Trusted) -> None:
        async with MailStandIn(tls=way) as mail:
            trusted(mail)
            assert isinstance(await outcome(mail.url), Arrived)
            assert [each.recipients for each in mail.box.mails] == [("pat@sun.example", "boss@sun.example")]

    @BOTH
    @pytest.mark.parametrize(
        ("host", "said"),
        [
            ("127.0.0.1", "self-signed certificate"),
            ("mail.other.example", "IP address mismatch, certificate is not valid for '127.0.0.1'"),
        ],
    )
    async def test_certificate_that_is_not_accepted_sends_nothing(
        self, way: Way, host: str, said: str, trusted: Trusted
    ) -> None:
        async with MailStandIn(tls=way, certified_for=host) as mail:
            if host != "127.0.0.1":
                trusted(mail)
            found = await outcome(mail.url)
            assert mail.box.mails == []
        words = f"the mail server has a certificate that this machine does not accept: {said}"
        assert found == Later(reason=words)

    async def test_starttls_that_is_not_offered_sends_nothing(self) -> None:
        async with MailStandIn() as mail:
            found = await outcome(f"{mail.url}?starttls=on")
            assert mail.box.mails == []
        assert found == Later(reason="the mail server does not offer STARTTLS, without which nothing is sent")

    async def test_tls_where_the_server_speaks_none_sends_nothing(self) -> None:
        async with MailStandIn() as mail:
            found = await outcome(mail.url.replace("smtp://", "smtps://"))
            assert mail.box.mails == []
        assert isinstance(found, Later)
        assert found.reason.startswith("the mail server does not begin with TLS on this port")

    @BOTH
    async def test_refused_login(self, way: Way, trusted: Trusted) -> None:
        async with MailStandIn(tls=way) as mail:
            trusted(mail)
            found = await outcome(mail.url.replace("sandbox-mail-password", "hunter2"))
            assert mail.box.mails == []
        assert isinstance(found, Later)
        assert found.reason.startswith("the mail server does not take our login: 535 ")
        assert "hunter2" not in found.reason

    @BOTH
    async def test_refused_address_is_named_and_nobody_gets_it(self, way: Way, trusted: Trusted) -> None:
        async with MailStandIn(tls=way) as mail:
            trusted(mail)
            mail.faults.refuse(Stage.RCPT, address="boss@sun.example")
            found = await outcome(mail.url)
            assert mail.box.mails == []
        assert isinstance(found, Refused)
        assert found.reason.endswith("550 5.1.1 No such user here (boss@sun.example)")

    @BOTH
    async def test_answer_that_is_lost_leaves_a_doubt(self, way: Way, trusted: Trusted) -> None:
        async with MailStandIn(tls=way) as mail:
            trusted(mail)
            mail.faults.lose_connection(Stage.DATA)
            assert isinstance(await outcome(mail.url), InDoubt)
            assert len(mail.box.mails) == 1

    async def test_server_that_is_down(self) -> None:
        async with MailStandIn(tls="implicit") as mail:
            url = mail.url
        found = await outcome(url)
        assert found == Later(reason="the mail server could not be reached: Connection refused")


class TestHostileWords:
    @pytest.mark.parametrize(
        "changes",
        [
            {"title": "One\r\nBcc: spy@evil.example"},
            {"recipients": "pat@sun.example>\r\nRCPT"},
            {"reply_to": "a@b.example, spy@evil.example"},
        ],
    )
    async def test_a_payload_that_breaks_out_of_a_header_is_refused(self, changes: dict[str, Any]) -> None:
        async with MailStandIn() as mail:
            assert isinstance(await outcome(mail.url, **changes), Refused)
            assert mail.box.mails == []
