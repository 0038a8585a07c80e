"""The org that every run starts with: the ledger's debtors as sales people know them."""

from sandbox.salesforce.seed.build import seeded_org

__all__ = ["seeded_org"]
