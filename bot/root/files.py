"""The contents of records' files, from the sources that have them."""

from collections.abc import Sequence

from bot.files import FileError
from sync.connector import Files, Source
from sync.errors import NotPermittedError, RejectedError, SourceError

_NO_SOURCE = "that system's files can't be read here"


class SourceFiles:
    """See `bot.files.FileContents`."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._files = {source.name: source for source in sources if isinstance(source, Files)}

    def offers(self, origin: str) -> bool:
        return origin in self._files

    async def content(self, origin: str, file_id: str, *, most_bytes: int) -> bytes:
        files = self._files.get(origin)
        if files is None:
            raise FileError(_NO_SOURCE)
        try:
            return await files.content(file_id, most_bytes=most_bytes)
        except RejectedError as error:
            raise FileError(error.detail or str(error)) from error
        except NotPermittedError as error:
            raise FileError(str(error)) from error
        except SourceError as error:
            raise FileError(str(error), is_passing=True) from error
