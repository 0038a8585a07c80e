"""One seeded ledger that every stand-in serves: deterministic, believable, full of hard names."""

from sandbox.ledger.book import DEFAULT_SEED, Ledger, system_clock
from sandbox.ledger.records import InvoiceStatus, Kind

__all__ = ["DEFAULT_SEED", "InvoiceStatus", "Kind", "Ledger", "system_clock"]
