"""All stand-ins over one ledger, and the settings that point the product at them."""

import errno
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.cli.shell import CommandError
from bot.manifest import app_manifest
from sandbox.ledger import Ledger
from sandbox.netsuite import NetSuiteStandIn
from sandbox.netsuite.rest.oauth2 import MachineClient
from sandbox.salesforce import SalesforceStandIn
from sandbox.slack import SlackStandIn, app_config
from sandbox.slack.feed import OutsideChanged
from sandbox.slack.outside import Letter, Letters, Outside
from sandbox.smtp import Mail, MailStandIn

# Where the token's user in the stand-in lives; its dates are meant there.
USER_ZONE = ZoneInfo("America/New_York")
MAIL_FROM = "Meridian Supply <ar@meridian.example>"
ALL = frozenset({"slack", "netsuite", "salesforce", "mail"})


@dataclass(frozen=True, kw_only=True, slots=True)
class StandIns:
    """The running stand-ins; None for one that was not asked for."""

    ledger: Ledger
    slack: SlackStandIn | None
    netsuite: NetSuiteStandIn | None
    mail: MailStandIn | None = None
    salesforce: SalesforceStandIn | None = None

    @property
    def environment(self) -> dict[str, str]:
        """The settings with which the product talks to these instead of the real ones."""
        found: dict[str, str] = {}
        if self.slack is not None:
            found |= {
                "SLACK_BOT_TOKEN": self.slack.bot_token,
                "SLACK_APP_TOKEN": self.slack.app_token,
                "SLACK_SIGNING_SECRET": self.slack.signing_secret,
                "SLACK_API_URL": self.slack.api_url,
            }
        if self.netsuite is not None:
            account = self.netsuite.credentials
            found |= {
                "NETSUITE_ACCOUNT_ID": account.account,
                "NETSUITE_CONSUMER_KEY": account.consumer_key,
                "NETSUITE_CONSUMER_SECRET": account.consumer_secret,
                "NETSUITE_TOKEN_ID": account.token_id,
                "NETSUITE_TOKEN_SECRET": account.token_secret,
                "NETSUITE_TIMEZONE": str(USER_ZONE),
                "NETSUITE_WSDL": self.netsuite.wsdl_url,
                "NETSUITE_SOAP_URL": self.netsuite.soap_url,
                "NETSUITE_RESTLET_URL": self.netsuite.restlet_url,
            }
        if self.salesforce is not None:
            found |= {
                "SALESFORCE_URL": self.salesforce.url,
                "SALESFORCE_DOMAIN": self.salesforce.domain,
                "SALESFORCE_CLIENT_ID": self.salesforce.credentials.client_id,
                "SALESFORCE_CLIENT_SECRET": self.salesforce.credentials.client_secret,
            }
        if self.mail is not None:
            found |= {"TESORIO_SMTP_URL": self.mail.url, "TESORIO_MAIL_FROM": MAIL_FROM}
        return found


def _certificate_lines(client: MachineClient) -> Iterator[str]:
    """What reading by SuiteQL needs besides, where `[netsuite] suiteql` wants it."""
    yield f"NETSUITE_CLIENT_ID={client.client_id}"
    yield f"NETSUITE_CERTIFICATE_ID={client.certificate_id}"
    key = client.private_key_pem.strip().replace("\n", "\\n")
    yield f"NETSUITE_PRIVATE_KEY={key}"


@asynccontextmanager
async def stand_ins(*, port: int, customers: int, only: frozenset[str] = ALL) -> AsyncIterator[StandIns]:
    """Run them on loopback; `port` is the Slack page's. Raises CommandError when it is taken."""
    ledger = Ledger.seeded(customers=customers, today=datetime.now(UTC).date())
    async with AsyncExitStack() as stack:
        slack, netsuite, mail, salesforce = None, None, None, None
        if "mail" in only:
            mail = await stack.enter_async_context(MailStandIn())
        if "netsuite" in only:
            netsuite = await stack.enter_async_context(NetSuiteStandIn(ledger, user_zone=USER_ZONE))
        if "salesforce" in only:
            salesforce = await stack.enter_async_context(SalesforceStandIn(ledger))
        if "slack" in only:
            slack = SlackStandIn(port=port, app=app_config(app_manifest()))
            try:
                await stack.enter_async_context(slack)
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
                raise CommandError(f"port {port} is in use; choose another with --port") from None
        if slack is not None and mail is not None:
            show_mail(slack, mail)
        yield StandIns(ledger=ledger, slack=slack, netsuite=netsuite, mail=mail, salesforce=salesforce)


def show_mail(slack: SlackStandIn, mail: MailStandIn) -> None:
    """From now on the workspace's page shows what is mailed."""
    letters = Letters(lambda: slack.core.feed.publish(OutsideChanged()))
    slack.core.outside += (Outside(id="mail", title="Mail sent", letters=letters),)
    mail.box.told = lambda: letters.add(_letter(mail.box.mails[-1]))


def _letter(mail: Mail) -> Letter:
    return Letter(
        sender=mail.sender,
        recipients=mail.recipients,
        subject=mail.subject,
        text=mail.text,
        attachments=tuple(mail.attachments),
    )


def environment_lines(running: StandIns) -> Iterator[str]:
    """The settings as lines for `.env`, and where the page is."""
    for name, value in running.environment.items():
        yield f"{name}={value}"
    if running.netsuite is not None:
        yield from _certificate_lines(running.netsuite.client)
    if running.slack is not None:
        yield f"# the workspace's page: {running.slack.page_url}"
