"""Records whose every text may be an attack or an accident: mention and link syntax, invisible and endless text."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from bot.reading.net_balances import BaseTotal, NetBalance
from bot.views.amounts import Place
from bot.views.children import Child
from bot.views.customer_card import CustomerCard
from bot.views.invoice_card import InvoiceCard
from bot.views.match import Candidate, Match
from bot.views.provenance import Provenance
from bot.views.standing import Standing
from bot.views.values import RecordRef
from store.aging import Aging
from store.applications import Application
from store.contacts import Contact
from store.customers import Customer
from store.disputes import Dispute, DisputeReason, DisputeState
from store.installments import Installment
from store.invoices import Invoice, InvoiceStatus
from store.money import Money
from store.notes import Note
from store.promises import Promise, PromiseState
from store.receipts import Receipt, ReceiptKind
from store.records import RecordId
from store.reversals import Reversal
from store.tie_out import Difference
from tests.views.make import PLACE, SEEN

ATTACKS = (
    "<!channel> & Co",
    "<!here>",
    "<@U12345678>",
    "<#C123|general>",
    "<https://evil.example|Pay here>",
    "https://evil.example/pay",
    "&lt;!channel&gt;",
    "*b* _i_ ~s~ `c` ```pre``` :tada:",
    ">>> quote\n> quote",
    "\u202egpj.exe\u202c",
    "in\u200bvisible\ufeff\u2060",
    "\x00\x1b[31m\x7f",
    "שלום עולם",
    "😀" * 10_000,
    "x" * 3001,
    "&" * 3001,
    "é" * 151,
    "\ud800",
    "|",
    "",
    " \u200b\n",
)
texts = st.sampled_from(ATTACKS) | st.text(max_size=400) | st.builds(str.__add__, st.sampled_from(ATTACKS), st.text())
maybe_texts = st.none() | texts
dates = st.dates(date(1990, 1, 1), date(2100, 1, 1))
instants = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds
currencies = st.sampled_from(("USD", "EUR", "JPY", "KWD", "RSD", "CLF", "<!>", "", "x" * 300))
ids = st.builds(lambda kind, end: RecordId(f"netsuite:{kind}:{end}"), st.sampled_from(("invoice", "customer")), texts)
refs = st.builds(RecordRef, kind=st.sampled_from(("invoice", "customer")), record_id=ids)
candidates = st.lists(st.builds(Candidate, ref=refs, label=texts, detail=texts), max_size=30).map(tuple)
matches = st.none() | st.builds(Match, query=texts, reason=maybe_texts, candidates=candidates, is_chosen=st.booleans())
provenances = st.builds(Provenance, source=texts, as_of=instants, is_stale=st.booleans(), notice=maybe_texts)
places = st.sampled_from((PLACE, Place(time_zone=UTC, today=PLACE.today + timedelta(days=40), locale="he_IL")))


def monies(currency: str | None = None) -> st.SearchStrategy[Money]:
    named = currencies if currency is None else st.just(currency)
    return st.builds(Money, currency=named, minor=st.integers(-(2**63), 2**63 - 1))


def _record(**changes: Any) -> dict[str, Any]:
    return {"origin": texts, "source_id": texts, "seen_at": st.just(SEEN), "id": ids, **changes}


customers = st.builds(
    Customer,
    **_record(name=texts, number=maybe_texts, payment_terms=maybe_texts, sales_rep=maybe_texts, url=maybe_texts),
    credit_limit=st.none() | monies(),
    on_credit_hold=st.none() | st.booleans(),
    is_inactive=st.booleans(),
    deleted_at=st.none() | instants,
)
invoices = st.builds(
    Invoice,
    **_record(number=texts, payment_terms=maybe_texts, po_number=maybe_texts, sales_rep=maybe_texts, url=maybe_texts),
    status=st.sampled_from(InvoiceStatus),
    total=monies(),
    open_balance=monies(),
    due_date=st.none() | dates,
    deleted_at=st.none() | instants,
)
notes = st.builds(Note, **_record(about_id=ids, text=texts, author=maybe_texts), written_at=instants)
contacts = st.builds(Contact, **_record(name=texts, email=maybe_texts, phone=maybe_texts))
children = st.builds(Child, customer=customers, open_balances=st.lists(monies(), max_size=4).map(tuple))
agings = currencies.flatmap(
    lambda currency: st.builds(
        Aging,
        **dict.fromkeys(("current", "days_1_30", "days_31_60", "days_61_90", "over_90", "credit"), monies(currency)),
        open_invoices=st.integers(0, 10**6),
    )
)
promises = st.builds(
    Promise,
    **dict.fromkeys(("author", "author_id", "slack_user", "note_id", "permalink"), texts),
    id=st.just("u0ana-0123456789abcdef"),
    about_id=ids,
    amount=monies(),
    owed=monies(),
    promised_on=dates,
    made_at=instants,
    state=st.sampled_from(PromiseState),
    received=st.none() | monies(),
)
disputes = st.builds(
    Dispute,
    **dict.fromkeys(("author", "author_id", "slack_user", "note_id", "permalink"), texts),
    id=st.just("u0ana-0123456789abcdef"),
    invoice_id=ids,
    reason=st.sampled_from(DisputeReason),
    amount=monies(),
    opened_at=instants,
    state=st.sampled_from(DisputeState),
)
standing = st.lists(st.builds(Standing, what=promises | disputes, number=texts), max_size=6).map(tuple)
applied = st.builds(
    Application, line_number=st.just(1), applied_to=ids, amount=monies("USD"), discount=st.none() | monies("USD")
)
receipts = st.builds(
    Receipt,
    **dict.fromkeys(("origin", "source_id", "number"), texts),
    id=ids,
    kind=st.sampled_from(ReceiptKind),
    total=monies("USD"),
    unapplied=monies("USD"),
    received_on=st.none() | dates,
    is_voided=st.booleans(),
    url=maybe_texts,
    applications=st.lists(applied, max_size=4).map(tuple),
)
settled = st.lists(receipts, max_size=9).map(tuple)
installments = st.lists(
    st.builds(Installment, sequence=st.integers(1, 99), amount=monies(), open_balance=monies(), due_date=dates),
    max_size=9,
).map(tuple)
differences = currencies.flatmap(
    lambda currency: st.builds(
        Difference,
        customer_id=ids,
        **dict.fromkeys(("balance", "open", "credits", "payments", "adjustments"), monies(currency)),
    )
)
nets = currencies.flatmap(
    lambda currency: st.builds(
        NetBalance,
        **dict.fromkeys(
            ("gross", "invoice_credit", "payments", "credits", "deposits", "adjustments"), monies(currency)
        ),
    )
)
_shared = {
    "provenance": provenances,
    "place": places,
    "note": st.none() | notes,
    "standing": standing,
    "match": matches,
}
invoice_cards = st.builds(
    InvoiceCard,
    invoice=st.builds(lambda invoice, parts: replace(invoice, installments=parts), invoices, installments),
    customer=st.none() | customers,
    settled=settled,
    settled_in_all=st.integers(0, 10**6),
    reversal=st.none() | st.builds(Reversal, amount=monies(), seen_at=instants),
    **_shared,
)
customer_cards = st.builds(
    CustomerCard,
    customer=customers,
    aging=st.lists(agings, max_size=8).map(tuple),
    balances=st.none() | st.lists(nets, max_size=8).map(tuple),
    base_total=st.none() | st.builds(BaseTotal, net=monies(), oldest=dates, newest=dates),
    differences=st.lists(differences, max_size=3).map(tuple),
    last_payment=st.none() | receipts,
    has_receipts=st.booleans(),
    oldest_open=st.lists(invoices, max_size=8).map(tuple),
    parent=st.none() | customers,
    children=st.lists(children, max_size=8).map(tuple),
    more_children=st.integers(0, 10**6),
    contact=st.none() | contacts,
    is_contact_masked=st.booleans(),
    is_table_refused=st.booleans(),
    **_shared,
)
