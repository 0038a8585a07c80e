"""A file of the cabinet, as docFileCab:File."""

import base64

from sandbox.ledger.communication import FOLDERS, File
from sandbox.netsuite.records.writer import Writer, ref_body
from sandbox.netsuite.texts import double, text
from sandbox.netsuite.wsdl import namespace

_FOLDERS = {folder.id: ref_body(folder.id, folder.name) for folder in FOLDERS}


def file_xml(file: File, writer: Writer, full: bool) -> str:  # noqa: FBT001 -- one signature for all records
    """The record; its content only when `full`."""
    opening = writer.opening("docFileCab", "fileCabinet", "File", file.id, file.external_id)
    return f"{opening}{_body(file, writer, full)}</platformCore:record>"


def media_item(file: File, writer: Writer) -> str:
    """The file as an attachment of a message, without its content."""
    return (
        f'<generalComm:mediaItem internalId="{file.id}" xmlns:docFileCab="{namespace("fileCabinet", writer.version)}">'
        f"{_body(file, writer, False)}</generalComm:mediaItem>"
    )


def _body(file: File, writer: Writer, full: bool) -> str:  # noqa: FBT001 -- the value itself is the argument
    instant = writer.calendar.instant
    content = base64.b64encode(file.content).decode() if full else ""
    return (
        f"<docFileCab:name>{text(file.name)}</docFileCab:name>"
        f"<docFileCab:attachFrom>_computer</docFileCab:attachFrom>"
        f"<docFileCab:fileType>{file.media_type}</docFileCab:fileType>"
        f"{f'<docFileCab:content>{content}</docFileCab:content>' if full else ''}"
        f"<docFileCab:folder{_FOLDERS[file.folder_id]}</docFileCab:folder>"
        # In kilobytes, as the cabinet shows it.
        f"<docFileCab:fileSize>{double(file.size * 10_000 // 1024, 4)}</docFileCab:fileSize>"
        f"<docFileCab:url>/core/media/media.nl?id={file.id}</docFileCab:url>"
        "<docFileCab:isOnline>false</docFileCab:isOnline><docFileCab:isInactive>false</docFileCab:isInactive>"
        f"<docFileCab:lastModifiedDate>{instant(file.last_modified)}</docFileCab:lastModifiedDate>"
        f"<docFileCab:createdDate>{instant(file.created_at)}</docFileCab:createdDate>"
    )
