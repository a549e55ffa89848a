"""What counting costs, and whether what is read of it grows with what was counted.

    python -m bench.analytics [--events 20000] [--sizes 100000 1000000]

First how many events a second are counted through the real use case in micro-batches, next to raw COPY and INSERT of
the same rows into a bare table of the same Postgres in the same run. Then what a dashboard waits for while the facts
grow, the bytes they take, and the memory of the process that counts. Only ratios mean anything.
"""

import argparse
import resource
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from random import Random
from time import perf_counter
from uuid import UUID

import psycopg

from analytics.domain import ENGINE, KIND, Grain, Measure, Pseudonyms
from analytics.repository import Work
from analytics.subscribers import subscriptions
from bench.analytics_rows import BARE, copy_bare, insert_bare, seed, size_of
from bench.servers import servers_of
from common.clock import SYSTEM_CLOCK, MovableClock
from common.contracts import Envelope, Event
from common.contracts.gateway import UsageObserved
from common.contracts.generation import FigurineGenerated, PictureSize
from common.database import Database
from common.intake import Intake
from common.work import UnitOfWork
from ops.embedded.stack import Stack

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BATCH = 200
ROUNDS = 200
STYLES, ENGINES, DEVICES = ("window-box", "acrylic-standee", "bronze"), ("studio", "gemini"), ("phone", "desktop")


def stream(events: int, chance: Random) -> Iterator[Envelope]:
    """A third of it ends of figurines, a third their orders, a third pages, of a tenth as many people."""
    people = [SYSTEM_CLOCK.new_id() for _ in range(max(events // 10, 1))]
    for _ in range(events // 3):
        at = NOW - timedelta(seconds=chance.randrange(3600))
        figurine, person, device = SYSTEM_CLOCK.new_id(), chance.choice(people), chance.choice(DEVICES)
        for event in (
            seen("order", at, person, device, figurine),
            generated(at, person, figurine, chance),
            seen("page", at, person, device, None),
        ):
            yield Envelope(id=SYSTEM_CLOCK.new_id(), source="/services/bench", time=at, event=event)


def seen(kind: str, at: datetime, person: UUID, device: str, figurine: UUID | None) -> Event:
    return UsageObserved(
        user_id=person,
        page="/studio",
        seconds=30,
        kind=kind,
        figurine_id=figurine,
        plan="plus",
        observed_at=at,
        device=device,
        os="Linux",
        browser="Firefox",
        network="192.0.2.0/24",
    )


def generated(at: datetime, person: UUID, figurine: UUID, chance: Random) -> Event:
    return FigurineGenerated(
        figurine_id=figurine,
        user_id=person,
        style=chance.choice(STYLES),
        engine=chance.choice(ENGINES),
        requested=2,
        pictures=(PictureSize(n=1, width=8, height=8), PictureSize(n=2, width=8, height=8)),
        requested_at=at - timedelta(seconds=9),
        generated_at=at,
        rendering_ms=chance.randrange(2000, 9000),
    )


def counted(intake: Intake[Work], envelopes: Sequence[Envelope]) -> float:
    """Events a second, in micro-batches as the consumer hands them over; each batch one durable commit."""
    begun = perf_counter()
    for start in range(0, len(envelopes), BATCH):
        intake.take(envelopes[start : start + BATCH], wake_relay=False)
    return len(envelopes) / (perf_counter() - begun)


def questions(unit: UnitOfWork[Work]) -> dict[str, Callable[[], object]]:
    """What a dashboard asks."""
    month, year = NOW.date().replace(day=1), NOW.date().replace(year=NOW.year - 1, day=1)
    first, last = datetime(month.year, month.month, 1, tzinfo=UTC), NOW

    def ask(question: Callable[[Work], object]) -> Callable[[], object]:
        def asked() -> object:
            with unit.begin() as work:
                return question(work)

        return asked

    return {
        "a month's days by style": ask(
            lambda work: work.rollups.read(Grain.DAY, first=month, last=NOW.date(), kinds=["figurine"], by=["style"])
        ),
        "a year by month": ask(
            lambda work: work.rollups.read(Grain.MONTH, first=year, last=month, kinds=["figurine", "order", "page"])
        ),
        "people of a month by kind": ask(
            lambda work: work.sketches.people(Grain.MONTH, first=first, last=last, dimension=KIND)
        ),
        "p95 to picture by engine, a month's days": ask(
            lambda work: work.sketches.times(
                Grain.DAY, Measure.TOTAL, first=first, last=last, ranks=[0.5, 0.95, 0.99], dimension=ENGINE
            )
        ),
    }


def waited(question: Callable[[], object]) -> tuple[float, float]:
    """The median and the 99th percentile, in milliseconds."""
    question()
    taken: list[float] = []
    for _ in range(ROUNDS):
        begun = perf_counter()
        question()
        taken.append((perf_counter() - begun) * 1000)
    return statistics.median(taken), statistics.quantiles(taken, n=100)[98]


def memory_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure_ingest(started: Stack, intake: Intake[Work], events: int) -> None:
    envelopes = list(stream(events, Random(7)))
    counted(intake, envelopes[:BATCH])
    before = memory_mib()
    ours = counted(intake, envelopes[BATCH:])
    grown = memory_mib() - before
    with psycopg.connect(started.postgres.url("analytics_owner"), autocommit=True) as bare:
        bare.execute(BARE)
        copied, inserted = copy_bare(bare, events, BATCH), insert_bare(bare, events, BATCH)
    print(f"\nIngest of {len(envelopes)} events, {BATCH} in a transaction\n")
    print(f"{'':<38}{'events/s':>10}{'of COPY':>10}")
    for name, rate in (
        ("COPY into a bare table", copied),
        ("INSERT, one row a statement", inserted),
        ("counted: facts, rollups, sketches", ours),
    ):
        print(f"{name:<38}{rate:>10,.0f}{rate / copied:>10.1%}")
    print(f"memory of the process grew by {grown:.1f} MiB")


def measure_reading(started: Stack, unit: UnitOfWork[Work], sizes: Sequence[int]) -> None:
    print("\nA dashboard's questions, milliseconds p50 / p99\n")
    rows: dict[str, list[str]] = {}
    lines: list[str] = []
    with psycopg.connect(started.postgres.url("analytics_owner"), autocommit=True) as owner:
        kept = 0
        for size in sizes:
            seed(owner, kept, size, NOW)
            kept = size
            for name, question in questions(unit).items():
                p50, p99 = waited(question)
                rows.setdefault(name, []).append(f"{p50:.1f} / {p99:.1f}")
            facts, rest = size_of(owner)
            lines.append(
                f"{size:>10,} facts: {facts / 2**20:,.0f} MiB with their indexes, {facts / size:,.0f} bytes each "
                f"({facts / size * 1e6 / 2**20:,.0f} MiB a million); rollups and sketches {rest / 2**20:,.1f} MiB"
            )
    print(f"{'facts':<44}" + "".join(f"{size:>16,}" for size in sizes))
    for name, cells in rows.items():
        print(f"{name:<44}" + "".join(f"{cell:>16}" for cell in cells))
    print("\n" + "\n".join(lines))
    print(f"most memory of the process so far: {memory_mib():.0f} MiB")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    arguments = parser.parse_args()
    with servers_of("analytics") as started:
        database = Database(started.postgres.url("analytics"), application="bench")
        unit = UnitOfWork(service="analytics", database=database, build=Work, clock=MovableClock(NOW))
        table = subscriptions(Pseudonyms(bytes(range(32))))
        with closing(Intake(database=database, unit=unit, subscriptions=table)) as intake:
            measure_ingest(started, intake, arguments.events)
        measure_reading(started, unit, arguments.sizes)
        database.close()


if __name__ == "__main__":
    main()
