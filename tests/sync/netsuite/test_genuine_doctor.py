"""What the doctor asks, held against the genuine schemas, where a folder with them is named. See `test_genuine`."""

import re
from pathlib import Path

import pytest
from lxml import etree

from sync.connectors.netsuite.envelopes import Envelopes
from sync.connectors.netsuite.passport import new_passport
from sync.connectors.netsuite.request import Get
from sync.connectors.netsuite.role import EXTRAS, PUSHES, TO_GET, getting
from sync.connectors.netsuite.writes import Write
from tests.sync.netsuite.test_genuine import FOLDER, SECRETS, SOAP, envelopes, schema

__all__ = ["envelopes", "schema"]

REQUESTS = [*(probe.request for probe in (*PUSHES, *EXTRAS)), *(getting(each) for each in TO_GET)]


@pytest.mark.skipif(not FOLDER, reason="NETSUITE_TEST_WSDL names no folder with the genuine WSDL and its schemas")
class TestWhatIsTried:
    @pytest.mark.parametrize("request_", REQUESTS, ids=lambda one: type(one).__name__)
    def test_is_valid_in_header_and_body(
        self, request_: Get | Write, envelopes: Envelopes, schema: etree.XMLSchema
    ) -> None:
        envelope = etree.fromstring(envelopes.build(request_, new_passport(SECRETS, timestamp=1_800_000_000)))
        for name in ("Header", "Body"):
            (part,) = envelope.iterfind(f"{{{SOAP}}}{name}")
            assert len(part) == 1
            schema.assertValid(part[0])

    def test_names_types_that_the_schemas_know(self) -> None:
        texts = "".join(path.read_text(encoding="utf-8") for path in Path(FOLDER).glob("xsd/*coreTypes.xsd"))
        (known,) = re.findall(r'<simpleType name="RecordType">(.*?)</simpleType>', texts, re.DOTALL)
        assert [each for each in TO_GET if f'value="{each}"' not in known] == []
