"""Ledger records as SuiteTalk records, one module per kind; fields without a value are absent elements."""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.ledger.records import Kind
from sandbox.netsuite.records.contact import contact_xml
from sandbox.netsuite.records.customer import customer_xml
from sandbox.netsuite.records.invoice import invoice_xml
from sandbox.netsuite.records.payment import payment_xml
from sandbox.netsuite.records.writer import Writer

RECORD_XML: Mapping[Kind, Callable[[Any, Writer, bool], str]] = {
    Kind.CUSTOMER: customer_xml,
    Kind.CONTACT: contact_xml,
    Kind.INVOICE: invoice_xml,
    Kind.PAYMENT: payment_xml,
}
