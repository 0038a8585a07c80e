"""What a client downloads, for one endpoint version and one host, and the schema that requests are checked by."""

from functools import cache
from importlib.resources import files

from lxml import etree

from sandbox.netsuite.wsdl.namespaces import SCHEMAS, WSDL_TARGET, namespace, schema_path
from sandbox.netsuite.wsdl.notation import prefixes_used, schema_body
from sandbox.netsuite.wsdl.operations import FAULTS, OPERATIONS, Operation

_XSD = "http://www.w3.org/2001/XMLSchema"


def schema_document(file: str, version: str, host: str) -> str:
    """One schema; it imports the others by their absolute addresses under `host`, as the real service does."""
    source = _source(file)
    used = [prefix for prefix in prefixes_used(source, SCHEMAS.__contains__) if prefix != file]
    declared = "".join(f' xmlns:{prefix}="{namespace(prefix, version)}"' for prefix in (file, *used))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<schema xmlns="{_XSD}" xmlns:xsd="{_XSD}"{declared} targetNamespace="{namespace(file, version)}"'
        ' elementFormDefault="qualified" attributeFormDefault="unqualified">\n'
        f"{_imports(used, version, host)}\n{schema_body(source)}\n</schema>\n"
    )


def service_document(version: str, host: str, soap_url: str) -> str:
    """The WSDL: document/literal, one port, the operations that the stand-in has."""
    target = WSDL_TARGET.format(version=version)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"'
        f' xmlns:tns="{target}" xmlns:messages="{namespace("messages", version)}"'
        f' xmlns:faults="{namespace("faults", version)}" targetNamespace="{target}">\n'
        f'<types><xsd:schema xmlns:xsd="{_XSD}" xmlns="{_XSD}" elementFormDefault="qualified">'
        f"{_imports(list(SCHEMAS), version, host)}</xsd:schema></types>\n"
        f"{_messages()}\n"
        f'<portType name="NetSuitePortType">{"".join(map(_port, OPERATIONS.values()))}</portType>\n'
        '<binding name="NetSuiteBinding" type="tns:NetSuitePortType">'
        '<soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>'
        f"{''.join(map(_bound, OPERATIONS.values()))}</binding>\n"
        '<service name="NetSuiteService"><port name="NetSuitePort" binding="tns:NetSuiteBinding">'
        f'<soap:address location="{soap_url}"/></port></service>\n</definitions>\n'
    )


@cache
def request_schema(version: str) -> etree.XMLSchema:
    """All schemas of a version, compiled: what a request must be valid against."""
    parser = etree.XMLParser(no_network=True, resolve_entities=False)
    parser.resolvers.add(_OwnSchemas(version))
    root = f'<schema xmlns="{_XSD}">{_imports(list(SCHEMAS), version, "own:")}</schema>'
    return etree.XMLSchema(etree.fromstring(root.encode(), parser))


class _OwnSchemas(etree.Resolver):
    def __init__(self, version: str) -> None:
        self._paths = {f"own:{schema_path(file, version)}": file for file in SCHEMAS}
        self._version = version

    # lxml passes a context that its type stubs leave out.
    def resolve(self, system_url: str, public_id: str, context: object) -> object:  # type: ignore[override]  # noqa: ARG002 -- lxml's signature
        document = schema_document(self._paths[system_url], self._version, "own:")
        return self.resolve_string(document.encode(), context)  # type: ignore[call-arg]


@cache
def _source(file: str) -> str:
    return files("sandbox.netsuite.wsdl").joinpath(f"{file}.types").read_text(encoding="utf-8")


def _imports(used: list[str], version: str, host: str) -> str:
    return "".join(
        f'<import namespace="{namespace(file, version)}" schemaLocation="{host}{schema_path(file, version)}"/>'
        for file in used
    )


def _messages() -> str:
    headers = ("applicationInfo", "partnerInfo", "documentInfo", "preferences", "searchPreferences", "tokenPassport")
    parts = "".join(f'<part name="{header}" element="messages:{header}"/>' for header in headers)
    bodies = "".join(_message_pair(name) for name in OPERATIONS)
    faults = "".join(
        f'<message name="{fault}"><part name="fault" element="faults:{fault[0].lower()}{fault[1:]}"/></message>'
        for fault in FAULTS
    )
    return f'<message name="headers">{parts}</message>{bodies}{faults}'


def _message_pair(name: str) -> str:
    return (
        f'<message name="{name}Request"><part name="parameters" element="messages:{name}"/></message>'
        f'<message name="{name}Response"><part name="parameters" element="messages:{name}Response"/></message>'
    )


def _port(operation: Operation) -> str:
    name = operation.name
    faults = "".join(f'<fault name="{fault}" message="tns:{fault}"/>' for fault in operation.faults)
    return (
        f'<operation name="{name}"><input name="{name}Request" message="tns:{name}Request"/>'
        f'<output name="{name}Response" message="tns:{name}Response"/>{faults}</operation>'
    )


def _bound(operation: Operation) -> str:
    name = operation.name
    headers = "".join(_header(part) for part in operation.headers)
    faults = "".join(
        f'<fault name="{fault}"><soap:fault name="{fault}" use="literal"/></fault>' for fault in operation.faults
    )
    return (
        f'<operation name="{name}"><soap:operation soapAction="{name}"/>'
        f'<input name="{name}Request">{headers}<soap:body use="literal"/></input>'
        f'<output name="{name}Response">{_header("documentInfo")}<soap:body use="literal"/></output>'
        f"{faults}</operation>"
    )


def _header(part: str) -> str:
    return f'<soap:header message="tns:headers" part="{part}" use="literal"/>'
