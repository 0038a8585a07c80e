"""Files that apps upload."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import quote

from sandbox.slack.records import Json

_KINDS = {"csv": ("csv", "CSV", "text/csv"), "txt": ("text", "Plain Text", "text/plain")}
_ANY_KIND = ("binary", "Binary", "application/octet-stream")


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """`content` is None until the bytes have come; `title` until the upload has been completed."""

    id: str
    name: str
    size: int
    ticket: str
    content: bytes | None = None
    title: str | None = None


class Files:
    """`base_url` tells where this server listens."""

    def __init__(self, base_url: Callable[[], str]) -> None:
        self._base_url = base_url
        self._files: dict[str, File] = {}

    def announce(self, name: str, size: int) -> File:
        """A file that is about to be uploaded."""
        number = len(self._files) + 1
        file = File(id=f"F0UPLOAD{number:03d}", name=name, size=size, ticket=secrets.token_urlsafe(16))
        return self._put(file)

    def upload_url(self, file: File) -> str:
        return f"{self._base_url()}/upload/v1/{file.ticket}"

    def uploaded(self, file_id: str) -> File | None:
        """The file, once its bytes have come."""
        file = self._files.get(file_id)
        return file if file is not None and file.content is not None else None

    def complete(self, file: File, title: str) -> File:
        return self._put(replace(file, title=title))

    def described(self, file: File) -> Json:
        """A file as messages and methods tell of it."""
        kind, pretty, mimetype = _KINDS.get(file.name.rpartition(".")[2].lower(), _ANY_KIND)
        address = f"{self._base_url()}/files/{file.id}/{quote(file.name, safe='')}"
        return {
            "id": file.id,
            "name": file.name,
            "title": file.title or file.name,
            "mimetype": mimetype,
            "filetype": kind,
            "pretty_type": pretty,
            "size": file.size,
            "mode": "hosted",
            "url_private": address,
            "url_private_download": address,
        }

    def awaited(self, ticket: str) -> File | None:
        """The file that the bytes sent to this place belong to."""
        return next((each for each in self._files.values() if each.ticket == ticket), None)

    def fill(self, file: File, content: bytes) -> None:
        self._put(replace(file, content=content))

    def _put(self, file: File) -> File:
        self._files[file.id] = file
        return file
