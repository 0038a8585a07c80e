"""Where each schema lives: its namespace and its path for an endpoint version such as 2025_2.

The pattern is SuiteTalk's: urn:<name>_<version>.<area>.webservices.netsuite.com, with «types.» before the name of a
schema that holds enumerations.
"""

from dataclasses import dataclass

WSDL_TARGET = "urn:platform_{version}.webservices.netsuite.com"


@dataclass(frozen=True, kw_only=True, slots=True)
class Schema:
    """`file` is the document's stem and the prefix by which the notation refers to it."""

    file: str
    name: str
    area: str


SCHEMAS = {
    schema.file: schema
    for schema in (
        Schema(file="core", name="core", area="platform"),
        Schema(file="coreTypes", name="types.core", area="platform"),
        Schema(file="faults", name="faults", area="platform"),
        Schema(file="faultTypes", name="types.faults", area="platform"),
        Schema(file="messages", name="messages", area="platform"),
        Schema(file="common", name="common", area="platform"),
        Schema(file="commonTypes", name="types.common", area="platform"),
        Schema(file="relationships", name="relationships", area="lists"),
        Schema(file="relationshipTypes", name="types.relationships", area="lists"),
        Schema(file="accounting", name="accounting", area="lists"),
        Schema(file="accountingTypes", name="types.accounting", area="lists"),
        Schema(file="employees", name="employees", area="lists"),
        Schema(file="communication", name="communication", area="general"),
        Schema(file="communicationTypes", name="types.communication", area="general"),
        Schema(file="fileCabinet", name="filecabinet", area="documents"),
        Schema(file="fileCabinetTypes", name="types.filecabinet", area="documents"),
        Schema(file="customization", name="customization", area="setup"),
        Schema(file="customizationTypes", name="types.customization", area="setup"),
        Schema(file="sales", name="sales", area="transactions"),
        Schema(file="saleTypes", name="types.sales", area="transactions"),
        Schema(file="customers", name="customers", area="transactions"),
        Schema(file="general", name="general", area="transactions"),
    )
}


def namespace(file: str, version: str) -> str:
    """The target namespace of a schema. Raises KeyError for a schema that the stand-in does not have."""
    schema = SCHEMAS[file]
    return f"urn:{schema.name}_{version}.{schema.area}.webservices.netsuite.com"


def schema_path(file: str, version: str) -> str:
    """The path under which the real service publishes this schema, /xsd/<area>/v2025_2_0/<name>.xsd."""
    return f"/xsd/{SCHEMAS[file].area}/v{version}_0/{file}.xsd"
