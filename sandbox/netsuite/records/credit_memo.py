"""Credit memo, as tranCust:CreditMemo."""

from sandbox.ledger.transactions import CreditMemo
from sandbox.netsuite.records.applications import credit_applications
from sandbox.netsuite.records.invoice import posting_period
from sandbox.netsuite.records.items import CREDIT_CELLS, item_list
from sandbox.netsuite.records.writer import Writer, optional
from sandbox.netsuite.statuses import status_of
from sandbox.netsuite.texts import text


def credit_memo_xml(memo: CreditMemo, writer: Writer, full: bool) -> str:  # noqa: FBT001 -- one signature for all records
    """The record; its lines and the invoices that it settles only when `full`."""
    instant, currency = writer.calendar.instant, memo.currency
    applied, unapplied = (
        writer.amount(minor, currency) for minor in (memo.total_minor - memo.unapplied_minor, memo.unapplied_minor)
    )
    return (
        f"{writer.opening('tranCust', 'customers', 'CreditMemo', memo.id)}"
        f"<tranCust:createdDate>{instant(memo.created_at)}</tranCust:createdDate>"
        f"<tranCust:lastModifiedDate>{instant(memo.last_modified)}</tranCust:lastModifiedDate>"
        f"<tranCust:currency{writer.currencies[currency]}</tranCust:currency>"
        f"<tranCust:entity{writer.customer_ref(memo.customer_id)}</tranCust:entity>"
        f"<tranCust:tranDate>{writer.calendar.day(memo.memo_date)}</tranCust:tranDate>"
        f"<tranCust:tranId>{text(memo.number)}</tranCust:tranId>"
        f"{writer.invoice_ref('tranCust:createdFrom', memo.created_from_id)}"
        f"<tranCust:postingPeriod{posting_period(memo.memo_date)}</tranCust:postingPeriod>"
        f"<tranCust:subsidiary{writer.subsidiaries[memo.subsidiary_id]}</tranCust:subsidiary>"
        f"<tranCust:salesRep{writer.employees[memo.sales_rep_id]}</tranCust:salesRep>"
        f"{optional('tranCust', 'memo', memo.memo)}<tranCust:account{writer.receivables}</tranCust:account>"
        f"<tranCust:exchangeRate>{memo.exchange_rate:f}</tranCust:exchangeRate>"
        f"<tranCust:amountPaid>{applied}</tranCust:amountPaid>"
        f"<tranCust:currencyName>{writer.currency_names[currency]}</tranCust:currencyName>"
        f"<tranCust:amountRemaining>{unapplied}</tranCust:amountRemaining>"
        f"<tranCust:unapplied>{unapplied}</tranCust:unapplied><tranCust:applied>{applied}</tranCust:applied>"
        f"{optional('tranCust', 'email', memo.email)}"
        f"<tranCust:subTotal>{writer.amount(memo.subtotal_minor, currency)}</tranCust:subTotal>"
        f"<tranCust:taxTotal>{writer.amount(memo.tax_minor, currency)}</tranCust:taxTotal>"
        f"<tranCust:total>{writer.amount(memo.total_minor, currency)}</tranCust:total>"
        f"<tranCust:status>{status_of(memo).text}</tranCust:status>"
        f"{_lists(memo, writer) if full else ''}</platformCore:record>"
    )


def _lists(memo: CreditMemo, writer: Writer) -> str:
    lines = item_list("tranCust", memo.lines, writer, currency=memo.currency, cells=CREDIT_CELLS)
    return f"{lines}{credit_applications(memo, writer)}"
