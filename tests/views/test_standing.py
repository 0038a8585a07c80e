from bot.reading.standing import still_matter
from bot.views.invoice_card import InvoiceCard, invoice_card
from bot.views.standing import Standing
from store.disputes import DisputeState
from store.invoices import InvoiceStatus
from store.promises import PromiseState
from tests.views.make import NETSUITE, PLACE, make_dispute, make_invoice, make_note, make_promise, usd
from tests.views.shown import block, block_ids, texts


def shown(*standing: Standing) -> list[str]:
    card = InvoiceCard(invoice=make_invoice(), provenance=NETSUITE, place=PLACE, standing=standing)
    message = invoice_card(card)
    return ["".join(texts(row)) for row in block(message, "standing")["elements"]]


class TestStandingBlock:
    def test_stands_right_under_the_answer_only_where_there_is_something(self) -> None:
        card = InvoiceCard(invoice=make_invoice(), provenance=NETSUITE, place=PLACE, note=make_note())
        assert "standing" not in block_ids(invoice_card(card))
        disputed = InvoiceCard(
            invoice=make_invoice(), provenance=NETSUITE, place=PLACE, standing=(Standing(what=make_dispute()),)
        )
        assert block_ids(invoice_card(disputed))[:3] == ["headline", "summary", "standing"]
        assert "Status*\nPartly paid · disputed" in str(block(invoice_card(disputed), "facts")).replace("\\n", "\n")
        assert invoice_card(disputed).text.endswith(" Disputed: wrong amount, $500.00.")

    def test_disputes_come_before_promises(self) -> None:
        assert shown(Standing(what=make_promise()), Standing(what=make_dispute())) == [
            "⚠️ Disputed: wrong amount, $500.00",
            "Promised $5,000.00 by 1 Dec 2026",
        ]

    def test_names_the_invoice_on_a_customers_card_and_counts_the_rest(self) -> None:
        assert shown(*[Standing(what=make_dispute(), number="INV-1")] * 5) == [
            *["⚠️ INV-1 · Disputed: wrong amount, $500.00"] * 3,
            "…+2 more",
        ]

    def test_says_how_a_promise_turned_out(self) -> None:
        partly = make_promise(state=PromiseState.PARTLY_KEPT, received=usd(100000))
        broken = make_promise(state=PromiseState.BROKEN)
        resolved = make_dispute(state=DisputeState.RESOLVED)
        assert shown(Standing(what=partly), Standing(what=broken), Standing(what=resolved)) == [
            "⚠️ Dispute resolved: wrong amount, $500.00",
            "⚠️ Promise partly kept: $1,000.00 of $5,000.00 by 1 Dec 2026",
            "⚠️ Promise broken: $5,000.00 by 1 Dec 2026",
        ]


class TestStillMatter:
    def test_open_ones_do_and_kept_ones_do_not(self) -> None:
        kept, open_ = make_promise(state=PromiseState.KEPT), make_promise(id="2")
        assert still_matter((kept, open_), {}) == (open_,)

    def test_a_broken_one_does_until_another_is_made(self) -> None:
        broken = make_promise(state=PromiseState.BROKEN)
        assert still_matter((broken,), {}) == (broken,)
        later = make_promise(id="2", made_at=broken.made_at.replace(hour=9))
        assert still_matter((broken, later), {}) == (later,)

    def test_a_broken_one_does_not_once_the_invoice_is_paid(self) -> None:
        broken = make_promise(state=PromiseState.BROKEN)
        owed = make_invoice()
        assert still_matter((broken,), {owed.id: owed}) == (broken,)
        paid = make_invoice(status=InvoiceStatus.PAID, open_balance=usd(0))
        assert still_matter((broken,), {paid.id: paid}) == ()
