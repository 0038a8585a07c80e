"""What getDeleted asks for and finds."""

from lxml import etree

from sandbox.ledger import Ledger
from sandbox.ledger.records import Deletion
from sandbox.netsuite.criteria import Shape, criterion, criterion_test
from sandbox.netsuite.errors import RefusalError
from sandbox.netsuite.kinds import RECORD_TYPES
from sandbox.netsuite.texts import Calendar

# What getDeleted can be asked for: neither accounts nor subsidiaries.
DELETED_TYPES = frozenset(RECORD_TYPES.values()) - {"account", "subsidiary"}


def deletions(criteria: etree._Element, ledger: Ledger, calendar: Calendar) -> list[Deletion]:
    """The deletions that pass the getDeletedFilter, oldest first."""
    found = [one for one in ledger.deletions if RECORD_TYPES.get(one.kind) in DELETED_TYPES]
    for sent in map(criterion, criteria):
        if sent.field == "deletedDate":
            test = criterion_test(Shape.DATE, sent, calendar)
            found = [one for one in found if test(one.deleted_at)]
        else:
            strange = set(sent.values) - DELETED_TYPES
            if strange:
                raise RefusalError("USER_ERROR", f"Invalid value for type: {', '.join(sorted(strange))}.")
            test = criterion_test(Shape.ENUM, sent, calendar)
            found = [one for one in found if test(RECORD_TYPES[one.kind])]
    return found
