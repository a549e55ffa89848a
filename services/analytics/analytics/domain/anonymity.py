"""How a month of usage becomes anonymous: which facts stand together, so that nobody stands alone. Pure.

    published = anonymous_groups(cells, people)
    row_of(cell, published)        the row that a fact is counted in; None where it was suppressed

Facts with the same day and content are a cell. A cell, or the cells that differ only in what is merged, becomes a row
when at least k people are behind it. People are counted by whoever holds the names (`People`): someone with twenty
figurines is one person, and people of two cells may be the same, so that their numbers cannot be added.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from analytics.domain.moments import first_of_month, month_after

LEAST: Final = 20
OTHER: Final = "other"

# The month in which somebody began is told for as long as its facts; after that it was long ago.
LONG_AGO: Final = date(1970, 1, 1)

YEARS: Final = 2
# A month is anonymised as a whole, on the day the two years of its first day end, and so many days before: a machine
# that is away for a night breaks no promise.
AHEAD: Final = timedelta(days=3)


def last_over(today: date) -> date:
    """The last month (its first day) whose facts are to be anonymous on this day; those before it are, too."""
    month = first_of_month(today + AHEAD)
    return month.replace(year=month.year - YEARS)


def first_open(today: date) -> date:
    """The first month whose facts are kept under names."""
    return month_after(last_over(today), 1)


def is_over(day: date, today: date) -> bool:
    """Whether facts of that day are no longer kept under a name."""
    return first_of_month(day) <= last_over(today)


@dataclass(frozen=True, slots=True)
class Cell:
    """What is left of a fact without its name, its hour and the device: facts with the same of it are one cell.

    Without a day it is of those of whom only the month is known any more.
    """

    kind: str
    day: date | None
    style: str
    engine: str
    outcome: str
    page: str
    currency: str


@dataclass(frozen=True, slots=True)
class Group:
    """What one published row says of the facts in it. Without a day it is about its whole month; "other" is merged."""

    kind: str
    day: date | None
    style: str
    engine: str
    outcome: str
    page: str
    currency: str


# How many people are behind each group, given the group of each cell; a group without anybody may be left out.
People = Callable[[Mapping[Cell, Group | None]], Mapping[Group | None, int]]


def _whole(cell: Cell) -> Group:
    return Group(cell.kind, cell.day, cell.style, cell.engine, cell.outcome, cell.page, cell.currency)


def _any_engine(cell: Cell) -> Group:
    return replace(_whole(cell), engine=OTHER)


def _any_day(cell: Cell) -> Group:
    return replace(_whole(cell), day=None)


def _any_day_and_engine(cell: Cell) -> Group:
    return replace(_any_day(cell), engine=OTHER)


def _outcome_alone(cell: Cell) -> Group:
    return replace(_any_day_and_engine(cell), style=OTHER, page=OTHER)


def _kind_alone(cell: Cell) -> Group:
    return replace(_outcome_alone(cell), outcome=OTHER, currency=OTHER)


# From what tells most to what tells least. The engine goes first; then the day, because what style was liked in a month
# is asked for longer than on which day of it; then the style and the page; then how it ended, and the currency.
LADDER: Final = (_whole, _any_engine, _any_day, _any_day_and_engine, _outcome_alone, _kind_alone)


def row_of(cell: Cell, published: Collection[Group]) -> Group | None:
    """The row that counts this cell: the one that tells most of those that can; None where there is none.

    It is read from the rows alone, so that whoever tests them needs nothing that is not published.
    """
    return next((group for rung in LADDER if (group := rung(cell)) in published), None)


def rows_that_could_hold(cell: Cell, published: Collection[Group]) -> frozenset[Group]:
    """Every row that does not contradict what is known of a fact."""
    return frozenset(group for rung in LADDER if (group := rung(cell)) in published)


def anonymous_groups(cells: Iterable[Cell], people: People, *, k: int = LEAST) -> frozenset[Group]:
    """The rows that may be published of one month, each with at least `k` people behind it.

    What is in none of them is suppressed, and that is nothing, or at least `k` people together, or everything: whoever
    subtracts the rows from a total of the month finds no smaller group than in the rows.
    The same cells and people give the same rows, in whatever order they come. A `k` of one is for tests of the test.
    """
    placed, left = _placed_by_rung(sorted(set(cells), key=_order), people, k)
    placed, left = _with_what_is_left(placed, left, people)
    return frozenset(_without_a_small_rest(placed, left, people, k))


def _placed_by_rung(cells: list[Cell], people: People, k: int) -> tuple[dict[Cell, Group], list[Cell]]:
    placed: dict[Cell, Group] = {}
    left: list[Cell] = cells
    for rung in LADDER:
        asked = {cell: rung(cell) for cell in left}
        counted = people(asked)
        # A style that is called like what is merged could have made the same row on an earlier rung.
        fit = set(placed.values()) | {group for group in asked.values() if counted.get(group, 0) >= k}
        placed |= {cell: group for cell, group in asked.items() if group in fit}
        left = [cell for cell in left if cell not in placed]
    return placed, left


def _with_what_is_left(
    placed: dict[Cell, Group], left: list[Cell], people: People
) -> tuple[dict[Cell, Group], list[Cell]]:
    """Too few are left of a kind to stand for themselves: they stand with the smallest row of that kind."""
    if not left:
        return placed, left
    smallest = _smallest_of_each_kind(placed, people)
    joined = {smallest[cell.kind] for cell in left if cell.kind in smallest}
    moved = [cell for cell, group in placed.items() if group in joined]
    moved += [cell for cell in left if cell.kind in smallest]
    staying = {cell: group for cell, group in placed.items() if group not in joined}
    for kind in sorted({cell.kind for cell in moved}):
        placed = placed | _together([cell for cell in moved if cell.kind == kind], staying)
    return placed, [cell for cell in left if cell.kind not in smallest]


def _together(cells: list[Cell], staying: Mapping[Cell, Group]) -> dict[Cell, Group]:
    """All of these in one row, which tells as much as it can without taking others' facts into it."""
    rungs = (rung for rung in LADDER if len({rung(cell) for cell in cells}) == 1)
    common = (rung(cells[0]) for rung in rungs)
    free = (group for group in common if all(row_of(cell, {group, place}) == place for cell, place in staying.items()))
    return dict.fromkeys(cells, next(free))


def _without_a_small_rest(placed: dict[Cell, Group], left: list[Cell], people: People, k: int) -> set[Group]:
    """What is suppressed hides among more that is suppressed, where it would be fewer people than `k`."""
    groups = set(placed.values())
    if left and groups and people(dict.fromkeys(left)).get(None, 0) < k:
        groups.remove(_by_people(placed, people)[0])
    return groups


def _smallest_of_each_kind(placed: Mapping[Cell, Group], people: People) -> Mapping[str, Group]:
    return {group.kind: group for group in reversed(_by_people(placed, people))}


def _by_people(placed: Mapping[Cell, Group], people: People) -> list[Group]:
    """The rows that may be taken away, those with the fewest people first.

    One whose facts another row could hold as well stays: without it they would count there by `row_of`.
    """
    groups = set(placed.values())
    inner = {group for cell, group in placed.items() if len(rows_that_could_hold(cell, groups)) > 1}
    counted = people(placed)
    return sorted(groups - inner, key=lambda group: (counted.get(group, 0), _order(group)))


def _order(of: Cell | Group) -> tuple[str, ...]:
    return (of.kind, str(of.day or ""), of.style, of.engine, of.outcome, of.page, of.currency)
