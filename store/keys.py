"""Normal forms under which invoice numbers and customer names are indexed and looked up.

Both sides use these: the store when it writes a row, the lookup when it reads a query. A change here changes the
keys of every stored row, so it needs a migration that computes them again.
"""

import re
import unicodedata

from anyascii import anyascii

# Legal forms that people leave out when they type a name. Only trailing words are dropped, and never the last one.
_LEGAL_FORMS = frozenset(
    "ab ag as asa bv co company corp corporation gmbh inc incorporated kg kk limited llc llp lp ltd nv oy oyj "
    "plc pte pty sa sarl sas sl spa srl".split(),
)
_NON_ALPHANUMERIC = re.compile(r"[^0-9a-z]+")
_DIGIT_RUN = re.compile(r"0*(\d+)")
# A text that long is no name; normal forms of it would only fill the index.
_KEY_CHARACTERS = 200


def plain_words(text: str) -> str:
    """Lower-case ASCII words separated by single spaces: accents, case, punctuation and scripts are levelled."""
    folded = unicodedata.normalize("NFKC", text[: 2 * _KEY_CHARACTERS]).casefold()
    ascii_text = anyascii(folded).lower().replace("&", " and ").replace("'", "").replace(".", "")
    return _NON_ALPHANUMERIC.sub(" ", ascii_text).strip()[:_KEY_CHARACTERS]


def name_key(name: str) -> str:
    """A customer name without its legal form: «Sun Microsystems, Inc.» and «SUN MICROSYSTEMS» have one key."""
    words = plain_words(name).split()
    while len(words) > 1 and words[-1] in _LEGAL_FORMS:
        words.pop()
    return " ".join(words)


def sorted_name_key(name: str) -> str:
    """The words of the name key in alphabetical order, so that swapped words still meet."""
    return " ".join(sorted(name_key(name).split()))


def number_key(number: str) -> str:
    """An invoice number without case, separators and leading zeros: «INV-00123» and «inv 123» have one key."""
    compact = plain_words(number).replace(" and ", " ")
    return "".join(_DIGIT_RUN.sub(r"\1", part) for part in compact.split())


def reversed_number_key(number: str) -> str:
    """The number key backwards: a prefix range over it finds the numbers that end in given digits."""
    return number_key(number)[::-1]
