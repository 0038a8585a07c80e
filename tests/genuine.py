"""The schema of a genuine SuiteTalk, which takes more than a second to read: once per run."""

from functools import cache
from pathlib import Path

from lxml import etree


@cache
def genuine_schema(folder: str) -> etree.XMLSchema:
    """What the WSDL in this folder says of every document."""
    wsdl = etree.parse(Path(folder) / "netsuite.wsdl")
    inline = wsdl.find(".//{http://www.w3.org/2001/XMLSchema}schema")
    assert inline is not None
    return etree.XMLSchema(etree.fromstring(etree.tostring(inline), base_url=f"{folder}/netsuite.wsdl"))
