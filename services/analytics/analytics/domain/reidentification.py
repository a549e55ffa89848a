"""Whether somebody can be found again in what is published of a month: measured, not believed. Pure.

    found = reidentify(rows, known, people)      known: what an outsider may know of one fact of somebody
    found.passes(k)

It starts from the published rows alone and does not ask how they were made: a mistake in the rule that made them is a
person that is found here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from analytics.domain.anonymity import LEAST, Cell, Group, People, row_of, rows_that_could_hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Reidentification:
    """What an attack on the rows of a month found. Numbers of people are at least so many."""

    rows: int
    # Behind the row with the fewest people; None without rows.
    smallest: int | None
    # Rows in which somebody stands alone, over all columns that remain.
    unique_rows: int
    # Who knows the day, style, engine, outcome and pictures of somebody's fact: among how many she still hides.
    candidates: int | None
    # People who are in no row; None where nothing was suppressed.
    suppressed: int | None

    def passes(self, k: int = LEAST) -> bool:
        """Whether nobody is one of fewer than `k`, in a row or between the rows and their total."""
        if self.rows == 0:
            return True
        found = (self.smallest or 0, self.candidates or 0, *([] if self.suppressed is None else [self.suppressed]))
        return self.unique_rows == 0 and min(found) >= k


def reidentify(rows: Mapping[Group, int], known: Mapping[Cell, int], people: People) -> Reidentification:
    """Attack the rows of a month, given as their pictures, with all that is known of its facts.

    `known` has every cell that facts were in, and the most pictures that one of them had: who knows of many pictures
    can leave out rows that have fewer in all.
    """
    place = {cell: row_of(cell, rows) for cell in known}
    behind = people(place)
    sizes = [behind.get(group, 0) for group in rows]
    hidden = [_hidden_among(cell, most, rows, behind) for cell, most in known.items() if place[cell]]
    return Reidentification(
        rows=len(rows),
        smallest=min(sizes, default=None),
        unique_rows=sum(size <= 1 for size in sizes),
        candidates=min(hidden, default=None),
        suppressed=behind.get(None, 0) if None in place.values() else None,
    )


def _hidden_among(cell: Cell, pictures: int, rows: Mapping[Group, int], behind: Mapping[Group | None, int]) -> int:
    """People of several rows may be the same, so that the largest of the rows is what is certain."""
    possible = [group for group in rows_that_could_hold(cell, rows) if rows[group] >= pictures]
    return max((behind.get(group, 0) for group in possible), default=0)
