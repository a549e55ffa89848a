"""A sweep that does not run is noticed, and none destroys anything while the clocks disagree."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from threading import Thread

import psycopg
import pytest
from prometheus_client import REGISTRY

from common.clock import MovableClock
from common.clock_door import ClockDoor
from common.database import Database
from common.service import Job
from common.storage import ObjectStore
from common.sweeps import late_sweeps, register
from common.timekeeping import ClocksDisagree, Timekeeper
from tests.fakes.toy.running import eventually
from tests.fixtures.storage import S3

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def database(toy_database: str) -> Generator[Database]:
    database = Database(toy_database, application="sweeps-test")
    yield database
    database.close()


@pytest.fixture
def object_store(s3: S3) -> ObjectStore:
    return ObjectStore(endpoint=s3.endpoint, access_key=s3.access_key, secret_key=s3.secret_key, ca_file=s3.ca_file)


class Counted:
    def __init__(self) -> None:
        self.runs = 0

    def __call__(self) -> int:
        self.runs += 1
        return 0


def sweep(run: Counted, *, name: str = "forget", every: timedelta = timedelta(milliseconds=50)) -> Job:
    return Job(name=name, every=every, run=run, sweep=True)


@contextmanager
def opened(database: Database, *jobs: Job, timekeeper: Timekeeper | None = None) -> Generator[None]:
    door = ClockDoor(jobs=jobs, database=database, timekeeper=timekeeper)
    thread = Thread(target=door.run)
    thread.start()
    try:
        yield
    finally:
        door.stop()
        thread.join(20)
        assert not thread.is_alive()


def known(database: Database) -> dict[str, tuple[bool, str | None]]:
    """Of each sweep that is expected: whether it has ended well, and its trouble."""
    with database.begin() as connection:
        rows = connection.execute("SELECT job, ended_well_at IS NOT NULL, trouble FROM sweep_runs").fetchall()
    return {job: (ended, trouble) for job, ended, trouble in rows}


def late(database: Database) -> list[str]:
    with database.begin() as connection:
        return [each.job for each in late_sweeps(connection)]


def pretend(database: Database, *, ended: timedelta, since: timedelta = DAY) -> None:
    with database.begin() as connection:
        connection.execute("UPDATE sweep_runs SET since = now() - %s, ended_well_at = now() - %s", [since, ended])


def test_a_sweep_leaves_when_it_last_ended_well_and_other_jobs_do_not(database: Database) -> None:
    other = Counted()
    with opened(database, sweep(Counted()), Job(name="other", every=MINUTE, run=other)):
        eventually(lambda: known(database) == {"forget": (True, None)} and other.runs)
    assert late(database) == []


@pytest.mark.parametrize("jump", [DAY, -DAY])
def test_while_a_services_clock_is_a_day_off_its_sweeps_rest_and_say_why(database: Database, jump: timedelta) -> None:
    clock, run, other = MovableClock(), Counted(), Counted()
    clock.advance(jump)
    keeper = Timekeeper(clock=clock, database=database)
    with opened(database, sweep(run), Job(name="other", every=MINUTE, run=other), timekeeper=keeper):
        eventually(lambda: other.runs and (known(database).get("forget") or (0, None))[1])
        (ended, trouble) = known(database)["forget"]
        assert (ended, run.runs) == (False, 0)
        assert trouble is not None
        assert trouble.startswith("the clocks disagree: ")
        assert " behind " in trouble
        # Put right, it goes on by itself.
        clock.advance(-jump)
        eventually(lambda: known(database)["forget"] == (True, None))
    assert run.runs > 0


def test_a_sweep_that_fails_says_with_what(database: Database) -> None:
    def fail() -> int:
        raise LookupError

    with opened(database, Job(name="forget", every=MINUTE, run=fail, sweep=True)):
        eventually(lambda: known(database) == {"forget": (False, "it failed with LookupError")})


def test_one_that_has_not_ended_well_for_three_of_its_periods_is_late(database: Database) -> None:
    with database.begin() as connection:
        register(connection, [sweep(Counted(), every=10 * MINUTE)])
    assert late(database) == []
    pretend(database, ended=30 * MINUTE)
    assert late(database) == []
    pretend(database, ended=32 * MINUTE)
    assert late(database) == ["forget"]
    with database.begin() as connection:
        (found,) = late_sweeps(connection)
    assert found.late_by >= 21 * MINUTE


def test_one_that_never_ran_is_late_counted_from_when_it_was_expected(database: Database) -> None:
    with database.begin() as connection:
        register(connection, [sweep(Counted(), every=MINUTE)])
        connection.execute("UPDATE sweep_runs SET since = now() - interval '5 minutes'")
    assert late(database) == ["forget"]


def test_one_that_ended_in_the_future_is_late_too_for_a_clock_was_wrong(database: Database) -> None:
    with database.begin() as connection:
        register(connection, [sweep(Counted(), every=MINUTE)])
    pretend(database, ended=-DAY)
    assert late(database) == ["forget"]


def test_a_sweep_that_is_no_more_is_not_missed(database: Database) -> None:
    with database.begin() as connection:
        register(connection, [sweep(Counted(), name="old"), sweep(Counted(), name="new")])
        register(connection, [sweep(Counted(), name="new")])
    assert set(known(database)) == {"new"}


def test_a_sweep_that_hangs_shows_as_late_on_the_internal_port_whoever_looks(database: Database) -> None:
    door = ClockDoor(jobs=[sweep(Counted(), name="hung", every=timedelta(seconds=-21))], database=database)
    assert not door.healthy()
    # Three periods and a grace that are over at once: nothing has ended well since.
    assert REGISTRY.get_sample_value("figurine_sweep_late", {"job": "hung"}) == 1
    ClockDoor(jobs=[sweep(Counted(), name="well", every=MINUTE)], database=database)
    assert REGISTRY.get_sample_value("figurine_sweep_late", {"job": "well"}) == 0


def test_the_store_tells_its_time_and_a_timekeeper_compares_all_three(
    database: Database, object_store: ObjectStore
) -> None:
    clock = MovableClock()
    assert abs(object_store.now() - clock.now()) < timedelta(seconds=5)
    Timekeeper(clock=clock, database=database, store=object_store).check()
    clock.advance(DAY)
    with pytest.raises(ClocksDisagree, match=r"this machine's clock is 8\d+ s from the others"):
        Timekeeper(clock=clock, database=database, store=object_store).check()


def test_a_store_that_is_away_keeps_no_row_from_being_swept(database: Database) -> None:
    away = ObjectStore(endpoint="https://localhost:1", access_key="a", secret_key="b", ca_file=None)
    Timekeeper(clock=MovableClock(), database=database, store=away).check()


def test_without_the_table_a_sweep_still_runs_and_is_told_as_failed(database: Database, toy_database: str) -> None:
    with psycopg.connect(toy_database, autocommit=True) as connection:
        connection.execute("DROP TABLE sweep_runs")
    run = Counted()
    with opened(database, sweep(run)):
        eventually(lambda: run.runs >= 1)
