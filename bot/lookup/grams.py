"""The folder with the trigram index: everything that knows tantivy. Synchronous; callers keep it off the event loop.

A document holds a record's id and the trigrams of its key, nothing that people may not see, and nothing that
could be stale: what is found is read from the store again. One more document holds the state that the last commit
stood for; it is replaced in the same commit, so that state and documents never disagree.
"""

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from tantivy import Document, Index, IndexWriter, Occur, Query, Schema, SchemaBuilder, TextAnalyzerBuilder, Tokenizer

from store.records import RecordId
from store.search import IndexedName, Kind

# The least that tantivy takes; what does not fit is written out as a segment of its own.
_WRITER_BYTES = 15_000_000
_STATE_ID = "state"
_GRAM = 3
# How much of the index one search reads: with a million names it loses nothing against reading all, in half the time,
# and beyond that the time stays as it is. Three trigrams are the least that a slip of the finger leaves.
_POSTINGS = 250_000
_FEWEST_GRAMS = 3


class IndexUnfitError(Exception):
    """The lookup index cannot be read. It is rebuilt from the store; until then only exact tiers answer."""


class IndexInUseError(Exception):
    """Another process writes this lookup index. One folder belongs to one running bot; others read it."""


class Grams:
    """An open index folder. Each method raises IndexUnfitError when the folder turns out to be damaged."""

    def __init__(self, index: Index, schema: Schema, writer: IndexWriter | None) -> None:
        self._index = index
        self._schema = schema
        self._writer = writer

    @classmethod
    def open_writer(cls, folder: Path) -> Self:
        """Open for writing, made when missing. Raises IndexInUseError, or IndexUnfitError for a damaged folder."""
        schema = _schema()
        with _unfit():
            folder.mkdir(parents=True, exist_ok=True)
            index = _configured(Index(schema, str(folder)))
            return cls(index, schema, index.writer(heap_size=_WRITER_BYTES, num_threads=1))

    @classmethod
    def open_reader(cls, folder: Path) -> Self:
        """Open what another process writes. Raises IndexUnfitError when it is missing or damaged."""
        with _unfit():
            return cls(_configured(Index.open(str(folder))), _schema(), None)

    def state(self) -> str | None:
        """What the last commit was given; None before the first."""
        with _unfit():
            searcher = self._index.searcher()
            query = Query.term_query(self._schema, "id", _STATE_ID, index_option="basic")
            hits = searcher.search(query, limit=1, count=False).hits
            return str(searcher.doc(hits[0][1]).get_first("state")) if hits else None

    def similar(self, kind: Kind, key: str, *, limit: int) -> tuple[RecordId, ...]:
        """The records whose keys share the most, and the rarest, trigrams with this one."""
        with _unfit():
            searcher = self._index.searcher()
            grams = _rarest({gram: searcher.doc_freq(kind, gram) for gram in _grams(key)})
            terms = [Query.term_query(self._schema, kind, gram, index_option="basic") for gram in grams]
            query = Query.boolean_query([(Occur.Should, term) for term in terms])
            hits = searcher.search(query, limit=limit, count=False).hits
            return tuple(RecordId(str(searcher.doc(address).get_first("id"))) for _, address in hits)

    def add(self, kind: Kind, names: Sequence[IndexedName]) -> None:
        """Add records that are not in the index, or no more; seen after the next commit."""
        for name in names:
            self._add({"id": name.id, kind: f" {name.key} "})

    def remove(self, ids: Iterable[RecordId]) -> None:
        """Take records out, those that are in; seen after the next commit."""
        with _unfit():
            for record_id in ids:
                self._writing.delete_documents_by_term("id", record_id)

    def clear(self) -> None:
        with _unfit():
            self._writing.delete_all_documents()

    def commit(self, state: str) -> None:
        """Make what was put and removed visible and durable, together with the state that it stands for."""
        self.remove([RecordId(_STATE_ID)])
        self._add({"id": _STATE_ID, "state": state})
        with _unfit():
            self._writing.commit()
        self.reload()

    def roll_back(self) -> None:
        """Forget what was added and removed since the last commit."""
        with _unfit():
            self._writing.rollback()

    def reload(self) -> None:
        """See the last commit, whoever made it."""
        with _unfit():
            self._index.reload()

    def close(self) -> None:
        """Free the folder for another writer."""
        if self._writer is not None:
            with _unfit():
                self._writer.wait_merging_threads()
            self._writer = None

    def abandon(self) -> None:
        """Let go of a damaged folder without finishing what was being written."""
        self._writer = None

    @property
    def _writing(self) -> IndexWriter:
        if self._writer is None:
            raise IndexInUseError
        return self._writer

    def _add(self, fields: dict[str, str]) -> None:
        with _unfit():
            self._writing.add_document(Document.from_dict(fields, self._schema))


def erase(folder: Path) -> None:
    """Remove a damaged index; only an index is ever in there."""
    shutil.rmtree(folder, ignore_errors=True)


def _schema() -> Schema:
    builder = SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("state", stored=True, tokenizer_name="raw", index_option="basic")
    # A field of its own for each kind: neither then pays for the other's postings.
    builder.add_text_field("customer", tokenizer_name="grams", index_option="basic")
    builder.add_text_field("invoice", tokenizer_name="grams", index_option="basic")
    return builder.build()


def _configured(index: Index) -> Index:
    index.register_tokenizer("grams", TextAnalyzerBuilder(Tokenizer.ngram(_GRAM, _GRAM)).build())
    index.config_reader(reload_policy="manual")
    return index


def _grams(key: str) -> frozenset[str]:
    padded = f" {key} "
    return frozenset(padded[start : start + _GRAM] for start in range(len(padded) - _GRAM + 1))


def _rarest(frequencies: Mapping[str, int]) -> list[str]:
    """The trigrams to ask for: the rarest, until what they have in common with the ledger is enough to read."""
    chosen: list[str] = []
    postings = 0
    for gram, frequency in sorted(frequencies.items(), key=lambda pair: (pair[1], pair[0])):
        postings += frequency
        if postings > _POSTINGS and len(chosen) >= _FEWEST_GRAMS:
            break
        chosen.append(gram)
    return chosen


@contextmanager
def _unfit() -> Iterator[None]:
    try:
        yield
    except (ValueError, OSError) as error:
        if "LockBusy" in str(error):
            raise IndexInUseError from error
        raise IndexUnfitError from error
    except BaseException as error:
        # A damaged file can make the native code panic, which it reports outside the Exception tree.
        if type(error).__name__ != "PanicException":
            raise
        raise IndexUnfitError from error
