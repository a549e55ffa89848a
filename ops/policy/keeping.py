"""What keeps each promise, and the tests of it: they are where `kept.toml` says, or the build fails."""

import ast
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from common.contracts.promises import PROMISES

PROJECT: Final = Path(__file__).parents[2]
KEPT: Final = Path(__file__).with_name("kept.toml")

Kept = Mapping[str, Mapping[str, Sequence[str]]]


def read_kept() -> Kept:
    """By promise: `by`, what keeps it, and `tests`, those that break that; each as a place and a name there."""
    return tomllib.loads(KEPT.read_text())


def problems(kept: Kept | None = None, *, promises: Sequence[str] = tuple(PROMISES)) -> list[str]:
    """What is wrong, in sentences; nothing when all is well."""
    entries = read_kept() if kept is None else kept
    return [problem for promise in promises for problem in _of(promise, entries.get(promise, {}))] + [
        f"{KEPT.name} tells what keeps {unknown}, and there is no such promise. Take it out."
        for unknown in sorted(entries.keys() - set(promises))
    ]


def _of(promise: str, entry: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for part, wanted in (("by", "what keeps it"), ("tests", "a test that breaks it")):
        places = entry.get(part, [])
        if not places:
            yield f"{promise} is without {wanted}. Build it, and name it in {KEPT.name}."
        for place in places:
            path, _, name = place.partition(":")
            if name not in names_in(PROJECT / path):
                yield f"{promise} has {place} as {wanted}, and that is not there. Name what does it now."
            elif part == "tests" and not name.startswith("test_"):
                yield f"{promise} has {place} as {wanted}, and that is no test."


@cache
def names_in(path: Path) -> frozenset[str]:
    """The functions, classes and constants that a module or a test defines at its top; a package, in any file."""
    alone = [each for each in (path, path.with_suffix(".py")) if each.is_file()]
    files = sorted(path.rglob("*.py")) if path.is_dir() else alone[:1]
    return frozenset(name for file in files for node in ast.parse(file.read_text()).body for name in _defined(node))


def _defined(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Assign(targets=targets):
            yield from (target.id for target in targets if isinstance(target, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name
        case _:
            return
