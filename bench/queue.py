"""What a turn in the queue costs when ten thousand wait.

    python -m bench.queue [--jobs 10000]

One claim (all of it but the commit) and one answer to "where do I stand" for whoever came last, among crowds of
different shapes. First the same with one job waiting: only the ratio to that means anything.
"""

import argparse
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter
from uuid import UUID

import psycopg

from bench.events_servers import servers
from common.clock import SYSTEM_CLOCK
from common.database import Database
from common.migrations import migrate
from common.work import UnitOfWork
from generation import use_cases
from generation.adapters.catalogue import read_catalogue
from generation.domain import STUDIO, Limits, Painters
from generation.repository import Work
from ops.embedded.site import PROJECT

MIGRATIONS = PROJECT / "services/generation/generation/migrations"
LEASE = timedelta(seconds=20)
ROUNDS = 200
PAINTERS = Painters(styles=read_catalogue(), limits=Limits(person=2, renderers=2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """So many jobs of so many persons; the first `busy` persons have as much painted as they may."""

    jobs: int
    people: int
    busy: int = 0
    paused: bool = False


def crowds(jobs: int) -> Mapping[str, Crowd]:
    return {
        "one job": Crowd(jobs=1, people=1),
        "each of another person": Crowd(jobs=jobs, people=jobs),
        "of a hundred persons": Crowd(jobs=jobs, people=100),
        "all of one person": Crowd(jobs=jobs, people=1),
        "the first five persons of a hundred held back": Crowd(jobs=jobs, people=100, busy=5),
        "all of one person, who is held back": Crowd(jobs=jobs, people=1, busy=1),
        "each of another person, all pausing": Crowd(jobs=jobs, people=jobs, paused=True),
    }


def fill(database: Database, crowd: Crowd) -> None:
    """Let the crowd wait, in the lines already."""
    now = SYSTEM_CLOCK.now()
    with database.begin() as connection:
        connection.execute("TRUNCATE outbox, pictures, attempts, figurines, lines, rounds CASCADE")
        connection.execute(
            """
            INSERT INTO figurines (id, user_id, style, variants, aspect_ratio, seed, unit_price, state, engine,
                                   requested_at, queued_at, not_before)
            SELECT gen_random_uuid(), md5(mod(n, %(people)s)::text)::uuid, 'window-box', 1, '1:1', 1, 1, 'queued',
                   'studio', %(now)s, %(now)s + n * interval '1 ms', %(not_before)s
              FROM generate_series(1, %(jobs)s) AS n
            """,
            {
                "people": crowd.people,
                "jobs": crowd.jobs,
                "now": now - timedelta(hours=1),
                "not_before": now + timedelta(hours=1) if crowd.paused else None,
            },
        )
        connection.execute(
            "INSERT INTO lines SELECT DISTINCT user_id, 'studio', 0, min(queued_at) FROM figurines GROUP BY user_id"
        )
        connection.execute(
            """
            UPDATE figurines SET state = 'rendering'
             WHERE id IN (SELECT id FROM (SELECT id, user_id, row_number() OVER (PARTITION BY user_id) AS n
                                            FROM figurines) each
                           WHERE n <= 2 AND user_id IN (SELECT user_id FROM lines ORDER BY since LIMIT %s))
            """,
            [crowd.busy],
        )
    with database.listen() as connection:
        connection.execute("VACUUM ANALYZE figurines, lines")


def claimed(unit: UnitOfWork[Work]) -> None:
    """A claim that is taken back, so that every one meets the same crowd."""
    with unit.begin() as work:
        use_cases.claim_job(work, lease=LEASE, painters=PAINTERS, engines=[STUDIO])
        raise psycopg.Rollback


def timed(do: Callable[[], object], rounds: int) -> float:
    """The median, in milliseconds."""
    taken: list[float] = []
    for _ in range(rounds):
        began = perf_counter()
        do()
        taken.append((perf_counter() - began) * 1000)
    return statistics.median(taken)


def last(database: Database) -> tuple[UUID, UUID]:
    """Who came last, and with which job."""
    with database.begin() as connection:
        row = connection.execute(
            "SELECT user_id, id FROM figurines WHERE state = 'queued' ORDER BY queued_at DESC LIMIT 1"
        ).fetchone()
    assert row is not None
    return row


def measure(unit: UnitOfWork[Work], crowd: Crowd) -> tuple[float, float]:
    """Milliseconds for a claim, and for a place."""
    fill(unit.database, crowd)
    user_id, figurine_id = last(unit.database)

    def place() -> None:
        with unit.begin() as work:
            use_cases.queue_place(work, user_id, figurine_id, painters=PAINTERS)

    return timed(lambda: claimed(unit), ROUNDS), timed(place, ROUNDS // 10)


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(prog="python -m bench.queue")
    parser.add_argument("--jobs", type=int, default=10_000)
    jobs = parser.parse_args().jobs
    with servers() as stack:
        migrate(stack.postgres, MIGRATIONS)
        database = Database(stack.postgres, application="bench")
        unit = UnitOfWork(service="generation", database=database, build=Work)
        print(f"{jobs} jobs wait{'claim':>51}{'':>8}{'place':>12}")
        single = 0.0
        for name, crowd in crowds(jobs).items():
            claim, place = measure(unit, crowd)
            single = single or claim
            print(f"{name:<55}{claim:>8.2f} ms {claim / single:>6.1f}x{place:>9.2f} ms")
        database.close()


if __name__ == "__main__":
    main()
