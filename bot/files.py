"""The content of files that lie in a system of record: fetched when somebody wants it, and kept nowhere here."""

from typing import Protocol


class FileError(Exception):
    """The content cannot be had: the message says why. `is_passing` when the same may work later."""

    def __init__(self, reason: str, *, is_passing: bool = False) -> None:
        super().__init__(reason)
        self.is_passing = is_passing


class FileContents(Protocol):
    """Where the contents of records' files come from."""

    def offers(self, origin: str) -> bool:
        """Whether this system's files can be had."""

    async def content(self, origin: str, file_id: str, *, most_bytes: int) -> bytes:
        """The file whole, by `Attachment.origin` and `Attachment.file_id`. Raises FileError."""
