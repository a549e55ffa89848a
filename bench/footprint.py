"""What one person and one figurine leave behind and cost: rows, bytes, events, WAL and seconds of CPU, by service.

    python -m bench.footprint [--directory .figurine] [--people 12] [--figurines 2]

Asks a running stack (`make up`) by its public door, as a browser would. Bytes of a row are those of its columns, 28 of
its header and 48 for each index; CPU is that of the processes under each program, less what they used while nothing
happened.
The figures go into `bench/capacity.py`. A stack with a canary or a proof under way measures those, too.
"""

import argparse
import json
import os
import platform
import re
import ssl
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

import psycopg
from minio import Minio
from psycopg import sql
from urllib3 import PoolManager

from ops.embedded.site import Site
from ops.embedded.supervision import Supervisor
from ops.prove.newcomer import OWN_STYLE, newcomer
from ops.services import SERVICES

QUIET_SECONDS = 15.0
ROW_HEADER, INDEX_ENTRY = 28, 48
_OURS = tuple(f"{service}-{role}" for service in SERVICES for role in ("web", "worker"))
PROGRAMS = (*_OURS, "postgres", "rabbitmq", "seaweedfs")


@dataclass(frozen=True, slots=True)
class Seen:
    """How everything stands at one moment: counters that only grow, by name."""

    at: float
    rows: Mapping[str, float]
    bytes: Mapping[str, float]
    objects: Mapping[str, float]
    events: Mapping[str, float]
    cpu: Mapping[str, float]
    commits: float
    wal: float


class Scales:
    """Reads them from a running stack."""

    def __init__(self, directory: Path) -> None:
        self._told: dict[str, Any] = json.loads((directory / "endpoints.json").read_text())
        self._ca = ssl.create_default_context(cafile=self._told["ca"])
        self._supervisor = Supervisor(Site(directory))

    @property
    def gateway(self) -> str:
        """The public door."""
        return self._told["gateway"]

    @property
    def ca(self) -> Path:
        """Who signed for it."""
        return Path(self._told["ca"])

    def weigh(self) -> Seen:
        """Look at all of them."""
        with psycopg.connect(self._told["postgres"]["admin"], autocommit=True) as connection:
            rows, bytes_ = _tables(connection)
            commits, wal = connection.execute(
                "SELECT xact_commit, pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint FROM pg_stat_database "
                "WHERE datname = current_database()"
            ).fetchone() or (0, 0)
        return Seen(
            at=monotonic(),
            rows=rows,
            bytes=bytes_,
            objects=self._objects(),
            events={service: self._published(service) for service in SERVICES},
            cpu={name: cpu_seconds(pid) for name in PROGRAMS if (pid := self._supervisor.pid(name))},
            commits=commits,
            wal=float(wal),
        )

    def _objects(self) -> dict[str, float]:
        s3 = self._told["s3"]
        store = Minio(
            s3["endpoint"].partition("://")[2],
            s3["access_key"],
            s3["secret_key"],
            region=s3["region"],
            http_client=PoolManager(ca_certs=self._told["ca"]),
        )
        return {
            bucket: sum(each.size or 0 for each in store.list_objects(bucket, recursive=True))
            for bucket in s3["buckets"]
        }

    def _published(self, service: str) -> float:
        url = self._told["services"][service]["worker_metrics"]
        with urllib.request.urlopen(url, context=self._ca) as answer:  # noqa: S310 - our own address
            found = re.search(r'^events_published_total\{outcome="confirmed"\} (\S+)', answer.read().decode(), re.M)
        return float(found[1]) if found else 0.0


def cpu_seconds(pid: int) -> float:
    """Of a process and of all below it, those that ended included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    # Whoever a thread began is a child of that thread.
    told = [each.read_text().split() for each in Path(f"/proc/{pid}/task").glob("*/children")]
    return own + sum(cpu_seconds(int(child)) for children in told for child in children)


def _tables(connection: psycopg.Connection[Any]) -> tuple[dict[str, float], dict[str, float]]:
    found = connection.execute(
        "SELECT n.nspname, c.relname, (SELECT count(*) FROM pg_index i WHERE i.indrelid = c.oid) "
        "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.relkind = 'r' AND n.nspname = ANY(%s)",
        [list(SERVICES)],
    ).fetchall()
    rows: dict[str, float] = dict.fromkeys(SERVICES, 0.0)
    bytes_ = dict(rows)
    for schema, table, indexes in found:
        counted = connection.execute(
            sql.SQL("SELECT count(*), coalesce(sum(pg_column_size(t.*)), 0) FROM {} t").format(
                sql.Identifier(schema, table)
            )
        ).fetchone()
        number, size = counted or (0, 0)
        rows[schema] += number
        bytes_[schema] += float(size) + number * (ROW_HEADER + INDEX_ENTRY * indexes)
    return rows, bytes_


def tell(title: str, before: Seen, after: Seen, quiet: Mapping[str, float], each: int) -> None:
    """Print what lies between two looks, for each of so many."""
    seconds = after.at - before.at
    print(f"\n{title}, each of {each} in {seconds:.0f} s")
    for name in ("rows", "bytes", "objects", "events"):
        start, end = getattr(before, name), getattr(after, name)
        parts = {key: (end[key] - start[key]) / each for key in end}
        told = ", ".join(f"{key} {value:,.1f}" for key, value in parts.items() if abs(value) >= 0.05)
        print(f"  {name:<8} {sum(parts.values()):>12,.1f}   {told}")
    cpu = {key: (after.cpu[key] - before.cpu[key] - quiet[key] * seconds) / each for key in after.cpu}
    print(
        f"  {'cpu s':<8} {sum(cpu.values()):>12,.3f}   " + ", ".join(f"{key} {value:.3f}" for key, value in cpu.items())
    )
    for name in ("commits", "wal"):
        value = (getattr(after, name) - getattr(before, name) - quiet[name] * seconds) / each
        print(f"  {name:<8} {value:>12,.1f}   {quiet[name]:,.0f} a second at rest")


def main() -> None:
    """Measure people, then figurines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--directory", type=Path, default=Path(".figurine"))
    parser.add_argument("--people", type=int, default=12)
    parser.add_argument("--figurines", type=int, default=2)
    given = parser.parse_args()
    scales, pause = Scales(given.directory), Event()
    first = scales.weigh()
    pause.wait(QUIET_SECONDS)
    start = scales.weigh()
    quiet = {key: (start.cpu[key] - first.cpu[key]) / (start.at - first.at) for key in start.cpu}
    quiet |= {key: (getattr(start, key) - getattr(first, key)) / (start.at - first.at) for key in ("commits", "wal")}
    people = [newcomer(scales.gateway, ca=scales.ca) for _ in range(given.people)]
    pause.wait(QUIET_SECONDS)
    settled = scales.weigh()
    for _ in range(given.figurines):
        for person in people:
            person.order(OWN_STYLE)
    pause.wait(QUIET_SECONDS)
    end = scales.weigh()
    rest = sum(quiet[key] for key in start.cpu)
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; at rest {rest:.2f} of a core")
    tell("A person who signs up and in", start, settled, quiet, given.people)
    tell("A figurine by the studio engine, 1024 px", settled, end, quiet, given.people * given.figurines)


if __name__ == "__main__":
    main()
