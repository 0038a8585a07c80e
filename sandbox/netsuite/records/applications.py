"""The rows in which payments, deposit applications and credit memos say what they were applied to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.ledger.records import Application, Invoice, Payment
from sandbox.ledger.transactions import CreditMemo, DepositApplication
from sandbox.netsuite.records.writer import Writer
from sandbox.netsuite.texts import boolean, text


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One application, with the invoice as it stands now; of nothing when the invoice could be chosen and was not."""

    applied: Application
    invoice: Invoice
    currency: str


Cell = Callable[[Row, Writer], str]

_CELLS: Mapping[str, Cell] = {
    "apply": lambda row, _: boolean(row.applied.amount_minor > 0),
    "doc": lambda row, _: str(row.invoice.id),
    "line": lambda *_: "0",
    # The date of what it is applied to, not of the day on which that happened.
    "applyDate": lambda row, writer: writer.calendar.day(row.invoice.invoice_date),
    "type": lambda *_: "Invoice",
    "refNum": lambda row, _: text(row.invoice.number),
    "total": lambda row, writer: writer.amount(row.invoice.total_minor, row.currency),
    "due": lambda row, writer: writer.amount(row.invoice.open_minor, row.currency),
    "currency": lambda row, writer: writer.currency_names[row.currency],
    "disc": lambda row, writer: writer.amount(row.applied.discount_minor, row.currency),
    "amount": lambda row, writer: writer.amount(row.applied.amount_minor, row.currency),
}
_PAYMENT_CELLS = ("apply", "doc", "line", "applyDate", "type", "refNum", "total", "due", "currency", "disc", "amount")
_DRAWN_CELLS = ("doc", "line", "apply", "applyDate", "type", "refNum", "total", "due", "currency", "amount")
_CREDIT_CELLS = ("apply", "doc", "applyDate", "type", "refNum", "total", "due", "currency", "amount", "line")


def payment_applications(payment: Payment, writer: Writer) -> str:
    return _list(payment, writer, _PAYMENT_CELLS, open_to=_choices(payment, writer))


def drawn_applications(application: DepositApplication, writer: Writer) -> str:
    return _list(application, writer, _DRAWN_CELLS)


def credit_applications(memo: CreditMemo, writer: Writer) -> str:
    return _list(memo, writer, _CREDIT_CELLS, open_to=_choices(memo, writer))


def _choices(record: Payment | CreditMemo, writer: Writer) -> tuple[Application, ...]:
    """The customer's other open invoices, to which what is unapplied could go: the list names them as well."""
    if not record.unapplied_minor:
        return ()
    chosen = {applied.invoice_id for applied in record.applications}
    return tuple(
        Application(invoice_id=invoice.id, amount_minor=0)
        for invoice in writer.ledger.invoices_of(record.customer_id)
        if invoice.open_minor and invoice.currency == record.currency and invoice.id not in chosen
    )


def _list(
    record: Payment | DepositApplication | CreditMemo,
    writer: Writer,
    cells: tuple[str, ...],
    *,
    open_to: tuple[Application, ...] = (),
) -> str:
    rows = (_row(applied, record.currency, writer) for applied in (*record.applications, *open_to))
    content = "".join(_written(row, writer, cells) for row in rows if row)
    return f"<tranCust:applyList>{content}</tranCust:applyList>"


def _row(applied: Application, currency: str, writer: Writer) -> Row | None:
    """None when the invoice is gone."""
    invoice = writer.ledger.invoices.get(applied.invoice_id)
    return Row(applied=applied, invoice=invoice, currency=currency) if invoice else None


def _written(row: Row, writer: Writer, cells: tuple[str, ...]) -> str:
    content = "".join(
        f"<tranCust:{name}>{_CELLS[name](row, writer)}</tranCust:{name}>"
        for name in cells
        if name != "disc" or row.applied.discount_minor
    )
    return f"<tranCust:apply>{content}</tranCust:apply>"
