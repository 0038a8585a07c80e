"""A NetSuite account to push to: the SuiteTalk stand-in, and the target that shares its client with a source."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sandbox.ledger import Kind
from sandbox.ledger.communication import Message, Note
from sandbox.ledger.records import Contact
from sandbox.netsuite.errors import SoapFaultError
from sync.connector import Source, Target
from sync.connectors.netsuite import NetSuiteSource, target_of
from tests.sync.netsuite.bench import NetSuiteBench, netsuite_bench

PREFIX = "tesorio-"
_KINDS = (Kind.NOTE, Kind.CONTACT, Kind.MESSAGE)
NOBODY_LISTENS = "http://127.0.0.1:1/services"


class NetSuiteTargetBench:
    """See `TargetBench`."""

    def __init__(self, account: NetSuiteBench) -> None:
        self.account, self.server, self.ledger = account, account.server, account.ledger
        self.target: Target = _target(account.source)
        invoice = next(iter(self.ledger.invoices.values()))
        self.invoice_id, self.customer_id = str(invoice.id), str(invoice.customer_id)
        self._known = {kind: set(self.ledger.records(kind)) for kind in _KINDS}

    def renew(self) -> None:
        """As at the start: nothing was pushed, nothing goes wrong."""
        for kind in _KINDS:
            for record in self.added(kind):
                self.ledger.delete(kind, record.id)
        self.server.faults.clear()
        self.server.permissions.restore()

    def added(self, kind: Kind) -> list[Any]:
        """The records of a kind that were not there at the start, oldest first."""
        return [record for number, record in self.ledger.records(kind).items() if number not in self._known[kind]]

    def notes(self) -> list[Note]:
        return self.added(Kind.NOTE)

    def texts(self) -> list[str]:
        return [note.text for note in self.notes()]

    def contacts(self) -> list[tuple[str, str]]:
        made: list[Contact] = self.added(Kind.CONTACT)
        return [(contact.entity_id, contact.email) for contact in made]

    def messages(self) -> list[tuple[str, str]]:
        made: list[Message] = self.added(Kind.MESSAGE)
        return [(message.subject, message.text) for message in made]

    def cut_off(self, *, stored: bool) -> None:
        if stored:
            self.server.faults.lost_answer()
        else:
            self.server.faults.drop()

    def refuse(self) -> None:
        self.server.faults.soap(SoapFaultError("ExceededRequestSizeFault", "USER_ERROR", "The request is too large."))

    def forbid(self) -> None:
        message = "Permission Violation: You need the 'Lists -> Notes Tab' permission."
        self.server.faults.soap(SoapFaultError("InsufficientPermissionFault", "INSUFFICIENT_PERMISSION", message))

    def be_busy(self) -> None:
        self.server.faults.blocked()

    @asynccontextmanager
    async def stop(self) -> AsyncIterator[None]:
        own, env = self.target, self.account.env
        self.account.env = {"NETSUITE_SOAP_URL": NOBODY_LISTENS}
        elsewhere = NetSuiteSource(self.account.settings(self.server.credentials), self.account.folder)
        self.account.env = env
        self.target = _target(elsewhere)
        try:
            yield
        finally:
            self.target = own
            await elsewhere.close()


def _target(source: Source) -> Target:
    target = target_of(source)
    assert target is not None
    return target


@asynccontextmanager
async def target_bench(
    folder: Path, *, with_script: bool = False, env: Mapping[str, str] | None = None, **how: Any
) -> AsyncIterator[NetSuiteTargetBench]:
    """The bench with its server listening, and our script in the account if wanted.

    `env` are further settings; `how` goes to NetSuiteBench.
    """
    async with netsuite_bench(folder, **how) as account:
        if with_script or env:
            await account.source.close()
            script = {"NETSUITE_RESTLET_URL": account.server.restlet_url} if with_script else {}
            account.env = {**script, **(env or {})}
            account.open()
        yield NetSuiteTargetBench(account)
