"""What looking at the promises costs, and whether that grows with what is stored.

    python -m bench.probes [--figurines 1000000]

The whole studio, with so many figurines and what belongs to them in its tables, then every probe of every service a few
times: wall time and CPU of the process that looks, statements, and rows that Postgres read by going through a table.
The rows that are put there are no truth (they are made by the types of their columns), so what the probes find is not
reported: only what it costs to find it. Per hour counts each as often as it looks.
"""

import argparse
import os
import platform
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from time import perf_counter, process_time
from typing import Any

import psycopg

from bench.probes_rows import fill
from common.database import Database
from common.probes import Look, Probe
from common.probes.desk import probes_of
from common.service import Service
from ops.embedded.site import PROJECT
from ops.embedded.stack import Stack
from ops.services import SERVICES

DIRECTORY = PROJECT / ".figurine-bench"
ROUNDS = 3
HEAD = (
    f"{'promise':8} {'probe':52} {'service':11} {'ms':>8} {'CPU ms':>8} {'statements':>10} {'scanned':>9} "
    f"{'CPU s/h':>8}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """One look: milliseconds, statements, and rows read by going through tables; None where it could not look."""

    wall: float
    cpu: float
    statements: int
    scanned: int
    raised: str = ""


@contextmanager
def counted() -> Iterator[list[int]]:
    """How many statements are sent while it lasts."""
    sent, execute = [0], psycopg.Cursor.execute

    def counting(cursor: Any, *given: Any, **named: Any) -> Any:
        sent[0] += 1
        return execute(cursor, *given, **named)

    psycopg.Cursor.execute = counting
    try:
        yield sent
    finally:
        psycopg.Cursor.execute = execute


def built(stack: Stack, name: str) -> Service[Any]:
    """A service as its own processes build it."""
    before = dict(os.environ)
    os.environ.update(stack.environments.of(name))
    try:
        build: Callable[[], Service[Any]] = import_module(f"{name}.wiring").build
        return build()
    finally:
        os.environ.clear()
        os.environ.update(before)


def scanned(admin: psycopg.Connection[Any], schema: str) -> int:
    """Rows that were read by going through tables of a schema so far."""
    # Figures of sessions come in when those are idle; this asks for them.
    admin.execute("SELECT pg_stat_clear_snapshot()")
    row = admin.execute(
        "SELECT coalesce(sum(seq_tup_read), 0) FROM pg_stat_user_tables WHERE schemaname = %s", [schema]
    ).fetchone()
    return int(row[0]) if row else 0


def look_once(probe: Probe, look: Look, admin: psycopg.Connection[Any], schema: str) -> Cost:
    rows, cpu, began, raised = scanned(admin, schema), process_time(), perf_counter(), ""
    with counted() as sent:
        try:
            probe.check(look)
        except Exception as error:
            raised = type(error).__name__
    wall, used = perf_counter() - began, process_time() - cpu
    look.database.close()
    return Cost(
        wall=wall * 1000,
        cpu=used * 1000,
        statements=sent[0],
        scanned=scanned(admin, schema) - rows,
        raised=raised,
    )


def line(probe: Probe, service: str, costs: list[Cost]) -> tuple[str, float, float]:
    """Its row of the table; seconds of CPU and seconds of waiting, for Postgres too, in an hour."""
    wall, cpu = (statistics.median(getattr(cost, name) for cost in costs) for name in ("wall", "cpu"))
    hourly, waited = (each / 1000 * 3600 / probe.every(1).total_seconds() for each in (cpu, wall))
    raised = f"  could not look: {costs[-1].raised}" if costs[-1].raised else ""
    text = (
        f"{probe.promise:8} {probe.name:52} {service:11} {wall:8.1f} {cpu:8.1f} {costs[-1].statements:10} "
        f"{min(cost.scanned for cost in costs):9,} {hourly:8.2f}{raised}"
    )
    return text, hourly, waited


def look_at_all(stack: Stack) -> tuple[float, float, float]:
    """Print a line for each probe; returns seconds of CPU, seconds of waiting and statements, all in an hour."""
    seconds, waiting, statements = 0.0, 0.0, 0.0
    with psycopg.connect(stack.postgres.admin_url(), autocommit=True) as admin:
        for name in SERVICES:
            service = built(stack, name)
            for probe in probes_of(service):
                url = stack.postgres.url(f"{name}_probe")
                look = Look(database=Database(url, application="bench", max_size=1), clock=service.unit.clock)
                costs = [look_once(probe, look, admin, name) for _ in range(ROUNDS)]
                text, hourly, waited = line(probe, name, costs)
                seconds += hourly
                waiting += waited
                statements += costs[-1].statements * 3600 / probe.every(1).total_seconds()
                print(text, flush=True)
            service.unit.database.close()
    return seconds, waiting, statements


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figurines", type=int, default=1_000_000)
    figurines: int = parser.parse_args().figurines
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {figurines:,} figurines")
    Stack(DIRECTORY).remove()
    stack = Stack(DIRECTORY)
    stack.up()
    try:
        # Their own jobs go through tables, too, and would be counted here.
        stack.supervisor.stop([f"{name}-worker" for name in SERVICES])
        began = perf_counter()
        for name in SERVICES:
            fill(stack.postgres.url(f"{name}_owner"), stack.postgres.admin_url(), name, figurines)
        print(
            f"seeded in {perf_counter() - began:.0f} s; {ROUNDS} looks each, medians; the doors are open beside\n{HEAD}"
        )
        seconds, waiting, statements = look_at_all(stack)
        print(
            f"together {seconds:.0f} s of CPU, {waiting:.0f} s with the waiting for servers, "
            f"and {statements:,.0f} statements an hour"
        )
    finally:
        stack.remove()


if __name__ == "__main__":
    main()
