"""SuiteQL, as far as an assistant for receivables asks it: one table, conditions, an order; all else is refused."""

from sandbox.netsuite.suiteql.grammar import QueryError
from sandbox.netsuite.suiteql.run import Asking, found_rows

__all__ = ["Asking", "QueryError", "found_rows"]
