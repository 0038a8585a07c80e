"""What the gate runs of many cases: a seeded sample, the same in each run. `make soak` runs the others.

- `@pytest.mark.sampled` leaves as few cases as meet every value of every parameter once.
- `@pytest.mark.sampled(keep=5)` leaves five, which meet as many different values as five can.
- What differs in the kind of database alone runs on one of them, chosen by the test's name, or on SQLite where there is
  no PostgreSQL. Every function of the store has several tests, so that most meet both. `@pytest.mark.both_databases`
  leaves both: where these differ, in how they lock, search, upgrade and fail.
- `@pytest.mark.repeated(keep=8)` on a class leaves eight of its tests: another class runs all of them, in another way.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, partial
from random import Random

import pytest

from tests.store_fixtures import postgres_programs

_DATABASE = "store_url"

Case = pytest.Function
Value = tuple[str, int]


def leave_samples(items: Iterable[pytest.Item]) -> None:
    """Mark as `soak` what the gate leaves out."""
    tests: dict[str, list[Case]] = defaultdict(list)
    for item in items:
        if isinstance(item, Case) and hasattr(item, "callspec") and _may_stay(item):
            tests[item.nodeid.partition("[")[0]].append(item)
    for name, cases in tests.items():
        for case in _left_out(name, cases):
            case.add_marker(pytest.mark.soak)
    _leave_samples_of_classes(items)


def _leave_samples_of_classes(items: Iterable[pytest.Item]) -> None:
    classes: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if item.get_closest_marker("repeated") and not item.get_closest_marker("soak"):
            classes[item.nodeid.partition("[")[0].rpartition("::")[0]].append(item)
    for name, tests in classes.items():
        [marker] = tests[0].iter_markers("repeated")
        dice = Random(name)  # noqa: S311 - another choice for each class, the same in each run
        for item in dice.sample(tests, max(len(tests) - marker.kwargs["keep"], 0)):
            item.add_marker(pytest.mark.soak)


def _may_stay(case: Case) -> bool:
    if case.get_closest_marker("soak"):
        return False
    return _has_postgres() or not case.get_closest_marker("postgres")


@cache
def _has_postgres() -> bool:
    return postgres_programs() is not None


def _left_out(name: str, cases: Sequence[Case]) -> list[Case]:
    marker = cases[0].get_closest_marker("sampled")
    if marker is not None:
        kept = set(sample(cases, seed=name, **marker.kwargs))
    elif cases[0].get_closest_marker("both_databases"):
        return []
    else:
        kept = set(_each_on_one_database(name, cases))
    return [case for case in cases if case not in kept]


def _each_on_one_database(name: str, cases: Sequence[Case]) -> Iterator[Case]:
    alike: dict[frozenset[Value], list[Case]] = defaultdict(list)
    for case in cases:
        alike[frozenset(value for value in values_of(case) if value[0] != _DATABASE)].append(case)
    dice = Random(name)  # noqa: S311 - another choice for each test, the same in each run
    for on_each in alike.values():
        yield dice.choice(on_each)


def values_of(case: Case) -> frozenset[Value]:
    """What the case is called with: names of parameters, and which of its values each has."""
    return frozenset((name, id(value)) for name, value in case.callspec.params.items())


def sample(cases: Sequence[Case], *, seed: str, keep: int | None = None) -> list[Case]:
    """So many of the cases, or as many as meet every value; always the one next that shows the most unseen values."""
    left = Random(seed).sample(cases, len(cases))  # noqa: S311 - another choice for each test, the same in each run
    kept: list[Case] = []
    unseen = frozenset[Value]().union(*map(values_of, cases))
    while left and (unseen if keep is None else len(kept) < keep):
        best = max(left, key=partial(_shown, unseen))
        left.remove(best)
        kept.append(best)
        unseen -= values_of(best)
    return kept


def _shown(unseen: frozenset[Value], case: Case) -> int:
    return len(values_of(case) & unseen)
