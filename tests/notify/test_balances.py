"""Balances that differ are told when they appear, by number, at most once in six hours."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.notify.balances import TOLD_EVERY, difference_words, is_news
from store.subscriptions import NewsKind
from store.tie_out import Difference, TieOut, save_tie_out
from tests.notify.make import Notifier, begun
from tests.store.make import AT, CUSTOMER_ID, usd


def tie_out(differing: int) -> TieOut:
    return TieOut(source="netsuite", at=AT, compared=1_203, differing=differing)


class TestIsNews:
    @pytest.mark.parametrize(
        ("new", "told_before", "expected"),
        [
            (0, None, False),
            (1, None, True),
            (1, timedelta(hours=5, minutes=59), False),
            (1, TOLD_EVERY, True),
            (0, timedelta(days=9), False),
        ],
    )
    def test_once_in_a_while(self, new: int, told_before: timedelta | None, *, expected: bool) -> None:
        assert is_news(new, None if told_before is None else AT - told_before, AT) is expected


class TestDifferenceWords:
    def test_count_and_name_nobody(self) -> None:
        assert difference_words("NetSuite", tie_out(1), 1) == (
            "1 balance of 1,203 in NetSuite is not what its open items come to, 1 of them new. "
            "«tesorio status netsuite» lists them with likely causes."
        )
        assert difference_words("NetSuite", tie_out(12), 3).startswith(
            "12 balances of 1,203 in NetSuite are not what its open items come to, 3 of them new."
        )


class TestTellDifferences:
    async def test_what_appears_is_told_once(self, notifier: Notifier) -> None:
        await begun(notifier, events=(NewsKind.SYNC_TROUBLE,))
        began = notifier.clock()
        await self._find(notifier, began)
        await self._pass(notifier)
        await self._find(notifier, began)
        await self._pass(notifier)
        await self._find(notifier, began, notifier.clock())
        await self._pass(notifier)
        first, second = await notifier.texts()
        assert first.startswith("1 balance of 9 in NetSuite is not what its open items come to, 1 of them new.")
        assert second.startswith("2 balances of 9 in NetSuite are not what its open items come to, 1 of them new.")

    async def test_without_differences_nothing_is_told(self, notifier: Notifier) -> None:
        await begun(notifier, events=(NewsKind.SYNC_TROUBLE,))
        await self._find(notifier)
        await notifier.look()
        assert await notifier.texts() == []

    async def _pass(self, notifier: Notifier) -> None:
        """Seven hours, looked at more than once."""
        await notifier.look()
        notifier.clock.forward(hours=7)
        await notifier.look()

    async def _find(self, notifier: Notifier, *since: datetime) -> None:
        """A tie-out with a difference for each of these instants."""
        nothing: dict[str, Any] = dict.fromkeys(("open", "credits", "payments", "adjustments"), usd(0))
        listed = [Difference(customer_id=CUSTOMER_ID, balance=usd(1), since=each, **nothing) for each in since]
        found = TieOut(source="netsuite", at=notifier.clock(), compared=9, differing=len(listed))
        async with notifier.deps.store.write() as conn:
            await save_tie_out(conn, found, listed)
