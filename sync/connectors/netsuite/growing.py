"""An XML document that is read while it arrives: what of it is complete can be taken out.

The tree is built by the standard library's parser in C, whose elements are had at half the price of lxml's: a ledger
has a hundred million of them. A DTD is refused where it begins, so there are no entities to expand or to fetch.
"""

from collections.abc import Callable, Iterator
from xml.etree.ElementTree import (
    Element,
    ParseError,
    TreeBuilder,
    XMLParser,
)

from sync.errors import RejectedError, UnreadableAnswerError

# Of an answer of NetSuite's a record is the seventh, and the deepest has a dozen.
_DEEPEST = 64
# What is longer without an end is refused, as libxml2 does it.
_MOST_PENDING_BYTES = 10_000_000


class _Target:
    """What the parser calls: the builder itself, in C, and us only for a DTD."""

    def __init__(self, builder: TreeBuilder) -> None:
        self.start, self.end, self.data = builder.start, builder.end, builder.data

    def doctype(self, _name: str, _public: str | None, _system: str | None) -> None:
        raise RejectedError("the answer holds a DTD, which SuiteTalk never sends")


class Growing:
    """One document. `is_unit` says of an element's name that it is only of use whole."""

    def __init__(self, is_unit: Callable[[str], bool]) -> None:
        builder = TreeBuilder()
        self._root = builder.start("", {})
        self._parser = XMLParser(target=_Target(builder))  # noqa: S314 - see above
        self._is_unit = is_unit
        self._pending = 0

    def feed(self, chunk: bytes) -> Iterator[Element]:
        """The elements that are complete with this chunk, in their order; an empty one is the end.

        They are out of the document then. Raises UnreadableAnswerError for what is no XML or is cut off, and
        RejectedError for a DTD.
        """
        try:
            self._parser.feed(chunk) if chunk else self._parser.close()
        except ParseError as error:
            raise UnreadableAnswerError(f"not readable as XML: {str(error)[:150]}") from None
        except (LookupError, ValueError) as error:
            raise UnreadableAnswerError(f"not in an encoding that can be read: {str(error)[:150]}") from None
        self._pending += len(chunk)
        yield from self._ended(is_whole=not chunk)
        if self._pending > _MOST_PENDING_BYTES:
            raise UnreadableAnswerError("an element without end")

    def _ended(self, *, is_whole: bool) -> Iterator[Element]:
        node = self._root
        for _ in range(_DEEPEST):
            ended = node[:] if is_whole else node[:-1]
            if ended:
                del node[: len(ended)]
                self._pending = 0
                yield from ended
            if not len(node) or self._is_unit(node[0].tag):
                return
            node = node[0]
        raise UnreadableAnswerError("elements nested too deeply")
