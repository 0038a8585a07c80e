"""What the token's role may do with each type of record; everything, until a test takes something away."""

from enum import IntEnum

from sandbox.netsuite.errors import SoapFaultError


class Level(IntEnum):
    """The levels of a permission, each including those before it."""

    NONE = 0
    VIEW = 1
    CREATE = 2
    EDIT = 3
    FULL = 4


class Permissions:
    """The levels by record type, such as «note»."""

    def __init__(self) -> None:
        self._levels: dict[str, Level] = {}

    def limit(self, record_type: str, level: Level) -> None:
        """From now on no more than this level."""
        self._levels[record_type] = level

    def restore(self) -> None:
        """Everything is allowed again."""
        self._levels.clear()

    def allows(self, record_type: str, level: Level) -> bool:
        return self._levels.get(record_type, Level.FULL) >= level

    def check(self, record_type: str, level: Level) -> None:
        """Raises SoapFaultError (InsufficientPermissionFault) when the role's level is lower."""
        if not self.allows(record_type, level):
            message = (
                f"Permission Violation: the role lacks the permission for {record_type} at the level {level.name}."
            )
            raise SoapFaultError("InsufficientPermissionFault", "INSUFFICIENT_PERMISSION", message)
