"""Credit memo, as tranCust:CreditMemo."""

from sandbox.ledger.transactions import CreditMemo
from sandbox.netsuite.records.addresses import credit_addresses
from sandbox.netsuite.records.applications import credit_applications
from sandbox.netsuite.records.defaults import CREDIT_FORM, gross_profit
from sandbox.netsuite.records.invoice import posting_period
from sandbox.netsuite.records.items import CREDIT_CELLS, Sale, item_list
from sandbox.netsuite.records.writer import Writer, optional
from sandbox.netsuite.statuses import status_of
from sandbox.netsuite.texts import text


def credit_memo_xml(memo: CreditMemo, writer: Writer, full: bool) -> str:  # noqa: FBT001 -- one signature for all records
    """The record; its lines and the invoices that it settles only when `full`."""
    return (
        f"{_heading(memo, writer)}{_balances(memo, writer)}<tranCust:toBePrinted>false</tranCust:toBePrinted>"
        f"<tranCust:toBeEmailed>false</tranCust:toBeEmailed>{optional('tranCust', 'email', memo.email)}"
        f"<tranCust:toBeFaxed>false</tranCust:toBeFaxed>{writer.of_customer(memo.customer_id, credit_addresses)}"
        f"{_totals(memo, writer)}{_lists(memo, writer) if full else ''}</platformCore:record>"
    )


def _heading(memo: CreditMemo, writer: Writer) -> str:
    instant = writer.calendar.instant
    return (
        f"{writer.opening('tranCust', 'customers', 'CreditMemo', memo.id)}"
        f"<tranCust:createdDate>{instant(memo.created_at)}</tranCust:createdDate>"
        f"<tranCust:lastModifiedDate>{instant(memo.last_modified)}</tranCust:lastModifiedDate>"
        f"{CREDIT_FORM}<tranCust:currency{writer.currencies[memo.currency]}</tranCust:currency>"
        f"<tranCust:entity{writer.customer_ref(memo.customer_id)}</tranCust:entity>"
        f"<tranCust:tranDate>{writer.calendar.day(memo.memo_date)}</tranCust:tranDate>"
        f"<tranCust:tranId>{text(memo.number)}</tranCust:tranId>"
        f"{writer.invoice_ref('tranCust:createdFrom', memo.created_from_id)}"
        f"<tranCust:postingPeriod{posting_period(memo.memo_date)}</tranCust:postingPeriod>"
        f"<tranCust:subsidiary{writer.subsidiaries[memo.subsidiary_id]}</tranCust:subsidiary>"
        f"<tranCust:salesRep{writer.employees[memo.sales_rep_id]}</tranCust:salesRep>"
        f"{optional('tranCust', 'memo', memo.memo)}<tranCust:excludeCommission>false</tranCust:excludeCommission>"
        f"<tranCust:account{writer.receivables}</tranCust:account>"
        f"<tranCust:exchangeRate>{memo.exchange_rate:f}</tranCust:exchangeRate>"
    )


def _balances(memo: CreditMemo, writer: Writer) -> str:
    currency = memo.currency
    applied, unapplied = (
        writer.amount(minor, currency) for minor in (memo.total_minor - memo.unapplied_minor, memo.unapplied_minor)
    )
    return (
        f"<tranCust:amountPaid>{applied}</tranCust:amountPaid>"
        f"<tranCust:salesEffectiveDate>{writer.calendar.day(memo.memo_date)}</tranCust:salesEffectiveDate>"
        f"{gross_profit('tranCust', writer.amount(memo.subtotal_minor, currency))}"
        f"<tranCust:currencyName>{writer.currency_names[currency]}</tranCust:currencyName>"
        f"<tranCust:amountRemaining>{unapplied}</tranCust:amountRemaining>"
        f"<tranCust:unapplied>{unapplied}</tranCust:unapplied><tranCust:autoApply>false</tranCust:autoApply>"
        f"<tranCust:applied>{applied}</tranCust:applied>"
    )


def _totals(memo: CreditMemo, writer: Writer) -> str:
    currency = memo.currency
    return (
        f"<tranCust:subTotal>{writer.amount(memo.subtotal_minor, currency)}</tranCust:subTotal>"
        "<tranCust:discountTotal>0.0</tranCust:discountTotal>"
        "<tranCust:revenueStatus>_completed</tranCust:revenueStatus>"
        f"<tranCust:taxTotal>{writer.amount(memo.tax_minor, currency)}</tranCust:taxTotal>"
        f"<tranCust:total>{writer.amount(memo.total_minor, currency)}</tranCust:total>"
        "<tranCust:syncSalesTeams>false</tranCust:syncSalesTeams>"
        f"<tranCust:status>{status_of(memo).text}</tranCust:status>"
    )


def _lists(memo: CreditMemo, writer: Writer) -> str:
    lines = item_list("tranCust", Sale.of(memo, writer), CREDIT_CELLS)
    return f"{lines}{credit_applications(memo, writer)}"
