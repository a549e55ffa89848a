"""What the public door costs, next to bare Flask and one query; and what a thousand live pages cost one process.

    python -m bench.gateway [--people 60] [--calls 1200] [--streams 1000]

The whole embedded stack runs, its renderers replaced by ones that do nothing. Balance, list, picture and upload are
asked for over TLS by clients in a process of their own, in turn with the bare application: the same server, settings
and pool, the same statement for each. Then so many pages watch one gateway process. Only ratios mean anything.
"""

import argparse
import http.client
import io
import multiprocessing
import os
import platform
import socket
import ssl
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

from PIL import Image

from bench.gateway_bare import PATH
from bench.gateway_load import Call, Load, press, watch
from bench.overhead import Arrivals, Orders, blank_stack
from common.service import Service
from gateway.repository import Work
from gateway.use_cases import people
from gateway.wiring import build
from ops.embedded.stack import Stack

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

CONNECTIONS: Final = 8
ROUNDS: Final = 3
BOUNDARY: Final = "bench-boundary"
IDLE_SECONDS: Final = 30.0
PATIENCE_SECONDS: Final = 60.0
# How many pages of the studio one of them has open.
PAGES_EACH: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """Somebody who is signed in."""

    id: UUID
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer(Watching):
    """Somebody who has a figurine, too."""

    figurine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A server, and what asks it."""

    url: str
    ca: str
    name: str
    calls: Sequence[Call]


def signed_in(service: Service[Work], orders: Orders, number: int) -> list[Watching]:
    """So many new people."""
    found: list[Watching] = []
    for account_id in orders.people(number):
        with service.unit.begin() as work:
            found.append(Watching(id=account_id, token=people.open_session(work, account_id, device="bench").token))
    return found


def customers(service: Service[Work], orders: Orders, arrivals: Arrivals, number: int) -> list[Customer]:
    """So many people with a figurine each, that is done."""
    already = len(arrivals.at)
    found: list[Customer] = []
    for person in signed_in(service, orders, number):
        figurine, _ = orders.place(person.id)
        found.append(Customer(id=person.id, token=person.token, figurine=figurine))
    arrivals.wait_for("figurines", already + number)
    return found


def upload(customer: Customer, photo: bytes, n: int) -> Call:
    """An order with its photo, as a browser sends it."""
    fields = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (("style", "acrylic-standee"), ("variants", "1"))
    )
    head = (
        f'{fields}--{BOUNDARY}\r\nContent-Disposition: form-data; name="photo"; filename="p.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    )
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Idempotency-Key": f"bench-{n}"}
    body = head.encode() + photo + f"\r\n--{BOUNDARY}--\r\n".encode()
    return Call(method="POST", path="/v1/figurines", token=customer.token, headers=headers, body=body, expected=202)


def photograph() -> bytes:
    """A JPEG of twelve megapixels, as telephones make them."""
    noise = Image.effect_noise((500, 375), 60).resize((4000, 3000)).convert("RGB")
    buffer = io.BytesIO()
    noise.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


@contextmanager
def bare_server(stack: Stack) -> Generator[str]:
    """The bare application, served as the gateway is."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        bind = f"127.0.0.1:{free.getsockname()[1]}"
    environment = {**os.environ, **stack.environments.of("gateway"), "FIGURINE_BIND": bind, "FIGURINE_METRICS_BIND": ""}
    process = subprocess.Popen([sys.executable, "-m", "bench.gateway_bare"], env=environment)
    url = f"https://localhost:{bind.rpartition(':')[2]}"
    try:
        wait_for_answer(url, str(stack.site.ca))
        yield url
    finally:
        process.terminate()
        process.wait(30)


def wait_for_answer(url: str, ca: str) -> None:
    """Ends when the server answers; exits when it never does."""
    deadline, context = time.monotonic() + PATIENCE_SECONDS, ssl.create_default_context(cafile=ca)
    while time.monotonic() < deadline:
        client = http.client.HTTPSConnection(url.removeprefix("https://"), context=context, timeout=5)
        try:
            client.request("GET", PATH)
            if client.getresponse().status == 200:
                return
        except OSError:
            threading.Event().wait(0.1)
        finally:
            client.close()
    sys.exit("the bare application never answered")


def measure(clients: ProcessPoolExecutor, places: Sequence[Place]) -> dict[str, Load]:
    """Each in turn, and again: whatever else the machine does meets all of them."""
    loads: dict[str, list[Load]] = {place.name: [] for place in places}
    for place in places:
        clients.submit(press, place.url, place.ca, place.calls[:CONNECTIONS], CONNECTIONS).result()
    for n in range(ROUNDS):
        for place in places:
            part = place.calls[CONNECTIONS:][n::ROUNDS]
            loads[place.name].append(clients.submit(press, place.url, place.ca, part, CONNECTIONS).result())
    return {name: together(parts) for name, parts in loads.items()}


def together(parts: Sequence[Load]) -> Load:
    """Several runs as one."""
    wrong: dict[int, int] = {}
    for part in parts:
        for status, number in part.wrong.items():
            wrong[status] = wrong.get(status, 0) + number
    return Load(
        latencies=[each for part in parts for each in part.latencies],
        seconds=sum(part.seconds for part in parts),
        wrong=wrong,
    )


def places(stack: Stack, bare: str, found: Sequence[Customer], calls: int) -> list[Place]:
    """What is asked of whom."""
    photo, ca, gateway = photograph(), str(stack.site.ca), stack.environments.address("gateway")
    uploads = calls // 4
    body = upload(found[0], photo, 0).body

    def each(path: str) -> list[Call]:
        owners = (found[n % len(found)] for n in range(calls))
        return [Call(path=path.format(id=owner.figurine), token=owner.token) for owner in owners]

    def at(url: str, name: str, asked: Sequence[Call]) -> Place:
        return Place(url=url, ca=ca, name=name, calls=asked)

    return [
        at(bare, "bare Flask, one query", [Call(path=PATH)] * calls),
        at(gateway, "GET /v1/credits", each("/v1/credits")),
        at(gateway, "GET /v1/figurines", each("/v1/figurines")),
        at(gateway, "GET …/pictures/1", each("/v1/figurines/{id}/pictures/1?size=thumb")),
        at(bare, f"bare, a body of {len(body) // 1024} KiB", [Call(method="POST", path=PATH, body=body)] * uploads),
        at(
            gateway,
            "POST /v1/figurines",
            [upload(found[n % len(found)], photo, n) for n in range(uploads)],
        ),
    ]


def print_loads(loads: dict[str, Load]) -> None:
    """Requests a second and what they waited, beside the bare one before them."""
    print(f"\n{CONNECTIONS} connections at once, {ROUNDS} rounds in turn\n")
    print(
        "| asked | requests/s | p50 ms | p99 ms | of bare | other answers |\n| --- | ---: | ---: | ---: | ---: | --- |"
    )
    bare = 1.0
    for name, load in loads.items():
        rate = len(load.latencies) / load.seconds
        bare = rate if name.startswith("bare") else bare
        p99 = statistics.quantiles(load.latencies, n=100)[98]
        print(
            f"| {name} | {rate:,.0f} | {statistics.median(load.latencies) * 1000:.1f} | {p99 * 1000:.1f} "
            f"| {rate / bare:.0%} | {load.wrong or ''} |"
        )


def process_of(stack: Stack) -> int:
    """The one process that answers at the gateway's door: the child of the one that is kept running."""
    arbiter = stack.supervisor.pid("gateway-web")
    children = Path(f"/proc/{arbiter}/task/{arbiter}/children").read_text().split()
    return int(children[0])


def memory_mib(pid: int) -> float:
    """What a process holds."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def cpu_seconds(pid: int) -> float:
    """What a process used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def watch_all(stack: Stack, service: Service[Work], watching: Sequence[Watching], streams: int) -> None:
    """So many live pages at one process: memory, what they cost while nothing happens, and how soon they hear of it."""
    pid, spawn = process_of(stack), multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    tokens = [watching[n % len(watching)].token for n in range(streams)]
    arguments = (stack.environments.address("gateway"), str(stack.site.ca), tokens, theirs)
    before = memory_mib(pid)
    watcher = spawn.Process(target=watch, args=arguments, daemon=True)
    watcher.start()
    theirs.close()
    opened = ours.recv()
    after, used = memory_mib(pid), cpu_seconds(pid)
    threading.Event().wait(IDLE_SECONDS)
    idle = (cpu_seconds(pid) - used) / IDLE_SECONDS
    heard = sorted(moment for _ in range(ROUNDS) for moment in tell_all(service, watching, ours))
    ours.send("stop")
    alive = ours.recv()
    watcher.join(30)
    print(f"\n{streams:,} live pages at one process, {len(watching)} people\n")
    print(f"opened in {opened:.1f} s; {before:.0f} MiB before, {after:.0f} MiB with them: ", end="")
    print(f"{(after - before) * 1024 / streams:.0f} KiB each")
    print(f"while nothing happens: {idle:.1%} of a core, heartbeats and all; {alive:,} still open at the end")
    print(
        f"news for all of them at once: heard after {statistics.median(heard) * 1000:.0f} ms p50, "
        f"{heard[int(len(heard) * 0.99) - 1] * 1000:.0f} ms p99, {heard[-1] * 1000:.0f} ms the last"
    )


def tell_all(service: Service[Work], watching: Sequence[Watching], pages: "Connection") -> list[float]:
    """Seconds after which each page heard of something that happened to everybody."""
    pages.send("go")
    with service.unit.begin() as work:
        for person in watching:
            work.feed.add(person.id, "credits.changed", {"available": 1, "held": 0})
    told = time.perf_counter()
    return [moment - told for moment in pages.recv()]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=60)
    parser.add_argument("--calls", type=int, default=1200, help="of each kind; 0 leaves them out")
    parser.add_argument("--streams", type=int, default=1000, help="0 leaves them out")
    arguments = parser.parse_args()
    with blank_stack() as stack, ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as clients:
        os.environ.update(stack.environments.of("gateway"))
        service, arrivals = build(), Arrivals(stack)
        orders = Orders(service, arrivals)
        print(
            f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}; servers, services and "
            f"clients share them; load {os.getloadavg()[0]:.1f}"
        )
        if arguments.calls:
            found = customers(service, orders, arrivals, arguments.people)
            with bare_server(stack) as bare:
                print_loads(measure(clients, places(stack, bare, found, arguments.calls)))
        if arguments.streams:
            watching = signed_in(service, orders, -(-arguments.streams // PAGES_EACH))
            watch_all(stack, service, watching, arguments.streams)
        service.close()
        service.unit.database.close()


if __name__ == "__main__":
    main()
