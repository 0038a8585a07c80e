"""Keys that differ from a key by one slip of the finger."""

from collections.abc import Iterator

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
# Shorter keys have too many neighbours to mean anything; longer ones too many to ask for.
SHORTEST = 4
LONGEST = 24


def one_edit_keys(key: str) -> frozenset[str]:
    """All keys one insertion, deletion, substitution or swap of neighbours away; none for a very short or long key.

    At most some 1,800, for a key of 24 characters; about 600 for one such as «inv12345».
    """
    if not SHORTEST <= len(key) <= LONGEST:
        return frozenset()
    return frozenset(_edits(key)) - {key}


def _edits(key: str) -> Iterator[str]:
    for at in range(len(key) + 1):
        before, after = key[:at], key[at:]
        yield from (before + letter + after for letter in _ALPHABET)
        if after:
            yield before + after[1:]
            yield from (before + letter + after[1:] for letter in _ALPHABET)
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
