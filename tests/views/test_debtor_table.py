"""Customers who owe something past due, page by page."""

from datetime import timedelta
from typing import Any

from bot.views.debtor_table import DEBTORS_PER_PAGE, DebtorTable, debtor_table
from bot.views.portfolio import Debtor
from bot.views.table_ref import TableRef, decode_table
from store.portfolio_aging import PastDue
from store.records import record_id
from tests.views.make import NETSUITE, PLACE, make_aging, usd
from tests.views.shown import buttons, texts


def page(first: int, shown: int, rows: int = 40) -> DebtorTable:
    debtors = tuple(
        Debtor(
            name=f"Customer {number}",
            owes=PastDue(
                customer_id=record_id("netsuite", "customer", str(number)),
                past_due_balance=usd(100_00),
                invoices=1,
                oldest_due_date=PLACE.today - timedelta(days=9),
            ),
        )
        for number in range(first, first + shown)
    )
    return DebtorTable(
        ref=TableRef(kind="customers", first=first),
        place=PLACE,
        provenance=NETSUITE,
        debtors=debtors,
        totals=(make_aging(0, 5_000), make_aging(0, 100, currency="EUR")),
        customers=33,
        rows=rows,
    )


def turns(table: DebtorTable) -> dict[str, int]:
    found: list[dict[str, Any]] = [each for each in buttons(debtor_table(table).blocks) if "value" in each]
    return {
        each["action_id"]: decode_table(each["value"]).first
        for each in found
        if each["action_id"] in {"invoices.previous", "invoices.next"}
    }


class TestPages:
    def test_lead_through_all_and_back(self) -> None:
        size = DEBTORS_PER_PAGE
        assert turns(page(1, size)) == {"invoices.next": size + 1}
        assert turns(page(size + 1, size)) == {"invoices.previous": 1, "invoices.next": 2 * size + 1}
        assert turns(page(2 * size + 1, 40 - 2 * size)) == {"invoices.previous": size + 1}

    def test_say_how_many_there_are(self) -> None:
        drawn = debtor_table(page(16, 15))
        assert "past due, 33 customers" in drawn.text
        assert any("16-30 of 40 · by currency, the largest first" in each for each in texts(drawn.simpler_blocks))

    def test_one_that_has_emptied_meanwhile_says_so(self) -> None:
        emptied = page(31, 0, rows=12)
        assert "No customer on this page any more." in texts(debtor_table(emptied).blocks)
        assert turns(emptied) == {"invoices.previous": 16}
