"""What it takes to make so many figurines a day: cores, connections, bytes and money, from figures with a source.

    python -m bench.capacity [--write]

Prints the tables of docs/scaling.md; with --write it puts them there, between its marks. Nothing is measured here.
Change a figure in bench/capacity.toml, and all tables follow.
"""

import argparse
import math
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

DOCUMENT: Final = Path(__file__).parents[1] / "docs" / "scaling.md"
DAY_SECONDS: Final = 86_400
SIZES: Final = (10_000, 100_000, 1_000_000, 10_000_000)
# What one process has of Postgres's connections at most: its pool, its probes', two to listen (common/database.py).
WEB_POOL, WORKER_POOL = 20, 16
_GB: Final = 1e9


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that goes into the model."""

    value: float
    unit: str
    kind: Literal["measured", "assumed"]
    source: str


FIGURES: Final[Mapping[str, Figure]] = {
    name: Figure(**figure) for name, figure in tomllib.loads(Path(__file__).with_suffix(".toml").read_text()).items()
}


def of(name: str) -> float:
    """The number itself."""
    return FIGURES[name].value


@dataclass(frozen=True, slots=True)
class Plan:
    """What so many figurines a day need at the peak, if all of it could be spread."""

    per_day: int

    @property
    def peak(self) -> float:
        """Figurines a second in the busiest hour."""
        return self.per_day / DAY_SECONDS * of("peak")

    def cores(self, name: str) -> float:
        """Cores for one kind of work at the peak, with room."""
        seconds = {
            "painting": of("cpu painting") * of("own"),
            "door": of("cpu intake") + of("cpu door") * of("requests"),
            "workers": of("cpu others"),
            "postgres": of("cpu postgres"),
            "broker": of("cpu broker"),
        }
        return self.peak * seconds[name] / of("busy")

    @property
    def all_cores(self) -> float:
        """Cores of all programs; Postgres and RabbitMQ have two copies more each, which follow."""
        return sum(self.cores(name) for name in ("painting", "door", "workers")) + 3 * (
            self.cores("postgres") + self.cores("broker")
        )

    @property
    def live_pages(self) -> float:
        """Live pages open at the peak."""
        return self.peak * of("watching")

    @property
    def web_pods(self) -> int:
        """Gateways: by CPU, two cores each, or by live pages."""
        return max(2, math.ceil(self.cores("door") / 2), math.ceil(self.live_pages / of("live pages")))

    @property
    def painters(self) -> int:
        """Workers of generation, two cores each."""
        return max(2, math.ceil(self.cores("painting") / 2))

    @property
    def connections(self) -> int:
        """Connections to Postgres, if every pool is full: two of each other program."""
        others = 8 * WORKER_POOL
        return self.web_pods * WEB_POOL + self.painters * WORKER_POOL + others

    @property
    def rows_year(self) -> float:
        """Rows more after a year, before anything is archived."""
        return self.per_day * 365 * of("rows")

    @property
    def tables(self) -> float:
        """Bytes of tables and indexes after a year, people and facts included."""
        people = self.per_day * 30 / of("per person")
        return self.per_day * 365 * (of("row bytes") + of("facts") * of("fact bytes")) + people * of("person bytes")

    @property
    def objects(self) -> float:
        """Bytes in the store once as much goes as comes."""
        return self.per_day * of("kept days") * of("object bytes")

    def money(self) -> dict[str, float]:
        """Dollars a day, by what they are for. Cores are paid for as at the peak for a third of the day."""
        hours = 24 * (1 / 3 + 2 / 3 / of("peak"))
        month = 365 / 12
        return {
            "cores": self.all_cores * hours * of("core hour"),
            "objects": self.objects / _GB * of("object month") / month,
            "disks": 3 * self.tables / _GB * of("disk month") / month,
            "to browsers": self.per_day * of("object bytes") * of("shown") / _GB * of("egress"),
        }


@dataclass(frozen=True, slots=True)
class Ceiling:
    """Something of which there is one, and how many figurines a second use it up."""

    name: str
    per_second: float
    then: str

    @property
    def per_day(self) -> float:
        """Figurines a day of which the busiest hour reaches it."""
        return self.per_second / of("peak") * DAY_SECONDS


def ceilings() -> list[Ceiling]:
    """What there is one of, the lowest first."""
    one, server = _all_cpu(), of("one server")
    found = [
        Ceiling("one machine of 4 cores, everything on it", 4 * of("busy") / one, "a cluster: painters first"),
        Ceiling("one machine of 64 cores", 64 * of("busy") / one, "a cluster: painters first"),
        Ceiling("the counter of the queue: a claim at a time", 0.8 / of("claim"), "more in a claim; a queue a shard"),
        Ceiling("400 connections, all pools full", _until_connected(400), "more of them; PgBouncer for the pools"),
        Ceiling("4 TB of tables after a year", _until_full(of("one disk")), "partitions by month, archives"),
        Ceiling("Postgres for all schemas", server * of("busy") / of("cpu postgres"), "a server a schema; then shards"),
        Ceiling("one relay for each service", 0.7 * of("relay") / of("events of one"), "a relay a shard"),
        Ceiling("counting usage: a batch at a time", 0.7 * of("counting") / of("facts"), "facts a shard, sums added"),
    ]
    return sorted(found, key=lambda each: each.per_second)


def _until_connected(connections: int) -> float:
    """Figurines a second at which programs of two cores each may hold so many connections."""
    one = Plan(DAY_SECONDS)
    each = (one.cores("door") * WEB_POOL + one.cores("painting") * WORKER_POOL) / 2 / one.peak
    return (connections - 8 * WORKER_POOL) / each


def _until_full(size: float) -> float:
    """Figurines a second, at a peak, that fill so many bytes in a year."""
    one = Plan(DAY_SECONDS)
    return size / one.tables * one.peak


def _all_cpu() -> float:
    """Seconds of CPU of one figurine, all programs."""
    one = Plan(DAY_SECONDS)
    names = ("painting", "door", "workers", "postgres", "broker")
    return sum(one.cores(name) for name in names) / one.peak * of("busy")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown; numbers to the right."""
    lines = [head, ["---", *["---:" for _ in head[1:]]], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def figures() -> str:
    """Every figure with its source."""
    rows = [(f"{each.value:,g}", each.unit, each.kind, each.source) for each in FIGURES.values()]
    return "\n".join(
        ["| figure | of what | | source |", "| ---: | --- | --- | --- |", *(f"| {' | '.join(row)} |" for row in rows)]
    )


def needs() -> str:
    """What each size needs."""
    plans = [Plan(size) for size in SIZES]
    rows = [
        ["figurines a second at the peak", *(_number(each.peak) for each in plans)],
        *(
            [f"cores for {what}", *(_number(each.cores(name)) for each in plans)]
            for name, what in (
                ("painting", "painting"),
                ("door", "the door (photos and requests)"),
                ("workers", "the other workers"),
                ("postgres", "Postgres (the primary)"),
                ("broker", "RabbitMQ (all queues' leaders)"),
            )
        ),
        ["painters of two cores", *(_number(each.painters) for each in plans)],
        ["gateways of two cores", *(_number(each.web_pods) for each in plans)],
        ["live pages", *(_number(each.live_pages) for each in plans)],
        ["connections to Postgres, pools full", *(_number(each.connections) for each in plans)],
        ["events a second", *(_number(each.peak * of("events")) for each in plans)],
        ["commits a second, at most", *(_number(each.peak * of("commits")) for each in plans)],
        ["WAL, MB a second", *(_number(each.peak * of("wal bytes") / 1e6) for each in plans)],
        ["rows more in a year", *(_short(each.rows_year) for each in plans)],
        ["tables after a year", *(_bytes(each.tables) for each in plans)],
        ["objects, once as much goes as comes", *(_bytes(each.objects) for each in plans)],
    ]
    return table(["a day", *(_short(size) for size in SIZES)], rows)


def prices() -> str:
    """What each size costs."""
    spent = [Plan(size).money() for size in SIZES]
    rows = [[name, *(f"{_number(each[name])} $" for each in spent)] for name in spent[0]]
    total = [sum(each.values()) for each in spent]
    rows.append(["together", *(f"{_number(each)} $" for each in total)])
    rows.append(["a figurine, cents", *(f"{100 * each / size:.2f}" for each, size in zip(total, SIZES, strict=True))])
    rows.append(["if Gemini painted all", *(f"{_number(size * of('gemini'))} $ more" for size in SIZES)])
    return table(["$ a day", *(_short(size) for size in SIZES)], rows)


def limits() -> str:
    """What saturates first."""
    rows = [[each.name, _number(each.per_second), _short(each.per_day), each.then] for each in ceilings()]
    return table(["there is one of", "figurines a second", "a day at that peak", "then"], rows)


def tables() -> Iterator[tuple[str, str]]:
    """Each table by the name of its mark."""
    yield from (("figures", figures()), ("needs", needs()), ("limits", limits()), ("prices", prices()))


def written(document: str) -> str:
    """The document with the tables of today between its marks. Raises ValueError for a mark that is missing."""
    for name, made in tables():
        mark = re.compile(rf"(<!-- {name}: python -m bench.capacity --write -->\n).*?(\n<!-- end -->)", re.S)
        document, found = mark.subn(lambda each, made=made: f"{each[1]}{made}{each[2]}", document)
        if found != 1:
            raise ValueError(name)
    return document


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def _short(value: float) -> str:
    for limit, sign in ((1e12, " trillion"), (1e9, " billion"), (1e6, " million")):
        if value >= limit:
            return f"{value / limit:.3g}{sign}"
    return f"{float(f'{value:.2g}'):,.0f}"


def _bytes(value: float) -> str:
    for limit, sign in ((1e15, "PB"), (1e12, "TB"), (1e9, "GB")):
        if value >= limit:
            return f"{value / limit:.3g} {sign}"
    return f"{value / 1e6:.0f} MB"


def main() -> None:
    """Print the tables, or write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="into docs/scaling.md")
    if parser.parse_args().write:
        DOCUMENT.write_text(written(DOCUMENT.read_text()))
        return
    for name, made in tables():
        print(f"\n{name}\n{made}")


if __name__ == "__main__":
    main()
