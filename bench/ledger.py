"""What the ledger costs, and whether that grows with the books.

    python -m bench.ledger [--seconds 5] [--full]

First how many figurines can be held for and charged in a second, on one hot account and over a thousand, next to a
bare transaction that updates one row and inserts another in the same Postgres. Then what one person waits for while
the books grow to 10 thousand and a million entries, and with --full to ten million, which takes minutes to write.
Only ratios mean anything.
"""

import argparse
import itertools
import os
import statistics
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter
from typing import Any
from uuid import UUID

import psycopg

from bench.ledger_books import BUSY, fill
from bench.servers import servers_of
from billing.domain.lots import LotKind
from billing.repository import Work
from billing.use_cases import auditing, granting, ledger
from common.clock import SYSTEM_CLOCK
from common.contracts.generation import FigurineGenerated, FigurineRequested, PictureSize
from common.database import Database
from common.work import UnitOfWork

THREADS = 8
ROUNDS = 200
PLENTY = 1_000_000_000
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Till:
    """Holds and captures as the event door does, one transaction each."""

    unit: UnitOfWork[Work]

    def rich(self, people: int) -> list[UUID]:
        """So many people with plenty of credits."""
        ids = [SYSTEM_CLOCK.new_id() for _ in range(people)]
        with self.unit.begin() as work:
            for user_id in ids:
                granting.grant(
                    work,
                    user_id,
                    kind=LotKind.PACK,
                    credits=PLENTY,
                    source=f"bench:{user_id}",
                    expires_at=None,
                    reason="bench",
                )
        return ids

    def hold(self, user_id: UUID) -> UUID:
        """Set one credit aside."""
        figurine_id = SYSTEM_CLOCK.new_id()
        asked = FigurineRequested(figurine_id=figurine_id, user_id=user_id, unit_price=1, variants=1)
        with self.unit.begin() as work:
            ledger.hold_for_figurine(work, asked)
        return figurine_id

    def capture(self, user_id: UUID, figurine_id: UUID) -> None:
        """Charge it."""
        now = SYSTEM_CLOCK.now()
        made = FigurineGenerated(
            figurine_id=figurine_id,
            user_id=user_id,
            style="window-box",
            engine="studio",
            requested=1,
            pictures=(PictureSize(n=1, width=8, height=8),),
            requested_at=now,
            generated_at=now,
            rendering_ms=1,
        )
        with self.unit.begin() as work:
            ledger.capture_delivered_pictures(work, made)

    def sell(self, user_id: UUID) -> None:
        """A figurine from its order to its picture."""
        self.capture(user_id, self.hold(user_id))


def per_second(do: Callable[[Any], object], whom: list[Any], seconds: float) -> float:
    """How often it is done in a second, by several threads at once."""
    done, turns = itertools.count(), itertools.cycle(whom)
    until = perf_counter() + seconds

    def work() -> None:
        while perf_counter() < until:
            do(next(turns))
            next(done)

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    began = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return next(done) / (perf_counter() - began)


def raw(database: Database) -> Callable[[int], None]:
    """A transaction that updates one row and inserts another."""
    with database.begin() as connection:
        connection.execute("CREATE TABLE raw_balances (id integer PRIMARY KEY, n bigint) WITH (fillfactor = 70)")
        connection.execute("CREATE TABLE raw_entries (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id integer)")
        connection.execute("INSERT INTO raw_balances SELECT n, 0 FROM generate_series(0, 999) AS n")

    def once(row: int) -> None:
        with database.begin() as connection:
            connection.execute("UPDATE raw_balances SET n = n + 1 WHERE id = %s", [row])
            connection.execute("INSERT INTO raw_entries (id) VALUES (%s)", [row])

    return once


def throughput(once: Callable[[int], None], till: Till, seconds: float) -> None:
    crowd = till.rich(1000)
    rows = {"one hot account": ([0], crowd[:1]), "over 1,000 accounts": (list(range(1000)), crowd)}
    print(f"{'':22}{'bare tx/s':>12}{'figurines/s':>13}{'ledger tx/s':>13}{'of bare':>9}")
    for name, (bare_rows, people) in rows.items():
        bare = per_second(once, bare_rows, seconds)
        sold = per_second(till.sell, people, seconds)
        print(f"{name:22}{bare:12.0f}{sold:13.0f}{2 * sold:13.0f}{2 * sold / bare:9.0%}")


def median_ms(do: Callable[[], object], rounds: int = ROUNDS) -> float:
    times: list[float] = []
    for _ in range(rounds):
        began = perf_counter()
        do()
        times.append((perf_counter() - began) * 1000)
    return statistics.median(times)


def reading(unit: UnitOfWork[Work], read: Callable[[Work], object]) -> Callable[[], object]:
    def once() -> object:
        with unit.begin() as work:
            return read(work)

    return once


def growth(admin_url: str, till: Till, once: Callable[[int], None], entries: int) -> None:
    began = perf_counter()
    fill(admin_url, entries)
    wrote = perf_counter() - began
    unit, anybody = till.unit, UUID("00000000-0000-7000-8000-000000000000")
    with unit.begin() as work:
        newest = ledger.read_statement(work, BUSY, before=None, limit=1)[0].seq
    deep = newest - entries // 100
    figures = {
        "bare transaction": median_ms(lambda: once(0)),
        "balance and lots": median_ms(reading(unit, lambda work: ledger.read_wallet(work, BUSY))),
        "statement, newest": median_ms(
            reading(unit, lambda work: ledger.read_statement(work, BUSY, before=None, limit=50))
        ),
        "statement, deep": median_ms(
            reading(unit, lambda work: ledger.read_statement(work, BUSY, before=deep, limit=50))
        ),
        "hold + capture": median_ms(lambda: till.sell(BUSY)),
        "same, anybody": median_ms(lambda: till.sell(anybody), 20),
        "check what is new": median_ms(reading(unit, lambda work: auditing.check_news(work, stale_after=DAY)), 5),
        "audit 500 people": median_ms(reading(unit, auditing.walk), 3),
    }
    with unit.begin() as work:
        broken = {law: found for law, found in auditing.check_news(work, stale_after=DAY).items() if found}
    assert not broken, broken
    print(f"{entries:>10,} entries" + "".join(f"{ms:>18.2f}" for ms in figures.values()) + f"{wrote:>12.0f} s")


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.ledger")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each rate is measured")
    parser.add_argument("--full", action="store_true", help="also with ten million entries")
    options = parser.parse_args()
    with servers_of("billing") as servers:
        admin_url = servers.postgres.admin_url()
        with psycopg.connect(admin_url) as connection:
            version = connection.info.server_version // 10000
        print(f"Postgres {version}, synchronous commit, {os.cpu_count()} cores shared by client and server,")
        print(f"{THREADS} client threads, TLS; each ledger figure with its outbox row.\n")
        owner = Database(servers.postgres.url("billing_owner"), application="bench", max_size=THREADS)
        database = Database(servers.postgres.url("billing"), application="bench", max_size=THREADS)
        till = Till(unit=UnitOfWork(service="billing", database=database, build=Work))
        try:
            once = raw(owner)
            throughput(once, till, options.seconds)
            print("\nMedian milliseconds, one client; the busy person has a fiftieth of all entries.")
            print(
                f"{'':18}"
                + "".join(
                    f"{name:>18}"
                    for name in (
                        "bare transaction",
                        "balance and lots",
                        "statement, newest",
                        "statement, deep",
                        "hold + capture",
                        "same, anybody",
                        "check news",
                        "audit 500 people",
                    )
                )
                + f"{'written in':>14}"
            )
            for entries in (10_000, 1_000_000, *((10_000_000,) if options.full else ())):
                growth(admin_url, till, once, entries)
        finally:
            owner.close()
            database.close()


if __name__ == "__main__":
    main()
