"""What the token's role may do with each type of record; everything, until a test takes something away."""

from collections.abc import Mapping
from dataclasses import replace
from enum import IntEnum

from sandbox.netsuite.errors import RefusalError, SoapFaultError, invalid_login
from sandbox.netsuite.kinds import RECORD_TYPES, TRANSACTIONS
from sandbox.netsuite.search import Search


class Level(IntEnum):
    """The levels of a permission, each including those before it."""

    NONE = 0
    VIEW = 1
    CREATE = 2
    EDIT = 3
    FULL = 4


# What each permission of a role opens: types of records, or what is asked for otherwise.
OPENED_BY: Mapping[str, tuple[str, ...]] = {
    "Accounts": ("account",),
    "Contacts": ("contact",),
    "Credit Memo": ("creditMemo",),
    "Currency": ("currency", "currencyRate"),
    "Custom Body Fields": ("transactionBodyCustomField",),
    "Custom Entity Fields": ("entityCustomField",),
    "Custom Fields": ("entityCustomField", "transactionBodyCustomField"),
    "Customer Deposit": ("customerDeposit",),
    "Customer Payment": ("customerPayment",),
    "Customer Refund": ("customerRefund",),
    "Customers": ("customer",),
    "Deleted Records": ("deletedRecord",),
    "Deposit Application": ("depositApplication",),
    "Documents and Files": ("file", "folder"),
    "Employees": ("employee",),
    "Find Transaction": ("transaction",),
    "Invoice": ("invoice",),
    "Make Journal Entry": ("journalEntry",),
    "Log in using Access Tokens": ("login",),
    "Log in using OAuth 2.0 Access Tokens": ("oauth2",),
    "Notes Tab": ("note",),
    "Perform Search": ("search",),
    "REST Web Services": ("rest",),
    "SOAP Web Services": ("soap",),
    "Sales Order": ("salesOrder",),
    "SuiteAnalytics Workbook": ("workbook",),
    "Subsidiaries": ("subsidiary",),
    "Track Messages": ("message",),
}


class Permissions:
    """The levels by record type, such as «note»."""

    def __init__(self) -> None:
        self._levels: dict[str, Level] = {}

    def limit(self, record_type: str, level: Level) -> None:
        """From now on no more than this level."""
        self._levels[record_type] = level

    def lack(self, *names: str) -> None:
        """From now on without these permissions, by the names that a role shows. Raises KeyError for another name."""
        for name in names:
            for opened in OPENED_BY[name]:
                self.limit(opened, Level.NONE)

    def restore(self) -> None:
        """Everything is allowed again."""
        self._levels.clear()

    def check_login(self) -> None:
        """Raises SoapFaultError when the role may not log in by a token, or not use the SOAP service."""
        if not self.allows("login", Level.VIEW):
            raise invalid_login("Invalid login attempt: the role may not log in by a token.")
        if not self.allows("soap", Level.VIEW):
            message = "Permission Violation: the role lacks the permission SOAP Web Services."
            raise SoapFaultError("InsufficientPermissionFault", "WS_PERMISSION_REQD", message)

    def allows(self, record_type: str, level: Level) -> bool:
        return self._levels.get(record_type, Level.FULL) >= level

    def check_reading(self, opened: str) -> None:
        """Raises RefusalError (INSUFFICIENT_PERMISSION) when the role may not see what the permission opens."""
        if not self.allows(opened, Level.VIEW):
            needed = next((name for name, held in OPENED_BY.items() if opened in held), opened)
            raise RefusalError("INSUFFICIENT_PERMISSION", f"Permission Violation: the role lacks «{needed}».")

    def check(self, record_type: str, level: Level) -> None:
        """For writing. Raises SoapFaultError (InsufficientPermissionFault) when the role's level is lower."""
        if not self.allows(record_type, level):
            message = (
                f"Permission Violation: the role lacks the permission for {record_type} at the level {level.name}."
            )
            raise SoapFaultError("InsufficientPermissionFault", "INSUFFICIENT_PERMISSION", message)


def permitted(search: Search, permissions: Permissions) -> Search:
    """The search without the transactions that the role may not see: it finds none of them, and says nothing of it.

    Raises RefusalError when the role may not search, or not for such records at all.
    """
    permissions.check_reading("search")
    if not set(search.kinds) & set(TRANSACTIONS.values()):
        for kind in search.kinds:
            permissions.check_reading(RECORD_TYPES[kind])
        return search
    permissions.check_reading("transaction")
    seen = tuple(kind for kind in search.kinds if permissions.allows(RECORD_TYPES[kind], Level.VIEW))
    return replace(search, kinds=seen)
