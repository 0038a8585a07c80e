"""The permissions of the token's role, and how to learn of each whether the role has it.

A record's type is tried by a request that NetSuite refuses in any case, for its permission or for a record that is not
there. It has to be: a search for transactions of a type that the role may not see succeeds and finds none.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sync.connectors.netsuite.client import SuiteTalkClient
from sync.connectors.netsuite.mapping import source_id_of
from sync.connectors.netsuite.request import Get
from sync.connectors.netsuite.stream import Stream
from sync.connectors.netsuite.writes import Draft, Ref, Write
from sync.errors import NotPermittedError, RejectedError

# No record has it.
_NO_ID = "0"

FIND_TRANSACTION = "Transactions > Find Transaction"
PERFORM_SEARCH = "Lists > Perform Search"
SOAP = "Setup > SOAP Web Services"
TOKENS = "Setup > Log in using Access Tokens"
REST = "Setup > REST Web Services"
OAUTH2 = "Setup > Log in using OAuth 2.0 Access Tokens"
WORKBOOK = "Reports > SuiteAnalytics Workbook"
SCRIPT = "Setup > SuiteScript"
CURRENCY = "Lists > Currency"
NOTES = "Lists > Notes Tab"
CONTACTS = "Lists > Contacts"
MESSAGES = "Lists > Track Messages"
FILES = "Lists > Documents and Files"
# What reading a single record of a type needs.
TO_GET: Mapping[str, str] = {
    "subsidiary": "Lists > Subsidiaries",
    "account": "Lists > Accounts",
    "currencyRate": CURRENCY,
    "contact": CONTACTS,
    "customer": "Lists > Customers",
    "invoice": "Transactions > Invoice",
    "customerPayment": "Transactions > Customer Payment",
    "customerDeposit": "Transactions > Customer Deposit",
    "depositApplication": "Transactions > Deposit Application",
    "customerRefund": "Transactions > Customer Refund",
    "journalEntry": "Transactions > Make Journal Entry",
    "creditMemo": "Transactions > Credit Memo",
    "salesOrder": "Transactions > Sales Order",
    "note": NOTES,
    "message": MESSAGES,
    "file": FILES,
    "employee": "Lists > Employees",
    "entityCustomField": "Setup > Custom Entity Fields",
    "transactionBodyCustomField": "Setup > Custom Body Fields",
}
# What a search calls otherwise than its record.
_RECORDS: Mapping[str, str] = {"journal": "journalEntry"}
DELETED_RECORDS = "Setup > Deleted Records"
# Each permission with the level that it needs, in the order in which a role shows them.
PERMISSIONS: Mapping[str, str] = {
    SOAP: "Full",
    TOKENS: "Full",
    DELETED_RECORDS: "View",
    "Setup > Custom Entity Fields": "View",
    "Setup > Custom Body Fields": "View",
    "Lists > Customers": "View",
    CURRENCY: "View",
    "Lists > Subsidiaries": "View",
    "Lists > Accounts": "View",
    PERFORM_SEARCH: "View",
    NOTES: "Full",
    CONTACTS: "Full",
    MESSAGES: "Full",
    FILES: "View",
    "Lists > Employees": "View",
    FIND_TRANSACTION: "View",
    "Transactions > Invoice": "View",
    "Transactions > Customer Payment": "View",
    "Transactions > Customer Deposit": "View",
    "Transactions > Deposit Application": "View",
    "Transactions > Customer Refund": "View",
    "Transactions > Make Journal Entry": "View",
    "Transactions > Credit Memo": "View",
    "Transactions > Sales Order": "View",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Probe:
    """A request that tells by its refusal whether the role has a permission.

    `without` says what becomes of us where the role has it not; «» when we cannot do without.
    """

    check: str
    permission: str
    request: Get | Write
    without: str = ""


# What is written nowhere: the first two change a record that is not there, the third lacks its subject, too.
PUSHES = (
    Probe(
        check="push of notes",
        permission=NOTES,
        request=Write(operation="update", draft=Draft(record_type="Note", values={}, internal_id=_NO_ID)),
    ),
    Probe(
        check="push of contacts",
        permission=CONTACTS,
        request=Write(operation="update", draft=Draft(record_type="Contact", values={}, internal_id=_NO_ID)),
    ),
    Probe(
        check="push of messages",
        permission=MESSAGES,
        request=Write(operation="add", draft=Draft(record_type="Message", values={"recipient": Ref(internal_id="0")})),
    ),
)


def getting(record_type: str) -> Get:
    """The request that tells whether the role may read records of a type."""
    return Get(record_type=record_type, internal_id=_NO_ID)


# What is not read by a stream.
EXTRAS = (
    Probe(
        check="custom fields of customers",
        permission=TO_GET["entityCustomField"],
        request=getting("entityCustomField"),
        without="which of them hold e-mail addresses is then told by [netsuite] email_fields alone",
    ),
    Probe(
        check="custom fields of transactions",
        permission=TO_GET["transactionBodyCustomField"],
        request=getting("transactionBodyCustomField"),
        without="which of them hold e-mail addresses is then told by [netsuite] email_fields alone",
    ),
    Probe(
        check="content of files",
        permission=FILES,
        request=getting("file"),
        without="invoice files are then neither shown nor fetched",
    ),
    Probe(
        check="employees",
        permission=TO_GET["employee"],
        request=getting("employee"),
        without="sales reps and the authors of notes may then come without their names",
    ),
)


async def is_permitted(client: SuiteTalkClient, request: Get | Write) -> bool:
    """Whether the role may do this. Raises SourceError when NetSuite does not say."""
    try:
        await _asked(client, request)
    except NotPermittedError:
        return False
    except RejectedError:
        # It was refused for what it asks, and so after the role was looked at.
        return True
    return True


async def _asked(client: SuiteTalkClient, request: Get | Write) -> None:
    if isinstance(request, Get):
        await client.call(request, source_id_of)
    else:
        # Were it ever stored against all odds, it must not be twice.
        await client.once(request, source_id_of)


def transaction_types_of(stream: Stream) -> tuple[str, ...]:
    """The types of transactions that the stream is made of, as records are called; none for another stream."""
    values = (value for criterion in stream.always if criterion.field == "type" for value in criterion.values)
    names = (str(value).removeprefix("_") for value in values)
    return tuple(_RECORDS.get(name, name) for name in names)


def record_types_of(stream: Stream) -> tuple[str, ...]:
    """The types of records that the stream is made of."""
    return transaction_types_of(stream) or (f"{stream.searched[:1].lower()}{stream.searched[1:]}",)


async def missing_types(client: SuiteTalkClient, record_types: tuple[str, ...]) -> tuple[str, ...]:
    """The permissions that reading these types needs and the role has not. Raises SourceError."""
    found = [each for each in record_types if not await is_permitted(client, getting(each))]
    return tuple(TO_GET[each] for each in found)


async def require_types(client: SuiteTalkClient, stream: Stream, *, is_found: bool) -> None:
    """Raises NotPermittedError when the role may not see a type of transaction that the stream is made of.

    A search leaves these out without a word. Records that were found tell that it may see the only type there is.
    """
    types = transaction_types_of(stream)
    if is_found and len(types) == 1:
        return
    hidden = await missing_types(client, types)
    if hidden:
        raise NotPermittedError(" and ".join(hidden))
