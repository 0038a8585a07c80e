"""Who the customers are: a fixed cast that tests and demos rely on, then names made from the word lists."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.ledger.chance import chance
from sandbox.ledger.words import FIRST_WORDS, LEGAL_SUFFIXES, SECOND_WORDS

CURRENCY_OF = {
    "US": "USD",
    "GB": "GBP",
    "DE": "EUR",
    "FR": "EUR",
    "SE": "SEK",
    "JP": "JPY",
    "CA": "CAD",
    "KW": "KWD",
}
SUBSIDIARY_OF = {"GB": 2, "DE": 3, "FR": 3, "SE": 3, "JP": 4}
COUNTRY_WEIGHTS = {"US": 58, "GB": 10, "DE": 9, "FR": 6, "SE": 3, "JP": 5, "CA": 7, "KW": 2}


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """What is known of a customer before its books: its name, its country, its parent, a fixed credit limit."""

    name: str
    country: str = "US"
    parent: str | None = None
    credit_thousands: int | None = None


# Near-twins, accents, markup, other scripts: the names on which a lookup or a renderer trips.
CAST = (
    Identity(name="Sun Microsystems, Inc.", credit_thousands=250),
    Identity(name="ABC Inc"),
    Identity(name="Sun Microsystems Federal, Inc.", parent="Sun Microsystems, Inc."),
    Identity(name="ABC Industries"),
    Identity(name="ABC Inc (UK)", country="GB", parent="ABC Inc"),
    Identity(name="<!channel> & Co"),
    Identity(name="First National Bank"),
    Identity(name="First National Bank of Omaha"),
    Identity(name="Müller & Söhne GmbH", country="DE"),
    Identity(name="شركة الخليج للتجارة", country="KW"),
    Identity(name="東京精密機器株式会社", country="JP"),
    Identity(name="Sunrise Microsystems"),
    Identity(name="Sun Micro Systems Ltd", country="GB"),
    Identity(name="Smith, Jones & Partners LLP", country="GB"),
    Identity(name="Smith Jones Partners", country="GB"),
    Identity(name="L'Oréal-Dupont S.A.", country="FR"),
    Identity(name='O\'Malley "Speedy" Freight <Intl>'),
    Identity(name="*Bold* _Moves_ ~LLC~"),
    Identity(name="חברת הצפון בע״מ"),
    Identity(name="北京星光科技有限公司"),
    Identity(name="Ærøskøbing Færgefart", country="SE"),
    Identity(name="3M-Style Adhesives Co."),
    Identity(name="42 Parallel"),
    Identity(name="A.B.C. Incorporated"),
    Identity(name="The First National Bank, N.A."),
    Identity(name="Müller und Söhne KG", country="DE"),
    Identity(name="Crème Brûlée & Fils SARL", country="FR"),
    Identity(name="Al-Kuwait Marine W.L.L.", country="KW"),
    Identity(name="Granite Peak Holdings"),
    Identity(name="Granite Peak Holdings - West", parent="Granite Peak Holdings"),
    Identity(name="Granite Peak Holdings - East", parent="Granite Peak Holdings"),
    Identity(name="Granite Peak (Retail) West Coast", parent="Granite Peak Holdings - West"),
    Identity(name="Project 🚀 Launchpad"),
    Identity(name="Zoë & Chloë's Café"),
)


def identities(rng: random.Random, count: int) -> tuple[Identity, ...]:
    """The first `count` customers: the cast in its order, then made-up companies, each name once."""
    made_up = _made_up(rng, {member.name for member in CAST})
    cast = CAST[:count]
    return (*cast, *(next(made_up) for _ in range(count - len(cast))))


def _made_up(rng: random.Random, taken: set[str]) -> Iterator[Identity]:
    countries, weights = tuple(COUNTRY_WEIGHTS), tuple(COUNTRY_WEIGHTS.values())
    parents: list[Identity] = []
    while True:
        identity = _branch(rng, parents) if parents and chance(rng, 5) else _company(rng, countries, weights)
        if identity.name in taken:
            continue
        taken.add(identity.name)
        if identity.parent is None:
            parents.append(identity)
        yield identity


def _company(rng: random.Random, countries: tuple[str, ...], weights: tuple[int, ...]) -> Identity:
    country = rng.choices(countries, weights)[0]
    first, second = rng.choice(FIRST_WORDS), rng.choice(SECOND_WORDS)
    return Identity(name=f"{first} {second}{rng.choice(LEGAL_SUFFIXES[country])}", country=country)


def _branch(rng: random.Random, parents: list[Identity]) -> Identity:
    parent = rng.choice(parents)
    place = rng.choice(("North", "South", "East", "West", "Services", "International"))
    return Identity(name=f"{parent.name} - {place}", country=parent.country, parent=parent.name)
