"""A search as it was asked, and its run over the ledger. Pure: equal searches of an equal ledger give equal rows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from lxml import etree

from sandbox.ledger import Kind, Ledger
from sandbox.ledger.related import customer_of_letter, transaction_of
from sandbox.netsuite.criteria import Criterion, criterion, criterion_test, parsed_instant
from sandbox.netsuite.errors import RefusalError
from sandbox.netsuite.field import Field
from sandbox.netsuite.fields import CRITERIA
from sandbox.netsuite.kinds import TRANSACTIONS
from sandbox.netsuite.rows import ROWS, Columns, Many, chosen
from sandbox.netsuite.texts import Calendar

Predicate = Callable[[Any, Ledger], bool]
# A record, and the file by which its row differs from the others of that record.
Hit = tuple[Kind, int, int | None]

_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


@dataclass(frozen=True, kw_only=True, slots=True)
class Join:
    """Criteria on a related record: the type of the criteria, and how to come from one record to the other."""

    criteria: str
    related: Callable[[Any, Ledger], Any]


def _customer_of(record: Any, ledger: Ledger) -> Any:
    return ledger.customers.get(record.customer_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class Searchable:
    """`types` are the kinds among which the criterion `type` chooses, where it does that."""

    kinds: tuple[Kind, ...]
    basic: str
    joins: Mapping[str, Join] = field(default_factory=dict)
    types: Mapping[str, Kind] = field(default_factory=dict)


_LETTER_JOINS = {
    "customerJoin": Join(criteria="CustomerSearchBasic", related=customer_of_letter),
    "transactionJoin": Join(criteria="TransactionSearchBasic", related=transaction_of),
}
_CUSTOMER_JOIN = Join(criteria="CustomerSearchBasic", related=_customer_of)
SEARCHES: Mapping[str, Searchable] = {
    "CustomerSearch": Searchable(kinds=(Kind.CUSTOMER,), basic="CustomerSearchBasic"),
    "ContactSearch": Searchable(
        kinds=(Kind.CONTACT,), basic="ContactSearchBasic", joins={"customerJoin": _CUSTOMER_JOIN}
    ),
    "TransactionSearch": Searchable(
        kinds=tuple(TRANSACTIONS.values()),
        basic="TransactionSearchBasic",
        joins={"customerJoin": _CUSTOMER_JOIN, "customerMainJoin": _CUSTOMER_JOIN},
        types=TRANSACTIONS,
    ),
    "NoteSearch": Searchable(kinds=(Kind.NOTE,), basic="NoteSearchBasic", joins=_LETTER_JOINS),
    "MessageSearch": Searchable(kinds=(Kind.MESSAGE,), basic="MessageSearchBasic", joins=_LETTER_JOINS),
    "SubsidiarySearch": Searchable(kinds=(Kind.SUBSIDIARY,), basic="SubsidiarySearchBasic"),
    "AccountSearch": Searchable(kinds=(Kind.ACCOUNT,), basic="AccountSearchBasic"),
    "CurrencyRateSearch": Searchable(kinds=(Kind.EXCHANGE_RATE,), basic="CurrencyRateSearchBasic"),
    "EmployeeSearch": Searchable(kinds=(Kind.EMPLOYEE,), basic="EmployeeSearchBasic"),
}
_BASIC_OF = {searchable.basic: name for name, searchable in SEARCHES.items()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Search:
    """`window` narrows the run to what changed in it; `columns` is set for an advanced search, which gives rows.

    `main_line` is a transaction search's choice of rows: the header, the lines, or both when it is None. `files` is
    set where each file that passes its test makes a row.
    """

    kinds: tuple[Kind, ...]
    predicate: Predicate
    window: tuple[datetime | None, datetime | None]
    main_line: bool | None
    columns: Columns | None = None
    files: "Files | None" = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Files:
    """The join of a search to files; with criteria, records without a file that passes are left out."""

    join: Many
    passes: Predicate
    is_required: bool


def parsed_search(record: etree._Element, calendar: Calendar) -> Search:
    """The search in a `searchRecord` element. Raises RefusalError for what the stand-in does not answer."""
    name = _type_name(record)
    if name.endswith("Advanced"):
        return _advanced(record, name.removesuffix("Advanced"), calendar)
    if name in _BASIC_OF:
        return _search(_BASIC_OF[name], {"basic": record}, calendar)
    return _search(name, {etree.QName(part).localname: part for part in record}, calendar)


def run(search: Search, ledger: Ledger) -> list[Hit]:
    """The rows of the search now, in ascending order of internal id."""
    return [hit for kind in search.kinds for hit in _hits(search, kind, ledger)]


def _hits(search: Search, kind: Kind, ledger: Ledger) -> Iterator[Hit]:
    records = ledger.records(kind)
    since, until = search.window
    ids = ledger.changed(kind, since, until) if since or until else list(records)
    for record_id in ids:
        record = records[record_id]
        if search.predicate(record, ledger):
            for file_id in _files(record, search.files, ledger):
                yield from [(kind, record_id, file_id)] * _rows(record, search)


def _files(record: Any, files: Files | None, ledger: Ledger) -> Sequence[int | None]:
    if files is None:
        return (None,)
    held = ledger.records(files.join.kind)
    found = [file_id for file_id in files.join.ids(record, ledger) if files.passes(held[file_id], ledger)]
    return found or ([] if files.is_required else [None])


def _rows(record: Any, search: Search) -> int:
    """How often a record comes: without mainLine=true a transaction repeats for its lines."""
    lines = getattr(record, "lines", None) or getattr(record, "applications", None)
    if lines is None or search.main_line is True:
        return 1
    return len(lines) + (search.main_line is None)


def _advanced(record: etree._Element, name: str, calendar: Calendar) -> Search:
    if record.get("savedSearchId") or record.get("savedSearchScriptId"):
        raise RefusalError("USER_ERROR", "That saved search does not exist.")
    parts = {etree.QName(part).localname: part for part in record}
    columns = chosen(name, {section: _names(part) for section, part in _parts(parts.get("columns")).items()})
    found = _search(name, _parts(parts.get("criteria")), calendar)
    joined = columns.row.many
    files = found.files
    if files is None and joined and joined.section in columns.wanted:
        files = Files(join=joined, passes=lambda *_: True, is_required=False)
    return replace(found, columns=columns, files=files)


def _parts(element: etree._Element | None) -> dict[str, etree._Element]:
    return {} if element is None else {etree.QName(part).localname: part for part in element}


def _names(section: etree._Element) -> tuple[str, ...]:
    return tuple(etree.QName(column).localname for column in section)


def _search(name: str, parts: Mapping[str, etree._Element], calendar: Calendar) -> Search:
    searchable = SEARCHES.get(name)
    if searchable is None:
        raise RefusalError("USER_ERROR", f"The search type {name} is not available.")
    basic = [criterion(element) for element in parts.get("basic", ())]
    tested = {sent: _predicate(searchable.basic, sent, calendar) for sent in basic if sent.field != "mainLine"}
    predicates = [predicate for sent, predicate in tested.items() if not _narrows_exactly(searchable, sent)]
    predicates += [
        _joined(searchable.joins[join], criterion(element), calendar)
        for join, part in parts.items()
        if join in searchable.joins
        for element in part
    ]
    by_name = {sent.field: sent for sent in basic}
    return Search(
        kinds=_kinds(searchable, by_name.get("type")),
        predicate=lambda record, ledger: all(predicate(record, ledger) for predicate in predicates),
        window=_window(by_name.get("lastModifiedDate")),
        main_line=_main_line(by_name.get("mainLine")),
        files=_required_files(name, parts, calendar),
    )


def _required_files(name: str, parts: Mapping[str, etree._Element], calendar: Calendar) -> Files | None:
    joined = ROWS[name].many if name in ROWS else None
    if joined is None or joined.section not in parts:
        return None
    tests = [_predicate("FileSearchBasic", criterion(element), calendar) for element in parts[joined.section]]
    return Files(join=joined, passes=lambda file, ledger: all(test(file, ledger) for test in tests), is_required=True)


def _kinds(searchable: Searchable, sent: Criterion | None) -> tuple[Kind, ...]:
    if sent is None or sent.operator != "anyOf" or not searchable.types:
        return searchable.kinds
    return tuple(kind for kind in searchable.kinds if kind in {searchable.types[value] for value in sent.values})


def _window(sent: Criterion | None) -> tuple[datetime | None, datetime | None]:
    # Only narrows what the predicate looks at, so operators that it does not know simply narrow nothing.
    if sent is None or not sent.values:
        return None, None
    first = parsed_instant(sent.values[0])
    match sent.operator:
        case "within":
            return first, parsed_instant(sent.values[-1])
        case "after" | "onOrAfter" | "notBefore":
            return first, None
        case "before" | "onOrBefore" | "notAfter":
            return None, first
        case _:
            return None, None


def _narrows_exactly(searchable: Searchable, sent: Criterion) -> bool:
    """Whether the kinds or the window leave nothing for a test of each record to do."""
    if sent.field == "type":
        return bool(searchable.types) and sent.operator == "anyOf"
    return (sent.field, sent.operator) == ("lastModifiedDate", "within")


def _main_line(sent: Criterion | None) -> bool | None:
    return None if sent is None else sent.values[:1] in {("true",), ("1",)}


def _predicate(criteria: str, sent: Criterion, calendar: Calendar) -> Predicate:
    known = _known_field(criteria, sent)
    test = criterion_test(known.shape, sent, calendar)
    value = known.value
    return lambda record, ledger: test(value(record, ledger))


def _joined(join: Join, sent: Criterion, calendar: Calendar) -> Predicate:
    inner = _predicate(join.criteria, sent, calendar)

    def predicate(record: Any, ledger: Ledger) -> bool:
        related = join.related(record, ledger)
        return related is not None and inner(related, ledger)

    return predicate


def _known_field(criteria: str, sent: Criterion) -> Field:
    found = CRITERIA[criteria][sent.field]
    strange = set(sent.values) - found.known if found.known else set()
    if strange:
        raise RefusalError("USER_ERROR", f"Invalid value for {sent.field}: {', '.join(sorted(strange))}.")
    return found


def _type_name(record: etree._Element) -> str:
    return record.get(_XSI_TYPE, "").partition(":")[2] or record.get(_XSI_TYPE, "")
