"""SOQL: strict by a grammar; what is not understood is refused, and every literal is judged by its field's type."""

from sandbox.salesforce.soql.run import Found, Queries
from sandbox.salesforce.soql.showing import Shower

__all__ = ["Found", "Queries", "Shower"]
