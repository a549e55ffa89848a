"""The laws of the books: what is true of them whatever happens. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

# How many offenders of a law the log names.
NAMED = 5


class Law(StrEnum):
    """What is never broken, named by how it would be."""

    SUM = "entry_does_not_sum_to_zero"
    STATEMENT = "entry_does_not_go_on_from_the_one_before"
    NEWEST = "balance_differs_from_statement"
    LOTS = "balance_differs_from_lots"
    FREEZES = "frozen_without_cause"
    HOLDS = "held_differs_from_holds"
    POSTINGS = "balance_differs_from_postings"
    ZERO = "postings_do_not_sum_to_zero"
    CAPTURED = "hold_differs_from_ledger"
    PICTURES = "charged_without_picture"
    STALE = "stale_hold"
    ENDED = "hold_outlives_its_job"


# The ids of those that break a law, by its name. Payments have laws of their own, so a name is any text.
Violations: TypeAlias = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LawLook:
    """How often a law was broken when it was last looked at, and since when it is."""

    law: str
    broken: int
    broken_since: datetime | None
    looked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """How far the books were looked at: up to which entry, of how many; when all accounts were walked through.

    `walking` while such a walk is under way; `suspects` are accounts that did not add up.
    """

    entry: int
    newest_entry: int
    marked_at: datetime | None
    audited_at: datetime | None
    walking: bool
    suspects: int


def together(*found: Violations) -> dict[str, list[str]]:
    """What several looks found."""
    laws = dict.fromkeys(law for each in found for law in each)
    return {str(law): sorted({offender for each in found for offender in each.get(law, ())}) for law in laws}
