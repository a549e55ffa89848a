"""What is past its period goes, and nothing goes before; the clock stands in a year the server has left behind."""

from datetime import UTC, datetime, timedelta
from typing import LiteralString
from uuid import UUID

import psycopg
import pytest

from common.clock import SYSTEM_CLOCK, MovableClock
from common.database import Database
from common.service import Service
from common.upkeep import forget as forget_declared
from common.upkeep import upkeep
from common.work import UnitOfWork
from privacy import use_cases
from privacy.inventory import EVIDENCE_KEPT, INVENTORY
from privacy.jobs import jobs
from privacy.ports import Pace
from privacy.repository import Work

NOON = datetime(2023, 3, 1, 12, tzinfo=UTC)
TWO_YEARS_LATER = NOON.replace(year=2025)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(NOON)


@pytest.fixture(autouse=True)
def _without_what_earlier_tests_left_to_forget(database: Database) -> None:
    unit = UnitOfWork(service="privacy", database=database, build=Work)
    while forget(unit):
        pass


def forget(unit: UnitOfWork[Work], *, limit: int = 1000) -> int:
    """A batch of everything that is over, by whichever mechanism; returns how many rows it was."""
    with unit.begin() as work:
        evidence = use_cases.forget_evidence(work, limit=limit)
    return forget_declared(unit, INVENTORY, limit=limit) + evidence


def start(work: Work, *, uploaded_at: datetime = NOON) -> UUID:
    upload_id, figurine_id, user_id = (SYSTEM_CLOCK.new_id() for _ in range(3))
    work.clocks.start(upload_id, figurine_id, user_id, uploaded_at=uploaded_at, due_at=uploaded_at + DAY)
    return upload_id


def file_evidence(unit: UnitOfWork[Work]) -> UUID:
    upload_id = SYSTEM_CLOCK.new_id()
    with unit.begin() as work:
        work.evidence.file(use_cases.K1, SYSTEM_CLOCK.new_id(), upload_id, kept=True, fact={})
    return upload_id


def count(database: Database, query: LiteralString, id: UUID) -> int:
    with database.begin() as connection:
        return len(connection.execute(query, [id]).fetchall())


def evidence_of(database: Database, upload_id: UUID) -> int:
    return count(database, "SELECT FROM evidence WHERE upload_id = %s", upload_id)


def test_a_clock_goes_thirty_days_after_its_upload_went(
    unit: UnitOfWork[Work], clock: MovableClock, database: Database
) -> None:
    with unit.begin() as work:
        upload_id = start(work)
        work.clocks.stop(upload_id, deleted_at=NOON)
    query: LiteralString = "SELECT FROM clocks WHERE upload_id = %s"
    clock.advance(30 * DAY - SECOND)
    assert (forget(unit), count(database, query, upload_id)) == (0, 1)
    clock.advance(2 * SECOND)
    assert (forget(unit), count(database, query, upload_id)) == (1, 0)
    assert forget(unit) == 0


def test_a_clock_that_still_runs_is_never_too_old(
    unit: UnitOfWork[Work], clock: MovableClock, database: Database
) -> None:
    with unit.begin() as work:
        upload_id = start(work)
    clock.advance(1000 * DAY)
    assert forget(unit) == 0
    assert count(database, "SELECT FROM clocks WHERE upload_id = %s AND deleted_at IS NULL", upload_id) == 1


def test_an_ending_goes_after_thirty_one_days(unit: UnitOfWork[Work], clock: MovableClock, database: Database) -> None:
    figurine_id = clock.new_id()
    with unit.begin() as work:
        work.endings.add(figurine_id, clock.new_id(), ended_at=NOON)
    query: LiteralString = "SELECT FROM endings WHERE figurine_id = %s"
    clock.advance(31 * DAY - SECOND)
    assert (forget(unit), count(database, query, figurine_id)) == (0, 1)
    clock.advance(2 * SECOND)
    assert (forget(unit), count(database, query, figurine_id)) == (1, 0)
    assert forget(unit) == 0


def test_evidence_goes_after_two_years(unit: UnitOfWork[Work], clock: MovableClock, database: Database) -> None:
    upload_id = file_evidence(unit)
    clock.advance(TWO_YEARS_LATER - NOON - SECOND)
    assert (forget(unit), evidence_of(database, upload_id)) == (0, 1)
    clock.advance(2 * SECOND)
    assert (forget(unit), evidence_of(database, upload_id)) == (1, 0)
    assert forget(unit) == 0


def test_a_batch_takes_no_more_than_its_share_and_the_next_goes_on(unit: UnitOfWork[Work], clock: MovableClock) -> None:
    with unit.begin() as work:
        for _ in range(3):
            work.clocks.stop(start(work), deleted_at=NOON)
            work.endings.add(clock.new_id(), clock.new_id(), ended_at=NOON)
            work.evidence.file(use_cases.K1, clock.new_id(), clock.new_id(), kept=True, fact={})
    clock.advance(TWO_YEARS_LATER - NOON + SECOND)
    batches = [forget(unit, limit=2) for _ in range(3)]
    assert batches == [6, 3, 0]


def test_a_service_whose_clock_runs_ahead_forgets_no_evidence_early(
    database: Database, clock: MovableClock, unit: UnitOfWork[Work]
) -> None:
    clock.advance(SYSTEM_CLOCK.now() - NOON)
    upload_id = file_evidence(unit)
    clock.advance(10_000 * DAY)
    with unit.begin() as work:
        assert work.evidence.forget(kept=EVIDENCE_KEPT.interval, limit=10) == 0
    assert evidence_of(database, upload_id) == 1


@pytest.mark.parametrize("cut_off", ["now() - interval '2 years' + interval '1 second'", "now()", "'infinity'"])
def test_the_database_refuses_to_forget_young_evidence(
    unit: UnitOfWork[Work], database: Database, cut_off: LiteralString
) -> None:
    upload_id = file_evidence(unit)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="two years"), database.begin() as connection:
        connection.execute("SELECT forget_evidence(" + cut_off + ", 10)")
    assert evidence_of(database, upload_id) == 1


def test_a_time_zone_of_the_callers_choice_moves_no_limit(database: Database) -> None:
    with database.begin() as connection:
        limits: list[datetime] = []
        for zone in ("UTC", "Pacific/Apia", "XXX-100YYY-167,J1,J365"):
            connection.execute("SELECT set_config('timezone', %s, true)", [zone])
            limits += connection.execute("SELECT evidence_limit() AT TIME ZONE 'UTC'").fetchall()[0]
    assert len(set(limits)) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM evidence WHERE at < now() - interval '3 years'",
        "CREATE OR REPLACE FUNCTION evidence_limit() RETURNS timestamptz LANGUAGE sql RETURN now()",
        "ALTER FUNCTION forget_evidence SECURITY INVOKER",
        "DROP FUNCTION forget_evidence",
    ],
)
def test_the_service_may_only_call_what_forgets(database: Database, statement: LiteralString) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), database.begin() as connection:
        connection.execute(statement)


def test_the_clock_asks_for_forgetting_evidence(unit: UnitOfWork[Work], clock: MovableClock) -> None:
    file_evidence(unit)
    clock.advance(TWO_YEARS_LATER - NOON + SECOND)
    (job,) = [job for job in jobs(unit, pace=Pace(of_probes=1)) if job.name == "forget evidence"]
    assert timedelta(minutes=10) <= job.every <= timedelta(hours=1)
    assert [job.run(), job.run()] == [1, 0]


def test_every_service_forgets_by_the_clock_without_asking_for_it(service: Service[Work]) -> None:
    with service.unit.begin() as work:
        work.clocks.stop(start(work), deleted_at=NOON)
    job, letters = upkeep(service)
    assert (letters.name, job.sweep, letters.sweep) == ("forget dead letters", True, True)
    assert timedelta(minutes=10) <= job.every <= timedelta(hours=1)
    assert [job.run(), job.run()] == [1, 0]
