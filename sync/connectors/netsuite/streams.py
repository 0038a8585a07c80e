"""The streams of the connector: which records of SuiteTalk they are made of, and how one of them is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from store.pulled import Record
from sync.connector import Broken
from sync.connectors.netsuite.mapping import Account, customer, invoice, source_id_of
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.settings import NetSuiteSettings
from sync.connectors.netsuite.values import UnreadableFieldError
from sync.errors import RejectedError


@dataclass(frozen=True, kw_only=True, slots=True)
class Stream:
    """One kind of record: its SuiteTalk type, how it is mapped, and which statuses make an item an open one."""

    record_type: str
    kind: str
    mapped: Callable[[Tree, Account], Record]
    open_statuses: tuple[str, ...] = ()
    has_lines: bool = False

    def with_lines(self, settings: NetSuiteSettings) -> bool:
        """Whether its records are searched together with their lines."""
        return self.has_lines and settings.invoice_lines


CUSTOMERS = Stream(record_type="customer", kind="customer", mapped=customer)
INVOICES = Stream(
    record_type="invoice", kind="invoice", mapped=invoice, open_statuses=("_invoiceOpen",), has_lines=True
)
# In the order of pulling: an invoice is of more use when its customer is there.
STREAMS: Mapping[str, Stream] = {"customers": CUSTOMERS, "invoices": INVOICES}


def stream_named(name: str) -> Stream:
    """Raises RejectedError for a stream that there is not."""
    if name not in STREAMS:
        raise RejectedError(f"NetSuite has no stream «{name}», only {', '.join(STREAMS)}")
    return STREAMS[name]


def stream_of(kind: str) -> Stream:
    """The stream that brings records of this kind. Raises RejectedError when there is none."""
    for stream in STREAMS.values():
        if stream.kind == kind:
            return stream
    raise RejectedError(f"no {kind} is pulled from NetSuite")


def read_record(stream: Stream, tree: Tree, account: Account) -> Record | Broken:
    """The record, or why it cannot be taken over."""
    try:
        return stream.mapped(tree, account)
    except UnreadableFieldError as error:
        return Broken(source_id=source_id_of(tree), reason=str(error))
