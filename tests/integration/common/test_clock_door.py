"""The clock door: on time, at once when called, again while there is more, and never for ever."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

import psycopg
import pytest
from prometheus_client import REGISTRY

from common.clock_door import ClockDoor
from common.database import Database
from common.errors import Unavailable
from common.service import Job
from tests.fakes.toy.running import eventually

HOURLY = timedelta(hours=1)
CHANNEL = "toy.work"


class Counted:
    """A job that does what is left, one thing a run."""

    def __init__(self, left: int = 0) -> None:
        self.left = left
        self.runs = 0

    def __call__(self) -> int:
        self.runs += 1
        if not self.left:
            return 0
        self.left -= 1
        return 1


@pytest.fixture
def database(toy_database: str) -> Generator[Database]:
    database = Database(toy_database, application="clock-door-test")
    yield database
    database.close()


@contextmanager
def opened(database: Database, *jobs: Job) -> Generator[ClockDoor]:
    door = ClockDoor(jobs=jobs, database=database)
    thread = Thread(target=door.run)
    thread.start()
    eventually(door.healthy)
    try:
        yield door
    finally:
        door.stop()
        thread.join(20)
        assert not thread.is_alive()


def notify(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_notify(%s, '')", [CHANNEL])


def listeners(url: str) -> list[int]:
    with psycopg.connect(url, autocommit=True) as connection:
        rows = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"
        ).fetchall()
    return [pid for (pid,) in rows]


def runs(job: str, outcome: str) -> float:
    return REGISTRY.get_sample_value("figurine_job_runs_total", {"job": job, "outcome": outcome}) or 0


def test_a_job_runs_when_the_door_opens(database: Database) -> None:
    work = Counted()
    with opened(database, Job(name="first", every=HOURLY, run=work)):
        eventually(lambda: work.runs == 1)


def test_a_job_runs_again_when_its_time_comes(database: Database) -> None:
    work = Counted()
    with opened(database, Job(name="often", every=timedelta(milliseconds=50), run=work)):
        eventually(lambda: work.runs >= 3)


def test_a_job_is_repeated_while_there_is_more_to_do(database: Database) -> None:
    work = Counted(left=5)
    with opened(database, Job(name="more", every=HOURLY, run=work)):
        eventually(lambda: work.runs == 6)


def test_a_notification_runs_the_job_at_once(database: Database, toy_database: str) -> None:
    work = Counted()
    with opened(database, Job(name="called", every=HOURLY, run=work, channel=CHANNEL)):
        eventually(lambda: bool(listeners(toy_database)) and work.runs >= 1)
        settled = work.runs
        notify(toy_database)
        eventually(lambda: work.runs > settled, seconds=3)


def test_a_notification_during_a_run_is_not_lost(database: Database, toy_database: str) -> None:
    inside, go_on = Event(), Event()
    seen: list[int] = []

    def run() -> int:
        seen.append(1)
        inside.set()
        go_on.wait(20)
        return 0

    with opened(database, Job(name="busy", every=HOURLY, run=run, channel=CHANNEL)):
        eventually(lambda: bool(listeners(toy_database)))
        assert inside.wait(10)
        before = len(seen)
        notify(toy_database)
        go_on.set()
        eventually(lambda: len(seen) > before)


def test_copies_of_a_parallel_job_run_side_by_side(database: Database) -> None:
    both = Event()
    inside: list[int] = []

    def run() -> int:
        inside.append(1)
        if len(inside) == 2:
            both.set()
        assert both.wait(10), "the other copy never came"
        return 0

    with opened(database, Job(name="twins", every=HOURLY, run=run, parallel=2)):
        assert both.wait(10)


@pytest.mark.parametrize(
    ("error", "outcome"), [(ValueError, "failed"), (Unavailable, "away"), (psycopg.OperationalError, "away")]
)
def test_a_job_that_fails_is_counted_and_runs_the_next_time(
    database: Database, error: Callable[[], Exception], outcome: str
) -> None:
    attempts: list[int] = []

    def run() -> int:
        attempts.append(1)
        if len(attempts) == 1:
            raise error()
        return 0

    name = f"fragile-{outcome}-{error!r}"
    with opened(database, Job(name=name, every=timedelta(milliseconds=50), run=run)):
        eventually(lambda: len(attempts) >= 2)
    assert runs(name, outcome) == 1
    assert runs(name, "done") >= 1


def test_a_listener_whose_connection_is_lost_listens_again(database: Database, toy_database: str) -> None:
    work = Counted()
    with opened(database, Job(name="persistent", every=HOURLY, run=work, channel=CHANNEL)):
        eventually(lambda: bool(listeners(toy_database)))
        (lost,) = listeners(toy_database)
        with psycopg.connect(toy_database, autocommit=True) as connection:
            connection.execute("SELECT pg_terminate_backend(%s)", [lost])
        eventually(lambda: bool(listeners(toy_database)) and lost not in listeners(toy_database))
        settled = work.runs
        notify(toy_database)
        eventually(lambda: work.runs > settled)


def test_stopping_waits_for_the_run_in_progress(database: Database) -> None:
    inside, go_on, finished = Event(), Event(), Event()

    def run() -> int:
        inside.set()
        go_on.wait(20)
        finished.set()
        return 1

    door = ClockDoor(jobs=[Job(name="slow", every=HOURLY, run=run)], database=database)
    thread = Thread(target=door.run)
    thread.start()
    assert inside.wait(10)
    door.stop()
    assert thread.is_alive()
    go_on.set()
    thread.join(10)
    assert finished.is_set()
    assert not thread.is_alive()


def test_a_door_without_channels_opens_no_connection(database: Database, toy_database: str) -> None:
    with opened(database, Job(name="quiet", every=HOURLY, run=Counted())):
        assert not listeners(toy_database)
