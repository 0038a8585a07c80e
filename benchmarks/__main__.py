"""`python -m benchmarks [NAME]… [--json]`: runs the benchmarks, each of which compares two things in one run.

A benchmark is a module of this package with `run(arguments: Arguments) -> Result`.
"""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from dataclasses import asdict
from importlib import import_module
from pkgutil import iter_modules

import benchmarks
from benchmarks.result import Arguments, Result
from bot.collector import collect_seldom

_NOT_BENCHMARKS = frozenset({"__main__", "result"})


def main() -> int:
    """Run what was asked for; 0 when every goal was met, 1 when one was missed, 2 for a wrong name."""
    known = _benchmarks()
    parser = ArgumentParser(prog="python -m benchmarks", description="Compare two things in the same run.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which ones: {', '.join(known)} (all by default)")
    parser.add_argument("--json", action="store_true", help="print one JSON object per benchmark and nothing else")
    parser.add_argument("--size", type=int, help="records or requests, in place of each one's own number")
    options = parser.parse_args()
    unknown = set(options.names) - set(known)
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    # As the program itself does it: both sides have the good of it.
    collect_seldom()
    results = [_ran(known[name], Arguments(size=options.size), as_json=options.json) for name in options.names or known]
    return 0 if all(result.ok for result in results) else 1


def _benchmarks() -> Mapping[str, Callable[[Arguments], Result]]:
    names = sorted(module.name for module in iter_modules(benchmarks.__path__) if module.name not in _NOT_BENCHMARKS)
    modules = {name: import_module(f"benchmarks.{name}") for name in names}
    return {name: module.run for name, module in modules.items() if hasattr(module, "run")}


def _ran(run: Callable[[Arguments], Result], arguments: Arguments, *, as_json: bool) -> Result:
    result = run(arguments)
    print(json.dumps(asdict(result)) if as_json else _told(result), flush=True)
    return result


def _told(result: Result) -> str:
    width = max(map(len, result.figures), default=0)
    lines = [f"  {name:<{width}}  {value:>12,.3f}" for name, value in result.figures.items()]
    verdict = "ok" if result.ok else "NOT MET"
    return "\n".join([f"{result.name}: {verdict} (ratio {result.ratio:,.1f}; goal: {result.goal})", *lines])


if __name__ == "__main__":
    sys.exit(main())
