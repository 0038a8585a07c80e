"""The tables that can be asked, by their names; those of customers and of the company's lists are here."""

from collections.abc import Mapping

from sandbox.ledger import Kind
from sandbox.ledger.balances import balance, days_overdue, past_due_balance
from sandbox.ledger.setup import BASE_CURRENCY, CURRENCIES, TERMS
from sandbox.netsuite.common_fields import major
from sandbox.netsuite.records.addresses import address_key
from sandbox.netsuite.records.customer import CATEGORY_IDS, UNLISTED
from sandbox.netsuite.suiteql.company import ACCOUNT, CURRENCY_RATE, CUSTOM_FIELD, DELETED_RECORD, SUBSIDIARY
from sandbox.netsuite.suiteql.lines import TRANSACTION_ACCOUNTING_LINE, TRANSACTION_LINE
from sandbox.netsuite.suiteql.related import (
    ADDRESS_BOOK,
    CONTACT,
    ENTITY_ADDRESS,
    INSTALLMENT,
    TRANSACTION_LINE_LINK,
    in_base_currency,
)
from sandbox.netsuite.suiteql.table import Column, Table, attribute, flag
from sandbox.netsuite.suiteql.transactions import (
    CURRENCY,
    TERMS_COLUMN,
    TRANSACTION,
    entity_column,
    shown_subsidiary,
)

CUSTOMER = Table(
    kinds=(Kind.CUSTOMER,),
    custom_prefix="custentity",
    columns={
        "id": attribute("id"),
        "altname": attribute("name"),
        "balancesearch": Column(
            lambda customer, ledger: in_base_currency(balance(ledger, customer.id), customer.currency)
        ),
        "category": Column(
            lambda customer, _: CATEGORY_IDS.get(customer.category, UNLISTED), lambda customer, _: customer.category
        ),
        "comments": attribute("comments"),
        "companyname": attribute("name"),
        "creditholdoverride": Column(lambda customer, _: customer.credit_hold.upper()),
        "creditlimit": Column(
            lambda customer, _: (
                None if customer.credit_limit_minor is None else major(customer.credit_limit_minor, customer.currency)
            )
        ),
        "currency": CURRENCY,
        "datecreated": attribute("created_at"),
        "defaultbillingaddress": Column(lambda customer, _: address_key(customer)),
        "defaultshippingaddress": Column(lambda customer, _: address_key(customer)),
        "daysoverduesearch": Column(lambda customer, ledger: days_overdue(ledger, customer.id)),
        "email": attribute("email"),
        "entityid": attribute("number"),
        "fax": attribute("fax"),
        # Everybody here is a company.
        "firstname": Column(lambda *_: None),
        "isinactive": flag(lambda customer: customer.is_inactive),
        "isperson": flag(lambda _: False),
        "lastmodifieddate": attribute("last_modified"),
        "lastname": Column(lambda *_: None),
        "middlename": Column(lambda *_: None),
        "overduebalancesearch": Column(
            lambda customer, ledger: in_base_currency(past_due_balance(ledger, customer.id), customer.currency)
        ),
        "parent": entity_column("parent_id"),
        "phone": attribute("phone"),
        "salesrep": Column(
            lambda customer, _: customer.sales_rep_id,
            lambda customer, ledger: getattr(ledger.records(Kind.EMPLOYEE).get(customer.sales_rep_id), "name", None),
        ),
        "searchstage": Column(lambda *_: "Customer"),
        "terms": TERMS_COLUMN,
        "url": attribute("url"),
    },
)
# A customer's subsidiaries are relationships, of which one is the primary one.
CUSTOMER_SUBSIDIARY = Table(
    kinds=(Kind.CUSTOMER,),
    columns={
        "id": attribute("id"),
        "entity": Column(lambda customer, _: customer.id, lambda customer, _: f"{customer.number} {customer.name}"),
        "isprimarysub": flag(lambda _: True),
        "subsidiary": Column(
            lambda customer, _: customer.subsidiary_id,
            lambda customer, ledger: shown_subsidiary(customer.subsidiary_id, ledger),
        ),
    },
)
CURRENCY_TABLE = Table(
    fixed=CURRENCIES,
    opened_by="currency",
    columns={
        "id": attribute("id"),
        "currencyprecision": attribute("exponent"),
        "displaysymbol": attribute("display_symbol"),
        "exchangerate": attribute("exchange_rate"),
        "isbasecurrency": flag(lambda currency: currency.code == BASE_CURRENCY),
        "isinactive": flag(lambda _: False),
        "name": attribute("name"),
        "symbol": attribute("code"),
    },
)
EMPLOYEE = Table(
    kinds=(Kind.EMPLOYEE,),
    columns={"id": attribute("id"), "email": attribute("email"), "entityid": attribute("name")},
)
TERM = Table(
    fixed=TERMS,
    columns={"id": attribute("id"), "daysuntilnetdue": attribute("days"), "name": attribute("name")},
)

TABLES: Mapping[str, Table] = {
    "account": ACCOUNT,
    "contact": CONTACT,
    "currency": CURRENCY_TABLE,
    "currencyrate": CURRENCY_RATE,
    "customer": CUSTOMER,
    "customeraddressbook": ADDRESS_BOOK,
    "customeraddressbookentityaddress": ENTITY_ADDRESS,
    "customersubsidiaryrelationship": CUSTOMER_SUBSIDIARY,
    "customfield": CUSTOM_FIELD,
    "deletedrecord": DELETED_RECORD,
    "employee": EMPLOYEE,
    "entityaddress": ENTITY_ADDRESS,
    "invoiceinstallment": INSTALLMENT,
    "nexttransactionlinelink": TRANSACTION_LINE_LINK,
    "subsidiary": SUBSIDIARY,
    "term": TERM,
    "transaction": TRANSACTION,
    "transactionaccountingline": TRANSACTION_ACCOUNTING_LINE,
    "transactionline": TRANSACTION_LINE,
}
