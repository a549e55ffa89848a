"""Consume, commit, publish: our event door against three others, on the same servers in one run.

    python -m bench.events [--rounds 5] [--only NAME ...]

Ours and the hand-written loop keep an inbox and an outbox in the transaction of the effect; FastStream
and Celery write to the database and the broker one after the other, which is less. Every round runs every
contender once, in a rotated order. Only ratios within one run mean anything.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg

from bench.events_load import CELERY, OURS, PLAIN, Format, Load, Sink
from bench.events_servers import Servers, servers
from bench.events_shared import CREATE_EFFECTS, Place
from common.migrations import migrate

BACKLOG = 3000
# The first batch includes the worker's start; the rate is taken after it.
WARM_UP = 200
RATE_PER_SECOND = 100
LATENCY_MESSAGES = 500
PATIENCE_SECONDS = 120
EMPTY = Path(__file__).parent / "no_migrations"  # the outbox and inbox are all it needs

CONTENDERS: dict[str, Format] = {"ours": OURS, "handwritten": PLAIN, "faststream": PLAIN, "celery": CELERY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One run of one contender."""

    per_second: float
    cpu_ms: float
    p50_ms: float
    p99_ms: float


def measure(name: str, addresses: Servers) -> Result:
    """Load, start the worker, time the backlog, then the latency at a steady rate."""
    place = _prepared(Place(name=name, database="", broker=addresses.broker, ca_file=addresses.ca_file), addresses)
    form = CONTENDERS[name]
    load = Load(place, form)
    load.backlog(BACKLOG)
    sink = Sink(place, form)
    worker = subprocess.Popen([sys.executable, "-m", f"bench.events_{name}", place.to_argument()])
    try:
        sink.wait_for(WARM_UP, seconds=PATIENCE_SECONDS)
        cpu_before = _cpu_seconds(worker.pid)
        arrivals = sink.wait_for(BACKLOG, seconds=PATIENCE_SECONDS)
        cpu = _cpu_seconds(worker.pid) - cpu_before
        load.at_rate(RATE_PER_SECOND, LATENCY_MESSAGES)
        late = sink.wait_for(BACKLOG + LATENCY_MESSAGES, seconds=PATIENCE_SECONDS)[BACKLOG:]
    finally:
        worker.terminate()
        worker.wait(timeout=30)
        sink.close()
        load.close()
    _check_effects(place)
    waits = sorted((arrived - sent) * 1000 for sent, arrived in late)
    flowed = BACKLOG - WARM_UP
    return Result(
        per_second=flowed / (arrivals[BACKLOG - 1][1] - arrivals[WARM_UP - 1][1]),
        cpu_ms=cpu * 1000 / flowed,
        p50_ms=waits[len(waits) // 2],
        p99_ms=waits[int(len(waits) * 0.99)],
    )


def _prepared(place: Place, addresses: Servers) -> Place:
    with psycopg.connect(addresses.postgres, autocommit=True) as admin:
        admin.execute(psycopg.sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(psycopg.sql.Identifier(place.name)))
        admin.execute(psycopg.sql.SQL("CREATE SCHEMA {}").format(psycopg.sql.Identifier(place.name)))
    place = replace(
        place, database=psycopg.conninfo.make_conninfo(addresses.postgres, options=f"-c search_path={place.name}")
    )
    migrate(place.database, EMPTY)
    with psycopg.connect(place.database, autocommit=True) as schema:
        schema.execute(CREATE_EFFECTS)
    return place


def _check_effects(place: Place) -> None:
    with psycopg.connect(place.database) as connection:
        row = connection.execute("SELECT count(*) FROM effects").fetchone()
    assert row == (BACKLOG + LATENCY_MESSAGES,), f"{place.name} wrote {row} rows"


def _cpu_seconds(pid: int) -> float:
    """User and system time of a process so far (proc(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _row(values: Sequence[float], digits: int) -> str:
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}-{max(values):.{digits}f})"


def report(results: dict[str, list[Result]]) -> None:
    """The table, medians with their range, and how ours stands to each."""
    print(f"\n{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; TLS everywhere;")
    print(f"{BACKLOG} messages of about 0.9 kB, then {LATENCY_MESSAGES} at {RATE_PER_SECOND}/s; median (min-max)\n")
    print("| contender | msg/s | CPU ms/msg | p50 ms | p99 ms | ours: times its msg/s | ours: times its p50 |")
    print("|---|---|---|---|---|---|---|")
    for name, runs in results.items():
        ratio = _ratios([(ours.per_second, run.per_second) for ours, run in zip(results["ours"], runs, strict=True)])
        slower = _ratios([(ours.p50_ms, run.p50_ms) for ours, run in zip(results["ours"], runs, strict=True)])
        cells = [
            _row([run.per_second for run in runs], 0),
            _row([run.cpu_ms for run in runs], 2),
            _row([run.p50_ms for run in runs], 1),
            _row([run.p99_ms for run in runs], 1),
            _row(ratio, 2),
            _row(slower, 2),
        ]
        print(f"| {name} | {' | '.join(cells)} |")


def _ratios(pairs: Sequence[tuple[float, float]]) -> list[float]:
    """Each round against itself, so that a slow minute hurts both sides."""
    return [ours / other for ours, other in pairs]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", default=list(CONTENDERS), choices=list(CONTENDERS))
    arguments = parser.parse_args()
    results: dict[str, list[Result]] = defaultdict(list)
    names = [name for name in CONTENDERS if name in {*arguments.only, "ours"}]
    with servers() as addresses:
        for turn in range(arguments.rounds):
            begun = time.monotonic()
            for name in names[turn % len(names) :] + names[: turn % len(names)]:
                results[name].append(measure(name, addresses))
                print(f"round {turn + 1} {name}: {results[name][-1]}", flush=True)
            print(f"round {turn + 1} took {time.monotonic() - begun:.0f} s", flush=True)
    report({name: results[name] for name in names})


if __name__ == "__main__":
    main()
