"""SuiteQL over REST: the queries that are known, pages, refusals."""

# The queries are put together from the test's own values.
# ruff: noqa: S608

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, timedelta
from decimal import Decimal

import aiohttp
import pytest

from sandbox.ledger import InvoiceStatus, Kind, Ledger
from sandbox.netsuite import NetSuiteStandIn
from sandbox.netsuite.permissions import Level
from sandbox.netsuite.suiteql.tables import TABLES
from tests.sandbox.netsuite.conftest import Clock
from tests.sandbox.netsuite.rest import RestClient, error_of

UTC_MASK = "'YYYY-MM-DD HH24:MI:SS'"
# Of these the ledger has no five.
FEW = {"deletedrecord": 1, "invoiceinstallment": 4}
MODIFIED = f"TO_CHAR(SYS_EXTRACT_UTC(lastmodifieddate), {UTC_MASK})"


@pytest.fixture
async def rest(ns: NetSuiteStandIn, clock: Clock) -> AsyncIterator[RestClient]:
    async with aiohttp.ClientSession() as http:
        yield RestClient(ns, clock, http)


class TestQueries:
    async def test_open_invoices_of_a_customer(self, rest: RestClient, ledger: Ledger) -> None:
        found = await rest.rows(
            "SELECT t.id, t.tranid AS number, BUILTIN.DF(t.entity) customer, t.foreigntotal, t.foreignamountunpaid,"
            " TO_CHAR(t.duedate, 'YYYY-MM-DD') AS due, BUILTIN.DF(t.status) AS status, BUILTIN.DF(t.currency) AS money"
            " FROM transaction t WHERE t.type = 'CustInvc' AND t.entity = 1001 AND t.status = 'A' ORDER BY t.id"
        )
        known = [one for one in ledger.invoices_of(1001) if one.open_minor]
        assert [row["id"] for row in found] == [str(one.id) for one in known]
        assert found[0] == {
            "id": str(known[0].id),
            "number": known[0].number,
            "customer": "CUST1001 Sun Microsystems, Inc.",
            "foreigntotal": f"{(Decimal(known[0].total_minor) / 100).normalize():f}",
            "foreignamountunpaid": f"{(Decimal(known[0].open_minor) / 100).normalize():f}",
            "due": known[0].due_date.isoformat(),
            "status": "Invoice : Open",
            "money": "US Dollar",
        }

    async def test_window_of_changes_in_utc(self, rest: RestClient, ledger: Ledger) -> None:
        changes = sorted((one.last_modified, one.id) for one in ledger.invoices.values())
        (since, _), (until, _) = changes[40], changes[60]
        window = " AND ".join(
            f"SYS_EXTRACT_UTC(lastmodifieddate) {sign} TO_TIMESTAMP('{instant:%Y-%m-%d %H:%M:%S}', {UTC_MASK})"
            for sign, instant in ((">=", since), ("<=", until))
        )
        query = f"SELECT id, {MODIFIED} AS modified FROM transaction WHERE type = 'CustInvc' AND {window}"
        found = await rest.rows(f"{query} ORDER BY lastmodifieddate, id")
        assert [(row["modified"], int(row["id"])) for row in found] == [
            (f"{instant:%Y-%m-%d %H:%M:%S}", found_id) for instant, found_id in changes if since <= instant <= until
        ]

    async def test_a_timestamp_without_a_zone_means_the_users(self, rest: RestClient, ledger: Ledger) -> None:
        last = max(one.last_modified for one in ledger.customers.values())
        text = f"'{last.astimezone(UTC):%Y-%m-%d %H:%M:%S}'"
        query = "SELECT id FROM customer WHERE lastmodifieddate >= {} ORDER BY id"
        with_zone = query.format(f"TO_TIMESTAMP_TZ({text[:-1]} +00:00', 'YYYY-MM-DD HH24:MI:SS TZH:TZM')")
        assert len(await rest.rows(with_zone)) == 1
        # Read in Pacific time this is eight hours later, when nothing had changed.
        assert await rest.rows(query.format(f"TO_TIMESTAMP({text}, {UTC_MASK})")) == []

    async def test_customers_with_their_custom_fields(self, rest: RestClient, ledger: Ledger) -> None:
        found = await rest.rows(
            "SELECT id, companyname, isinactive, BUILTIN.DF(terms) AS terms, creditlimit, custentity_billing_email,"
            " BUILTIN.DF(custentity_collector) AS collector, parent FROM customer WHERE id IN (1001, 1003) ORDER BY id"
        )
        sun, federal = found
        assert (sun["companyname"], sun["creditlimit"], "parent" in sun) == ("Sun Microsystems, Inc.", "250000", False)
        assert (federal["parent"], federal["isinactive"]) == ("1001", "F")
        fields = {field.script_id: field.value for field in ledger.customers[1001].custom_fields}
        assert sun["collector"] == getattr(fields["custentity_collector"], "name", None)

    async def test_lines_add_up_to_nothing(self, rest: RestClient, ledger: Ledger) -> None:
        invoice = ledger.invoice_numbered("INV-12345")
        found = await rest.rows(
            "SELECT id, mainline, taxline, foreignamount, quantity, subsidiary FROM transactionline"
            f" WHERE transaction = {invoice.id} ORDER BY linesequencenumber"
        )
        assert sum(Decimal(row["foreignamount"]) for row in found) == 0
        assert [row["mainline"] for row in found] == ["T"] + ["F"] * (len(found) - 1)
        assert Decimal(found[0]["foreignamount"]) == Decimal(invoice.total_minor) / 100
        assert found[1]["quantity"] == str(-invoice.lines[0].quantity)

    async def test_what_is_posted_is_in_the_base_currency(self, rest: RestClient, ledger: Ledger) -> None:
        invoice = next(one for one in ledger.invoices.values() if one.currency == "EUR" and one.open_minor)
        (row,) = await rest.rows(
            "SELECT amountunpaid, accountingbook FROM transactionaccountingline"
            f" WHERE transaction = {invoice.id} AND transactionline = 0"
        )
        expected = Decimal(invoice.open_minor) / 100 * invoice.exchange_rate
        assert abs(Decimal(row["amountunpaid"]) - expected) < Decimal("0.01")

    async def test_every_table_and_column_answers(self, rest: RestClient, ledger: Ledger) -> None:
        ledger.delete(Kind.CONTACT, max(ledger.contacts))
        for name, table in TABLES.items():
            names = list(table.columns)
            shown = ", ".join(f"{one}, BUILTIN.DF({one}) AS shown{number}" for number, one in enumerate(names))
            found = await rest.rows(f"SELECT {shown} FROM {name} ORDER BY {names[0]}", limit=5)
            assert len(found) == FEW.get(name, 5), name
            assert set().union(*found) - {f"shown{number}" for number in range(len(names))} <= set(names)

    async def test_conditions(self, rest: RestClient, ledger: Ledger) -> None:
        async def count(where: str) -> int:
            return len(await rest.rows(f"SELECT id FROM customer WHERE {where} ORDER BY id"))

        everyone = len(ledger.customers)
        with_parent = sum(one.parent_id is not None for one in ledger.customers.values())
        assert await count("parent IS NULL") == everyone - with_parent
        assert await count("parent IS NOT NULL") == with_parent
        # What is null is not other than anything either.
        assert await count("parent <> 7") == with_parent
        assert await count("parent NOT IN (7, 8)") == with_parent
        assert await count("(id = 1001 OR id = '1002') AND id != 1001") == 1
        assert await count("id IN ('1001', 1002)") == await count("entityid IN ('CUST1001', 'CUST1002')") == 2
        assert await count("1001 IN (id, parent)") == 1 + sum(
            one.parent_id == 1001 for one in ledger.customers.values()
        )
        assert await count("NVL(parent, 0) = 0") == everyone - with_parent
        assert await count("companyname = 'L''Oréal-Dupont S.A.'") == 1

    async def test_dates_are_written_in_the_users_format(self, rest: RestClient, ledger: Ledger) -> None:
        invoice = ledger.invoice_numbered("INV-12345")
        (row,) = await rest.rows(f"SELECT duedate, lastmodifieddate FROM transaction WHERE id = {invoice.id}")
        due = invoice.due_date
        assert row["duedate"] == f"{due.month}/{due.day}/{due.year}"
        assert ":" not in row["lastmodifieddate"]
        by_date = f"SELECT id FROM transaction WHERE id = {invoice.id} AND duedate = TO_DATE('{due}', 'YYYY-MM-DD')"
        assert len(await rest.rows(by_date)) == 1

    async def test_what_a_transaction_was_made_from_and_its_period(self, rest: RestClient, ledger: Ledger) -> None:
        invoice = next(one for one in ledger.invoices.values() if one.order_id)
        (line,) = await rest.rows(
            f"SELECT createdfrom FROM transactionline WHERE transaction = {invoice.id} AND mainline = 'T'"
        )
        assert line == {"createdfrom": str(invoice.order_id)}
        (body,) = await rest.rows(f"SELECT BUILTIN.DF(postingperiod) p FROM transaction WHERE id = {invoice.id}")
        assert body == {"p": f"{invoice.invoice_date:%b %Y}"}

    async def test_voided_invoices(self, rest: RestClient, ledger: Ledger) -> None:
        ledger.void_invoice(ledger.invoice_numbered("INV-123").id)
        found = await rest.rows("SELECT tranid FROM transaction WHERE type = 'CustInvc' AND voided = 'T' ORDER BY id")
        expected = {one.number for one in ledger.invoices.values() if one.status is InvoiceStatus.VOIDED}
        assert {row["tranid"] for row in found} == expected


class TestPages:
    QUERY = "SELECT id FROM transaction WHERE type = 'CustInvc' ORDER BY id"

    async def test_all_rows_once(self, rest: RestClient, ledger: Ledger) -> None:
        found: list[int] = []
        while True:
            _, page = await rest.ask(self.QUERY, limit=50, offset=len(found))
            found += [int(item["id"]) for item in page["items"]]
            assert page["totalResults"] == len(ledger.invoices)
            if not page["hasMore"]:
                break
        assert found == list(ledger.invoices)
        assert {link["rel"] for link in page["links"]} == {"self", "first", "previous"}

    async def test_next_page_sees_what_changed(self, rest: RestClient, ledger: Ledger) -> None:
        before = await rest.rows(self.QUERY)
        made = ledger.add_invoice(1001, total_minor=100)
        assert await rest.rows(self.QUERY) == [*before, {"id": str(made.id)}]

    async def test_what_the_order_leaves_open_moves(self, rest: RestClient) -> None:
        query = "SELECT id FROM transaction ORDER BY type"
        first, second = [await rest.rows(query, limit=200) for _ in range(2)]
        assert first != second

    @pytest.mark.parametrize(("limit", "offset"), [(0, 0), (1001, 0), (1000, 500), (1000, 100_000)])
    async def test_refused(self, rest: RestClient, limit: int, offset: int) -> None:
        status, answer = await rest.ask(self.QUERY, limit=limit, offset=offset)
        assert (status, error_of(answer)[0]) == (400, "INVALID_PARAMETER")


class TestRefused:
    @pytest.mark.parametrize(
        ("query", "said"),
        [
            ("SELECT nothing FROM customer", "Unknown identifier 'nothing'. Available identifiers are: {altname,"),
            ("SELECT custentity_unknown FROM customer", "Unknown identifier"),
            ("SELECT c.id FROM customer d", "Unknown identifier 'c'"),
            ("SELECT id FROM vendorbill", "Record 'vendorbill' was not found"),
            ("SELECT id FROM customer; DROP TABLE x", "Invalid token"),
            ("SELECT id FROM customer -- x", "Invalid token"),
            ("SELECT * FROM customer", "Invalid token"),
            ("SELECT id FROM customer WHERE", "Unexpected end"),
            ("SELECT id FROM customer WHERE id LIKE '1%'", "Unexpected 'LIKE'"),
            ("SELECT id FROM customer LIMIT 5", "Unexpected '5'"),
            ("SELECT COUNT(id) FROM customer", "COUNT is not known"),
            ("DELETE FROM customer", "Unexpected 'DELETE'"),
            ("SELECT id FROM customer WHERE lastmodifieddate > '2026-01-01'", "inconsistent datatypes"),
            ("SELECT id FROM customer WHERE id = 'x'", "invalid number"),
            ("SELECT id FROM customer WHERE id IN ('x')", "invalid number"),
            ("SELECT id FROM customer WHERE datecreated IN ('2026-01-01')", "inconsistent datatypes"),
            ("SELECT id FROM customer WHERE datecreated > TO_DATE('1', 'YYYY-MM-DD')", "does not match format"),
            ("SELECT id FROM customer WHERE datecreated > TO_DATE('2026-02-30', 'YYYY-MM-DD')", "is no instant"),
            ("SELECT TO_CHAR(datecreated, 'QQ') FROM customer", "date format not recognized"),
            ("SELECT SYS_EXTRACT_UTC(id) FROM customer", "SYS_EXTRACT_UTC needs"),
            ("SELECT id FROM customer WHERE companyname = 'it''s", "Invalid token"),
        ],
    )
    async def test_queries(self, rest: RestClient, query: str, said: str) -> None:
        status, answer = await rest.ask(query)
        code, detail = error_of(answer)
        assert (status, code) == (400, "INVALID_PARAMETER")
        assert said in detail

    @pytest.mark.parametrize(
        ("headers", "status"),
        [({"Prefer": ""}, 400), ({"Authorization": "Bearer x"}, 401), ({"Content-Type": "text/plain"}, 415)],
    )
    async def test_headers(self, rest: RestClient, headers: dict[str, str], status: int) -> None:
        assert (await rest.ask("SELECT id FROM currency", headers=headers))[0] == status

    async def test_role_without_the_permission(self, rest: RestClient, ns: NetSuiteStandIn) -> None:
        ns.permissions.limit("customer", Level.NONE)
        ns.permissions.limit("invoice", Level.NONE)
        status, answer = await rest.ask("SELECT id FROM customer")
        assert (status, error_of(answer)[1].endswith("Record 'customer' was not found.")) == (400, True)
        types = {row["type"] for row in await rest.rows("SELECT type FROM transaction ORDER BY id")}
        assert "CustInvc" not in types

    async def test_too_many_at_once(self, rest: RestClient, ns: NetSuiteStandIn) -> None:
        await rest.rows("SELECT id FROM currency")
        ns.running.limit = 0
        status, answer = await rest.ask("SELECT id FROM currency")
        assert (status, error_of(answer)[0]) == (429, "CONCURRENCY_LIMIT_EXCEEDED")

    async def test_faults_on_demand(self, rest: RestClient, ns: NetSuiteStandIn) -> None:
        await rest.rows("SELECT id FROM currency")
        ns.faults.blocked(operation="suiteql")
        ns.faults.expired_session(operation="suiteql")
        answers = [await rest.ask("SELECT id FROM currency") for _ in range(3)]
        assert [status for status, _ in answers] == [429, 500, 200]
        ns.faults.slow(timedelta(milliseconds=10).total_seconds(), operation="suiteql")
        async with asyncio.timeout(60):
            await rest.rows("SELECT id FROM currency")
        assert ns.log[-1].outcome == "slow"
