"""What transactions have in common: amounts, applications, and what tells a voided one."""

from store.applications import Application
from store.money import Money
from store.records import record_id
from sync.connectors.netsuite.mapping.account import ORIGIN, Account, currency_code, required, source_id_of
from sync.connectors.netsuite.pages import Tree, many
from sync.connectors.netsuite.values import calendar_date, money, text

# SuiteTalk gives the status of a transaction as text in the user's language: these are the English ones. Which
# transactions are voided, a search tells in any language.
_VOIDED = frozenset({"voided", "cancelled", "canceled"})


def currency_of(tree: Tree, account: Account) -> str:
    """The ISO code of the transaction's currency. Raises UnreadableFieldError when there is none."""
    return required(currency_code(tree, account), "currency")


def status_word(tree: Tree) -> str:
    """The status in lower case, empty when there is none."""
    return (text(tree, "status") or "").lower()


def is_voided(tree: Tree, account: Account) -> bool:
    """Whether the transaction counts for nothing: a search said so, or its English status does."""
    return source_id_of(tree) in account.marked or status_word(tree) in _VOIDED


def rows(tree: Tree, holder: str, name: str) -> list[Tree]:
    """The rows of a list of the record, in its order; none when it came without."""
    found = tree.get(holder)
    entries = many(found.get(name)) if isinstance(found, dict) else []
    return [entry for entry in entries if isinstance(entry, dict)]


def applications(
    tree: Tree,
    currency: str,
    account: Account,
    *,
    kind: str = "invoice",
    listed: tuple[str, str] = ("applyList", "apply"),
) -> tuple[Application, ...]:
    """What the transaction was applied to, records of a kind. The list also names what it could be applied to.

    `listed` are the names of the list and of its rows.
    """
    applied = [row for row in rows(tree, *listed) if text(row, "apply") not in {"false", "0"}]
    return tuple(_application(row, number, currency, account, kind) for number, row in enumerate(applied, start=1))


def applied_total(found: tuple[Application, ...], currency: str) -> Money:
    """The sum of what was applied."""
    return Money(currency=currency, minor=sum(one.amount.minor for one in found))


def nothing(currency: str) -> Money:
    """No money."""
    return Money(currency=currency, minor=0)


def _application(row: Tree, number: int, currency: str, account: Account, kind: str) -> Application:
    # Ids are unique over all types of transactions, and the type is said in the user's language only: what is of
    # another kind simply points at nothing.
    applied_to = record_id(ORIGIN, kind, required(text(row, "doc"), "applyList.apply.doc"))
    return Application(
        line_number=number,
        applied_to=applied_to,
        amount=money(row, "amount", currency) or nothing(currency),
        discount=money(row, "disc", currency),
        number=text(row, "refNum"),
        applied_on=calendar_date(row, "applyDate", account.zone),
    )
