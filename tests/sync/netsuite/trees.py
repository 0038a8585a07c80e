"""Records as they are parsed, for tests of the mapping: each of them whole, with fields replaced at will."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sync.connectors.netsuite.mapping import Account

SEEN = datetime(2026, 11, 22, 9, tzinfo=UTC)
ACCOUNT = Account(
    app_address="https://tstdrv1.app.netsuite.com",
    zone=ZoneInfo("America/New_York"),
    currencies={"1": "USD", "2": "EUR", "3": "JPY"},
    currency=None,
    seen_at=SEEN,
)
# Midnight of 20 October 2026 in New York, as Pacific time.
DAY = "2026-10-19T21:00:00.000-07:00"
CHANGED = "2026-11-20T10:00:00.000-08:00"


def reference(internal_id: str, name: str) -> dict[str, Any]:
    return {"@internalId": internal_id, "name": name}


def _tree(kind: str, internal_id: str, fields: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {"@internalId": internal_id, "@type": kind, "lastModifiedDate": CHANGED} | fields | changes


def transaction(kind: str, internal_id: str, fields: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    common = {
        "tranId": f"T-{internal_id}",
        "tranDate": DAY,
        "currency": reference("1", "US Dollar"),
        "exchangeRate": "1.0",
        "subsidiary": reference("1", "HQ"),
    }
    return _tree(kind, internal_id, common | fields, changes)


def applied(doc: str, amount: str, **fields: str) -> dict[str, Any]:
    return {"apply": "true", "doc": doc, "refNum": f"INV-{doc}", "amount": amount} | fields


def payment_tree(**changes: Any) -> dict[str, Any]:
    fields = {
        "customer": reference("17", "Sun Microsystems"),
        "payment": "150.0",
        "applied": "100.0",
        "unapplied": "50.0",
        "account": reference("5", "Chase 1234"),
        "checkNum": "4711",
        "status": "Deposited",
        "applyList": {
            "apply": [applied("900", "100.0", applyDate=DAY, disc="2.0"), applied("901", "7.0", apply="false")]
        },
    }
    return transaction("CustomerPayment", "5000", fields, changes)


def deposit_tree(**changes: Any) -> dict[str, Any]:
    fields = {
        "customer": reference("17", "Sun Microsystems"),
        "payment": "80.0",
        "status": "Deposited",
        "applyList": {"customerDepositApply": applied("6500", "30.0", type="Deposit Application")},
    }
    return transaction("CustomerDeposit", "6000", fields, changes)


def deposit_application_tree(**changes: Any) -> dict[str, Any]:
    fields = {
        "customer": reference("17", "Sun Microsystems"),
        "deposit": reference("6000", "Customer Deposit #DEP-1"),
        "total": "30.0",
        "applied": "25.0",
        "unapplied": "5.0",
        "status": "Unapplied",
        "applyList": {"apply": [applied("900", "25.0"), applied("901", "0.0", apply="false")]},
    }
    return transaction("DepositApplication", "6500", fields, changes)


def refund_tree(**changes: Any) -> dict[str, Any]:
    fields = {
        "customer": reference("17", "Sun Microsystems"),
        "total": "60.0",
        "account": reference("5", "Chase 1234"),
        "status": "Fully Applied",
        "applyList": {"apply": [applied("7000", "20.0"), applied("7001", "9.0", apply="false")]},
        "depositList": {"customerRefundDeposit": applied("6000", "35.0")},
    }
    return transaction("CustomerRefund", "9500", fields, changes)


def journal_row(**changes: Any) -> dict[str, Any]:
    fields = {
        "entity": {"@internalId": "17"},
        "amount": "-110.0",
        "fxAmount": "-100.0",
        "creditAmount": "110.0",
        "amountRemaining": "55.0",
        "line": "1",
        "memo": "Write-off",
        "tranId": "JE-1",
        "tranDate": DAY,
        "currency": {"@internalId": "2"},
    }
    return _tree("", "9000", fields, changes)


def credit_memo_tree(**changes: Any) -> dict[str, Any]:
    fields = {
        "entity": reference("17", "Sun Microsystems"),
        "total": "70.0",
        "applied": "20.0",
        "unapplied": "50.0",
        "createdFrom": reference("900", "Invoice #INV-900"),
        "salesRep": reference("8", "Ann Lee"),
        "memo": "Returned goods",
        "status": "Open",
        "applyList": {"apply": [applied("900", "20.0")]},
    }
    return transaction("CreditMemo", "7000", fields, changes)


def sales_order_tree(**changes: Any) -> dict[str, Any]:
    fields = {
        "entity": reference("17", "Sun Microsystems"),
        "total": "300.0",
        "otherRefNum": "PO 7",
        "terms": reference("4", "Net 30"),
        "orderStatus": "_pendingFulfillment",
        "status": "Pending Fulfillment",
    }
    return transaction("SalesOrder", "8000", fields, changes)


def invoice_tree(**changes: Any) -> dict[str, Any]:
    fields = {
        "entity": reference("17", "Sun Microsystems"),
        "dueDate": "2026-11-18T21:00:00.000-08:00",
        "total": "150.0",
        "amountRemaining": "150.0",
        "status": "Open",
    }
    return transaction("Invoice", "900", fields, changes)


def contact_tree(**changes: Any) -> dict[str, Any]:
    fields = {
        "entityId": "Ada Byron",
        "company": reference("17", "Sun Microsystems"),
        "firstName": "Ada",
        "lastName": "Byron",
        "title": "Controller",
        "email": "ada@example.com",
        "altEmail": "ada.byron@example.com",
        "phone": "+1 555 0100",
        "mobilePhone": "+1 555 0101",
        "subsidiary": reference("1", "HQ"),
    }
    return _tree("Contact", "40", fields, changes)


def customer_tree(**changes: Any) -> dict[str, Any]:
    fields = {
        "entityId": "C17",
        "companyName": "Sun Microsystems",
        "currency": reference("1", "US Dollar"),
        "creditLimit": "2500.0",
    }
    return _tree("Customer", "17", fields, changes)


def subsidiary_tree(**changes: Any) -> dict[str, Any]:
    fields = {
        "name": "HQ EMEA",
        "legalName": "Example GmbH",
        "parent": reference("1", "HQ"),
        "currency": reference("2", "Euro"),
        "country": "_germany",
        "isElimination": "false",
        "nexusList": {"nexus": reference("1", "DE")},
    }
    return {"@internalId": "2", "@type": "Subsidiary"} | fields | changes


def account_tree(**changes: Any) -> dict[str, Any]:
    fields = {
        "acctNumber": "1100",
        "acctName": "Accounts Receivable",
        "acctType": "_accountsReceivable",
        "parent": reference("100", "1000 Assets"),
        "generalRate": "_current",
    }
    return {"@internalId": "122", "@type": "Account"} | fields | changes


def rate_tree(**changes: Any) -> dict[str, Any]:
    fields = {
        "baseCurrency": reference("1", "US Dollar"),
        "transactionCurrency": reference("2", "Euro"),
        "exchangeRate": "1.0875",
        "effectiveDate": DAY,
    }
    return {"@internalId": "33", "@type": "CurrencyRate"} | fields | changes


def balance_tree(**changes: Any) -> dict[str, Any]:
    fields = {
        "currency": reference("1", "US Dollar"),
        "balance": "1200.5",
        "overdueBalance": "200.0",
        "depositBalance": "80.0",
        "daysOverdue": "12",
    }
    return {"@internalId": "17"} | fields | changes
