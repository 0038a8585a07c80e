"""The mail server's address and the sender's, as people write them into settings."""

import pytest
from pydantic import SecretStr

from bot.mail.settings import MailRules, MailSettings, checked_address, mail_settings, not_allowed
from bot.rules import Rules
from bot.settings import SettingsError, settings_from


def parsed(url: str, sender: str = "Accounts Receivable <ar@meridian.example>") -> MailSettings:
    found = mail_settings(SecretStr(url), sender, MailRules())
    assert found is not None
    return found


class TestMailSettings:
    @pytest.mark.parametrize(
        ("url", "host", "port", "tls"),
        [
            ("smtp://mail.example.com", "mail.example.com", 587, "starttls"),
            ("smtps://mail.example.com", "mail.example.com", 465, "implicit"),
            ("smtp://127.0.0.1:2525", "127.0.0.1", 2525, "none"),
            ("smtp://[::1]:2525", "::1", 2525, "none"),
            ("smtp://localhost", "localhost", 587, "none"),
            ("smtp://localhost?starttls=on", "localhost", 587, "starttls"),
            ("smtp://relay.example.com:25?starttls=off", "relay.example.com", 25, "none"),
        ],
    )
    def test_server_and_tls(self, url: str, host: str, port: int, tls: str) -> None:
        found = parsed(url)
        assert (found.host, found.port, found.tls) == (host, port, tls)

    def test_login_is_decoded_and_kept_out_of_sight(self) -> None:
        found = parsed("smtp://ar%40meridian.example:p%40ss%2Fword@mail.example.com")
        assert (found.user, found.password) == ("ar@meridian.example", "p@ss/word")
        assert "p@ss" not in repr(found)

    def test_sender_has_a_name_where_one_is_set(self) -> None:
        assert str(parsed("smtp://localhost").sender) == "Accounts Receivable <ar@meridian.example>"
        assert str(parsed("smtp://localhost", "ar@meridian.example").sender) == "ar@meridian.example"

    def test_there_is_none_unless_both_are_set(self) -> None:
        assert mail_settings(SecretStr(""), "ar@meridian.example", MailRules()) is None
        assert mail_settings(SecretStr("smtp://localhost"), "", MailRules()) is None

    @pytest.mark.parametrize(
        "url",
        [
            "mail.example.com",
            "http://mail.example.com",
            "smtp://",
            "smtp://mail.example.com/path",
            "smtp://mail.example.com:99999",
            "smtp://mail.example.com?tls=off",
            "smtp://user:hunter2@mail.example.com?starttls=off",
        ],
    )
    def test_what_is_no_server_is_refused_without_its_password(self, url: str) -> None:
        with pytest.raises(SettingsError) as refused:
            settings_from({"TESORIO_SMTP_URL": url}, Rules())
        assert "TESORIO_SMTP_URL" in str(refused.value)
        assert "hunter2" not in str(refused.value)

    @pytest.mark.parametrize("sender", ["nobody", "a b@c.example", "A <b>", "a@b.example\r\nBcc: c@d.example, x"])
    def test_what_is_no_sender_is_refused(self, sender: str) -> None:
        with pytest.raises(SettingsError):
            settings_from({"TESORIO_MAIL_FROM": sender}, Rules())


class TestNotAllowed:
    def test_nothing_is_refused_where_nothing_is_set(self) -> None:
        assert not_allowed(MailRules(), ["a@b.example"]) == ()

    def test_domain_may_be_set_in_its_own_letters(self) -> None:
        rules = MailRules(allowed_domains=("Müller.example",))
        assert not_allowed(rules, [checked_address("a@müller.example")]) == ()

    def test_what_is_no_domain_allows_nothing(self) -> None:
        assert not_allowed(MailRules(allowed_domains=("", ".", "..", "x" * 70)), ["a@b.example"]) == ("a@b.example",)

    def test_domains_and_what_is_below_them_are_allowed(self) -> None:
        rules = MailRules(allowed_domains=("sun.example", "@Moon.example"))
        those = ["a@sun.example", "b@mail.sun.example", "c@moon.EXAMPLE", "d@notsun.example", "e@sun.example.evil"]
        assert not_allowed(rules, those) == ("d@notsun.example", "e@sun.example.evil")
