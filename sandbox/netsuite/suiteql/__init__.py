"""SuiteQL, as far as an assistant for receivables asks it: one table, conditions, an order; all else is refused."""

from sandbox.netsuite.suiteql.grammar import QueryError
from sandbox.netsuite.suiteql.run import Found, Queries

__all__ = ["Found", "Queries", "QueryError"]
