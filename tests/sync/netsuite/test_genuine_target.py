"""What is pushed, held against the genuine schemas, where a folder with them is named. See `test_genuine`."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from lxml import etree

from sync.connectors.netsuite.drafts import (
    PRIMARY_ROLE,
    attachment,
    contact_write,
    detachment,
    message_write,
    note_write,
)
from sync.connectors.netsuite.envelopes import Envelopes
from sync.connectors.netsuite.passport import new_passport
from sync.connectors.netsuite.request import Search
from sync.connectors.netsuite.sent_messages import search_for
from sync.connectors.netsuite.writes import GetByKey, TargetRequest
from tests.contract.target_contract import CONTACT, MESSAGE, NOTE, TargetBench, TargetContract
from tests.sync.netsuite.target_bench import NetSuiteTargetBench, target_bench
from tests.sync.netsuite.test_genuine import FOLDER, SECRETS, SOAP, VERSION, envelopes, schema

__all__ = ["envelopes", "schema"]

genuine = pytest.mark.skipif(
    not FOLDER, reason="NETSUITE_TEST_WSDL names no folder with the genuine WSDL and its schemas"
)
KNOWN = replace(CONTACT, source_id="55", title=None, email=None, phone=None)
OF_INVOICE = replace(MESSAGE, about_kind="invoice", about_source_id="900", cc=("a@b.example", "c@d.example"))
REQUESTS: list[TargetRequest | Search] = [
    note_write(NOTE, "tesorio-"),
    note_write(replace(NOTE, about_kind="invoice", author=""), "tesorio-"),
    contact_write(CONTACT, "tesorio-"),
    contact_write(KNOWN, "tesorio-"),
    attachment(CONTACT, "55", PRIMARY_ROLE),
    attachment(CONTACT, "55", None),
    detachment(KNOWN),
    message_write(MESSAGE, "tesorio-", with_key=True),
    message_write(OF_INVOICE, "tesorio-", with_key=False),
    *(GetByKey(record_type=kind, external_id="tesorio-u1-1") for kind in ("note", "contact")),
    search_for(MESSAGE),
    search_for(replace(MESSAGE, recipients=())),
]


@genuine
class TestWhatIsPushed:
    @pytest.mark.parametrize("request_", REQUESTS, ids=lambda one: type(one).__name__)
    def test_is_valid_in_header_and_body(
        self, request_: TargetRequest | Search, envelopes: Envelopes, schema: etree.XMLSchema
    ) -> None:
        envelope = etree.fromstring(envelopes.build(request_, new_passport(SECRETS, timestamp=1_800_000_000)))
        header, body = envelope.find(f"{{{SOAP}}}Header"), envelope.find(f"{{{SOAP}}}Body")
        assert header is not None
        assert body is not None
        assert len(body) == 1
        for part in (*header, *body):
            schema.assertValid(part)

    def test_names_its_type_and_empties_what_is_none(self, envelopes: Envelopes) -> None:
        sent = envelopes.build(contact_write(KNOWN, "tesorio-"), new_passport(SECRETS, timestamp=1_800_000_000))
        record = etree.fromstring(sent).find(".//{*}record")
        assert record is not None
        (kind,) = [str(value) for name, value in record.items() if str(name).endswith("}type")]
        assert kind.endswith(":Contact")
        assert (record.get("internalId"), record.get("externalId")) == ("55", None)
        assert sorted(str(name.text) for name in record.iterfind(".//{*}nullFieldList/{*}name")) == [
            "altEmail",
            "email",
            "mobilePhone",
            "phone",
            "title",
        ]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def account(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[NetSuiteTargetBench]:
    folder: Path = tmp_path_factory.mktemp("account")
    env = {"NETSUITE_WSDL": f"{FOLDER}/netsuite.wsdl"}
    async with target_bench(folder, env=env, customers=6, version=VERSION) as bench:
        yield bench


@genuine
@pytest.mark.asyncio(loop_scope="module")
class TestThroughTheGenuineWsdl(TargetContract):
    @pytest.fixture
    def bench(self, account: NetSuiteTargetBench) -> TargetBench:
        account.renew()
        return account
