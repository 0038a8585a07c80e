"""How records are called on cards: never empty, never overlong."""

from bot.views.text import literal
from store.customers import Customer
from store.invoices import Invoice

MAX_NAME = 80
MAX_NUMBER = 40


def customer_name(customer: Customer) -> str:
    """A customer's name for places where Slack parses nothing."""
    return literal(customer.name, MAX_NAME, empty="(no name)")


def invoice_number(invoice: Invoice) -> str:
    """An invoice's number for places where Slack parses nothing."""
    return literal(invoice.number, MAX_NUMBER, empty="(no number)")
