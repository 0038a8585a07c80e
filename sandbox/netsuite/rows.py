"""The rows of advanced searches: columns of the record itself, and of the records that it is joined to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.ledger import Kind, Ledger
from sandbox.ledger.related import customer_of_letter, employee, entity, files_of, transaction_of
from sandbox.netsuite.columns import COLUMNS
from sandbox.netsuite.errors import RefusalError
from sandbox.netsuite.records.writer import Writer
from sandbox.netsuite.wsdl import namespace

Related = Callable[[Any, Ledger], Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A part of a row: the type of its columns, and the record that they are of; None leaves the part out."""

    columns: str
    related: Related


@dataclass(frozen=True, kw_only=True, slots=True)
class Many:
    """A join to any number of files: there is a row for each, and one without where there are none."""

    section: str
    kind: Kind
    ids: Callable[[Any, Ledger], tuple[int, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class RowType:
    """The type of a row, with the prefix and the file of its schema."""

    name: str
    prefix: str
    schema: str
    sections: Mapping[str, Section]
    many: Many | None = None


def _itself(record: Any, _: Ledger) -> Any:
    return record


def _attached(invoice: Any, ledger: Ledger) -> tuple[int, ...]:
    return tuple(file.id for file in files_of(ledger, invoice.id))


def _attachments(message: Any, ledger: Ledger) -> tuple[int, ...]:
    return tuple(file_id for file_id in message.attachments if file_id in ledger.records(Kind.FILE))


_CUSTOMER_OF_LETTER = Section(columns="CustomerSearchRowBasic", related=customer_of_letter)
_ENTITY_OF_LETTER = Section(columns="EntitySearchRowBasic", related=customer_of_letter)
_TRANSACTION_OF_LETTER = Section(columns="TransactionSearchRowBasic", related=transaction_of)

ROWS: Mapping[str, RowType] = {
    "CustomerSearch": RowType(
        name="CustomerSearchRow",
        prefix="listRel",
        schema="relationships",
        sections={"basic": Section(columns="CustomerSearchRowBasic", related=_itself)},
    ),
    "NoteSearch": RowType(
        name="NoteSearchRow",
        prefix="generalComm",
        schema="communication",
        sections={
            "basic": Section(columns="NoteSearchRowBasic", related=_itself),
            "authorJoin": Section(
                columns="EmployeeSearchRowBasic", related=lambda note, ledger: employee(ledger, note.author_id)
            ),
            "customerJoin": _CUSTOMER_OF_LETTER,
            "entityJoin": _ENTITY_OF_LETTER,
            "transactionJoin": _TRANSACTION_OF_LETTER,
        },
    ),
    "MessageSearch": RowType(
        name="MessageSearchRow",
        prefix="generalComm",
        schema="communication",
        sections={
            "basic": Section(columns="MessageSearchRowBasic", related=_itself),
            "attachmentsJoin": Section(columns="FileSearchRowBasic", related=_itself),
            "authorJoin": Section(
                columns="EntitySearchRowBasic", related=lambda message, ledger: entity(ledger, message.author.entity_id)
            ),
            "customerJoin": _CUSTOMER_OF_LETTER,
            "entityJoin": _ENTITY_OF_LETTER,
            "recipientJoin": Section(
                columns="EntitySearchRowBasic",
                related=lambda message, ledger: entity(ledger, message.recipient.entity_id),
            ),
            "transactionJoin": _TRANSACTION_OF_LETTER,
        },
        many=Many(section="attachmentsJoin", kind=Kind.FILE, ids=_attachments),
    ),
    "TransactionSearch": RowType(
        name="TransactionSearchRow",
        prefix="tranSales",
        schema="sales",
        sections={
            "basic": Section(columns="TransactionSearchRowBasic", related=_itself),
            "customerMainJoin": Section(
                columns="CustomerSearchRowBasic",
                related=lambda record, ledger: ledger.customers.get(record.customer_id),
            ),
            "fileJoin": Section(columns="FileSearchRowBasic", related=_itself),
        },
        many=Many(section="fileJoin", kind=Kind.FILE, ids=_attached),
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """What an advanced search returns: the columns of each section, in their order in the schema."""

    row: RowType
    wanted: Mapping[str, tuple[str, ...]]


def chosen(search: str, asked: Mapping[str, tuple[str, ...]]) -> Columns:
    """The columns that were asked for. Raises RefusalError when there are none."""
    if search not in ROWS or not any(asked.values()):
        raise RefusalError("USER_ERROR", "An advanced search needs columns.")
    row = ROWS[search]
    # customFieldList ends every type; all else is in the order of the alphabet.
    ordered = {
        section: tuple(sorted(set(asked[section]), key=lambda name: (name == "customFieldList", name)))
        for section in row.sections
        if asked.get(section)
    }
    return Columns(row=row, wanted=ordered)


def row_xml(record: Any, joined: Any, columns: Columns, writer: Writer) -> str:
    """One row; `joined` is the file of this row where the search is joined to files."""
    row = columns.row
    sections = "".join(
        _section(section, names, _source(row, section, record, joined, writer.ledger), columns, writer)
        for section, names in columns.wanted.items()
    )
    return (
        f'<platformCore:searchRow xsi:type="{row.prefix}:{row.name}"'
        f' xmlns:{row.prefix}="{namespace(row.schema, writer.version)}"'
        f' xmlns:platformCommon="{namespace("common", writer.version)}">{sections}</platformCore:searchRow>'
    )


def _source(row: RowType, section: str, record: Any, joined: Any, ledger: Ledger) -> Any:
    if row.many and section == row.many.section:
        return joined
    return row.sections[section].related(record, ledger)


def _section(section: str, names: tuple[str, ...], source: Any, columns: Columns, writer: Writer) -> str:
    if source is None:
        return ""
    known = COLUMNS[columns.row.sections[section].columns]
    cells = ((name, known[name](source, writer)) for name in names)
    filled = "".join(f"<platformCommon:{name}>{cell}</platformCommon:{name}>" for name, cell in cells if cell)
    prefix = columns.row.prefix
    return f"<{prefix}:{section}>{filled}</{prefix}:{section}>"
