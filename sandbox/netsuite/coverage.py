"""What of the port is served, operation by operation; every other operation is refused with a fault."""

from collections.abc import Mapping

COVERAGE: Mapping[str, str] = {
    "search": "customers, contacts, invoices and customer payments; advanced for customers; the criteria of fields.py",
    "searchMoreWithId": "every page of a search, which is run again for each page; an id lives for 15 minutes",
    "get": "customer, contact, invoice, customerPayment, currency by internal id, with all lists",
    "getList": "the same, up to 1,000 at once, a status for each",
    "getAll": "currency",
    "getServerTime": "the account's clock",
    "getDataCenterUrls": "without login; every domain is the stand-in's own address",
    "getDeleted": "deletions of the four kinds of record by date and type",
}
