"""The account's WSDL and schemas: downloaded once, from the account's own host only, then read from disk.

Oracle's WSDL names its schemas by addresses of a general host; the account's own host serves the same paths, so they
are fetched there. Every reference is rewritten to the file beside it, and the folder appears only when it is whole.
"""

import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
from lxml import etree

from sync.connectors.netsuite.faults import http_error
from sync.connectors.netsuite.settings import NetSuiteSettings
from sync.errors import RejectedError, StopError
from sync.http import connection_error, new_session

_XSD = "http://www.w3.org/2001/XMLSchema"
_WSDL = "http://schemas.xmlsoap.org/wsdl/"
_REFERENCES = {
    f"{{{_XSD}}}import": "schemaLocation",
    f"{{{_XSD}}}include": "schemaLocation",
    f"{{{_XSD}}}redefine": "schemaLocation",
    f"{{{_WSDL}}}import": "location",
}
_MAIN = "netsuite.wsdl"
_GENERAL_HOST = "webservices.netsuite.com"
# The real set is 47 files and 3 MB.
_MOST_FILES = 200
_MOST_BYTES = 20 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024
_OK = 200
_NAME_CHARACTERS = 100
_UNSAFE = re.compile(r"[^A-Za-z0-9.]+")

# Called with how many documents are done and how many are known of so far.
Progress = Callable[[int, int], None]


def wsdl_path(settings: NetSuiteSettings, folder: Path) -> Path:
    """Where the WSDL is read from: the file that the settings name, else the downloaded one in the data folder."""
    return settings.wsdl_file or folder / "netsuite" / settings.endpoint_version / _MAIN


def download_wsdl(settings: NetSuiteSettings, folder: Path, progress: Progress = lambda _done, _known: None) -> Path:
    """Fetch WSDL and schemas into the data folder and return the WSDL's path; blocks for some seconds.

    Raises SourceError: RejectedError for a document that is no WSDL, is too large or refers to a foreign host,
    StopError when the settings name a file on this machine, so that there is nothing to fetch.
    """
    if settings.wsdl_file is not None:
        raise StopError(f"NETSUITE_WSDL names the file «{settings.wsdl_file}»; there is nothing to download")
    target = wsdl_path(settings, folder).parent
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f"{target.name}-", dir=target.parent))
    try:
        _fetch_all(settings, work, progress)
        if target.exists():
            shutil.rmtree(target)
        work.rename(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return target / _MAIN


@dataclass(slots=True)
class _Plan:
    """Which documents there are: each address with the file name it gets, in the order of being met."""

    names: dict[str, str] = field(default_factory=dict)
    bytes_left: int = _MOST_BYTES

    def name_of(self, address: str) -> str:
        if address not in self.names:
            if len(self.names) >= _MOST_FILES:
                raise RejectedError(f"the WSDL refers to more than {_MOST_FILES} documents")
            self.names[address] = file_name(address, len(self.names)) if self.names else _MAIN
        return self.names[address]


def _fetch_all(settings: NetSuiteSettings, work: Path, progress: Progress) -> None:
    plan = _Plan()
    plan.name_of(settings.wsdl_address)
    done = 0
    is_chosen = settings.soap_url is not None or settings.wsdl is not None
    with new_session(
        settings.wsdl_address, connections=1, unless_set="" if is_chosen else "NETSUITE_SOAP_URL"
    ) as session:
        while done < len(plan.names):
            address, name = list(plan.names.items())[done]
            content = _get(session, address, settings, plan)
            (work / name).write_bytes(rewritten(content, address, plan.name_of))
            done += 1
            progress(done, len(plan.names))


def _get(session: requests.Session, address: str, settings: NetSuiteSettings, plan: _Plan) -> bytes:
    timeout = (settings.connect_timeout_seconds, settings.read_timeout_seconds)
    try:
        with session.get(address, timeout=timeout, allow_redirects=False, stream=True) as response:
            if response.status_code != _OK:
                raise http_error(response.status_code, location=response.headers.get("Location", ""))
            content = bytearray()
            for chunk in response.iter_content(_CHUNK_BYTES):
                content += chunk
                if len(content) > plan.bytes_left:
                    raise RejectedError(f"WSDL and schemas are larger than {_MOST_BYTES} bytes")
    except requests.RequestException as error:
        raise connection_error(error, address) from None
    plan.bytes_left -= len(content)
    return bytes(content)


def rewritten(content: bytes, address: str, name_of: Callable[[str], str]) -> bytes:
    """The document with every reference to another one turned into that one's file name.

    Raises RejectedError for what is no plain XML, and for a reference to a foreign host.
    """
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise RejectedError(f"«{address}» is no WSDL: {str(error)[:100]}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise RejectedError(f"«{address}» holds a DTD, which Oracle's WSDL does not")
    for element in root.iter(*_REFERENCES):
        attribute = _REFERENCES[str(element.tag)]
        location = element.get(attribute)
        if location is not None:
            element.set(attribute, name_of(own_address(location, address)))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def own_address(location: str, base: str) -> str:
    """The address on our own host that a reference in the document at `base` leads to."""
    own, wanted = urlsplit(base), urlsplit(urljoin(base, location))
    is_own = wanted.scheme == own.scheme and wanted.netloc == own.netloc
    if not is_own and not (wanted.scheme == "https" and wanted.hostname == _GENERAL_HOST):
        raise RejectedError(f"the WSDL refers to «{location[:100]}», which is not on {own.netloc}")
    return SplitResult(own.scheme, own.netloc, wanted.path, wanted.query, "").geturl()


def file_name(address: str, number: int) -> str:
    """A plain file name for the document with this number; its path stays recognisable."""
    words = _UNSAFE.sub("-", urlsplit(address).path).strip("-.")[-_NAME_CHARACTERS:]
    return f"{number:03}-{words}"
