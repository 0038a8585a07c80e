"""What is told is told once: over crashes and with several replicas, on both databases."""

import asyncio
from datetime import date

import pytest

from store.db import Store
from store.errors import StoreBusyError
from store.subscriptions import Rhythm
from tests.notify.make import PAYMENTS, Notifier, begun, invoices, make_deps, pay
from tests.store.make import make_invoice


@pytest.fixture
def notifier(any_notifier: Notifier) -> Notifier:
    return any_notifier


class TestOnce:
    async def test_a_crash_before_the_commit_neither_loses_nor_doubles(
        self, notifier: Notifier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        [invoice] = invoices(1)
        await begun(notifier, invoice, **PAYMENTS)
        await pay(notifier, invoice, 100)

        async def crash(*_: object, **__: object) -> None:
            raise StoreBusyError

        for place in (
            "service.add_notices",
            "posting.add_deliveries",
            "posting.mark_told",
        ):
            with monkeypatch.context() as patch:
                patch.setattr(f"bot.notify.{place}", crash)
                with pytest.raises(StoreBusyError):
                    await notifier.look()
            assert await notifier.posts() == []
        await notifier.look()
        assert len(await notifier.posts()) == 1

    async def test_two_replicas_tell_once(self, notifier: Notifier) -> None:
        many = [*invoices(3), make_invoice("late", due_date=date(2026, 11, 22))]
        await begun(notifier, *many, rhythm=Rhythm.AT_ONCE)
        other_store = Store(notifier.deps.store.url.render_as_string(hide_password=False))
        other = Notifier(deps=make_deps(other_store, notifier.clock), clock=notifier.clock)
        try:
            for invoice in many[:3]:
                await pay(notifier, invoice, 100)
            notifier.clock.forward(days=1)
            for _ in range(3):
                await asyncio.gather(notifier.look(), other.look())
        finally:
            await other_store.close()
        told = " ".join(await notifier.texts())
        assert (len(await notifier.posts()), told.count("updates")) == (1, 1)
        assert "Payments: 3" in told
        assert "Newly past due: 1" in told
