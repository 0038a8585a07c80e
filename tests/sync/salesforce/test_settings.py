import pytest

from sync.connectors.salesforce.credentials import Certificate, Password, Secret
from sync.connectors.salesforce.settings import SalesforceSettings
from sync.settings import SettingsError
from tests.sync.salesforce.conftest import ENV

USER = {"SALESFORCE_DOMAIN": "login", "SALESFORCE_USERNAME": "ada@acme.com"}
PASSWORD = USER | {"SALESFORCE_PASSWORD": "pw-secret", "SALESFORCE_SECURITY_TOKEN": "st-secret"}


def made(env: dict[str, str], **rules: object) -> SalesforceSettings:
    return SalesforceSettings.from_mapping(env, rules)


class TestDomain:
    @pytest.mark.parametrize(
        ("given", "domain"),
        [
            ("acme.my", "acme.my"),
            ("https://Acme.my.salesforce.com/", "acme.my"),
            ("acme--uat.sandbox.my.salesforce.com", "acme--uat.sandbox.my"),
            ("https://acme.lightning.force.com", "acme.my"),
            ("acme.my.salesforce-setup.com", "acme.my"),
        ],
    )
    def test_what_people_copy(self, given: str, domain: str) -> None:
        settings = made(ENV | {"SALESFORCE_DOMAIN": given})
        assert settings.domain == domain
        assert settings.address == f"https://{domain}.salesforce.com"

    @pytest.mark.parametrize(
        "given",
        ["evil.com#", "https://evil.com#.salesforce.com", "a@b", "x/y", "http://acme.my", "acme_my", "127.0.0.1:1"],
    )
    def test_what_would_lead_elsewhere_is_refused(self, given: str) -> None:
        with pytest.raises(SettingsError, match="SALESFORCE_DOMAIN: is no domain"):
            made(ENV | {"SALESFORCE_DOMAIN": given})

    @pytest.mark.parametrize("url", ["ftp://x", "http://u:p@x", "http://x/path", "http://x?y=1", "x"])
    def test_another_host_is_an_address_of_one(self, url: str) -> None:
        with pytest.raises(SettingsError, match="SALESFORCE_URL"):
            made(ENV | {"SALESFORCE_URL": url})


class TestCredentials:
    def test_the_best_way_comes_first(self) -> None:
        assert isinstance(made(ENV | PASSWORD | {"SALESFORCE_DOMAIN": "acme.my"}).credentials, Secret)
        assert isinstance(made(PASSWORD).credentials, Password)

    def test_a_certificate_where_there_is_no_my_domain(self, private_key: str) -> None:
        settings = made(ENV | USER | {"SALESFORCE_PRIVATE_KEY": private_key})
        assert isinstance(settings.credentials, Certificate)
        assert settings.audience == "login"

    @pytest.mark.parametrize("domain", ["test", "acme--uat.sandbox.my"])
    def test_a_sandbox_has_an_audience_of_its_own(self, domain: str) -> None:
        assert made(PASSWORD | {"SALESFORCE_DOMAIN": domain}).audience == "test"

    @pytest.mark.parametrize("env", [{"SALESFORCE_DOMAIN": "acme.my"}, USER, {**ENV, "SALESFORCE_CLIENT_SECRET": ""}])
    def test_half_of_a_way_says_what_is_missing(self, env: dict[str, str]) -> None:
        with pytest.raises(SettingsError, match="set SALESFORCE_CLIENT_ID with"):
            made(env)

    def test_a_secret_needs_a_my_domain(self) -> None:
        with pytest.raises(SettingsError, match="set SALESFORCE_DOMAIN"):
            made(ENV | {"SALESFORCE_DOMAIN": "login"})

    def test_a_key_that_is_none_is_told_without_it(self) -> None:
        with pytest.raises(SettingsError) as caught:
            made(ENV | USER | {"SALESFORCE_PRIVATE_KEY": "pk-secret"})
        assert "SALESFORCE_PRIVATE_KEY: is no private RSA key" in str(caught.value)
        assert "pk-secret" not in str(caught.value)

    def test_secrets_show_nowhere(self) -> None:
        settings = made(ENV | PASSWORD | {"SALESFORCE_DOMAIN": "acme.my"})
        told = f"{settings!r} {settings.credentials!r} {made(PASSWORD).credentials!r}"
        assert not [secret for secret in settings.secrets if secret in told]
        assert len(settings.secrets) == 3


class TestRules:
    def test_unknown_rules_are_told(self) -> None:
        with pytest.raises(SettingsError, match=r"\[salesforce\] page_sise"):
            made(ENV, page_sise=3)
