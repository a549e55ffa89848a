"""What the house costs around the engine: from an accepted upload to `figurine.generated`.

    python -m bench.overhead [--jobs 200] [--rate 5]

Runs the whole embedded stack with an engine that answers at once. Orders are placed where the HTTP door
places them (sealed photo stored, order committed); a listener at the broker notes when figurine.generated
comes out. The sum of the raw parts (commits, confirmed messages, objects), timed alone on the same servers
in the same run, is what it is compared with. Only ratios mean anything.
"""

import argparse
import json
import os
import platform
import ssl
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pika
import pika.exceptions

from bench.overhead_parts import time_parts, total
from common.contracts.consents import POLICY_VERSIONS
from common.service import Service
from gateway.adapters.uploads import S3Uploads
from gateway.domain.figurines import Order
from gateway.repository import Work
from gateway.use_cases import figurines, people
from gateway.use_cases.figurines import Placement
from gateway.use_cases.people import SignUp
from gateway.wiring import build as build_gateway
from ops.embedded.stack import Stack

DIRECTORY = Path(".figurine-bench")
ORDERS_PER_PERSON = 10  # what the trial credits pay for, at one credit each
PATIENCE_SECONDS = 180
ORDER = Order(style="acrylic-standee", variants=1, aspect_ratio="1:1", title="", note="")
PHOTO = b"\xff\xd8" + b"x" * 100_000


class Arrivals:
    """When figurine.generated came out of the broker, for each figurine."""

    def __init__(self, stack: Stack) -> None:
        parameters = pika.URLParameters(stack.rabbitmq.admin_url())
        parameters.ssl_options = pika.SSLOptions(ssl.create_default_context(cafile=str(stack.site.ca)), "localhost")
        self._parameters = parameters
        self.at: dict[str, float] = {}
        self.grants = 0
        self._changed = threading.Condition()
        self._ready = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()
        self._ready.wait(10)

    def wait_for(self, what: str, number: int) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        with self._changed:
            while self._count(what) < number:
                if not self._changed.wait(max(0.0, deadline - time.monotonic())):
                    sys.exit(f"only {self._count(what)} of {number} {what} arrived in {PATIENCE_SECONDS} s")

    def _count(self, what: str) -> int:
        return self.grants if what == "grants" else len(self.at)

    def _listen(self) -> None:
        channel = pika.BlockingConnection(self._parameters).channel()
        queue = channel.queue_declare("", exclusive=True).method.queue
        for key in ("figurine.generated", "credits.granted"):
            channel.queue_bind(queue, "events", key)
        channel.basic_consume(queue, self._note, auto_ack=True)
        self._ready.set()
        with suppress(pika.exceptions.AMQPError):  # the stack goes down before this thread does
            channel.start_consuming()

    def _note(self, _channel: Any, method: Any, _properties: Any, body: bytes) -> None:
        now = time.perf_counter()
        with self._changed:
            if method.routing_key == "credits.granted":
                self.grants += 1
            else:
                self.at[json.loads(body)["data"]["figurine_id"]] = now
            self._changed.notify_all()


class Orders:
    """Places orders as the HTTP door does, for people with credits."""

    def __init__(self, service: Service[Work], arrivals: Arrivals) -> None:
        self._service = service
        self._arrivals = arrivals
        self._uploads = next(port for port in service.ports if isinstance(port, S3Uploads))

    def people(self, number: int) -> list[UUID]:
        """New people whose trial credits have arrived."""
        granted = self._arrivals.grants
        ids = [self._sign_up(n) for n in range(number)]
        self._arrivals.wait_for("grants", granted + number)
        return ids

    def place(self, account_id: UUID) -> tuple[str, float]:
        """The figurine's id, and when its order was accepted."""
        clock = self._service.unit.clock
        placement = Placement(figurine_id=clock.new_id(), upload_id=clock.new_id(), order=ORDER, price=1, seed=1)
        keys = self._uploads.put(placement.upload_id, PHOTO, title="", note="", owner=account_id)
        with self._service.unit.begin() as work:
            figurines.place_order(work, account_id, replace(placement, keys=keys))
        return str(placement.figurine_id), time.perf_counter()

    def _sign_up(self, n: int) -> UUID:
        request = SignUp(
            email=f"bench-{self._service.unit.clock.new_id()}-{n}@example.org",
            name="Bench",
            password_hash="none",
            adult=True,
            policy_version=POLICY_VERSIONS[-1],
        )
        with self._service.unit.begin() as work:
            return people.sign_up(work, request).id


def steady(orders: Orders, arrivals: Arrivals, jobs: int, rate: float) -> list[float]:
    """Latencies in milliseconds of orders that come one by one, at a steady rate."""
    buyers = _in_turn(orders.people(-(-jobs // ORDERS_PER_PERSON)))
    already, began, accepted = len(arrivals.at), time.perf_counter(), dict[str, float]()
    for n in range(jobs):
        pause = began + n / rate - time.perf_counter()
        if pause > 0:
            threading.Event().wait(pause)
        figurine, at = orders.place(next(buyers))
        accepted[figurine] = at
    arrivals.wait_for("figurines", already + jobs)
    return [(arrivals.at[figurine] - at) * 1000 for figurine, at in accepted.items()]


def burst(orders: Orders, arrivals: Arrivals, jobs: int) -> float:
    """Jobs per second when they all come at once, from the first order to the last picture."""
    buyers = _in_turn(orders.people(-(-jobs // ORDERS_PER_PERSON)))
    already, began = len(arrivals.at), time.perf_counter()
    for _ in range(jobs):
        orders.place(next(buyers))
    arrivals.wait_for("figurines", already + jobs)
    return jobs / (max(arrivals.at.values()) - began)


def _in_turn(people: list[UUID]) -> Iterator[UUID]:
    while True:
        yield from people


@contextmanager
def blank_stack() -> Generator[Stack]:
    """The whole stack, its renderers replaced by ones that do nothing."""
    stack = Stack(DIRECTORY)
    stack.up()
    stack.program("generation-worker").stop()
    environment = {**os.environ, **stack.environments.of("generation")}
    worker = subprocess.Popen([sys.executable, "-m", "bench.overhead_worker", "worker"], env=environment)
    try:
        yield stack
    finally:
        worker.terminate()
        worker.wait(30)
        stack.stop()


def main() -> None:
    """Measure, print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--rate", type=float, default=5.0, help="orders per second while latency is measured")
    arguments = parser.parse_args()
    with blank_stack() as stack:
        os.environ.update(stack.environments.of("gateway"))
        arrivals = Arrivals(stack)
        orders = Orders(build_gateway(), arrivals)
        steady(orders, arrivals, 20, arguments.rate)  # warm up: first connections, first plans
        before = time_parts(stack)
        latencies = sorted(steady(orders, arrivals, arguments.jobs, arguments.rate))
        per_second = burst(orders, arrivals, arguments.jobs)
        after = time_parts(stack)
    parts = {name: (before[name] + after[name]) / 2 for name in before}
    print_table(latencies, per_second, parts, arguments)


def print_table(latencies: list[float], per_second: float, parts: dict[str, float], arguments: Any) -> None:
    """The figures, with their conditions."""
    raw = total(parts)
    p50, p99 = statistics.median(latencies), latencies[int(len(latencies) * 0.99) - 1]
    print(
        f"\n{arguments.jobs} jobs, {arguments.rate:g}/s for latency; {os.cpu_count()} cores, {platform.machine()}, "
        f"Python {platform.python_version()}; servers, services and bench share them; load {os.getloadavg()[0]:.1f}"
    )
    print("\n| raw part | ms, median |\n| --- | ---: |")
    for name, milliseconds in parts.items():
        print(f"| {name} | {milliseconds:.2f} |")
    print("\n| accepted upload to figurine.generated | ms | x sum of parts |\n| --- | ---: | ---: |")
    print(f"| sum of the raw parts of one job | {raw:.1f} | 1.0 |")
    print(f"| p50 | {p50:.1f} | {p50 / raw:.1f} |")
    print(f"| p99 | {p99:.1f} | {p99 / raw:.1f} |")
    print(
        f"\nburst: {per_second:.1f} jobs/s; one after the other the raw parts alone would do {1000 / raw:.1f} jobs/s "
        f"({per_second * raw / 1000:.2f} x)"
    )


if __name__ == "__main__":
    main()
