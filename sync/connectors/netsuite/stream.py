"""What a stream is: which records of SuiteTalk it is made of, how changes are found, and how one record is read."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from store.pulled import Record
from sync.connector import Broken, Gone
from sync.connectors.netsuite.mapping import Account, Other, named_in, source_id_of
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.request import Criterion
from sync.connectors.netsuite.settings import NetSuiteSettings
from sync.connectors.netsuite.values import UnreadableFieldError, row_fields
from sync.payload import payload_hash


class Way(Enum):
    """How changes are found."""

    CHANGES = auto()  # by the date of the last change
    DATES = auto()  # by a date that an edit leaves alone, by new ids, and all of it now and then
    WHOLE = auto()  # everything each time
    DEFINITIONS = auto()  # the ids of all, then all of these each time
    DELETIONS = auto()  # what was deleted since, of all kinds that tell


def _never(_settings: NetSuiteSettings) -> bool:
    return False


def _nothing(_settings: NetSuiteSettings) -> tuple[Criterion, ...]:
    return ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Stream:
    """Records of one kind.

    `searched` is what the schemas call them in a search (see request.Search), `always` what makes a record one of them,
    `only` what of these is wanted by the settings, and `open_only` what makes an item an open one. `marked_by` finds
    those that `Account.marked` names, and `needs_marks` says that nothing is read where that is refused. `columns` make
    the search one that answers with rows, which `fields_of` makes records of; `joined_by` is the date of what they are
    joined to, where that tells of changes, too. `with_lines` brings more than body fields. A read of all of a stream
    that `is_listed` brings all ids that there are; of one that `has_script` the script in the account tells the
    changes, where it is there. `permission` is what the role needs to read it.
    """

    kind: str
    searched: str
    mapped: Callable[[Tree, Account], Record | Gone | Other]
    permission: str
    way: Way = Way.CHANGES
    dated_by: str = "lastModifiedDate"
    joined_by: str = ""
    always: tuple[Criterion, ...] = ()
    only: Callable[[NetSuiteSettings], tuple[Criterion, ...]] = _nothing
    open_only: tuple[Criterion, ...] = ()
    marked_by: Criterion | None = None
    needs_marks: bool = True
    columns: tuple[str, ...] = ()
    fields_of: Callable[[Tree], Tree] = row_fields
    with_lines: Callable[[NetSuiteSettings], bool] = _never
    is_listed: bool = False
    has_script: bool = False


def read_record(stream: Stream, tree: Tree, account: Account) -> Record | Gone | Other | Broken:
    """The record, or why it cannot be taken over, or that it is none of ours."""
    fields = stream.fields_of(tree) if stream.columns else tree
    try:
        return stream.mapped(fields, account)
    except UnreadableFieldError as error:
        is_deletion = stream.way is Way.DELETIONS
        kind, source_id = named_in(fields) if is_deletion else (stream.kind, source_id_of(fields))
        return Broken(source_id=source_id, reason=str(error), kind=kind, payload_hash=payload_hash(tree))


@dataclass(frozen=True, slots=True)
class Taking:
    """`read_record` for one stream and account, as it can be handed to another process."""

    stream: Stream
    account: Account

    def __call__(self, tree: Tree) -> Record | Gone | Other | Broken:
        return read_record(self.stream, tree, self.account)
