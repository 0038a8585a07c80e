"""Entries of getDeleted that cannot be read: what is asked for by the id in them."""

from typing import Any

import pytest

from sync.connector import NO_ID, Broken
from sync.connectors.netsuite.stream import read_record
from sync.connectors.netsuite.streams import DELETIONS
from tests.sync.netsuite.trees import ACCOUNT

INVOICE = {"@internalId": "77", "@recordType": "invoice"}


@pytest.mark.parametrize(
    ("record", "kind", "source_id"),
    [
        (INVOICE, "invoice", "77"),
        (INVOICE | {"@recordType": "bin"}, "", NO_ID),
        ({"@recordType": "invoice"}, "", NO_ID),
        (None, "", NO_ID),
    ],
)
def test_name_the_record_that_they_are_about(record: dict[str, Any] | None, kind: str, source_id: str) -> None:
    found = read_record(DELETIONS, {"deletedDate": "soon", "record": record}, ACCOUNT)
    assert isinstance(found, Broken)
    assert (found.kind, found.source_id) == (kind, source_id)
