"""A month is published once: nobody in it is one of few, one person changes little, and asking twice changes none."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import psycopg
import pytest

from analytics.domain import Fact, Kind
from analytics.domain.groups import K
from analytics.domain.noise import Budget
from analytics.domain.statistics import AT_MOST, OTHER, next_month
from analytics.jobs import report_jobs
from analytics.repository import Work
from analytics.use_cases import publishing
from common.clock import MovableClock
from common.database import Database
from common.work import UnitOfWork

OCTOBER = date(2026, 10, 1)
SETTLED = datetime(2026, 11, 8, 12, tzinfo=UTC)
BELOW = random.Random(1).randrange


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(SETTLED)


def made(database: Database, *people: tuple[int, str, int]) -> None:
    """So many figurines of a style by each of these people, in October."""
    rows = [
        (random.Random(f"{person} {style} {n}").randbytes(16), random.Random(person).randbytes(16), style)
        for person, style, count in people
        for n in range(count)
    ]
    with database.begin() as connection, connection.cursor() as cursor:
        cursor.executemany(
            """
            INSERT INTO facts (mark, kind, day, subject, style, engine, outcome, pictures)
            VALUES (%s, 'figurine', '2026-10-15', %s, %s, 'studio', 'succeeded', 1)
            """,
            rows,
        )


def publish(unit: UnitOfWork[Work], budget: Budget | None = None) -> date | None:
    with unit.begin() as work:
        return publishing.publish_next(work, budget, BELOW)


def out(unit: UnitOfWork[Work]) -> dict[str, int]:
    with unit.begin() as work:
        return {style: count for _, style, count in publishing.read_statistics(work).figurines}


def test_styles_of_enough_people_are_told_and_the_others_as_one(unit: UnitOfWork[Work], database: Database) -> None:
    made(database, *((n, "enamel-pin", 2) for n in range(K)), *((100 + n, "statuette", 1) for n in range(K - 1)))
    made(database, *((200 + n, "keychain", 1) for n in range(3)), *((300 + n, "snow-globe", 1) for n in range(50)))
    assert publish(unit) == OCTOBER
    assert out(unit) == {"enamel-pin": 2 * K, "snow-globe": 50, OTHER: K - 1 + 3}


def test_one_small_style_hides_another_with_it(unit: UnitOfWork[Work], database: Database) -> None:
    made(database, *((n, "enamel-pin", 1) for n in range(K)), (500, "statuette", 1))
    assert publish(unit) == OCTOBER
    assert out(unit) == {OTHER: K + 1}


def test_of_few_people_nothing_is_told_but_that_the_month_is_out(unit: UnitOfWork[Work], database: Database) -> None:
    made(database, *((n, "enamel-pin", AT_MOST) for n in range(K - 1)))
    assert publish(unit) == OCTOBER
    assert out(unit) == {}


def test_one_person_changes_all_numbers_together_by_no_more_than_the_noise_is_made_for(
    unit: UnitOfWork[Work], database: Database
) -> None:
    styles = ("enamel-pin", "snow-globe", "statuette")
    made(database, *((n, style, 1) for n in range(K) for style in styles))

    def counted() -> Counter[str]:
        with unit.begin() as work:
            return Counter({each.style: each.figurines for each in work.releases.groups(OCTOBER, at_most=AT_MOST)})

    before = counted()
    made(database, *((900, style, 40) for style in styles))
    after = counted()
    assert sum(abs(after[style] - before[style]) for style in styles) == AT_MOST
    assert Budget(Fraction(1, 2)).scale(sensitivity=AT_MOST) == 2 * AT_MOST


def test_a_month_is_published_once_and_with_the_same_noise_for_ever(unit: UnitOfWork[Work], database: Database) -> None:
    made(database, *((n, "enamel-pin", 1) for n in range(200)), *((n, "snow-globe", 1) for n in range(200)))
    budget = Budget(Fraction(1))
    assert publish(unit, budget) == OCTOBER
    first = out(unit)
    assert all(abs(count - 200) < 150 for count in first.values())
    assert publish(unit, budget) is None
    assert out(unit) == first
    with unit.begin() as work:
        (release,) = publishing.read_statistics(work).releases
    assert (release.month, release.epsilon, release.at_most, release.k) == (OCTOBER, "1", AT_MOST, K)
    with pytest.raises(psycopg.errors.InsufficientPrivilege), database.begin() as connection:
        connection.execute("UPDATE released_figurines SET figurines = 0")


def test_who_took_back_what_she_allowed_before_is_not_in_it(unit: UnitOfWork[Work], database: Database) -> None:
    made(database, *((n, "enamel-pin", 1) for n in range(K)))
    with unit.begin() as work:
        work.facts.erase([random.Random(0).randbytes(16)])
    publish(unit)
    assert out(unit) == {}


def test_the_job_publishes_what_is_due_and_rests(unit: UnitOfWork[Work], clock: MovableClock) -> None:
    job = next(each for each in report_jobs(unit, budget=Budget(Fraction(1))) if each.name == "publish months")
    assert [job.run(), job.run()] == [1, 0]
    clock.advance(timedelta(days=92))
    assert [job.run() for _ in range(4)] == [1, 1, 1, 0]


@pytest.mark.parametrize(
    ("newest", "today", "due"),
    [
        (None, date(2026, 11, 7), date(2026, 9, 1)),
        (None, date(2026, 11, 8), date(2026, 10, 1)),
        (date(2026, 10, 1), date(2026, 12, 7), None),
        (date(2026, 10, 1), date(2026, 12, 8), date(2026, 11, 1)),
        (date(2026, 11, 1), date(2026, 12, 8), None),
    ],
)
def test_a_month_is_due_a_week_after_its_end(newest: date | None, today: date, due: date | None) -> None:
    assert next_month(newest, today) == due


def test_facts_that_are_no_figurine_are_in_no_number(unit: UnitOfWork[Work], database: Database) -> None:
    with database.begin() as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO facts (mark, kind, day, subject, style) VALUES (%s, 'rating', '2026-10-15', %s, 'enamel-pin')",
            [(random.Random(n).randbytes(16), random.Random(-n).randbytes(16)) for n in range(40)],
        )
    assert publish(unit) == OCTOBER
    assert out(unit) == {}
    assert Fact(kind=Kind.RATING, day=OCTOBER).pictures == 0
