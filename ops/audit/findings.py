"""What a check has to say: what is wrong, and what it could not look at. Nothing: it looked, and is content."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from ops.audit.target import Target


class Severity(StrEnum):
    """How much a finding matters; `high` fails the audit."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is wrong: `id` stays the same for the same kind, `sentence` says what to do about it."""

    id: str
    severity: Severity
    sentence: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unexamined:
    """Something that could not be looked at, and why."""

    what: str
    why: str


Said: TypeAlias = Finding | Unexamined


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing the audit looks at. `run` raises NotExamined where it can look at nothing of it."""

    name: str
    title: str
    run: Callable[[Target], list[Said]]
