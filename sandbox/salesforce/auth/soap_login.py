"""login() of the SOAP API, which ends with version 64.0: the way in with user name, password and security token."""

from xml.sax.saxutils import escape

from lxml import etree

from sandbox.salesforce.auth.grants import Grants

LAST_VERSION = 64.0
_URN = "urn:partner.soap.sforce.com"
_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns="{urn}" xmlns:sf="urn:fault.partner.soap.sforce.com"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>'
)
_BAD_LOGIN = "Invalid username, password, security token; or user locked out."


class LoginFaultError(Exception):
    """No session is opened; `code` is Salesforce's exception code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def document(self) -> str:
        body = (
            f"<soapenv:Fault><faultcode>sf:{self.code}</faultcode><faultstring>{self.code}: {escape(self.message)}"
            f'</faultstring><detail><sf:LoginFault xsi:type="sf:LoginFault"><sf:exceptionCode>{self.code}'
            f"</sf:exceptionCode><sf:exceptionMessage>{escape(self.message)}</sf:exceptionMessage>"
            "</sf:LoginFault></detail></soapenv:Fault>"
        )
        return _ENVELOPE.format(urn=_URN, body=body)


def check_login(body: bytes, version: str, grants: Grants) -> None:
    """Raises LoginFaultError unless the body names the user and the password with its token."""
    if float(version) > LAST_VERSION:
        raise LoginFaultError("UNSUPPORTED_API_VERSION", "login() is not part of this version of the SOAP API.")
    if not grants.allows_password:
        raise LoginFaultError("INVALID_OPERATION", "SOAP API login() is disabled by default in this org.")
    if not grants.is_user(*_sent(body)):
        raise LoginFaultError("INVALID_LOGIN", _BAD_LOGIN)


def _sent(body: bytes) -> tuple[str, str]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        document = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        raise LoginFaultError("UNKNOWN_EXCEPTION", "The request is no XML.") from None
    return document.findtext(f".//{{{_URN}}}username", ""), document.findtext(f".//{{{_URN}}}password", "")


def login_document(session_id: str, address: str, version: str, user_id: str, organization: str) -> str:
    """What opens the session: its id, and where the org is."""
    server = f"{address}/services/Soap/u/{version}/{organization}"
    body = (
        f"<loginResponse><result><passwordExpired>false</passwordExpired><sandbox>false</sandbox>"
        f"<serverUrl>{escape(server)}</serverUrl><sessionId>{session_id}</sessionId><userId>{user_id}</userId>"
        "</result></loginResponse>"
    )
    return _ENVELOPE.format(urn=_URN, body=body)
