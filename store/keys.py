"""Normal forms under which invoice numbers and customer names are indexed and looked up.

Both sides use these: the store when it writes a row, the lookup when it reads a query. A change here changes the
keys of every stored row, so it needs a migration that computes them again and a new KEYS_VERSION. Every form is
made of [0-9a-z] (names: and single spaces) and at most KEY_CHARACTERS long, whatever the text.
"""

import re
import unicodedata

from anyascii import anyascii

# What was built from keys outside the database (the lookup index) is rebuilt when this moves.
KEYS_VERSION = 2
KEY_CHARACTERS = 200

# Legal forms that people leave out when they type a name. Only trailing words are dropped, and never the last one.
_LEGAL_WORDS = frozenset(
    "ab abp ag aps as asa bhd bv bvba co company corp corporation dac dd doo ehf eirl eurl gesmbh gmbh hf inc "
    "incorporated jsc kft kg kgaa kk lc limited llc llp lp ltd ltda mbh nv ohg ood oy oyj pc pjsc plc pllc pte pty "
    "pvt sa sarl sas sasu sdn se sia sl slu snc spa spzoo sprl srl sro tbk uab ug zrt".split(),
)
_LEGAL_PHRASES = frozenset(
    tuple(phrase.split())
    for phrase in (
        "aktiebolag",
        "aktiengesellschaft",
        "de cv",
        "gesellschaft mit beschrankter haftung",
        "kabushiki kaisha",
        "limited liability company",
        "limited liability partnership",
        "limited partnership",
        "naamloze vennootschap",
        "private limited",
        "public limited company",
        "s de rl de cv",
        "sab de cv",
        "s de rl",
        "sa de cv",
        "sapi de cv",
        "sas de cv",
        "sociedad anonima",
        "sociedad limitada",
        "societe anonyme",
        "sp zoo",
    )
)
_LONGEST_PHRASE = max(map(len, _LEGAL_PHRASES))
_PHRASE_ENDS = frozenset(phrase[-1] for phrase in _LEGAL_PHRASES)
# Russian, Ukrainian and Indonesian names lead with the legal form; «the» is left out as often as it is typed.
_LEADING_WORDS = frozenset("the oao ooo pao pt tov zao".split())
# These scripts write no spaces, so the form is cut out before the text is turned into Latin letters.
_EAST_ASIAN_FORMS = re.compile(
    "股份有限公司|有限责任公司|有限責任公司|有限公司|株式会社|有限会社|合同会社|合資会社|주식회사|유한회사"
    r"|\(株\)|\(有\)|\(주\)|\(유\)",
)
# Symbols and emoji, private and unassigned characters: spelled out («☀» as «sun») they would be words nobody meant.
_SYMBOLS = frozenset({"So", "Sk", "Co", "Cn"})
_NON_ALPHANUMERIC = re.compile(r"[^0-9a-z]+")
_LEADING_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")
# Letters and digits beyond this are no name; normal forms of them would only fill the index.
_TEXT_CHARACTERS = 2 * KEY_CHARACTERS


def plain_words(text: str) -> str:
    """Lower-case ASCII words separated by single spaces: accents, case, punctuation and scripts are levelled."""
    folded = _folded(text)
    shortened = folded if folded.isascii() else _EAST_ASIAN_FORMS.sub(" ", folded)
    ascii_text = _ascii(shortened if shortened.strip() else folded).replace("&", " and ")
    return _words(ascii_text)[:KEY_CHARACTERS].strip()


def name_key(name: str) -> str:
    """A customer name without its legal form: «Sun Microsystems, Inc.» and «SUN MICROSYSTEMS» have one key."""
    plain = plain_words(name)
    words = _without_and(_initials_joined(_without_and(plain.split())))
    return " ".join(_without_legal_form(words)) or plain


def sorted_name_key(name: str) -> str:
    """The words of the name key in alphabetical order, so that swapped words still meet."""
    return sorted_words(name_key(name))


def sorted_words(key: str) -> str:
    """The words of a key in alphabetical order."""
    return " ".join(sorted(key.split()))


def number_key(number: str) -> str:
    """An invoice number without case, separators and leading zeros: «INV-00123» and «inv 123» have one key."""
    words = _words(_ascii(_folded(number))).split()
    joined = "".join(_LEADING_ZEROS.sub("", word) for word in words)
    return _LEADING_ZEROS.sub("", joined)[:KEY_CHARACTERS]


def reversed_number_key(number: str) -> str:
    """The number key backwards: a prefix range over it finds the numbers that end in given digits."""
    return number_key(number)[::-1]


def _folded(text: str) -> str:
    if text.isascii():
        # Its own normal form; most names and nearly all numbers are.
        return text.strip()[:_TEXT_CHARACTERS].lower()
    return unicodedata.normalize("NFKC", text.strip()[:_TEXT_CHARACTERS]).casefold()


def _ascii(text: str) -> str:
    plain = text if text.isascii() else anyascii(_without_symbols(text))
    return plain.lower().replace("'", "").replace("`", "")


def _without_symbols(text: str) -> str:
    return "".join(" " if unicodedata.category(each) in _SYMBOLS else each for each in text)


def _words(ascii_text: str) -> str:
    return _NON_ALPHANUMERIC.sub(" ", ascii_text).strip()


def _without_and(words: list[str]) -> list[str]:
    return [word for word in words if word != "and"]


def _initials_joined(words: list[str]) -> list[str]:
    """«i b m», «j p morgan» and «s a» as people also write them: «ibm», «jp morgan», «sa»."""
    joined: list[str] = []
    inside_run = False
    for word in words:
        is_initial = len(word) == 1
        if is_initial and inside_run:
            joined[-1] += word
        else:
            joined.append(word)
        inside_run = is_initial
    return joined


def _without_legal_form(words: list[str]) -> list[str]:
    while len(words) > 1 and words[0] in _LEADING_WORDS:
        words = words[1:]
    while size := _legal_form_size(words):
        words = words[:-size]
    return words


def _legal_form_size(words: list[str]) -> int:
    """How many trailing words are a legal form; 0 when none are, or when nothing would be left."""
    if len(words) <= 1:
        return 0
    longest = min(_LONGEST_PHRASE, len(words) - 1) if words[-1] in _PHRASE_ENDS else 0
    for size in range(longest, 0, -1):
        if tuple(words[-size:]) in _LEGAL_PHRASES:
            return size
    return int(words[-1] in _LEGAL_WORDS)
