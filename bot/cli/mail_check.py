"""What the mail server says to our login and our sender, asked without sending anything: for `tesorio doctor`."""

from contextlib import suppress

import aiosmtplib

from bot.mail.sending import client_of
from bot.mail.settings import MailSettings
from bot.mail.trouble import Cause, trouble_of
from bot.settings import Settings
from sync.connector import Finding

MAIL = "mail"
_SERVER, _SENDER, _RULES = "mail server", "mail sender", "mail rules"
_BOTH = "Set both TESORIO_SMTP_URL and TESORIO_MAIL_FROM, or neither to go without e-mail."
_LOGIN = (
    "Correct user and password in TESORIO_SMTP_URL (write @ : / % in them as %40 %3A %2F %25). Many providers want a "
    "password made for apps, or SMTP to be allowed for the account."
)
_TLS = "Use smtps://, or a server that offers STARTTLS; ?starttls=off sends everything readable, in your own network."
_FROM = "Set TESORIO_MAIL_FROM to an address that this login may send from."
_CERTIFICATE = (
    "Use the name that the server's certificate is for. One that your own authority has signed is accepted when "
    "SSL_CERT_FILE names a file with that authority's certificate."
)
_REACH = "Let this machine connect to {place}, or correct TESORIO_SMTP_URL."
_REMEDIES = {Cause.LOGIN: _LOGIN, Cause.TLS: _TLS, Cause.CERTIFICATE: _CERTIFICATE}


async def mail_findings(settings: Settings, *, is_asked: bool = False) -> list[Finding]:
    """One finding each; none where no mail is set up, unless that is what was asked."""
    is_half = bool(settings.smtp_url.get_secret_value()) != bool(settings.mail_from)
    mail = settings.mail
    if mail is None:
        detail = "only one of two settings is set" if is_half else "no mail server is set: «E-mail» is not offered"
        return [Finding(check=_SERVER, ok=False, detail=detail, remedy=_BOTH)] if is_half or is_asked else []
    return [*await _asked(mail), *_rules(mail)]


async def _asked(mail: MailSettings) -> list[Finding]:
    client, place = client_of(mail), f"{mail.host}:{mail.port}"
    try:
        await client.connect()
        server = Finding(check=_SERVER, ok=True, detail=f"{place} {_taken(mail)}")
        return [server, await _sender(client, mail)]
    except (aiosmtplib.SMTPException, OSError) as error:
        trouble = trouble_of(error)
        return [_bad(_SERVER, f"{place} {trouble.words}", _REMEDIES.get(trouble.cause, _REACH.format(place=place)))]
    finally:
        with suppress(aiosmtplib.SMTPException, OSError):
            await client.quit()
        client.close()


async def _sender(client: aiosmtplib.SMTP, mail: MailSettings) -> Finding:
    """Whether mail may leave from our address; taken back before anything is sent."""
    address = mail.sender.addr_spec
    try:
        await client.mail(address)
        await client.rset()
    except aiosmtplib.SMTPResponseException as error:
        return _bad(_SENDER, f"{address}: {error.code} {error.message}", _FROM)
    return Finding(check=_SENDER, ok=True, detail=address)


def _taken(mail: MailSettings) -> str:
    way = {"none": "without TLS", "starttls": "with STARTTLS", "implicit": "over TLS"}[mail.tls]
    return f"takes our login, {way}" if mail.user else f"takes mail without a login, {way}"


def _rules(mail: MailSettings) -> list[Finding]:
    rules = mail.rules
    if rules.redirect_to:
        return [Finding(check=_RULES, ok=True, detail=f"test mode: all mail goes to {rules.redirect_to}")]
    if rules.allowed_domains:
        return [Finding(check=_RULES, ok=True, detail=f"only to {', '.join(rules.allowed_domains)}")]
    return []


def _bad(check: str, detail: str, remedy: str) -> Finding:
    return Finding(check=check, ok=False, detail=" ".join(detail.split()), remedy=remedy)
