"""How records are called on cards: never empty, never overlong."""

from bot.views.text import clean, literal, shortened
from store.customers import Customer
from store.invoices import Invoice

MAX_NAME = 80
MAX_NUMBER = 40
# What `literal` may put around a name.
_ISOLATES = 2


def customer_name(customer: Customer) -> str:
    """A customer's name for places where Slack parses nothing."""
    return literal(customer.name, MAX_NAME, empty="(no name)")


def short_name(name: str, limit: int) -> str:
    """A name for places where Slack parses nothing: of «Parent : Child» the child, and «…» where it is too long."""
    own = clean(name).rpartition(" : ")[2]
    return literal(shortened(own, limit - _ISOLATES), limit)


def masked_email(email: str | None) -> str | None:
    """«j…@sun.com»: enough to recognise, too little to write to. None for what is no address."""
    local, at, domain = (email or "").rpartition("@")
    return f"{local[:1]}…@{domain}" if at else None


def invoice_number(invoice: Invoice) -> str:
    """An invoice's number for places where Slack parses nothing."""
    return literal(invoice.number, MAX_NUMBER, empty="(no number)")
