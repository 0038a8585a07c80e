from collections.abc import Callable

import pytest

from sync.connectors.netsuite.client import SuiteTalkClient
from sync.connectors.netsuite.limits import keep_to_limit, left_to_us
from sync.connectors.netsuite.pages import Heading
from tests.sync.netsuite.wire import Reply, Wire, account_limit, fault, integration_limit

MakeClient = Callable[..., SuiteTalkClient]


class TestLeftToUs:
    @pytest.mark.parametrize(
        ("account", "unallocated", "own", "kind", "expected"),
        [
            (5, None, None, None, 5),
            (15, 10, 15, "_account", 10),
            (15, 10, 3, "_integrationSpecific", 3),
            (5, 0, None, None, 1),
            (None, None, None, None, None),
        ],
    )
    def test_is_our_own_limit_or_what_is_for_all(
        self, account: int | None, unallocated: int | None, own: int | None, kind: str | None, expected: int | None
    ) -> None:
        told = Heading(account_limit=account, unallocated_limit=unallocated)
        assert left_to_us(told, Heading(integration_limit=own, limit_type=kind)) == expected


class TestKeepToLimit:
    async def test_lowers_a_wish_that_is_too_high(self, wire: Wire, make_client: MakeClient) -> None:
        wire.answers(account_limit(5, 3), integration_limit(5, "_account"))
        client = make_client(concurrency=4)
        assert await keep_to_limit(client)
        assert client.slots.limit == 3

    async def test_leaves_a_modest_wish_alone(self, wire: Wire, make_client: MakeClient) -> None:
        wire.answers(account_limit(20, 20), integration_limit())
        client = make_client(concurrency=2)
        assert await keep_to_limit(client)
        assert client.slots.limit == 2

    async def test_does_without_where_it_may_not_ask(self, wire: Wire, make_client: MakeClient) -> None:
        wire.answers(fault("insufficientPermissionFault", "INSUFFICIENT_PERMISSION"))
        client = make_client(concurrency=4)
        assert await keep_to_limit(client)
        assert (client.slots.limit, len(wire.posted)) == (4, 1)

    async def test_asks_again_later_when_nobody_answered(self, wire: Wire, make_client: MakeClient) -> None:
        wire.answers(Reply(status=503, content_type="text/plain"), account_limit(5, 1), integration_limit())
        client = make_client(concurrency=4)
        assert not await keep_to_limit(client)
        assert await keep_to_limit(client)
        assert client.slots.limit == 1
