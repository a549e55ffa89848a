"""Hours are judged once each, whatever dies or comes twice; what is unusual is told when it begins and when it ends."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from analytics import use_cases
from analytics.domain import ENGINE, Grain, Measure, SketchPlace, start_of
from analytics.jobs import report_jobs
from analytics.repository import Work
from analytics.use_cases import watching
from common.clock import MovableClock
from common.contracts import EVENTS, decode
from common.contracts.analytics import AnomalyDetected, AnomalyEnded
from common.contracts.gateway import SignalsCounted
from common.database import Database
from common.work import UnitOfWork

HOUR = timedelta(hours=1)
BEGAN = datetime(2026, 9, 28, tzinfo=UTC)
WEEKS = 6
NOW = BEGAN + timedelta(weeks=WEEKS) + 10 * HOUR
Told = AnomalyDetected | AnomalyEnded


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(NOW + watching.SETTLED_AFTER)


def figurines(database: Database, counts: Mapping[datetime, tuple[int, int]]) -> None:
    """Figurines that came about and that failed, in these hours."""
    with database.begin() as connection, connection.cursor() as cursor:
        connection.execute("DELETE FROM rollups_of_hours WHERE period = ANY(%s)", [list(counts)])
        cursor.executemany(
            """
            INSERT INTO rollups_of_hours
                   (period, kind, style, engine, outcome, reason, page, device, plan, currency, facts)
            VALUES (%s, 'figurine', 'enamel-pin', 'studio', %s, 'none', 'none', 'phone', 'free', 'none', %s)
            """,
            [
                (hour, outcome, count)
                for hour, both in counts.items()
                for outcome, count in zip(("succeeded", "failed"), both, strict=True)
                if count
            ],
        )


def usual(first: datetime, last: datetime) -> dict[datetime, tuple[int, int]]:
    """Forty an hour by day and none at night, of which two fail."""
    hours = round((last - first) / HOUR)
    return {first + n * HOUR: ((38, 2) if (first + n * HOUR).hour >= 7 else (0, 0)) for n in range(hours)}


def judge(unit: UnitOfWork[Work]) -> int:
    """Let the job come by until nothing is left to judge; how many hours there were."""
    job = next(each for each in report_jobs(unit, budget=None) if each.name == "judge hours")
    hours = 0
    while job.run():
        hours += 1
    return hours


def told(database: Database) -> list[Told]:
    with database.begin() as connection:
        rows = connection.execute("DELETE FROM outbox WHERE type LIKE 'anomaly.%' RETURNING body, seq").fetchall()
    events = [decode(body, EVENTS).event for body, _ in sorted(rows, key=lambda row: row[1])]
    return [event for event in events if isinstance(event, AnomalyDetected | AnomalyEnded)]


@pytest.fixture(autouse=True)
def _usual_weeks(database: Database) -> None:
    told(database)
    figurines(database, usual(BEGAN, NOW))


def test_usual_hours_raise_nothing_and_each_is_judged_once(unit: UnitOfWork[Work], database: Database) -> None:
    assert judge(unit) == 1
    assert judge(unit) == 0
    assert told(database) == []


def test_failures_are_told_once_and_so_is_their_end(
    unit: UnitOfWork[Work], database: Database, clock: MovableClock
) -> None:
    judge(unit)
    figurines(database, {NOW: (10, 30), NOW + HOUR: (0, 40)} | usual(NOW + 2 * HOUR, NOW + 6 * HOUR))
    clock.advance(HOUR)
    assert judge(unit) == 1
    began = told(database)
    assert {(each.rate, each.since) for each in began} == {("figurines_failed", NOW), ("figurines", NOW)}
    failed = next(each for each in began if each.rate == "figurines_failed")
    assert isinstance(failed, AnomalyDetected)
    assert (failed.value, failed.expected) == (30, 2)
    assert failed.detail.startswith("More figurines fail than usual: 30 in this hour, where 2 are usual")
    clock.advance(5 * HOUR)
    assert judge(unit) == 5
    ended = told(database)
    assert {each.anomaly_id for each in ended} == {each.anomaly_id for each in began}
    assert {each.until for each in ended if isinstance(each, AnomalyEnded)} == {NOW + 3 * HOUR}
    with unit.begin() as work:
        kept = work.watches.anomalies(NOW.date(), NOW.date())
    assert {(each.rate, each.until) for each in kept} == {
        ("figurines_failed", NOW + 3 * HOUR),
        ("figurines", NOW + 3 * HOUR),
    }


def test_a_job_that_dies_before_it_commits_tells_the_same_again_and_only_once(
    unit: UnitOfWork[Work], database: Database, clock: MovableClock
) -> None:
    judge(unit)
    figurines(database, {NOW: (20, 20)})
    clock.advance(HOUR)

    def die() -> None:
        with unit.begin() as work:
            assert watching.judge_next_hour(work) == NOW
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        die()
    assert told(database) == []
    assert judge(unit) == 1
    assert [each.rate for each in told(database)] == ["figurines_failed"]


def test_workers_that_come_by_together_judge_each_hour_once(
    unit: UnitOfWork[Work], database: Database, clock: MovableClock
) -> None:
    judge(unit)
    figurines(database, {NOW: (20, 20)})
    clock.advance(4 * HOUR)
    with ThreadPoolExecutor(4) as workers:
        assert sum(workers.map(judge, [unit] * 4)) == 4
    assert [each.rate for each in told(database) if each.since == NOW] == ["figurines_failed"]


def test_an_hour_is_not_judged_before_its_last_news_can_have_come(unit: UnitOfWork[Work], clock: MovableClock) -> None:
    judge(unit)
    clock.advance(HOUR - timedelta(seconds=1))
    assert judge(unit) == 0
    clock.advance(timedelta(seconds=1))
    assert judge(unit) == 1


def test_after_a_long_absence_only_the_last_two_days_are_judged(
    unit: UnitOfWork[Work], database: Database, clock: MovableClock
) -> None:
    judge(unit)
    figurines(database, usual(NOW, NOW + timedelta(days=10)))
    clock.advance(timedelta(days=10))
    assert judge(unit) == 49
    assert told(database) == []


def test_late_news_of_an_hour_count_when_others_are_compared_with_it(
    unit: UnitOfWork[Work], database: Database, clock: MovableClock
) -> None:
    judge(unit)
    clock.advance(HOUR)
    judge(unit)
    figurines(database, usual(NOW, NOW + 2 * HOUR))
    clock.advance(HOUR)
    judge(unit)
    with unit.begin() as work:
        heard = work.watches.heard([NOW])
    assert heard["figurines", ""][NOW].value == 38


def test_signals_of_the_gateway_are_kept_by_the_hour_and_the_larger_count_holds(
    unit: UnitOfWork[Work], database: Database, clock: MovableClock
) -> None:
    def noticed(signal: str, hour: datetime, count: int) -> None:
        with unit.begin() as work:
            use_cases.note_signals(work, SignalsCounted(signal=signal, hour=hour, count=count))

    for hours in range(WEEKS * 168 + 10):
        if hours % 24 == 9:
            noticed("sign_in_failed", BEGAN + hours * HOUR, 3)
    for count in (7, 200, 50):
        noticed("sign_in_failed", NOW, count)
    noticed("upload_refused.photo_too_large", NOW, 150)
    noticed("upload_refused.photo_unreadable", NOW, 150)
    figurines(database, usual(NOW, NOW + HOUR))
    clock.advance(HOUR)
    judge(unit)
    found = {each.rate: each.value for each in told(database) if isinstance(each, AnomalyDetected)}
    assert found == {"sign_ins_failed": 200, "uploads_refused": 300}
    with unit.begin() as work:
        assert work.signals.days(NOW.date(), NOW.date()) == [
            (NOW.date(), "sign_in_failed", 203, 200),
            (NOW.date(), "upload_refused.photo_too_large", 150, 150),
            (NOW.date(), "upload_refused.photo_unreadable", 150, 150),
        ]


def test_slow_pictures_of_one_engine_are_told_of_that_engine(
    unit: UnitOfWork[Work], database: Database, clock: MovableClock
) -> None:
    def times(hour: datetime, engine: str, milliseconds: float) -> None:
        place = SketchPlace(Grain.HOUR, hour, Measure.TOTAL, ENGINE, engine)
        with unit.begin() as work:
            work.sketches.add_times({place: [milliseconds + n for n in range(8)]})

    for weeks in range(1, WEEKS):
        for engine in ("gemini", "studio"):
            times(NOW - timedelta(weeks=weeks), engine, 20_000)
    times(NOW, "gemini", 90_000)
    times(NOW, "studio", 21_000)
    figurines(database, usual(NOW, NOW + HOUR))
    clock.advance(HOUR)
    judge(unit)
    (found,) = told(database)
    assert (found.rate, found.part) == ("time_to_picture", "gemini")
    assert "90 s in this hour, where 20 s are usual" in found.detail
    assert start_of(NOW.date(), NOW.hour) == found.since
