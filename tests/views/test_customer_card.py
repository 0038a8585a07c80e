from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.reading.net_balances import BaseTotal, NetBalance
from bot.views.children import Child
from bot.views.customer_card import CustomerCard, customer_card
from bot.views.match import Match
from bot.views.net_balance import GROSS_AND_NET, GROSS_IS_NET, GROSS_ONLY
from bot.views.parts import Message
from store.money import Money
from store.records import RecordId
from store.tie_out import Difference
from tests.views.make import (
    NETSUITE,
    PLACE,
    SEEN,
    make_aging,
    make_contact,
    make_customer,
    make_invoice,
    make_note,
    make_receipt,
    usd,
)
from tests.views.shown import block, block_ids, buttons, texts

OWED = make_aging(434500, 300000, 0, 0, 500000)


def _card(**changes: Any) -> CustomerCard:
    return replace(CustomerCard(customer=make_customer(), provenance=NETSUITE, place=PLACE, aging=(OWED,)), **changes)


def _headline(message: Message) -> str:
    text: str = block(message, "headline")["text"]["text"]
    return text


def _summary(message: Message) -> list[str]:
    return ["".join(texts(row)) for row in block(message, "summary")["elements"]]


def _facts(**changes: Any) -> list[str]:
    return texts(block(customer_card(_card(**changes)), "facts"))


class TestAnswer:
    def test_says_first_what_is_owed_and_how_much_of_it_is_past_due(self) -> None:
        message = customer_card(_card())
        assert _headline(message) == "Sun Microsystems, Inc. owes $12,345.00"
        assert _summary(message) == ["C1007", "$8,000.00 past due · $12,345.00 open balance · 3 open invoices"]

    def test_the_text_is_the_answer_in_a_sentence(self) -> None:
        assert customer_card(_card()).text == (
            "Sun Microsystems, Inc. owes $12,345.00, of which $8,000.00 is past due (as of 09:12 CET, 22 Nov, NetSuite)"
        )

    def test_two_currencies_are_never_added(self) -> None:
        message = customer_card(_card(aging=(OWED, make_aging(5000, currency="EUR", open_invoices=1))))
        assert _headline(message) == "Sun Microsystems, Inc. owes $12,345.00 and €50.00"
        assert _summary(message)[2] == "Nothing past due · €50.00 open balance · 1 open invoice"
        assert "is past due, and €50.00, of which nothing is past due (" in message.text

    def test_a_credit_stands_beside_what_is_owed(self) -> None:
        credited = (make_aging(5000, credit=20000), make_aging(currency="EUR", credit=300, open_invoices=0))
        message = customer_card(_card(aging=credited))
        assert _headline(message) == "Sun Microsystems, Inc. owes $50.00"
        assert _summary(message)[1:] == [
            "Nothing past due · $50.00 open balance · 3 open invoices · $200.00 credit on invoices",
            "€3.00 credit on invoices",
        ]
        assert message.text.startswith(
            "Sun Microsystems, Inc. owes $50.00, of which nothing is past due; $200.00 credit on invoices; "
            "€3.00 credit on invoices (as of"
        )
        assert [cell["text"] for cell in block(message, "aging")["rows"][0]] == ["Aging", "Open balance"]

    def test_says_what_the_figures_leave_out(self) -> None:
        [line] = texts(block(customer_card(_card()), "provenance"))
        assert line == (
            "NetSuite · as of 09:12 CET, 22 Nov"
            " · Open invoices only; credits and unapplied payments are not subtracted."
        )

    @pytest.mark.parametrize(("codes", "left_out"), [(5, "…+1 more currency"), (6, "…+2 more currencies")])
    def test_many_currencies_are_counted(self, codes: int, left_out: str) -> None:
        many = tuple(make_aging(100, currency=code) for code in "USD EUR GBP JPY CHF SEK".split()[:codes])
        message = customer_card(_card(aging=many))
        assert _headline(message) == f"Sun Microsystems, Inc. owes in {codes} currencies"
        assert _summary(message)[-1] == left_out

    @pytest.mark.parametrize(
        ("aging", "expected"),
        [
            ((), "owes nothing"),
            ((make_aging(credit=5000),), "has a credit of $50.00"),
            ((make_aging(0),), "owes nothing"),
        ],
    )
    def test_nothing_owed(self, aging: tuple[Any, ...], expected: str) -> None:
        message = customer_card(_card(aging=aging))
        assert _headline(message) == f"Sun Microsystems, Inc. {expected}"
        assert message.text == f"Sun Microsystems, Inc. {expected} (as of 09:12 CET, 22 Nov, NetSuite)"

    def test_what_to_know_before_calling_stands_beside_the_number(self) -> None:
        held = make_customer(on_credit_hold=True, is_inactive=True, deleted_at=SEEN, number=None)
        message = customer_card(_card(customer=held))
        assert _summary(message)[0] == "Customer in NetSuite · Deleted in NetSuite · Inactive · ⚠️ On credit hold"
        assert "is past due, on credit hold (as of" in message.text

    def test_a_closest_match_says_so_first(self) -> None:
        message = customer_card(_card(match=Match(query="sun micro", reason="name starts with sun micro")))
        assert message.blocks[0]["text"]["text"] == "Closest match for «sun micro»: name starts with sun micro."
        assert message.text.startswith("Closest match for «sun micro»: name starts with sun micro. Sun")


class TestAging:
    def test_a_row_per_bucket(self) -> None:
        table = block(customer_card(_card()), "aging")
        assert table["type"] == "table"
        assert [[cell["text"] for cell in row] for row in table["rows"]] == [
            ["Aging", "Open balance"],
            ["Current", "$4,345.00"],
            ["1-30 days", "$3,000.00"],
            ["31-60 days", "-"],
            ["61-90 days", "-"],
            ["Over 90 days", "$5,000.00"],
        ]
        assert [setting["align"] for setting in table["column_settings"]] == ["left", "right"]

    def test_a_column_per_currency(self) -> None:
        many = tuple(make_aging(100, currency=code) for code in "USD EUR GBP JPY CHF".split())
        rows = block(customer_card(_card(aging=many)), "aging")["rows"]
        assert [cell["text"] for cell in rows[0]] == ["Aging", "USD", "EUR", "GBP", "JPY"]
        assert rows[1][4]["text"] == "¥100"

    def test_where_tables_are_refused_the_same_figures_come_as_text(self) -> None:
        message = customer_card(_card(is_table_refused=True))
        lines = ["".join(texts(row)) for row in block(message, "aging")["elements"]]
        assert lines == [
            "Current: $4,345.00",
            "1-30 days: $3,000.00",
            "31-60 days: -",
            "61-90 days: -",
            "Over 90 days: $5,000.00",
        ]

    @pytest.mark.parametrize("is_table_refused", [True, False])
    def test_nothing_open_needs_no_table(self, *, is_table_refused: bool) -> None:
        for aging in ((), (make_aging(credit=5),)):
            assert "aging" not in block_ids(customer_card(_card(aging=aging, is_table_refused=is_table_refused)))


class TestOldestInvoices:
    def test_each_is_a_button_to_its_card(self) -> None:
        open_ones = tuple(
            make_invoice(id=RecordId(f"netsuite:invoice:{n}"), number=f"INV-{n}", due_date=date(2026, 11, n))
            for n in range(1, 8)
        )
        message = customer_card(_card(oldest_open=open_ones, aging=(replace(OWED, open_invoices=23),)))
        assert "".join(texts(block(message, "oldest"))) == "Oldest open invoices · 5 of 23"
        row = block(message, "oldest.1")
        assert row["text"]["text"] == "$8,000.00 · 21 days past due · due 1 Nov 2026"
        assert row["accessory"]["text"]["text"] == "INV-1"
        openers = [each["value"] for each in buttons(message.blocks) if each["action_id"] == "lookup.open"]
        assert openers == [f"1:invoice:netsuite:invoice:{n}" for n in range(1, 6)]

    def test_all_of_a_few(self) -> None:
        message = customer_card(_card(oldest_open=(make_invoice(due_date=None),), aging=(make_aging(1),)))
        assert "oldest.2" not in block_ids(message)
        assert block(message, "oldest.1")["text"]["text"] == "$8,000.00 · no due date"

    def test_one_that_no_button_can_carry_is_named_in_its_line(self) -> None:
        overlong = make_invoice(id=RecordId("files:invoice:" + "9" * 200), due_date=None)
        row = block(customer_card(_card(oldest_open=(overlong,))), "oldest.1")
        assert "accessory" not in row
        assert row["text"]["text"] == "INV-12345 · $8,000.00 · no due date"


class TestDetails:
    def test_facts(self) -> None:
        customer = make_customer(payment_terms="Net 30", credit_limit=usd(5000000), sales_rep="Ann Lee")
        parent = make_customer(id=RecordId("netsuite:customer:1"), name="Oracle")
        assert _facts(customer=customer, parent=parent, contact=make_contact()) == [
            "*Terms*\nNet 30",
            "*Credit limit*\n$50,000.00",
            "*Parent*\nOracle",
            "*Primary contact*\nMaria Diaz · m…@sun.example",
            "*Sales rep*\nAnn Lee",
        ]

    def test_a_credit_limit_of_nothing_is_a_limit(self) -> None:
        assert _facts(customer=make_customer(credit_limit=usd(0))) == ["*Credit limit*\n$0.00"]

    def test_contact_details_only_where_nobody_reads_along(self) -> None:
        facts = _facts(contact=make_contact(), is_contact_masked=False)
        assert facts == ["*Primary contact*\nMaria Diaz · maria@sun.example · +1 555 0100"]
        assert _facts(contact=make_contact(email="maria")) == ["*Primary contact*\nMaria Diaz"]
        assert _facts(contact=make_contact(email=None)) == ["*Primary contact*\nMaria Diaz"]

    def test_children_owe_by_themselves(self) -> None:
        euros = Money(currency="EUR", minor=500)
        balances = ((usd(120000), euros), (), (usd(1), euros, Money(currency="JPY", minor=7)))
        children = tuple(
            Child(customer=make_customer(name=f"Sun {n}"), open_balances=owed) for n, owed in enumerate(balances)
        )
        shown = block(customer_card(_card(children=children)), "children")
        assert ["".join(texts(row)) for row in shown["elements"]] == [
            "Children · not included above",
            "Sun 0 · $1,200.00, €5.00",
            "Sun 1 · nothing open",
            "Sun 2 · $0.01, €5.00, …+1 more",
        ]

    def test_children_are_counted_beyond_the_first(self) -> None:
        children = (Child(customer=make_customer()),) * 7
        shown = block(customer_card(_card(children=children, more_children=10)), "children")
        assert len(shown["elements"]) == 7
        assert texts(shown)[-1] == "…+12 more"
        assert "children" not in block_ids(customer_card(_card()))

    def test_nothing_known_shows_no_empty_labels(self) -> None:
        assert "facts" not in block_ids(customer_card(_card()))

    def test_note_and_buttons(self) -> None:
        parent = make_customer(id=RecordId("netsuite:customer:1"), name="Oracle")
        message = customer_card(
            _card(note=make_note(), parent=parent, contact=make_contact(), oldest_open=(make_invoice(),))
        )
        assert "Promised to pay on Friday." in texts(block(message, "note"))
        own = "1:customer:netsuite:customer:7"
        assert [(each["action_id"], each["value"]) for each in buttons(block(message, "actions"))] == [
            ("reply.open", own),
            ("share.open", own),
            ("invoices.open", own),
            ("notes.open", own),
            ("contacts.open", own),
            ("lookup.open", "1:customer:netsuite:customer:1"),
            ("refresh.record", own),
        ]

    def test_no_button_leads_to_nothing(self) -> None:
        message = customer_card(_card(aging=()))
        actions = ["reply.open", "share.open", "contact.add", "refresh.record"]
        assert [each["action_id"] for each in buttons(message.blocks)] == actions


class TestNet:
    def test_net_names_what_lowers_the_gross_balance(self) -> None:
        message = customer_card(_card(balances=(make_net(1_000_00, payments=200_00, credits=50_00),)))
        rows = ["".join(texts(row)) for row in block(message, "summary")["elements"]]
        assert rows[-1] == "Net $750.00 · after $200.00 unapplied payments and $50.00 unapplied credits"
        assert texts(block(message, "provenance"))[0].endswith(f" · {GROSS_AND_NET}")
        assert "; net $750.00 after $200.00 unapplied payments and $50.00 unapplied credits" in message.text

    def test_of_more_credit_than_debt_it_says_whose_favor(self) -> None:
        message = customer_card(_card(aging=(), balances=(make_net(0, credits=50_00),)))
        assert "Net $50.00 in their favor" in str(texts(block(message, "summary")))

    def test_deposits_stand_apart(self) -> None:
        message = customer_card(_card(balances=(make_net(1_000_00, deposits=300_00),)))
        shown = "".join(texts(block(message, "summary")))
        assert shown.endswith("$300.00 customer deposits, not subtracted")
        assert "Net" not in shown
        assert texts(block(message, "provenance"))[0].endswith(f" · {GROSS_IS_NET}")

    def test_while_payments_are_unread_nothing_net_is_claimed(self) -> None:
        message = customer_card(_card(balances=None))
        assert texts(block(message, "provenance"))[0].endswith(f" · {GROSS_ONLY}")

    @pytest.mark.parametrize(
        ("oldest", "expected"),
        [
            (date(2026, 11, 20), "All currencies: about net $1,234.00, at rates of 20 Nov 2026"),
            (date(2026, 10, 1), "All currencies: about net $1,234.00, at rates of 1 Oct 2026 to 20 Nov 2026"),
        ],
    )
    def test_the_total_names_the_day_of_its_rates(self, oldest: date, expected: str) -> None:
        total = BaseTotal(net=usd(1_234_00), oldest=oldest, newest=date(2026, 11, 20))
        message = customer_card(_card(balances=(), base_total=total))
        assert "".join(texts(block(message, "summary")["elements"][-1])) == expected

    @pytest.mark.parametrize(("balance", "expected"), [(80_000, "$50.00 more"), (70_000, "$50.00 less")])
    def test_another_balance_of_the_source_is_one_quiet_line(self, balance: int, expected: str) -> None:
        known: dict[str, Any] = {
            "open": usd(100_000),
            "credits": usd(5_000),
            "payments": usd(20_000),
            "adjustments": usd(0),
        }
        told = Difference(customer_id=RecordId("netsuite:customer:7"), balance=usd(balance), **known)
        [line] = texts(block(customer_card(_card(differences=(told,))), "tie_out"))
        assert line.startswith(f"NetSuite itself says net ${balance // 100}.00, {expected}. ")
        assert "tie_out" not in block_ids(customer_card(_card()))

    def test_the_last_payment_has_its_number(self) -> None:
        message = customer_card(_card(last_payment=make_receipt(), has_receipts=True))
        assert "*Last payment*\n$4,345.00 on 2 Nov 2026 · PYMT-9" in texts(block(message, "facts"))
        assert "payments.open" in str(message.blocks)


def make_net(gross: int, **minors: int) -> NetBalance:
    known = dict.fromkeys(("invoice_credit", "payments", "credits", "deposits", "adjustments"), 0) | minors
    return NetBalance(gross=usd(gross), **{name: usd(minor) for name, minor in known.items()})
