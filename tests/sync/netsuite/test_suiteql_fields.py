"""Custom fields by the schemas of records, the settings of the way by SuiteQL, and what its rows become."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from store.balances import Balance
from store.custom_fields import CustomField
from sync.connectors.netsuite import NetSuiteSettings
from sync.connectors.netsuite.mapping import balance, gl_account
from sync.connectors.netsuite.settings import SUITEQL_STREAMS
from sync.connectors.netsuite.suiteql.balance_trees import balance_tree
from sync.connectors.netsuite.suiteql.company_trees import account_tree, deletion_tree
from sync.connectors.netsuite.suiteql.fields import Field, custom_field_list, fields_of, told_of
from sync.connectors.netsuite.suiteql.related import Context, Rates, Related
from sync.settings import SettingsError
from tests.contract.source_contract import read, records_of
from tests.sync.netsuite.bench import netsuite_bench
from tests.sync.netsuite.suiteql_bench import SuiteQLBench, TokenlessBench
from tests.sync.netsuite.trees import ACCOUNT

BASE = {"currency": "1", "balancesearch": "100", "overduebalancesearch": "40"}
INVOICE = {"type": "CustInvc", "currency": "2", "foreignamountunpaid": "90", "due": "2020-01-01"}
CREDIT = {"type": "CustCred", "currency": "2", "foreignpaymentamountunused": "15"}
DEPOSIT = {"type": "CustDep", "currency": "2", "foreignpaymentamountunused": "20"}
CUSTOM = {"x-ns-custom-field": True, "title": "Label"}
TOKEN = dict.fromkeys(
    ("NETSUITE_CONSUMER_KEY", "NETSUITE_CONSUMER_SECRET", "NETSUITE_TOKEN_ID", "NETSUITE_TOKEN_SECRET"), "x"
)
DOLLARS = replace(ACCOUNT, currencies={"1": "USD", "2": "EUR"}, currency=None)


def types_of(properties: dict[str, Any], *rows: dict[str, str]) -> dict[str, str]:
    found = fields_of("customer", {"properties": properties}, told_of(rows))
    return {one.script_id: one.field_type for one in found}


class TestFields:
    @pytest.mark.parametrize(
        ("form", "expected"),
        [
            ({"type": "string"}, "text"),
            ({"type": "string", "format": "email"}, "email"),
            ({"type": "string", "format": "URL"}, "link"),
            ({"type": "string", "format": "date"}, "date"),
            ({"type": "boolean"}, "check"),
            ({"type": "integer", "format": "int64"}, "integer"),
            ({"type": "number", "format": "double"}, "decimal"),
            ({"type": "object", "properties": {"id": {}, "refName": {}}}, "select"),
            ({"type": "object", "properties": {"items": {}}}, "multiselect"),
        ],
    )
    def test_are_what_their_schema_says(self, form: dict[str, Any], expected: str) -> None:
        assert types_of({"custentity_x": CUSTOM | form}) == {"custentity_x": expected}

    @pytest.mark.parametrize(("said", "expected"), [("EMAIL", "email"), ("Email Address", "email"), ("news", "text")])
    def test_are_what_their_own_table_says_before_that(self, said: str, expected: str) -> None:
        row = {"scriptid": "CUSTENTITY_X", "fieldvaluetype": said}
        assert types_of({"custentity_x": CUSTOM | {"type": "string"}}, row) == {"custentity_x": expected}

    def test_leave_out_secrets_standard_fields_and_strange_names(self) -> None:
        secret = {"scriptid": "CUSTENTITY_PW", "fieldvaluetype": "PASSWORD"}
        strange = {"custentity_pw": CUSTOM, "email": {"type": "string"}, "custentity_x) --": CUSTOM}
        assert types_of(strange, secret) == {}

    @pytest.mark.parametrize("schema", [{}, {"properties": []}, {"properties": {"custentity_x": None}}])
    def test_are_none_of_a_schema_without_any(self, schema: Any) -> None:
        assert fields_of("customer", schema, {}) == []

    def test_that_are_no_date_are_kept_as_they_were(self) -> None:
        field = Field(kind="customer", script_id="custentity_on", label="On", field_type="date")
        (written,) = custom_field_list({"custentity_on": "soon"}, (field,), ACCOUNT.zone)["customField"]
        assert written["value"] == "soon"


class TestWithoutTheirTable:
    @pytest.fixture
    async def bench(self, tmp_path: Path) -> AsyncIterator[SuiteQLBench]:
        async with netsuite_bench(tmp_path, TokenlessBench(tmp_path, customers=2)) as made:
            assert isinstance(made, SuiteQLBench)
            made.server.permissions.lack("Custom Fields")
            yield made

    async def test_fields_go_by_their_script_ids(self, bench: SuiteQLBench) -> None:
        found = records_of(await read(bench, stream="custom_fields"))
        email = found["custentity_billing_email"]
        assert isinstance(email, CustomField)
        assert (email.kind, email.field_type, email.label) == ("customer", "email", "Billing e-mail")

    async def test_the_doctor_says_what_is_done_without_it(self, bench: SuiteQLBench) -> None:
        (found,) = [one for one in await bench.source.check() if one.check == "custom_fields by SuiteQL"]
        assert found.ok
        assert "lacks Setup > Custom Entity Fields and Setup > Custom Body Fields" in found.detail

    async def test_of_a_record_that_is_hidden_there_are_none(self, bench: SuiteQLBench) -> None:
        (whole,) = await read(bench, stream="custom_fields")
        bench.server.permissions.lack("Invoice")
        (part,) = await read(bench, stream="custom_fields")
        assert {one.kind for one in part.records if isinstance(one, CustomField)} == {"customer"}
        # Which does not say that invoices have none any more.
        assert whole.listing is not None
        assert part.listing is None


def balance_of(row: dict[str, str], *items: dict[str, str], **prices: str) -> Balance:
    rates = Rates(base="1", prices={key.removeprefix("of_"): Decimal(price) for key, price in prices.items()})
    context = Context(account=DOLLARS, related=Related(open_items={"7": items}), rates=rates)
    return balance(balance_tree({"id": "7"} | row, context), DOLLARS)


class TestBalances:
    def test_of_the_companys_currency_are_netsuites_own(self) -> None:
        found = balance_of(BASE, INVOICE)
        assert (found.balance.minor, found.past_due and found.past_due.minor) == (10_000, 4_000)

    def test_of_another_currency_are_added_up(self) -> None:
        found = balance_of(BASE | {"currency": "2"}, INVOICE, CREDIT, DEPOSIT)
        assert (found.balance.currency, found.balance.minor) == ("EUR", 7_500)
        assert (found.past_due and found.past_due.minor, found.deposits and found.deposits.minor) == (9_000, 2_000)

    def test_of_several_currencies_go_by_the_rates_of_the_day(self) -> None:
        dollars = INVOICE | {"currency": "1"}
        found = balance_of({"currency": "2"}, dollars, CREDIT, of_1="1", of_2="1.2")
        assert found.balance.minor == 7_500 - 1_500

    def test_without_a_rate_are_not_told(self) -> None:
        with pytest.raises(ValueError, match="balance: is missing"):
            balance_of({"currency": "2"}, INVOICE | {"currency": "1"})


class TestCompany:
    @pytest.mark.parametrize(("said", "expected"), [("AcctRec", "_accountsReceivable"), ("NewKind", "NewKind")])
    def test_accounts_have_the_types_of_the_other_way(self, said: str, expected: str) -> None:
        row = {"id": "5", "fullname": "Assets : Receivables", "accttype": said}
        assert gl_account(account_tree(row, Context(account=ACCOUNT)), ACCOUNT).type == expected

    @pytest.mark.parametrize("said", ["invoice", "Invoice", "CustInvc"])
    def test_deletions_are_told_by_either_name(self, said: str) -> None:
        tree = deletion_tree({"type": said, "recordid": "5"})
        assert tree is not None
        assert tree["record"]["@recordType"] == "invoice"

    def test_deletions_of_other_records_are_none_of_ours(self) -> None:
        assert deletion_tree({"type": "vendorbill", "recordid": "5"}) is None


class TestSettings:
    @pytest.fixture
    def certified(self, tmp_path: Path) -> dict[str, str]:
        bench = TokenlessBench(tmp_path, customers=1)
        bench.settings(bench.server.credentials)
        return {key: value for key, value in bench.env.items() if value} | {"NETSUITE_ACCOUNT_ID": "1234567"}

    def test_do_without_a_token(self, certified: dict[str, str]) -> None:
        found = NetSuiteSettings.from_mapping(certified, {})
        assert not found.has_tokens
        assert found.by_suiteql == set(SUITEQL_STREAMS)

    def test_leave_all_to_soap_unless_told_otherwise(self, certified: dict[str, str]) -> None:
        assert NetSuiteSettings.from_mapping(certified | TOKEN, {}).by_suiteql == set()
        assert NetSuiteSettings.from_mapping(certified | TOKEN, {"suiteql": ["all"]}).by_suiteql == set(SUITEQL_STREAMS)

    @pytest.mark.parametrize("missing", TOKEN)
    def test_want_a_whole_token(self, missing: str, certified: dict[str, str]) -> None:
        env = {key: value for key, value in (certified | TOKEN).items() if key != missing}
        with pytest.raises(SettingsError, match=r"is missing|is of no use without the other three"):
            NetSuiteSettings.from_mapping(env, {})

    def test_want_a_token_where_there_is_no_certificate(self) -> None:
        with pytest.raises(SettingsError, match="NETSUITE_TOKEN_SECRET: is missing"):
            NetSuiteSettings.from_mapping({"NETSUITE_ACCOUNT_ID": "1234567"}, {})
