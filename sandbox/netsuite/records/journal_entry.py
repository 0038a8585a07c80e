"""A posting to a customer's receivables, as tranGeneral:JournalEntry of two lines."""

from sandbox.ledger.transactions import JournalEntry
from sandbox.netsuite.records.invoice import posting_period
from sandbox.netsuite.records.writer import Writer, optional
from sandbox.netsuite.texts import text


def journal_entry_xml(entry: JournalEntry, writer: Writer, full: bool) -> str:  # noqa: FBT001 -- one signature for all records
    """The record; its lines only when `full`."""
    instant = writer.calendar.instant
    return (
        f"{writer.opening('tranGeneral', 'general', 'JournalEntry', entry.id)}"
        f"<tranGeneral:postingPeriod{posting_period(entry.entry_date)}</tranGeneral:postingPeriod>"
        f"<tranGeneral:tranDate>{writer.calendar.day(entry.entry_date)}</tranGeneral:tranDate>"
        f"<tranGeneral:currency{writer.currencies[entry.currency]}</tranGeneral:currency>"
        f"<tranGeneral:exchangeRate>{entry.exchange_rate:f}</tranGeneral:exchangeRate>"
        f"<tranGeneral:tranId>{text(entry.number)}</tranGeneral:tranId>"
        f"<tranGeneral:subsidiary{writer.subsidiaries[entry.subsidiary_id]}</tranGeneral:subsidiary>"
        f"{optional('tranGeneral', 'memo', entry.memo)}<tranGeneral:approved>true</tranGeneral:approved>"
        f"<tranGeneral:createdDate>{instant(entry.created_at)}</tranGeneral:createdDate>"
        f"<tranGeneral:lastModifiedDate>{instant(entry.last_modified)}</tranGeneral:lastModifiedDate>"
        f"{_lines(entry, writer) if full else ''}</platformCore:record>"
    )


def _lines(entry: JournalEntry, writer: Writer) -> str:
    bank, customer = writer.money_account(False), writer.customer_ref(entry.customer_id)
    rows = _line(0, bank, -entry.amount_minor, "", entry, writer) + _line(
        1, writer.receivables, entry.amount_minor, customer, entry, writer
    )
    return f"<tranGeneral:lineList>{rows}</tranGeneral:lineList>"


def _line(  # noqa: PLR0917 -- the parts of a line, in their order
    number: int, account: str, minor: int, entity: str, entry: JournalEntry, writer: Writer
) -> str:
    side, amount = ("debit" if minor >= 0 else "credit"), writer.amount(abs(minor), entry.currency)
    named = f"<tranGeneral:entity{entity}</tranGeneral:entity>" if entity else ""
    return (
        f"<tranGeneral:line><tranGeneral:account{account}</tranGeneral:account>"
        f"<tranGeneral:line>{number}</tranGeneral:line><tranGeneral:{side}>{amount}</tranGeneral:{side}>{named}"
        "</tranGeneral:line>"
    )
