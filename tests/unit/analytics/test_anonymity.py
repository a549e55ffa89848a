"""Facts become rows of at least k people, whatever they are; and the test of that finds whoever stands alone."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.anonymity import OTHER, Cell, Group, People, anonymous_groups, is_over, last_over, row_of
from analytics.domain.reidentification import Reidentification, reidentify

FIRST = date(2024, 11, 1)
# Small, so that Hypothesis meets what is just enough and what is one too few.
FEW = 3


@dataclass(frozen=True)
class Known:
    """One fact, and whose it is."""

    person: int
    cell: Cell
    pictures: int = 1


def cell(day: int = 0, style: str = "pop", engine: str = "studio", outcome: str = "succeeded", kind: str = "f") -> Cell:
    return Cell(kind, FIRST + timedelta(days=day), style, engine, outcome, "none", "none")


def row(
    day: int | None = 0, style: str = "pop", engine: str = "studio", outcome: str = "succeeded", currency: str = "none"
) -> Group:
    """Of figurines. Where the style is merged, so is the page."""
    page = OTHER if style == OTHER else "none"
    return Group("f", None if day is None else FIRST + timedelta(days=day), style, engine, outcome, page, currency)


ALL_OF_THEM = row(None, OTHER, OTHER, OTHER, OTHER)


def people_of(facts: Sequence[Known]) -> People:
    def people(groups: Mapping[Cell, Group | None]) -> Mapping[Group | None, int]:
        behind: defaultdict[Group | None, set[int]] = defaultdict(set)
        for fact in facts:
            if fact.cell in groups:
                behind[groups[fact.cell]].add(fact.person)
        return {group: len(names) for group, names in behind.items()}

    return people


def published_of(facts: Sequence[Known], *, k: int = FEW) -> dict[Group, int]:
    """Rows and their pictures."""
    groups = anonymous_groups([fact.cell for fact in facts], people_of(facts), k=k)
    return {group: sum(f.pictures for f in facts if row_of(f.cell, groups) == group) for group in groups}


def attacked(facts: Sequence[Known], rows: Mapping[Group, int]) -> Reidentification:
    known: dict[Cell, int] = {}
    for fact in facts:
        known[fact.cell] = max(known.get(fact.cell, 0), fact.pictures)
    return reidentify(rows, known, people_of(facts))


cells = st.builds(
    cell,
    day=st.integers(0, 3),
    style=st.sampled_from(["pop", "chibi", OTHER]),
    engine=st.sampled_from(["studio", "gemini", OTHER]),
    outcome=st.sampled_from(["succeeded", "failed"]),
    kind=st.sampled_from(["f", "f", "f", "refund"]),
)
streams = st.lists(st.builds(Known, person=st.integers(1, 8), cell=cells, pictures=st.integers(0, 4)), max_size=60)


@given(streams)
def test_nobody_is_ever_one_of_fewer_than_k(facts: list[Known]) -> None:
    rows = published_of(facts)
    behind: defaultdict[Group | None, set[int]] = defaultdict(set)
    for fact in facts:
        behind[row_of(fact.cell, rows)].add(fact.person)
    assert {group for group in behind if group is not None} == rows.keys()
    if rows:
        assert all(len(names) >= FEW for names in behind.values())
    assert attacked(facts, rows).passes(FEW)


@given(facts=streams, chance=st.randoms())
def test_the_rows_do_not_depend_on_the_order_of_the_facts_nor_on_how_often_they_are_made(
    facts: list[Known], chance: Random
) -> None:
    shuffled = list(facts)
    chance.shuffle(shuffled)
    assert published_of(facts) == published_of(shuffled) == published_of(facts)


@given(streams)
def test_what_is_in_a_row_and_what_is_suppressed_are_all_there_was(facts: list[Known]) -> None:
    rows = published_of(facts)
    suppressed = sum(fact.pictures for fact in facts if row_of(fact.cell, rows) is None)
    assert sum(rows.values()) + suppressed == sum(fact.pictures for fact in facts)


@given(facts=streams, style=st.sampled_from(["unheard-of", "never-seen"]))
def test_a_rare_person_is_found_when_nothing_is_suppressed_and_hidden_when_it_is(
    facts: list[Known], style: str
) -> None:
    planted = [*facts, Known(99, cell(style=style), pictures=4)]
    naked = attacked(planted, published_of(planted, k=1))
    assert naked.unique_rows >= 1
    assert not naked.passes(FEW)
    assert attacked(planted, published_of(planted)).passes(FEW)


def crowd(count: int, at: Cell, *, first: int = 0) -> list[Known]:
    return [Known(person, at) for person in range(first, first + count)]


def test_enough_people_keep_their_day_style_engine_and_outcome() -> None:
    assert published_of(crowd(FEW, cell())) == {row(): FEW}


def test_one_person_with_twenty_figurines_is_one_person() -> None:
    assert published_of([Known(1, cell())] * 20) == {}


def test_engines_are_merged_before_days_and_days_before_styles() -> None:
    two_engines = [*crowd(2, cell()), *crowd(2, cell(engine="gemini"), first=2)]
    assert published_of(two_engines) == {row(engine=OTHER): 4}
    two_days = [*crowd(2, cell()), *crowd(2, cell(1), first=2)]
    assert published_of(two_days) == {row(None): 4}
    two_styles = [*crowd(2, cell()), *crowd(2, cell(style="chibi"), first=2)]
    assert published_of(two_styles) == {row(None, OTHER, OTHER): 4}
    two_outcomes = [*crowd(2, cell()), *crowd(2, cell(outcome="failed"), first=2)]
    assert published_of(two_outcomes) == {ALL_OF_THEM: 4}


def test_one_who_is_left_over_is_not_what_is_missing_from_a_total() -> None:
    facts = [*crowd(3, cell()), *crowd(5, cell(1), first=3), Known(9, cell(2, style="rare"))]
    # Beside two rows and the total of the month the third would be her: the smaller row goes with her.
    assert published_of(facts) == {row(1): 5, row(None, OTHER, OTHER): 4}
    failed = [*facts[:-1], Known(9, cell(2, outcome="failed"))]
    assert published_of(failed) == {row(1): 5, ALL_OF_THEM: 4}
    same_style = [*facts[:-1], Known(9, cell(2))]
    assert published_of(same_style) == {row(1): 5, row(None): 4}


def test_a_kind_of_too_few_people_is_suppressed_and_does_not_stand_there_alone() -> None:
    facts = [*crowd(3, cell()), *crowd(5, cell(1), first=3), Known(9, cell(kind="refund"))]
    assert published_of(facts) == {row(1): 5}


def test_a_row_whose_facts_another_row_could_hold_is_not_what_is_taken_away() -> None:
    # The day of its own is smaller than the rest of its month; taken away, its facts would seem to be in that rest.
    rest = [Known(person, cell(day)) for day in (1, 2) for person in (day * 10, day * 10 + 1)]
    facts = [*crowd(3, cell()), *rest, Known(9, cell(kind="refund"))]
    assert published_of(facts) == {row(): 3}


def test_a_month_in_which_hardly_anybody_came_is_suppressed_as_a_whole() -> None:
    facts = [*crowd(FEW - 1, cell()), *crowd(1, cell(kind="refund"))]
    assert published_of(facts) == {}
    assert attacked(facts, {}).passes(FEW)


def test_facts_of_people_who_left_stand_with_others_and_hide_nobody() -> None:
    staying = crowd(FEW, cell())
    forgotten = cell(5, style="gone")
    rows = anonymous_groups([*(fact.cell for fact in staying), forgotten], people_of(staying), k=FEW)
    assert rows == {row(None, OTHER, OTHER)}


def test_who_knows_of_many_pictures_still_finds_k_people() -> None:
    facts = [*crowd(4, cell()), *crowd(3, cell(1, style="pop"), first=4), Known(4, cell(1), pictures=4)]
    found = attacked(facts, published_of(facts))
    assert (found.smallest, found.candidates, found.suppressed) == (3, 3, None)


def test_a_row_that_nobody_is_behind_fails_the_test() -> None:
    facts = crowd(FEW, cell())
    made_up = {**published_of(facts), row(None, "made-up", OTHER): 1}
    assert not attacked(facts, made_up).passes(FEW)


@given(st.dates(date(2020, 1, 1), date(2099, 12, 31)))
def test_no_day_is_two_years_old_and_not_over(today: date) -> None:
    two_years_ago = today.replace(year=today.year - 2, day=min(today.day, 28))
    assert is_over(two_years_ago - timedelta(days=4), today)
    assert is_over(last_over(today), today)
    assert not is_over(today - timedelta(days=690), today)


def test_a_month_is_over_three_days_before_its_first_day_is_two_years_old() -> None:
    assert last_over(date(2026, 10, 28)) == date(2024, 10, 1)
    assert last_over(date(2026, 10, 29)) == last_over(date(2026, 11, 1)) == date(2024, 11, 1)
    assert last_over(date(2028, 2, 29)) == date(2026, 3, 1)
