"""The queries, as constants, and which of them a search for records becomes. Pure.

Amounts are those in the transaction's currency. Every query has one order, by ids that no two rows share, and begins
after the last id that is known: no row can come twice or be skipped because others come and go meanwhile.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sync.connectors.netsuite.request import Criterion, Search
from sync.connectors.netsuite.suiteql.literals import Value, filled
from sync.errors import RejectedError

# A timestamp of SuiteQL is shown in the zone and form that its user prefers; so none is left to choose.
_UTC = 'TO_CHAR(SYS_EXTRACT_UTC({}), \'YYYY-MM-DD"T"HH24:MI:SS"Z"\')'
_CHANGED = _UTC.format("lastmodifieddate")
_DAY = "TO_CHAR({}, 'YYYY-MM-DD')"
_WINDOW = "SYS_EXTRACT_UTC(lastmodifieddate) >= :since AND SYS_EXTRACT_UTC(lastmodifieddate) <= :until"


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """What the records of one kind are read from.

    `columns` are the values of the body; `conditions` say per field of a SuiteTalk search what it is in SuiteQL, with
    places :values, or :since and :until. `words` translates values that are words of SuiteTalk.
    """

    name: str
    columns: tuple[str, ...]
    conditions: Mapping[str, str]
    words: Mapping[str, str]


CUSTOMERS = Table(
    name="customer",
    columns=(
        "id",
        "entityid",
        "altname",
        "companyname",
        "isperson",
        "parent",
        "email",
        "phone",
        "url",
        "currency",
        "terms",
        "BUILTIN.DF(terms) AS terms_name",
        "salesrep",
        "BUILTIN.DF(salesrep) AS salesrep_name",
        "creditlimit",
        "creditholdoverride",
        "isinactive",
        "comments",
        "searchstage",
        f"{_UTC.format('datecreated')} AS created",
        f"{_CHANGED} AS changed",
    ),
    conditions={
        "internalId": "id IN (:values)",
        "lastModifiedDate": _WINDOW,
        "stage": "searchstage IN (:values)",
    },
    words={"_customer": "Customer", "_prospect": "Prospect", "_lead": "Lead"},
)
INVOICES = Table(
    name="transaction",
    columns=(
        "id",
        "tranid",
        "entity",
        "BUILTIN.DF(entity) AS entity_name",
        f"{_DAY.format('trandate')} AS day",
        f"{_DAY.format('duedate')} AS due",
        "foreigntotal",
        "foreignamountunpaid",
        "foreignamountpaid",
        "currency",
        "exchangerate",
        "terms",
        "BUILTIN.DF(terms) AS terms_name",
        "otherrefnum",
        "memo",
        "email",
        "employee",
        "BUILTIN.DF(employee) AS employee_name",
        "status",
        "BUILTIN.DF(status) AS status_name",
        "BUILTIN.DF(postingperiod) AS period_name",
        "voided",
        f"{_UTC.format('createddate')} AS created",
        f"{_CHANGED} AS changed",
    ),
    conditions={
        "internalId": "id IN (:values)",
        "entity": "entity IN (:values)",
        "lastModifiedDate": _WINDOW,
        "type": "type IN (:values)",
        # Open are those of which something is unpaid, in every language and type.
        "status": "foreignamountunpaid > 0",
    },
    words={"_invoice": "CustInvc"},
)
# By the kind of record.
TABLES: Mapping[str, Table] = {"customer": CUSTOMERS, "invoice": INVOICES}

SUBSIDIARIES_OF = (
    "SELECT entity, BUILTIN.DF(subsidiary) AS subsidiary_name FROM customersubsidiaryrelationship"
    " WHERE isprimarysub = 'T' AND entity IN (:ids) AND entity > :after ORDER BY entity"
)
# A line for what was sold and for the whole; taxes and the cost of goods are lines, too.
LINES_OF = (
    "SELECT uniquekey, transaction, mainline, linesequencenumber, BUILTIN.DF(item) AS item_name, memo, quantity,"
    " foreignamount, BUILTIN.DF(subsidiary) AS subsidiary_name FROM transactionline"
    " WHERE taxline = 'F' AND iscogs = 'F' AND transaction IN (:ids) AND uniquekey > :after ORDER BY uniquekey"
)
MAIN_LINES_OF = LINES_OF.replace("taxline = 'F' AND iscogs = 'F'", "mainline = 'T'")


def query_for(kind: str, search: Search, after: int, custom_columns: tuple[str, ...] = ()) -> str:
    """The query for the records that the search finds, after the one with this internal id. Raises RejectedError.

    Its parts are constants, literals that `filled` made, and columns whose names were looked at.
    """
    table = TABLES[kind]
    conditions = [_condition(table, one) for one in search.criteria if one.field != "mainLine"]
    where = (*conditions, filled("id > :after", {"after": after}))
    columns = ", ".join((*table.columns, *custom_columns))
    return " ".join(("SELECT", columns, "FROM", table.name, "WHERE", " AND ".join(where), "ORDER BY id"))


def _condition(table: Table, criterion: Criterion) -> str:
    template = table.conditions.get(criterion.field)
    if template is None:
        raise RejectedError(f"a {table.name} is not found by its {criterion.field} in SuiteQL")
    return filled(template, _values(table, criterion))


def _values(table: Table, criterion: Criterion) -> dict[str, Value]:
    if criterion.operator == "within":
        since, until = criterion.values
        return {"since": _plain(since), "until": _plain(until)}
    return {"values": tuple(table.words.get(str(value), str(value)) for value in criterion.values)}


def _plain(value: object) -> Value:
    if isinstance(value, bool | float) or not isinstance(value, str | int | datetime):
        raise RejectedError("a query compares with texts, whole numbers and instants")
    return value
