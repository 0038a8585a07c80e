"""The item lines of invoices, credit memos and sales orders, whose schemas name the same fields in other orders."""

from collections.abc import Callable, Iterable, Mapping

from sandbox.ledger.records import InvoiceLine
from sandbox.netsuite.records.writer import Writer
from sandbox.netsuite.texts import text

Cell = Callable[[InvoiceLine, Writer, str], str]

_CELLS: Mapping[str, Cell] = {
    "line": lambda line, *_: str(line.line),
    "description": lambda line, *_: text(line.description),
    "amount": lambda line, writer, currency: writer.amount(line.amount_minor, currency),
    "quantity": lambda line, *_: f"{line.quantity}.0",
    "rate": lambda line, writer, currency: writer.amount(line.rate_minor, currency),
    "grossAmt": lambda line, writer, currency: writer.amount(line.amount_minor + line.tax_minor, currency),
    "tax1Amt": lambda line, writer, currency: writer.amount(line.tax_minor, currency),
}
CREDIT_CELLS = ("line", "quantity", "description", "rate", "amount", "tax1Amt", "grossAmt")
ORDER_CELLS = ("quantity", "description", "rate", "amount", "grossAmt", "line", "tax1Amt")


def item_list(
    prefix: str, lines: Iterable[InvoiceLine], writer: Writer, *, currency: str, cells: tuple[str, ...]
) -> str:
    """An itemList with these cells after each line's item."""
    content = "".join(_item(prefix, line, writer, currency, cells) for line in lines)
    return f"<{prefix}:itemList>{content}</{prefix}:itemList>"


def _item(prefix: str, line: InvoiceLine, writer: Writer, currency: str, cells: tuple[str, ...]) -> str:
    content = "".join(f"<{prefix}:{name}>{_CELLS[name](line, writer, currency)}</{prefix}:{name}>" for name in cells)
    return (
        f'<{prefix}:item><{prefix}:item internalId="{line.item_id}"><platformCore:name>{text(line.item)}'
        f"</platformCore:name></{prefix}:item>{content}</{prefix}:item>"
    )
