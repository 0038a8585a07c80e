"""Master data: subsidiaries, the chart of accounts, exchange rates."""

from store.exchange_rates import ExchangeRate
from store.gl_accounts import GLAccount
from store.subsidiaries import Subsidiary
from sync.connectors.netsuite.mapping.account import (
    Account,
    currency_code,
    provenance,
    reference,
    required,
    taken,
)
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.values import boolean, calendar_date, rate, reference_id, rest, text

_SUBSIDIARY_TAKEN = taken("name legalName parent currency country email url isElimination isInactive")
_ACCOUNT_TAKEN = taken("acctName acctNumber acctType parent currency description isInactive")


def subsidiary(tree: Tree, account: Account) -> Subsidiary:
    """A Subsidiary record. Raises UnreadableFieldError."""
    return Subsidiary(
        **provenance(tree, "subsidiary", account),
        name=required(text(tree, "name"), "name"),
        legal_name=text(tree, "legalName"),
        parent_id=reference(tree, "parent", "subsidiary"),
        currency=currency_code(tree, account),
        country=text(tree, "country"),
        email=text(tree, "email"),
        website=text(tree, "url"),
        is_elimination=boolean(tree, "isElimination"),
        is_inactive=boolean(tree, "isInactive"),
        extra_json=rest(tree, _SUBSIDIARY_TAKEN, with_lists=False),
    )


def gl_account(tree: Tree, account: Account) -> GLAccount:
    """An Account record of the general ledger. Raises UnreadableFieldError."""
    # Most accounts are held in no currency of their own.
    currency = currency_code(tree, account) if reference_id(tree, "currency") else None
    return GLAccount(
        **provenance(tree, "gl_account", account),
        name=required(text(tree, "acctName"), "acctName"),
        number=text(tree, "acctNumber"),
        type=text(tree, "acctType"),
        parent_id=reference(tree, "parent", "gl_account"),
        currency=currency,
        description=text(tree, "description"),
        is_inactive=boolean(tree, "isInactive"),
        extra_json=rest(tree, _ACCOUNT_TAKEN, with_lists=False),
    )


def exchange_rate(tree: Tree, account: Account) -> ExchangeRate:
    """A CurrencyRate record: what one unit of the transaction currency costs. Raises UnreadableFieldError."""
    return ExchangeRate(
        **provenance(tree, "exchange_rate", account),
        base_currency=required(_listed(tree, account, "baseCurrency"), "baseCurrency"),
        currency=required(_listed(tree, account, "transactionCurrency"), "transactionCurrency"),
        rate=required(rate(tree, "exchangeRate"), "exchangeRate"),
        effective_date=required(calendar_date(tree, "effectiveDate", account.zone), "effectiveDate"),
    )


def _listed(tree: Tree, account: Account, field: str) -> str | None:
    return currency_code(tree, account, field) if reference_id(tree, field) else None
