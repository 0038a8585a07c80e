"""What an e-mail about a record says before its writer has changed a word: plain, with what is open and since when.

Pure. The amounts and dates are those of the cards.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.views.amounts import Place, counted, day, lateness, money
from bot.views.names import customer_name, invoice_number
from store.aging import Aging
from store.customers import Customer
from store.invoices import Invoice, days_past_due, is_owed

# So many invoices are listed; the others are counted.
MAX_LISTED = 20
_ASK_PAYMENT = "Please let us know when we can expect payment. If you have paid already, please disregard this e-mail."
_ASK_IN_TIME = "Please let us know if anything stands in the way of paying it by then."


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """The subject, on one line, and the text."""

    subject: str
    text: str


def invoice_words(invoice: Invoice, author: str, place: Place) -> Words:
    """About one invoice: what is open on it, when it was due, how many days ago."""
    number, amount = invoice_number(invoice), money(invoice.open_balance, place)
    if not is_owed(invoice):
        return Words(subject=f"Invoice {number}", text=_letter(f"This is about our invoice {number}.", "", author))
    late = days_past_due(invoice, place.today)
    if late:
        subject = f"Invoice {number}: {amount}, {counted(late, 'day')} past due"
        return Words(subject=subject, text=_letter(_past_due(invoice, place), _ASK_PAYMENT, author))
    due = f", due {day(invoice.due_date, place)}" if invoice.due_date else ""
    opening = f"This is a reminder of our invoice {number}.\n\n{_facts(invoice, place)}"
    return Words(subject=f"Invoice {number}: {amount}{due}", text=_letter(opening, _ASK_IN_TIME, author))


def customer_words(
    customer: Customer, past_due: Sequence[Invoice], aging: Sequence[Aging], author: str, place: Place
) -> Words:
    """About all that a customer owes past due, the longest due first. `past_due` may be the first of more than these.

    `aging` has the sums, one for each currency.
    """
    owed = [each for each in aging if each.past_due_balance.minor > 0]
    if not owed or not past_due:
        opening = f"This is about the account of {customer_name(customer)}."
        return Words(subject=f"Account of {customer_name(customer)}", text=_letter(opening, "", author))
    sums = " + ".join(money(each.past_due_balance, place) for each in owed)
    opening = f"According to our records these invoices of {customer_name(customer)} are past due:"
    listed = "\n".join([*(_row(each, place) for each in past_due[:MAX_LISTED]), *_more(past_due)])
    text = _letter(f"{opening}\n\n{listed}\n\nPast due in all: {sums}", _ASK_PAYMENT, author)
    return Words(subject=f"{customer_name(customer)}: {sums} past due", text=text)


def _past_due(invoice: Invoice, place: Place) -> str:
    return f"According to our records this invoice is past due:\n\n{_facts(invoice, place)}"


def _facts(invoice: Invoice, place: Place) -> str:
    """What is known of the invoice, one fact a line."""
    due = invoice.due_date
    facts = [
        ("Invoice", invoice_number(invoice)),
        ("Invoice date", day(invoice.invoice_date, place) if invoice.invoice_date else ""),
        ("Your PO", invoice.po_number or ""),
        ("Amount", money(invoice.total, place) if invoice.total != invoice.open_balance else ""),
        ("Open balance", money(invoice.open_balance, place)),
        ("Due date", f"{day(due, place)} ({lateness(due, place.today)})" if due else ""),
    ]
    return "\n".join(f"{label}: {value}" for label, value in facts if value)


def _row(invoice: Invoice, place: Place) -> str:
    due = f" · due {day(invoice.due_date, place)}" if invoice.due_date else ""
    late = f" · {counted(days_past_due(invoice, place.today), 'day')} past due"
    return f"- {invoice_number(invoice)}{due}{late} · {money(invoice.open_balance, place)}"


def _more(past_due: Sequence[Invoice]) -> list[str]:
    return ["- and others"] if len(past_due) > MAX_LISTED else []


def _letter(opening: str, asked: str, author: str) -> str:
    return "\n\n".join(filter(None, ("Hello,", opening, asked, f"Kind regards,\n{author}")))
