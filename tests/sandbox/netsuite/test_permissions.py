"""A role that lacks a permission: what it opens is refused, the rest is answered."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import zeep
from zeep.exceptions import Fault

from sandbox.ledger import Kind, Ledger, drawing, hands
from sandbox.netsuite import NetSuiteStandIn
from sandbox.netsuite.permissions import OPENED_BY
from tests.sandbox.netsuite.conftest import Clock
from tests.sandbox.netsuite.soap import SoapClient, fault_code, ids, refusal

Asked = Callable[[SoapClient], Awaitable[Any]]


def searched(area: str, record: str) -> Asked:
    def ask(soap: SoapClient) -> Awaitable[Any]:
        return soap.search(soap.make(f"{area}.{record}Search", basic=soap.make(f"common.{record}SearchBasic")))

    return ask


def transactions(transaction_type: str) -> Asked:
    return lambda soap: soap.search(soap.transactions(types=(transaction_type,)))


def fields_of(record_type: str) -> Asked:
    return lambda soap: soap.call(
        "getCustomizationId",
        customizationType=soap.make("core.CustomizationType", getCustomizationType=record_type),
        includeInactives=False,
    )


def deleted(soap: SoapClient) -> Awaitable[Any]:
    return soap.call("getDeleted", getDeletedFilter=soap.make("core.GetDeletedFilter"), pageIndex=1)


def currencies(soap: SoapClient) -> Awaitable[Any]:
    return soap.call("getAll", record=soap.make("core.GetAllRecord", recordType="currency"))


# What a login needs, and what only the REST services ask for.
LOGINS = {
    "Log in using Access Tokens",
    "Log in using OAuth 2.0 Access Tokens",
    "REST Web Services",
    "SOAP Web Services",
    "SuiteAnalytics Workbook",
}
ASKED: dict[str, Asked] = {
    "Accounts": searched("accounting", "Account"),
    "Contacts": lambda soap: soap.search(soap.contacts()),
    "Credit Memo": transactions("_creditMemo"),
    "Currency": currencies,
    "Custom Body Fields": fields_of("transactionBodyCustomField"),
    "Custom Entity Fields": fields_of("entityCustomField"),
    "Custom Fields": fields_of("entityCustomField"),
    "Customer Deposit": transactions("_customerDeposit"),
    "Customer Payment": transactions("_customerPayment"),
    "Customer Refund": transactions("_customerRefund"),
    "Customers": lambda soap: soap.search(soap.customers()),
    "Deleted Records": deleted,
    "Deposit Application": transactions("_depositApplication"),
    "Documents and Files": lambda soap: soap.call(
        "get", baseRef=soap.ref("file", min(soap.ns.ledger.records(Kind.FILE)))
    ),
    "Employees": searched("employees", "Employee"),
    "Find Transaction": transactions("_invoice"),
    "Invoice": transactions("_invoice"),
    "Make Journal Entry": transactions("_journal"),
    "Notes Tab": searched("communication", "Note"),
    "Perform Search": lambda soap: soap.search(soap.customers()),
    "Sales Order": transactions("_salesOrder"),
    "Subsidiaries": searched("accounting", "Subsidiary"),
    "Track Messages": searched("communication", "Message"),
}


# A search for transactions of a type that the role may not see finds none, and succeeds.
UNSEEN = {
    *("Invoice", "Customer Payment", "Customer Deposit", "Credit Memo", "Sales Order"),
    *("Deposit Application", "Customer Refund", "Make Journal Entry"),
}


def status_of(answer: Any) -> Any:
    """The status of an answer, which is in its one part unless the answer is that part itself."""
    if hasattr(answer, "status"):
        return answer.status
    (part,) = [getattr(answer, name) for name in answer if name != "documentInfo"]
    return part.status


class TestLacking:
    def test_every_permission_is_tried(self) -> None:
        assert ASKED.keys() == OPENED_BY.keys() - LOGINS

    @pytest.mark.sampled(keep=5)
    @pytest.mark.parametrize("permission", sorted(ASKED.keys() - UNSEEN))
    async def test_what_it_opens_is_refused_until_it_is_restored(
        self, soap: SoapClient, ns: NetSuiteStandIn, permission: str
    ) -> None:
        ns.permissions.lack(permission)
        code, message = refusal(status_of(await ASKED[permission](soap)))
        assert code == "INSUFFICIENT_PERMISSION"
        assert permission.rpartition(" ")[2] in message
        assert (await soap.call("getServerTime")).getServerTimeResult.status.isSuccess is True
        ns.permissions.restore()
        assert status_of(await ASKED[permission](soap)).isSuccess is True

    @pytest.mark.parametrize("permission", sorted(UNSEEN))
    async def test_transactions_are_not_found_without_a_word(
        self, soap: SoapClient, ns: NetSuiteStandIn, permission: str
    ) -> None:
        drawing.refund(ns.ledger, 1001, 100)
        hands.post_journal_entry(ns.ledger, 1001, 100)
        assert (await ASKED[permission](soap)).totalRecords > 0
        ns.permissions.lack(permission)
        found = await ASKED[permission](soap)
        assert (found.status.isSuccess, found.totalRecords) == (True, 0)

    async def test_reading_one_says_what_a_search_does_not(self, soap: SoapClient, ns: NetSuiteStandIn) -> None:
        ns.permissions.lack("Invoice")
        alone = (await soap.call("get", baseRef=soap.ref("invoice", 100_001))).readResponse
        several = await soap.call("getList", baseRef=[soap.ref("invoice", 7), soap.ref("customer", 1001)])
        first, second = several.readResponseList.readResponse
        assert [refusal(one.status)[0] for one in (alone, first)] == ["INSUFFICIENT_PERMISSION"] * 2
        assert second.status.isSuccess is True

    async def test_search_for_all_transactions_leaves_out_what_may_not_be_seen(
        self, soap: SoapClient, ns: NetSuiteStandIn, ledger: Ledger
    ) -> None:
        ns.permissions.lack("Customer Payment", "Customer Deposit", "Credit Memo")
        found = await soap.search(soap.transactions(type=None))
        seen = (Kind.INVOICE, Kind.SALES_ORDER, Kind.DEPOSIT_APPLICATION, Kind.CUSTOMER_REFUND, Kind.JOURNAL_ENTRY)
        assert ids(found) == [one for kind in seen for one in ledger.records(kind)]

    @pytest.mark.parametrize(
        ("permission", "code"),
        [("Log in using Access Tokens", "USER_ERROR"), ("SOAP Web Services", "WS_PERMISSION_REQD")],
    )
    async def test_without_a_way_in_nothing_is_answered(
        self, ledger: Ledger, clock: Clock, loaded: zeep.Client, permission: str, code: str
    ) -> None:
        async with NetSuiteStandIn(ledger, now=clock, lacks=(permission,)) as ns:
            soap = SoapClient(ns, clock, loaded)
            with pytest.raises(Fault) as refused:
                await soap.call("getServerTime")
            soap.http.close()
        assert fault_code(refused.value) == code

    def test_unknown_name_is_an_error(self, ns: NetSuiteStandIn) -> None:
        with pytest.raises(KeyError):
            ns.permissions.lack("Custom feilds")
