"""Ledger records as SuiteTalk records, one module per kind; fields without a value are absent elements."""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.ledger.records import Kind
from sandbox.netsuite.records.company import account_xml, employee_xml, rate_xml, subsidiary_xml
from sandbox.netsuite.records.contact import contact_xml
from sandbox.netsuite.records.credit_memo import credit_memo_xml
from sandbox.netsuite.records.customer import customer_xml
from sandbox.netsuite.records.deposit import deposit_xml
from sandbox.netsuite.records.deposit_application import deposit_application_xml
from sandbox.netsuite.records.file import file_xml
from sandbox.netsuite.records.invoice import invoice_xml
from sandbox.netsuite.records.journal_entry import journal_entry_xml
from sandbox.netsuite.records.letters import message_xml, note_xml
from sandbox.netsuite.records.payment import payment_xml
from sandbox.netsuite.records.refund import refund_xml
from sandbox.netsuite.records.sales_order import sales_order_xml
from sandbox.netsuite.records.writer import Writer

RECORD_XML: Mapping[Kind, Callable[[Any, Writer, bool], str]] = {
    Kind.CUSTOMER: customer_xml,
    Kind.CONTACT: contact_xml,
    Kind.INVOICE: invoice_xml,
    Kind.PAYMENT: payment_xml,
    Kind.CUSTOMER_DEPOSIT: deposit_xml,
    Kind.DEPOSIT_APPLICATION: deposit_application_xml,
    Kind.CREDIT_MEMO: credit_memo_xml,
    Kind.CUSTOMER_REFUND: refund_xml,
    Kind.JOURNAL_ENTRY: journal_entry_xml,
    Kind.SALES_ORDER: sales_order_xml,
    Kind.SUBSIDIARY: subsidiary_xml,
    Kind.ACCOUNT: account_xml,
    Kind.EXCHANGE_RATE: rate_xml,
    Kind.EMPLOYEE: employee_xml,
    Kind.NOTE: note_xml,
    Kind.MESSAGE: message_xml,
    Kind.FILE: file_xml,
}
