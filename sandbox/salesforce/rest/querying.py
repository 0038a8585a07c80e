"""query, queryAll and the pages that follow."""

from sandbox.salesforce.delivery import Answer
from sandbox.salesforce.errors import ApiError
from sandbox.salesforce.rest.call import Call
from sandbox.salesforce.rest.cursors import LARGEST_PAGE

_BATCH_SIZE = "batchsize="


def query(call: Call) -> Answer:
    return _first(call, with_deleted=False)


def query_all(call: Call) -> Answer:
    return _first(call, with_deleted=True)


def query_more(call: Call) -> Answer:
    return Answer(body=call.site.cursors.next(call.part("locator"), call.base, call.at))


def _first(call: Call, *, with_deleted: bool) -> Answer:
    text = call.query.get("q")
    if text is None:
        raise ApiError("MALFORMED_QUERY", "A query string has to be specified")
    found = call.site.queries.found(text, with_deleted=with_deleted)
    wanted = _page_rows(call.headers.get("Sforce-Query-Options", ""))
    return Answer(body=call.site.cursors.first(found, wanted, call.base, call.at))


def _page_rows(options: str) -> int:
    for option in options.lower().replace(" ", "").split(","):
        size = option.removeprefix(_BATCH_SIZE)
        if option.startswith(_BATCH_SIZE) and size.isdecimal():
            return int(size)
    return LARGEST_PAGE
