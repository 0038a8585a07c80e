"""The item lines of invoices, credit memos and sales orders, whose schemas name the same fields in other orders.

Every line has a price level, a tax code and a rate, as where tax is charged by line, and an estimate of its cost.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.ledger.records import Customer, Invoice, InvoiceLine
from sandbox.ledger.transactions import CreditMemo, OrderStatus, SalesOrder
from sandbox.netsuite.records.defaults import PRICE_LEVEL
from sandbox.netsuite.records.taxes import tax_code, tax_rate
from sandbox.netsuite.records.writer import Writer, ref_body
from sandbox.netsuite.texts import boolean, text


@dataclass(frozen=True, kw_only=True, slots=True)
class Sale:
    """The lines to be written, and what of their transaction they depend on; the customer may be gone."""

    lines: tuple[InvoiceLine, ...]
    customer: Customer | None
    currency: str
    writer: Writer
    is_billed: bool = False
    is_closed: bool = False

    @classmethod
    def of(cls, record: CreditMemo | SalesOrder, writer: Writer) -> "Sale":
        status = record.status if isinstance(record, SalesOrder) else None
        return cls(
            lines=record.lines,
            customer=writer.ledger.customers.get(record.customer_id),
            currency=record.currency,
            writer=writer,
            is_billed=status is OrderStatus.BILLED,
            is_closed=status is OrderStatus.CLOSED,
        )

    def amount(self, minor: int) -> str:
        return self.writer.amount(minor, self.currency)


Cell = Callable[[InvoiceLine, Sale], str]

# What follows the name of the cell's element: of a reference its attributes.
_CELLS: Mapping[str, Cell] = {
    "item": lambda line, _: ref_body(line.item_id, line.item),
    "line": lambda line, _: f">{line.line}",
    "description": lambda line, _: f">{text(line.description)}",
    "amount": lambda line, sale: f">{sale.amount(line.amount_minor)}",
    "quantity": lambda line, _: f">{line.quantity}.0",
    "quantityBilled": lambda line, sale: f">{line.quantity if sale.is_billed else 0}.0",
    "isClosed": lambda _, sale: f">{boolean(sale.is_closed)}",
    "price": lambda *_: PRICE_LEVEL,
    "rate": lambda line, sale: f">{sale.amount(line.rate_minor)}",
    "grossAmt": lambda line, sale: f">{sale.amount(line.amount_minor + line.tax_minor)}",
    "costEstimateType": lambda *_: ">_itemDefinedCost",
    "costEstimate": lambda *_: ">0.0",
    "tax1Amt": lambda line, sale: f">{sale.amount(line.tax_minor)}",
    "taxCode": lambda line, sale: tax_code(line, sale.customer),
    "taxRate1": lambda line, sale: f">{tax_rate(line, sale.customer)}",
}
CREDIT_CELLS = (
    *("item", "line", "quantity", "description", "price", "rate", "amount", "taxCode", "taxRate1", "tax1Amt"),
    *("grossAmt", "costEstimateType", "costEstimate"),
)
ORDER_CELLS = (
    *("item", "quantity", "description", "price", "rate", "amount", "isClosed", "grossAmt", "line", "costEstimateType"),
    *("costEstimate", "quantityBilled", "tax1Amt", "taxCode", "taxRate1"),
)


def item_list(prefix: str, sale: Sale, cells: tuple[str, ...]) -> str:
    """An itemList whose lines have these cells."""
    content = "".join(_item(prefix, line, sale, cells) for line in sale.lines)
    return f"<{prefix}:itemList>{content}</{prefix}:itemList>"


def _item(prefix: str, line: InvoiceLine, sale: Sale, cells: tuple[str, ...]) -> str:
    content = "".join(f"<{prefix}:{name}{_CELLS[name](line, sale)}</{prefix}:{name}>" for name in cells)
    return f"<{prefix}:item>{content}</{prefix}:item>"


def invoice_items(invoice: Invoice, writer: Writer) -> str:
    """The itemList of an invoice, of which there are more than of all else: written in one piece."""
    customer = writer.ledger.customers.get(invoice.customer_id)
    is_ordered = invoice.order_id is not None
    content = "".join(
        _invoice_line(line, writer, invoice.currency, customer, is_ordered=is_ordered) for line in invoice.lines
    )
    return f"<tranSales:itemList>{content}</tranSales:itemList>"


def _invoice_line(
    line: InvoiceLine, writer: Writer, currency: str, customer: Customer | None, *, is_ordered: bool
) -> str:
    ordered = f"<tranSales:orderLine>{line.line}</tranSales:orderLine>" if is_ordered else ""
    return (
        f"<tranSales:item><tranSales:item{ref_body(line.item_id, line.item)}</tranSales:item>"
        f"<tranSales:line>{line.line}</tranSales:line>"
        f"<tranSales:description>{text(line.description)}</tranSales:description>"
        f"<tranSales:amount>{writer.amount(line.amount_minor, currency)}</tranSales:amount>"
        f"<tranSales:quantity>{line.quantity}.0</tranSales:quantity><tranSales:price{PRICE_LEVEL}</tranSales:price>"
        f"<tranSales:rate>{writer.amount(line.rate_minor, currency)}</tranSales:rate>{ordered}"
        f"<tranSales:grossAmt>{writer.amount(line.amount_minor + line.tax_minor, currency)}</tranSales:grossAmt>"
        "<tranSales:costEstimateType>_itemDefinedCost</tranSales:costEstimateType>"
        "<tranSales:costEstimate>0.0</tranSales:costEstimate>"
        f"<tranSales:tax1Amt>{writer.amount(line.tax_minor, currency)}</tranSales:tax1Amt>"
        f"<tranSales:taxCode{tax_code(line, customer)}</tranSales:taxCode>"
        f"<tranSales:taxRate1>{tax_rate(line, customer)}</tranSales:taxRate1></tranSales:item>"
    )
