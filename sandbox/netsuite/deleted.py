"""What getDeleted asks for and finds."""

from collections.abc import Mapping

from lxml import etree

from sandbox.ledger import Kind, Ledger
from sandbox.ledger.records import Deletion
from sandbox.netsuite.criteria import Shape, criterion, criterion_test
from sandbox.netsuite.errors import RefusalError
from sandbox.netsuite.kinds import RECORD_TYPES
from sandbox.netsuite.texts import Calendar

# What getDeleted tells of: neither accounts nor subsidiaries.
DELETED_TYPES: Mapping[Kind, str] = {
    kind: record_type for kind, record_type in RECORD_TYPES.items() if kind not in {Kind.ACCOUNT, Kind.SUBSIDIARY}
}


def deletions(criteria: etree._Element, ledger: Ledger, calendar: Calendar) -> list[Deletion]:
    """The deletions that pass the getDeletedFilter, oldest first."""
    found = [one for one in ledger.deletions if one.kind in DELETED_TYPES]
    for sent in map(criterion, criteria):
        if sent.field == "deletedDate":
            test = criterion_test(Shape.DATE, sent, calendar)
            found = [one for one in found if test(one.deleted_at)]
        else:
            strange = set(sent.values) - set(DELETED_TYPES.values())
            if strange:
                raise RefusalError("USER_ERROR", f"Invalid value for type: {', '.join(sorted(strange))}.")
            test = criterion_test(Shape.ENUM, sent, calendar)
            found = [one for one in found if test(DELETED_TYPES[one.kind])]
    return found
