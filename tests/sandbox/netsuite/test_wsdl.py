import asyncio

import pytest
from lxml import etree

from sandbox.netsuite import NetSuiteStandIn
from sandbox.netsuite.columns import COLUMNS
from sandbox.netsuite.coverage import COVERAGE
from sandbox.netsuite.fields import CRITERIA
from sandbox.netsuite.handlers import HANDLERS
from sandbox.netsuite.rows import ROWS
from sandbox.netsuite.wsdl import SCHEMAS, namespace, request_schema, schema_document, service_document
from sandbox.netsuite.wsdl.notation import NotationError, schema_body
from sandbox.netsuite.wsdl.operations import OPERATIONS
from tests.sandbox.netsuite.soap import loaded_wsdl

XSD = {"x": "http://www.w3.org/2001/XMLSchema"}


def members(file: str, type_name: str) -> dict[str, str]:
    root = etree.fromstring(schema_document(file, "2025_2", "http://host").encode())
    found = root.xpath(f"x:complexType[@name='{type_name}']//x:element", namespaces=XSD)
    assert isinstance(found, list)
    elements = [element for element in found if isinstance(element, etree._Element)]
    return {element.get("name", ""): element.get("type", "").partition(":")[2] for element in elements}


class TestCoverage:
    def test_table_handlers_and_wsdl_name_the_same_operations(self) -> None:
        assert set(COVERAGE) == set(HANDLERS) == set(OPERATIONS)

    @pytest.mark.parametrize("criteria", list(CRITERIA))
    def test_every_criterion_of_the_schema_is_answered(self, criteria: str) -> None:
        known = {name: str(field.shape) for name, field in CRITERIA[criteria].items()}
        assert members("common", criteria) == known

    @pytest.mark.parametrize("columns", list(COLUMNS))
    def test_every_column_of_the_schema_is_answered(self, columns: str) -> None:
        assert set(members("common", columns)) == set(COLUMNS[columns])

    @pytest.mark.parametrize("search", list(ROWS))
    def test_every_section_of_a_row_is_answered(self, search: str) -> None:
        known = {name: section.columns for name, section in ROWS[search].sections.items()}
        assert members(ROWS[search].schema, ROWS[search].name) == known


class TestDocuments:
    def test_namespaces_follow_the_pattern(self) -> None:
        assert namespace("core", "2025_2") == "urn:core_2025_2.platform.webservices.netsuite.com"
        assert namespace("relationshipTypes", "2023_2") == (
            "urn:types.relationships_2023_2.lists.webservices.netsuite.com"
        )

    def test_imports_are_absolute_addresses_of_the_host(self) -> None:
        document = service_document("2025_2", "http://host:1", "http://host:1/services/NetSuitePort_2025_2")
        root = etree.fromstring(document.encode())
        locations = [node.get("schemaLocation") for node in root.iter("{http://www.w3.org/2001/XMLSchema}import")]
        assert len(locations) == len(SCHEMAS)
        assert "http://host:1/xsd/platform/v2025_2_0/core.xsd" in locations
        assert "http://host:1/xsd/transactions/v2025_2_0/sales.xsd" in locations

    @pytest.mark.parametrize("version", ["2023_2", "2025_2"])
    def test_schemas_compile_for_any_version(self, version: str) -> None:
        assert request_schema(version) is request_schema(version)

    async def test_zeep_finds_every_operation(self, ns: NetSuiteStandIn) -> None:
        client = await asyncio.to_thread(loaded_wsdl, ns.wsdl_url)
        client.transport.session.close()
        (port,) = client.wsdl.services["NetSuiteService"].ports.values()
        assert set(port.binding._operations) == set(COVERAGE)
        assert port.binding_options["address"] == ns.soap_url


class TestNotation:
    def test_shapes(self) -> None:
        body = schema_body("# comment\nabstract A < core.B: a:string! b:core.C*\n  @c:long &core.d\nenum E: x y\n")
        assert body.splitlines() == [
            (
                '<complexType name="A" abstract="true"><complexContent><extension base="core:B"><sequence>'
                '<element name="a" type="xsd:string"/>'
                '<element name="b" type="core:C" minOccurs="0" maxOccurs="unbounded"/>'
                '<element ref="core:d" minOccurs="0"/></sequence><attribute name="c" type="xsd:long"/>'
                "</extension></complexContent></complexType>"
            ),
            (
                '<simpleType name="E"><restriction base="xsd:string"><enumeration value="x"/><enumeration value="y"/>'
                "</restriction></simpleType>"
            ),
        ]

    @pytest.mark.parametrize("source", ["A", "A ? b: c:string", "A: c-d"])
    def test_what_it_does_not_know_is_an_error(self, source: str) -> None:
        with pytest.raises(NotationError):
            schema_body(source)
