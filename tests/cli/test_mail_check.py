"""`tesorio doctor mail`: the login and the sender, asked of a server that refuses on demand."""

from typing import Literal

import pytest

from bot.cli.mail_check import mail_findings
from bot.rules import Rules
from bot.settings import Settings, settings_from
from sandbox.smtp import MailStandIn, Stage
from sync.connector import Finding
from tests.mail.trust import Trusted


def settings(url: str, sender: str = "ar@meridian.example", **rules: str) -> Settings:
    environment = {"TESORIO_SMTP_URL": url, "TESORIO_MAIL_FROM": sender}
    return settings_from(environment, Rules.model_validate({"mail": rules}))


async def asked(mail: MailStandIn, **rules: str) -> list[Finding]:
    return await mail_findings(settings(mail.url, **rules))


class TestMailFindings:
    async def test_all_is_well_and_nothing_was_sent(self) -> None:
        async with MailStandIn() as mail:
            found = await asked(mail)
            assert [(each.check, each.ok) for each in found] == [("mail server", True), ("mail sender", True)]
            assert mail.box.mails == []

    async def test_refused_login_says_what_to_do_and_not_the_password(self) -> None:
        async with MailStandIn() as mail:
            wrong = settings(mail.url.replace("sandbox-mail-password", "hunter2"))
            [found] = await mail_findings(wrong)
        assert not found.ok
        assert "does not take our login: 535" in found.detail
        assert "TESORIO_SMTP_URL" in found.remedy
        assert "hunter2" not in str(found)

    async def test_refused_sender_is_named(self) -> None:
        async with MailStandIn() as mail:
            mail.faults.refuse(Stage.MAIL, "550 5.7.60 You may not send as this address")
            found = (await asked(mail))[1]
        assert (found.check, found.ok) == ("mail sender", False)
        assert "may not send as this address" in found.detail
        assert "TESORIO_MAIL_FROM" in found.remedy

    async def test_nobody_there(self) -> None:
        [found] = await mail_findings(settings("smtp://127.0.0.1:9"))
        assert not found.ok
        assert "127.0.0.1:9" in found.remedy

    async def test_a_server_without_tls_is_told_apart(self) -> None:
        async with MailStandIn() as mail:
            secured = settings(mail.url.replace("smtp://", "smtps://"))
            [found] = await mail_findings(secured)
        assert "does not begin with TLS on this port" in found.detail
        assert "STARTTLS" in found.remedy

    async def test_a_server_without_starttls_is_told_apart(self) -> None:
        async with MailStandIn() as mail:
            [found] = await mail_findings(settings(f"{mail.url}?starttls=on"))
        assert "does not offer STARTTLS" in found.detail
        assert "STARTTLS" in found.remedy

    @pytest.mark.parametrize("way", ["starttls", "implicit"])
    @pytest.mark.parametrize(("host", "said"), [("127.0.0.1", "self-signed"), ("mail.other.example", "not valid for")])
    async def test_a_certificate_is_judged(
        self, way: Literal["starttls", "implicit"], host: str, said: str, trusted: Trusted
    ) -> None:
        async with MailStandIn(tls=way, certified_for=host) as mail:
            if host != "127.0.0.1":
                trusted(mail)
            [found] = await mail_findings(settings(mail.url))
        assert "has a certificate that this machine does not accept" in found.detail
        assert said in found.detail
        assert "_ssl" not in found.detail
        assert "SSL_CERT_FILE" in found.remedy

    @pytest.mark.parametrize(
        ("way", "said"), [("starttls", "takes our login, with STARTTLS"), ("implicit", "takes our login, over TLS")]
    )
    async def test_a_trusted_certificate_is_taken(
        self, way: Literal["starttls", "implicit"], said: str, trusted: Trusted
    ) -> None:
        async with MailStandIn(tls=way) as mail:
            trusted(mail)
            found = await mail_findings(settings(mail.url))
        assert [each.ok for each in found] == [True, True]
        assert said in found[0].detail

    async def test_test_mode_is_named(self) -> None:
        async with MailStandIn() as mail:
            found = await asked(mail, redirect_to="test@meridian.example")
        assert found[-1].detail == "test mode: all mail goes to test@meridian.example"

    @pytest.mark.parametrize(
        ("url", "sender", "count"), [("", "", 0), ("smtp://127.0.0.1", "", 1), ("", "a@b.example", 1)]
    )
    async def test_half_set_is_a_mistake_and_not_set_is_none(self, url: str, sender: str, count: int) -> None:
        found = await mail_findings(settings(url, sender))
        assert [each.ok for each in found] == [False] * count

    async def test_not_set_is_said_to_who_asks(self) -> None:
        [found] = await mail_findings(settings("", ""), is_asked=True)
        assert not found.ok
