"""Secrets in the source tree: private keys, tokens of known shapes, and chance next to a telling name."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from typing import Final

from ops.audit.checks import tree
from ops.audit.findings import Finding, Said, Severity
from ops.audit.target import Target

# Published by those who issue them, so that they are found like this.
SHAPES: Final[Mapping[str, re.Pattern[str]]] = {
    "private-key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s*(?:\\n)?\s*[A-Za-z0-9+/]{16,}"),
    "stripe": re.compile(r"\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}|\bwhsec_[A-Za-z0-9+/]{24,}"),
    "google": re.compile(r"\bAIza[A-Za-z0-9_-]{35}"),
    "aws": re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    "github": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{50,})"),
    "slack": re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{20,}"),
    "jwt": re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
}
# Words that each of them holds; most files have none, and a search for a word costs nothing.
_MARKS: Final[Mapping[str, tuple[str, ...]]] = {
    "private-key": ("PRIVATE KEY",),
    "stripe": ("sk_", "rk_", "whsec_"),
    "google": ("AIza",),
    "aws": ("AKIA", "ASIA"),
    "github": ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
    "slack": ("xox",),
    "jwt": ("eyJ",),
}
_ASSIGNED = re.compile(
    r"(?i)\b\w*(?:secret|passw|token|api_?key|private_?key|sealing_?keys?)\w*[\"']?\s*[:=]\s*[\"']?([A-Za-z0-9+/=_-]{24,})"
)
# Most lines have none of them, and the expression above is slow.
_TELLING = ("secret", "passw", "token", "key")
# Bits in a character: words of a language stay below, what a generator made is above.
_CHANCE = 4.0

# What only looks like one, by path and kind, and why. One that nothing needs any more is a finding itself.
ALLOWED: Final[Mapping[tuple[str, str], str]] = {}


def check(target: Target) -> list[Said]:
    """Read every file that is committed or about to be."""
    used: set[tuple[str, str]] = set()
    said: list[Said] = []
    for name, text in tree.texts(target.tree):
        for kind, line in in_text(text):
            allowed = _allowed(name, kind)
            if allowed is None:
                said.append(_finding(kind, f"{name}:{line}"))
            else:
                used.add(allowed)
    return [*said, *(_stale(*entry) for entry in sorted(ALLOWED.keys() - used))]


def in_text(text: str) -> Iterator[tuple[str, int]]:
    """What looks like a secret: its kind, and the line it stands on; never the secret."""
    for kind, shape in SHAPES.items():
        for found in shape.finditer(text) if any(mark in text for mark in _MARKS[kind]) else ():
            yield kind, text.count("\n", 0, found.start()) + 1
    for number, line in enumerate(text.splitlines(), start=1):
        lowered = line.lower()
        for assigned in _ASSIGNED.finditer(line) if any(word in lowered for word in _TELLING) else ():
            if _looks_like_chance(assigned[1]):
                yield "chance", number


def _looks_like_chance(value: str) -> bool:
    mixed = any(map(str.isdigit, value)) and any(map(str.isalpha, value))
    return mixed and _entropy(value) >= _CHANCE


def _entropy(value: str) -> float:
    """Shannon's, in bits for each character."""
    return -sum(count / len(value) * math.log2(count / len(value)) for count in Counter(value).values())


def _allowed(name: str, kind: str) -> tuple[str, str] | None:
    return next((entry for entry in ALLOWED if entry[1] == kind and fnmatch(name, entry[0])), None)


def _finding(kind: str, where: str) -> Finding:
    return Finding(
        id=f"leak.{kind}",
        severity=Severity.HIGH,
        sentence="This looks like a secret; take it out, replace it wherever it was used, and keep it out of git.",
        where=where,
    )


def _stale(path: str, kind: str) -> Finding:
    return Finding(
        id="leak.stale-exception",
        severity=Severity.LOW,
        sentence=f"Nothing in {path} looks like {kind} any more; take the exception out of ops/audit/checks/leaks.py.",
        where=path,
    )
