"""One request of the REST API, and what it is answered from."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

from multidict import CIMultiDictProxy, MultiMapping

from sandbox.salesforce.delivery import Answer
from sandbox.salesforce.errors import json_parser_error, not_found
from sandbox.salesforce.faults import Faults
from sandbox.salesforce.field import ObjectType
from sandbox.salesforce.org import Org
from sandbox.salesforce.rest.cursors import Cursors
from sandbox.salesforce.rest.jobs import Jobs
from sandbox.salesforce.soql import Queries
from sandbox.salesforce.usage import Usage

SAVE_DUPLICATES = "allowsave=true"


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """What every request works with."""

    org: Org
    queries: Queries
    cursors: Cursors
    jobs: Jobs
    usage: Usage
    faults: Faults


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """`match` are the parts of the address by name, `version` the one that it says, such as 60.0."""

    site: Site
    match: Mapping[str, str]
    query: MultiMapping[str]
    headers: CIMultiDictProxy[str]
    body: bytes
    version: str
    at: datetime

    @property
    def org(self) -> Org:
        return self.site.org

    @property
    def base(self) -> str:
        return f"/services/data/v{self.version}"

    @property
    def type(self) -> ObjectType:
        """The object that the address names. Raises ApiError for one that the API user does not see."""
        return self.type_named(self.match["object"])

    def type_named(self, name: str) -> ObjectType:
        """Raises ApiError for an object that the API user does not see."""
        found = self.org.seen_type(name)
        if found is None:
            raise not_found()
        return found

    def part(self, name: str) -> str:
        """A part of the address, decoded."""
        return unquote(self.match[name])

    @property
    def json(self) -> Any:
        """Raises ApiError for a body that is no JSON; numbers are read without loss."""
        try:
            return json.loads(self.body, parse_float=Decimal)
        except ValueError:
            raise json_parser_error("Unexpected character at [line:1, column:1]") from None

    @property
    def json_object(self) -> dict[str, Any]:
        """Raises ApiError for a body that is no JSON object."""
        found = self.json
        if not isinstance(found, dict):
            raise json_parser_error("The HTTP entity body is required to be a JSON object.")
        return found

    @property
    def may_save_duplicates(self) -> bool:
        return SAVE_DUPLICATES in self.headers.get("Sforce-Duplicate-Rule-Header", "").lower().replace(" ", "")


Handler = Callable[[Call], Answer]
