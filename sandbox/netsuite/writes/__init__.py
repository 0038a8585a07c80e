"""What is written: notes, contacts and messages, judged as the service judges them before they reach the ledger."""

from sandbox.netsuite.writes.operations import WRITES

__all__ = ["WRITES"]
