"""What is counted approximately is as near to the truth as its sketch promises, however it came together."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from analytics import use_cases
from analytics.domain import COHORT, ENGINE, Grain, Measure, Pseudonyms
from analytics.repository import Work
from analytics.repository.shapes import estimate_of, times_of, with_people, with_times
from common.clock import SYSTEM_CLOCK, MovableClock
from common.work import UnitOfWork
from tests.integration.analytics.ends import generated

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MONTH = datetime(2026, 11, 1, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(NOON)


@pytest.mark.parametrize("people", [1, 7, 100, 5000])
def test_people_are_estimated_within_five_percent_and_few_of_them_exactly(people: int) -> None:
    chance = Random(people)
    names = [chance.randbytes(16) for _ in range(people)]
    days = [with_people(None, names[start::3]) for start in range(3)]
    twice = [with_people(day, chance.sample(names, people // 2)) for day in days]
    found = estimate_of([*days, *twice])
    assert found.people == pytest.approx(people, rel=0.05 if people > 100 else 0.005)
    assert found.at_least <= people <= found.at_most * 1.02
    assert max(map(len, days)) < 2200


@pytest.mark.parametrize("tail", [1.0, 3.0])
def test_times_in_the_middle_and_in_the_tail_are_near_those_that_were_sorted(tail: float) -> None:
    chance = Random(11)
    times = [chance.lognormvariate(9, tail / 3) for _ in range(5000)]
    kept: list[bytes | None] = [None, None]
    for start in range(0, len(times), 100):
        which = start // 100 % 2
        kept[which] = with_times(kept[which], times[start : start + 100])
    found = times_of([each for each in kept if each is not None], [0.5, 0.95, 0.99])
    assert found.count == len(times)
    ordered = sorted(times)
    for rank, time in found.at.items():
        # By rank: what it says is the median has half of them below, give or take one in seventy.
        assert sum(each <= time for each in ordered) / len(ordered) == pytest.approx(rank, abs=0.015)
    assert max(len(each or b"") for each in kept) < 6000


def test_people_times_and_cohorts_are_told_by_day_and_month(
    unit: UnitOfWork[Work], clock: MovableClock, pseudonyms: Pseudonyms
) -> None:
    people = [SYSTEM_CLOCK.new_id() for _ in range(12)]
    before = NOON - timedelta(days=40)
    for at in (before, NOON, NOON):
        with unit.begin() as work:
            for person in people if at == NOON else people[:4]:
                use_cases.count_generated(work, generated(at=at, user_id=person), pseudonyms=pseudonyms)
    with unit.begin() as work:
        days = work.sketches.people(Grain.DAY, first=MIDNIGHT, last=MIDNIGHT)
        cohorts = work.sketches.people(Grain.MONTH, first=MONTH, last=MONTH, dimension=COHORT)
        times = work.sketches.times(
            Grain.DAY, Measure.TOTAL, first=MIDNIGHT, last=MIDNIGHT, ranks=[0.5, 0.99], dimension=ENGINE
        )
        all_times = work.sketches.times_in_all(
            Grain.MONTH, Measure.WAITING, first=MONTH - timedelta(days=31), last=MONTH, ranks=[0.5]
        )
    assert {place: round(found.people) for place, found in days.items()} == {(MIDNIGHT, ""): 12}
    assert {value: round(found.people) for (_, value), found in cohorts.items()} == {"2026-10": 4, "2026-11": 8}
    assert times[MIDNIGHT, "studio"].count == 24
    assert times[MIDNIGHT, "studio"].at == {0.5: 7000, 0.99: 7000}
    assert (all_times[""].count, all_times[""].at[0.5]) == (28, 2000)
