"""SOAP envelopes: what a request says, and the text of an answer."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from sandbox.netsuite.auth import Passport
from sandbox.netsuite.errors import RefusalError, SoapFaultError, invalid_login, unexpected, wrong_version
from sandbox.netsuite.texts import text
from sandbox.netsuite.wsdl import namespace, request_schema

_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """`body` is the element of the operation; `headers` are those of the envelope by their local name."""

    operation: str
    body: etree._Element
    headers: dict[str, list[etree._Element]]


def parsed_request(document: bytes, version: str) -> Request:
    """The request in an envelope. Raises SoapFaultError when it is no envelope or speaks another endpoint version."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        raise unexpected(f"org.xml.sax.SAXParseException: {error.msg}") from None
    bodies = root.findall(f"{{{_SOAP}}}Body/*")
    if root.tag != f"{{{_SOAP}}}Envelope" or len(bodies) != 1:
        raise unexpected("The request is not a SOAP envelope with one operation.")
    name = etree.QName(bodies[0])
    if name.namespace != namespace("messages", version):
        raise wrong_version(f"Namespace {name.namespace} does not belong to endpoint {version}.")
    headers: dict[str, list[etree._Element]] = {}
    for element in root.iterfind(f"{{{_SOAP}}}Header/*"):
        headers.setdefault(etree.QName(element).localname, []).append(element)
    return Request(operation=name.localname, body=bodies[0], headers=headers)


def check_schema(request: Request, version: str) -> None:
    """Raises SoapFaultError for an element, a type or a value that the schemas do not have."""
    schema = request_schema(version)
    for element in (request.body, *(one for same in request.headers.values() for one in same)):
        # On its own, so that the envelope around it is not part of what is judged.
        alone = etree.fromstring(etree.tostring(element, with_tail=False))
        try:
            schema.assertValid(alone)
        except etree.DocumentInvalid as error:
            raise unexpected(f"org.xml.sax.SAXException: {error}") from None


def passport(request: Request, *, cookie: str | None) -> Passport:
    """The one tokenPassport. Raises SoapFaultError when it is missing, doubled, or not the only way of logging in."""
    sent = request.headers.get("tokenPassport", [])
    if len(sent) != 1:
        raise invalid_login()
    if cookie or {"passport", "applicationInfo"} & request.headers.keys():
        raise invalid_login("Ambiguous authentication")
    parts = {etree.QName(part).localname: part for part in sent[0]}

    def said(name: str) -> str:
        return (parts[name].text or "").strip() if name in parts else ""

    return Passport(
        account=said("account"),
        consumer_key=said("consumerKey"),
        token=said("token"),
        nonce=said("nonce"),
        timestamp=said("timestamp"),
        algorithm=parts["signature"].get("algorithm", "") if "signature" in parts else "",
        signature=said("signature"),
    )


def header_values(request: Request, header: str) -> dict[str, str]:
    """The simple values of one header, such as searchPreferences; empty when it was not sent."""
    return {
        etree.QName(value).localname: (value.text or "").strip()
        for element in request.headers.get(header, ())
        for value in element
    }


def envelope(operation: str, parts: Iterable[str], *, version: str, request_id: str) -> Iterator[str]:
    """The answer to an operation around its parts, in pieces that can be sent as they come."""
    messages, core = namespace("messages", version), namespace("core", version)
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<soapenv:Envelope xmlns:soapenv="{_SOAP}" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Header>'
        f'<platformMsgs:documentInfo xmlns:platformMsgs="{messages}">'
        f"<platformMsgs:nsId>{request_id}</platformMsgs:nsId></platformMsgs:documentInfo></soapenv:Header><soapenv:Body>"
        f'<{operation}Response xmlns="{messages}" xmlns:platformCore="{core}">'
    )
    yield from parts
    yield f"</{operation}Response></soapenv:Body></soapenv:Envelope>"


def fault_document(fault: SoapFaultError, version: str) -> str:
    """A SOAP 1.1 fault; the code that tells what happened is in the detail, the faultcode is always the same."""
    element = fault.name[0].lower() + fault.name[1:]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<soapenv:Envelope xmlns:soapenv="{_SOAP}"><soapenv:Body><soapenv:Fault>'
        "<faultcode>soapenv:Server.userException</faultcode>"
        f"<faultstring>{text(fault.message)}</faultstring><detail>"
        f'<platformFaults:{element} xmlns:platformFaults="{namespace("faults", version)}">'
        f"<platformFaults:code>{fault.code}</platformFaults:code>"
        f"<platformFaults:message>{text(fault.message)}</platformFaults:message></platformFaults:{element}>"
        "</detail></soapenv:Fault></soapenv:Body></soapenv:Envelope>"
    )


def status(refusal: RefusalError | None = None, *, after_submit: bool = False) -> str:
    """A status element: success, or the refusal as its one detail; with `after_submit` it was saved."""
    if refusal is None:
        return '<platformCore:status isSuccess="true"/>'
    return (
        '<platformCore:status isSuccess="false"><platformCore:statusDetail type="ERROR">'
        f"<platformCore:code>{refusal.code}</platformCore:code>"
        f"<platformCore:message>{text(refusal.message)}</platformCore:message>"
        f"{'<platformCore:afterSubmitFailed>true</platformCore:afterSubmitFailed>' if after_submit else ''}"
        "</platformCore:statusDetail></platformCore:status>"
    )
