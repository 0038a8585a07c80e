from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import zeep

from sandbox.ledger import InvoiceStatus, Kind, Ledger
from sandbox.netsuite import NetSuiteStandIn
from tests.sandbox.netsuite.conftest import Clock
from tests.sandbox.netsuite.soap import SoapClient, ids, refusal

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class TestCustomers:
    async def test_search_by_name(self, soap: SoapClient) -> None:
        found = await soap.search(soap.customers(companyName=soap.text("startsWith", "SUN MICROSYSTEMS")))
        assert [record.companyName for record in found.recordList.record] == [
            "Sun Microsystems, Inc.",
            "Sun Microsystems Federal, Inc.",
        ]
        assert (found.totalRecords, found.totalPages, found.pageIndex, found.pageSize) == (2, 1, 1, 1000)

    async def test_markup_and_scripts_arrive_unchanged(self, soap: SoapClient, ledger: Ledger) -> None:
        found = await soap.search(soap.customers())
        names = {record.companyName for record in found.recordList.record}
        assert names == {customer.name for customer in ledger.customers.values()}
        assert "<!channel> & Co" in names

    async def test_balances_are_left_out(self, soap: SoapClient) -> None:
        (sun, *_) = (await soap.search(soap.customers(), bodyFieldsOnly=False)).recordList.record
        assert (sun.balance, sun.overdueBalance, sun.depositBalance) == (None, None, None)
        assert sun.creditLimit == 250_000

    async def test_lists_come_only_when_asked_for(self, soap: SoapClient) -> None:
        (brief, *_) = (await soap.search(soap.customers())).recordList.record
        (whole, *_) = (await soap.search(soap.customers(), bodyFieldsOnly=False)).recordList.record
        assert (brief.addressbookList, brief.contactRolesList) == (None, None)
        assert whole.contactRolesList.contactRoles[0].role.internalId == "-10"
        assert whole.addressbookList.addressbook[0].addressbookAddress.country == "_unitedStates"
        assert brief.customFieldList.customField[0].scriptId == "custentity_collector"

    async def test_parent_is_named_with_its_chain(self, soap: SoapClient, ledger: Ledger) -> None:
        parent = ledger.customer_named("Sun Microsystems, Inc.")
        found = await soap.search(soap.customers(parent=soap.refs(parent.id)))
        (child,) = found.recordList.record
        assert child.companyName == "Sun Microsystems Federal, Inc."
        assert child.parent.name == "CUST1001 Sun Microsystems, Inc."

    async def test_empty_result_has_no_page(self, soap: SoapClient) -> None:
        found = await soap.search(soap.customers(entityId=soap.text("is", "nobody")))
        assert (found.totalRecords, found.totalPages, ids(found) if found.recordList else []) == (0, 0, [])

    async def test_search_by_balance_and_flags(self, soap: SoapClient, ledger: Ledger) -> None:
        owing = soap.make("core.SearchDoubleField", operator="greaterThan", searchValue=0)
        found = await soap.search(
            soap.customers(
                overdueBalance=owing, balance=owing, isInactive=soap.flag(False), email=soap.text("notEmpty", "")
            )
        )
        assert ids(found) == [
            one.id
            for one in ledger.customers.values()
            if not one.is_inactive
            and any(bill.open_minor and bill.due_date < ledger.today for bill in ledger.invoices_of(one.id))
        ]

    async def test_unknown_search_column_is_refused(self, soap: SoapClient) -> None:
        basic = soap.make("common.TransactionSearchBasic", status=soap.any_of("_vendorBillOpen"))
        found = await soap.search(soap.make("sales.TransactionSearch", basic=basic))
        assert refusal(found.status)[0] == "USER_ERROR"

    async def test_advanced_search_returns_balances(self, soap: SoapClient, ledger: Ledger) -> None:
        basic = soap.make(
            "common.CustomerSearchRowBasic",
            **dict.fromkeys(("internalId", "balance"), None)
            | {
                "internalId": [soap.make("core.SearchColumnSelectField")],
                "balance": [soap.make("core.SearchColumnDoubleField")],
                "overdueBalance": [soap.make("core.SearchColumnDoubleField")],
                "currency": [soap.make("core.SearchColumnSelectField")],
                "daysOverdue": [soap.make("core.SearchColumnLongField")],
            },
        )
        advanced = soap.make(
            "relationships.CustomerSearchAdvanced",
            criteria=soap.customers(internalId=soap.refs(1001)),
            columns=soap.make("relationships.CustomerSearchRow", basic=basic),
        )
        found = await soap.search(advanced)
        row = found.searchRowList.searchRow[0].basic
        held = ledger.invoices_of(1001)
        spare = sum(
            one.unapplied_minor for kind in (Kind.PAYMENT, Kind.CREDIT_MEMO) for one in ledger.records_of(kind, 1001)
        )
        past_due = [invoice for invoice in held if invoice.due_date < ledger.today]
        assert row.internalId[0].searchValue.internalId == "1001"
        assert row.balance[0].searchValue == (sum(invoice.open_minor for invoice in held) - spare) / 100
        assert row.overdueBalance[0].searchValue == sum(invoice.open_minor for invoice in past_due) / 100
        assert row.currency[0].searchValue.name is None
        assert row.daysOverdue[0].searchValue >= 140

    async def test_advanced_search_needs_columns(self, soap: SoapClient) -> None:
        bare = soap.make("relationships.CustomerSearchAdvanced", criteria=soap.customers())
        assert refusal((await soap.search(bare)).status)[0] == "USER_ERROR"
        saved = soap.make("relationships.CustomerSearchAdvanced", savedSearchId="7")
        assert "saved search" in refusal((await soap.search(saved)).status)[1]


class TestContacts:
    async def test_of_one_customer(self, soap: SoapClient, ledger: Ledger) -> None:
        found = await soap.search(soap.contacts(company=soap.refs(1001)))
        assert ids(found) == [contact.id for contact in ledger.contacts_of(1001)]

    async def test_join_to_the_customer(self, soap: SoapClient, ledger: Ledger) -> None:
        name = soap.make("common.CustomerSearchBasic", companyName=soap.text("is", "ABC Inc"))
        found = await soap.search(soap.make("relationships.ContactSearch", customerJoin=name))
        assert ids(found) == [contact.id for contact in ledger.contacts_of(1002)]


class TestInvoices:
    async def test_window_is_closed_on_both_sides(self, soap: SoapClient, ledger: Ledger) -> None:
        changes = sorted(invoice.last_modified for invoice in ledger.invoices.values())
        since, until = changes[100], changes[120]
        found = await soap.search(soap.transactions(lastModifiedDate=soap.dates("within", since, until)))
        assert ids(found) == ledger.changed(Kind.INVOICE, since, until)
        inner = soap.dates("within", since + timedelta(seconds=1), until - timedelta(seconds=1))
        assert len(ids(await soap.search(soap.transactions(lastModifiedDate=inner)))) < found.totalRecords

    @pytest.mark.parametrize("operator", ["after", "onOrAfter", "notBefore"])
    async def test_half_open_windows(self, soap: SoapClient, ledger: Ledger, clock: Clock, operator: str) -> None:
        invoice = ledger.add_invoice(1001, total_minor=100)
        clock.pass_(seconds=1)
        later = ledger.add_invoice(1001, total_minor=100)
        found = await soap.search(soap.transactions(lastModifiedDate=soap.dates(operator, invoice.last_modified)))
        assert ids(found) == [later.id] if operator == "after" else [invoice.id, later.id]

    async def test_fields_say_what_the_ledger_says(self, soap: SoapClient, ledger: Ledger) -> None:
        known = ledger.invoice_numbered("INV-12345")
        found = await soap.search(soap.transactions(tranId=soap.text("is", "inv-12345")), bodyFieldsOnly=False)
        (invoice,) = found.recordList.record
        assert (invoice.internalId, invoice.status) == (str(known.id), "Open")
        assert invoice.total == known.total_minor / 100
        assert invoice.amountRemaining == known.open_minor / 100
        assert invoice.currency.name == "US Dollar"
        assert len(invoice.itemList.item) == len(known.lines)
        assert invoice.entity.name == "CUST1001 Sun Microsystems, Inc."

    async def test_body_fields_only_is_the_default(self, soap: SoapClient) -> None:
        found = await soap.search(soap.transactions(tranId=soap.text("is", "INV-12345")))
        assert found.recordList.record[0].itemList is None

    async def test_without_main_line_a_transaction_repeats(self, soap: SoapClient, ledger: Ledger) -> None:
        known = ledger.invoice_numbered("INV-12345")
        by_id = soap.refs(known.id)
        both = await soap.search(soap.transactions(internalId=by_id, mainLine=None))
        lines = await soap.search(soap.transactions(internalId=by_id, mainLine=soap.flag(False)))
        assert (both.totalRecords, lines.totalRecords) == (len(known.lines) + 1, len(known.lines))

    @pytest.mark.parametrize(
        ("status", "expected"),
        [
            ("_invoiceOpen", {InvoiceStatus.OPEN, InvoiceStatus.PARTIALLY_PAID}),
            ("_invoicePaidInFull", {InvoiceStatus.PAID_IN_FULL}),
            ("_invoiceVoided", {InvoiceStatus.VOIDED}),
        ],
    )
    async def test_search_by_status(
        self, soap: SoapClient, ledger: Ledger, status: str, expected: set[InvoiceStatus]
    ) -> None:
        ledger.void_invoice(ledger.invoice_numbered("INV-123").id)
        found = await soap.search(soap.transactions(status=soap.any_of(status)))
        assert ids(found) == [one.id for one in ledger.invoices.values() if one.status in expected]

    async def test_yen_and_dinars_keep_their_decimals(self, soap: SoapClient, ledger: Ledger) -> None:
        for code, factor in (("JPY", 1), ("KWD", 1000)):
            customer = next(one for one in ledger.customers.values() if one.currency == code)
            invoice = ledger.add_invoice(customer.id, total_minor=12_345_678_9)
            found = await soap.search(soap.transactions(internalId=soap.refs(invoice.id)))
            assert found.recordList.record[0].total == 123_456_789 / factor

    async def test_payments_are_transactions_too(self, soap: SoapClient, ledger: Ledger) -> None:
        found = await soap.search(soap.transactions(types=("_customerPayment",)), bodyFieldsOnly=False)
        payment = found.recordList.record[0]
        known = ledger.payments[int(payment.internalId)]
        assert (payment.payment, payment.tranId) == (known.amount_minor / _factor(known.currency), known.number)
        assert [part.doc for part in payment.applyList.apply] == [part.invoice_id for part in known.applications]

    async def test_basic_criteria_alone_are_a_search(self, soap: SoapClient) -> None:
        basic = soap.make("common.CustomerSearchBasic", internalId=soap.refs(1001, 1002))
        assert ids(await soap.search(basic)) == [1001, 1002]

    async def test_window_without_a_beginning(self, soap: SoapClient, ledger: Ledger) -> None:
        first = min(invoice.last_modified for invoice in ledger.invoices.values())
        search = soap.transactions(lastModifiedDate=soap.dates("onOrBefore", first))
        assert ids(await soap.search(search)) == ledger.changed(Kind.INVOICE, None, first)
        nothing = soap.transactions(lastModifiedDate=soap.dates("before", first))
        assert (await soap.search(nothing)).totalRecords == 0
        all_but_one = soap.transactions(lastModifiedDate=soap.dates("notOn", first))
        assert 0 < (await soap.search(all_but_one)).totalRecords < len(ledger.invoices)

    async def test_without_a_type_every_transaction_comes(self, soap: SoapClient, ledger: Ledger) -> None:
        yen = next(one for one in ledger.customers.values() if one.currency == "JPY")
        ledger.add_invoice(yen.id, total_minor=5_000)
        open_ones = soap.make("core.SearchDoubleField", operator="greaterThan", searchValue=0)
        found = await soap.search(
            soap.transactions(type=None, currency=soap.refs(5), amountRemaining=open_ones, voided=soap.flag(False))
        )
        expected = [one.id for one in ledger.invoices.values() if one.currency == "JPY" and one.open_minor]
        for kind in (Kind.PAYMENT, Kind.CUSTOMER_DEPOSIT, Kind.CREDIT_MEMO, Kind.DEPOSIT_APPLICATION):
            held = ledger.records(kind).values()
            expected += [one.id for one in held if one.currency == "JPY" and one.unapplied_minor]
        assert ids(found) == expected
        assert {int(record.entity.internalId) for record in found.recordList.record} >= {yen.id}

    async def test_criteria_of_one_customer(self, soap: SoapClient, ledger: Ledger) -> None:
        sun = ledger.customers[1001]
        since = datetime(2026, 1, 1, 12, tzinfo=UTC)
        found = await soap.search(
            soap.transactions(
                entity=soap.refs(sun.id),
                salesRep=soap.refs(sun.sales_rep_id),
                subsidiary=soap.refs(99, operator="noneOf"),
                tranDate=soap.dates("onOrAfter", since),
                memo=soap.text("doesNotContain", "nothing of that"),
            )
        )
        assert ids(found) == [one.id for one in ledger.invoices_of(sun.id) if one.invoice_date >= date(2026, 1, 1)]

    async def test_join_to_the_customer(self, soap: SoapClient, ledger: Ledger) -> None:
        search = soap.transactions()
        search.customerJoin = soap.make("common.CustomerSearchBasic", companyName=soap.text("is", "ABC Inc"))
        assert ids(await soap.search(search)) == [invoice.id for invoice in ledger.invoices_of(1002)]


def _factor(currency: str) -> int:
    return {"JPY": 1, "KWD": 1000}.get(currency, 100)


class TestTimeZone:
    async def test_dates_are_midnights_of_the_token_user(
        self, ledger: Ledger, clock: Clock, loaded: zeep.Client
    ) -> None:
        invoice = ledger.add_invoice(1001, total_minor=100, due_date=date(2017, 2, 21))
        async with NetSuiteStandIn(ledger, now=clock, user_zone=ZoneInfo("Etc/GMT+6")) as ns:
            soap = SoapClient(ns, clock, loaded)
            search = soap.transactions(internalId=soap.refs(invoice.id))
            answer = await soap.post(soap.envelope("search", searchRecord=search), "search")
            on_the_day = soap.dates("on", datetime(2017, 2, 21, 6, tzinfo=UTC))
            found = await soap.search(soap.transactions(dueDate=on_the_day))
            soap.http.close()
        assert "dueDate>2017-02-20T22:00:00.000-08:00<" in answer.text
        assert ids(found) == [invoice.id]
