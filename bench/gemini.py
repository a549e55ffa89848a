"""What becomes of a thousand orders when every fifth call to Gemini goes wrong.

    python -m bench.gemini [--jobs 1000] [--faults 0.2] [--latency 0.05]

Generation and billing on real Postgres before the emulated Gemini, wired as in production: nobody may be forgotten,
nothing charged that was not delivered, no picture that arrived asked for again, and nothing told without a record.
Ends with 1 when any of that does not hold. Conditions are printed with the figures.
"""

import argparse
import logging
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from threading import Event
from time import perf_counter
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import structlog

import billing.repository
from bench.events_servers import DIRECTORY
from bench.gemini_parts import Photos, Pictures, Post, Running, Service, Watched, as_painted, emulator
from billing.subscribers import subscriptions as billing_subscriptions
from billing.use_cases.ledger import find_violations
from common.clock import SYSTEM_CLOCK
from common.contracts.gateway import ImageUploaded, UserRegistered
from common.contracts.generation import FigurineFailed, FigurineGenerated
from common.contracts.privacy import ConsentChanged
from common.database import Database
from common.work import UnitOfWork
from generation import use_cases
from generation.adapters.catalogue import read_catalogue
from generation.adapters.gemini.engine import GeminiEngine
from generation.domain import GEMINI, UPLOAD_LIFETIME, Limits, Painters
from generation.jobs import Workshop, note_unknown_calls
from generation.repository import Work
from generation.subscribers import subscriptions as generation_subscriptions
from ops.embedded.stack import Stack
from ops.emulators.gemini.ledger import Call
from ops.emulators.gemini.script import Behaviour, Chance, Kind, Latency, Script

STYLE, PEOPLE, AT_ONCE, DEADLINE = "chibi", 50, 8, 5.0
CREDITS = 10_000
FAULTS: Mapping[str, Behaviour] = {
    "HTTP 503": Behaviour(kind=Kind.ERROR, code=503),
    "HTTP 500, not JSON": Behaviour(kind=Kind.ERROR, code=500, plain=True),
    "HTTP 429, wait 2 s": Behaviour(kind=Kind.ERROR, code=429, retry_seconds=2),
    "HTTP 429, wait 20 s": Behaviour(kind=Kind.ERROR, code=429, retry_seconds=20),
    "prompt blocked": Behaviour(kind=Kind.BLOCKED, reason="PROHIBITED_CONTENT"),
    "finished for safety": Behaviour(kind=Kind.FINISHED, reason="IMAGE_SAFETY"),
    "text only": Behaviour(kind=Kind.TEXT_ONLY),
    "no candidate": Behaviour(kind=Kind.EMPTY),
    "a picture that is none": Behaviour(kind=Kind.GARBAGE_PICTURE),
    "half a picture": Behaviour(kind=Kind.TRUNCATED_PICTURE),
    "not JSON": Behaviour(kind=Kind.INVALID_JSON),
    "connection lost": Behaviour(kind=Kind.DROP),
    "connection lost halfway": Behaviour(kind=Kind.DROP_HALFWAY),
    "no answer, ever": Behaviour(kind=Kind.HANG),
}
# Nobody knows whether these were received, and what they cost: they are asked again once, after a pause.
LOST = frozenset({Kind.DROP, Kind.DROP_HALFWAY, Kind.HANG})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rush:
    """The orders, and whoever works on them."""

    stack: Stack
    partner: Running
    generation: UnitOfWork[Work]
    billing: UnitOfWork[billing.repository.Work]
    engine: Watched
    pictures: Pictures
    workshop: Workshop
    post: Post

    def ask(self, query: LiteralString) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.stack.postgres.admin_url()) as connection:
            return connection.execute(query).fetchall()

    def place(self, jobs: int) -> None:
        """People open accounts and allow Gemini, and every order comes, as events of the other services."""
        people = [SYSTEM_CLOCK.new_id() for _ in range(PEOPLE)]
        for person in people:
            now = SYSTEM_CLOCK.now()
            registered, allowed = UserRegistered(user_id=person, registered_at=now), consent(person)
            with self.billing.begin() as work:
                billing_subscriptions(trial_credits=CREDITS)[UserRegistered](work, registered)
            with self.generation.begin() as work:
                use_cases.note_consent(work, allowed)
        for n in range(jobs):
            with self.generation.begin() as work:
                use_cases.accept_order(work, order(people[n % PEOPLE]), catalogue=self.workshop.painters.styles)

    def unfinished(self) -> int:
        with self.generation.database.begin() as connection:
            row = connection.execute("SELECT count(*) FROM figurines WHERE finished_at IS NULL").fetchone()
        return row[0] if row else 0

    def run(self) -> float:
        """Until every job has ended and everybody has heard of it; returns the seconds that took."""
        began, over = perf_counter(), Event()
        with ThreadPoolExecutor(AT_ONCE + 2) as threads:
            running = [threads.submit(busy, partial(self.workshop.render_next, GEMINI), over) for _ in range(AT_ONCE)]
            running.append(threads.submit(busy, self.post.carry, over))
            try:
                while self.unfinished() and not any(each.done() for each in running):
                    self.workshop.in_transaction(use_cases.release_expired_leases)()
                    over.wait(0.5)
            finally:
                over.set()
            for each in running:
                each.result()
        while self.post.carry():
            pass
        return perf_counter() - began


def busy(do: Callable[[], int], over: Event) -> None:
    while not over.is_set():
        if not do():
            over.wait(0.05)


def consent(person: UUID) -> ConsentChanged:
    return ConsentChanged(
        user_id=person,
        purpose="google_gemini",
        granted=True,
        policy_version="2026-11-01",
        changed_at=SYSTEM_CLOCK.now(),
    )


def order(person: UUID) -> ImageUploaded:
    now = SYSTEM_CLOCK.now()
    return ImageUploaded(
        figurine_id=SYSTEM_CLOCK.new_id(),
        upload_id=SYSTEM_CLOCK.new_id(),
        user_id=person,
        style=STYLE,
        variants=1,
        aspect_ratio="1:1",
        seed=7,
        uploaded_at=now,
        delete_by=now + UPLOAD_LIFETIME,
        options={},
    )


@contextmanager
def rush() -> Iterator[Rush]:
    """Afresh, and gone afterwards."""
    Stack(DIRECTORY).remove()
    stack = Stack(DIRECTORY)
    stack.start_servers()
    stack.application.migrate()
    databases = {name: Database(stack.postgres.url(name), application="bench") for name in ("generation", "billing")}
    try:
        with emulator() as partner:
            yield assembled(stack, partner, databases)
    finally:
        for database in databases.values():
            database.close()
        stack.remove()


def assembled(stack: Stack, partner: Running, databases: Mapping[str, Database]) -> Rush:
    generation = UnitOfWork(service="generation", database=databases["generation"], build=Work)
    accounts = UnitOfWork(service="billing", database=databases["billing"], build=billing.repository.Work)
    engine = Watched(
        GeminiEngine(
            api_key=partner.key,
            base_url=partner.base_url,
            deadline=DEADLINE,
            max_concurrent=AT_ONCE,
            unknown_beside_pictures=partial(note_unknown_calls, generation),
        )
    )
    styles, pictures = read_catalogue(), Pictures()
    workshop = Workshop(
        unit=generation,
        engines={GEMINI: engine},
        painters=Painters(
            styles=styles,
            available=frozenset({GEMINI}),
            limits=Limits(person=2, renderers=2, partners={GEMINI: AT_ONCE}),
        ),
        photos=Photos(),
        pictures=pictures,
        finish=as_painted,
        lease=timedelta(seconds=20),
    )
    post = Post(
        Service.of(generation, generation_subscriptions(styles)),
        Service.of(accounts, billing_subscriptions(trial_credits=CREDITS)),
    )
    return Rush(
        stack=stack,
        partner=partner,
        generation=generation,
        billing=accounts,
        engine=engine,
        pictures=pictures,
        workshop=workshop,
        post=post,
    )


def laws(rush: Rush, calls: list[Call], jobs: int) -> Mapping[str, int]:
    """How often each is broken."""
    ended = Counter(e.figurine_id for e in rush.post.carried if isinstance(e, FigurineGenerated | FigurineFailed))
    told = Counter(dict(rush.ask("SELECT figurine_id, count(*) FROM generation.disclosures GROUP BY 1")))
    called = Counter(rush.engine.figurine_of[call.prompt_sha256] for call in calls)
    arrived = Counter(call.digest for call in calls if call.outcome == Kind.PICTURE)
    made = Counter(call.digest for call in calls if call.billed)
    lost = Counter(call.digest for call in calls if call.outcome in LOST)
    ((open_holds, wrong),) = rush.ask(
        """
        SELECT count(*) FILTER (WHERE h.state = 'open'),
               count(*) FILTER (WHERE h.captured <> h.unit_price * coalesce(p.delivered, 0))
          FROM billing.holds h
          LEFT JOIN (SELECT figurine_id, count(*) AS delivered FROM generation.pictures GROUP BY 1) p
            USING (figurine_id)
        """
    )
    ((pictures,),) = rush.ask("SELECT count(*) FROM generation.pictures")
    with rush.billing.begin() as work:
        violations = sum(find_violations(work).values())
    return {
        "jobs that did not end exactly once": jobs - sum(times == 1 for times in ended.values()),
        "jobs still open": rush.unfinished(),
        "holds still open": open_holds,
        "orders charged otherwise than for what was delivered": wrong,
        "laws of the ledger broken": violations,
        "records of pictures that are not stored, or the other way": abs(pictures - len(rush.pictures.stored)),
        "pictures that arrived and were asked for again": sum(times - 1 for times in arrived.values()),
        "pictures made again though the first was not lost": sum(max(0, n - 1 - lost[d]) for d, n in made.items()),
        "attempts told to the partner without a record, or the other way": (told - rush.engine.asked).total()
        + (rush.engine.asked - told).total(),
        "calls beyond two for each record": sum(max(0, n - 2 * told[figurine]) for figurine, n in called.items()),
    }


def report(rush: Rush, calls: list[Call], jobs: int, seconds: float) -> None:
    attempts = dict(rush.ask("SELECT outcome, count(*) FROM generation.attempts GROUP BY 1 ORDER BY 2 DESC"))
    states = dict(rush.ask("SELECT state, count(*) FROM generation.figurines GROUP BY 1 ORDER BY 2 DESC"))
    codes = dict(
        rush.ask("SELECT failure_code, count(*) FROM generation.figurines WHERE state = 'failed' GROUP BY 1 ORDER BY 2")
    )
    faulty = [call for call in calls if call.outcome != Kind.PICTURE]
    hit = {rush.engine.figurine_of[call.prompt_sha256] for call in faulty}
    asked = rush.engine.asked.total()
    billed = Counter(call.digest for call in calls if call.billed)
    rows = {
        "wall time": f"{seconds:.1f} s",
        "jobs per second": f"{jobs / seconds:.1f}",
        "jobs": ", ".join(f"{count} {state}" for state, count in states.items()),
        "of the failed": ", ".join(f"{count} {code}" for code, count in codes.items()) or "none",
        "jobs hit by a fault": f"{len(hit)} ({len(hit) / jobs:.0%})",
        "attempts": ", ".join(f"{count} {outcome}" for outcome, count in attempts.items()),
        "jobs tried again": str(sum(times > 1 for times in rush.engine.asked.values())),
        "records of disclosure": str(asked),
        "calls": f"{len(calls)}, of them {len(faulty)} faulty",
        "second calls within an attempt": str(len(calls) - asked),
        "pictures made twice, the first never came": str(sum(times - 1 for times in billed.values())),
        "faults by kind": ", ".join(f"{n} {kind}" for kind, n in Counter(c.outcome for c in faulty).most_common()),
    }
    for name, value in rows.items():
        print(f"{name:<44}{value}")


def main() -> int:
    """Print one table and the laws."""
    parser = argparse.ArgumentParser(prog="python -m bench.gemini")
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--faults", type=float, default=0.2, help="share of the calls that go wrong")
    parser.add_argument("--latency", type=float, default=0.05, help="median seconds of an answer")
    wish = parser.parse_args()
    # A line for each fault is what an operator wants, and nobody who reads a table.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    chances = [Chance(share=wish.faults / len(FAULTS), behaviour=fault) for fault in FAULTS.values()]
    with rush() as running:
        latency = Latency(median=wish.latency, sigma=0.4)
        running.partner.control.play(Script(chances=chances, seed=4, latency=latency))
        running.place(wish.jobs)
        seconds = running.run()
        calls = running.partner.control.ledger().calls
        print(f"{wish.jobs} orders of {PEOPLE} people, {wish.faults:.0%} of the calls faulty in {len(FAULTS)} ways;")
        print(f"{AT_ONCE} calls at once, 2 for a person; answers of {wish.latency:g} s (log-normal), {DEADLINE:g} s at")
        print(f"most; {os.cpu_count()} cores, durable Postgres; events carried without a broker, stores in memory,")
        print("nothing signed.\n")
        report(running, calls, wish.jobs, seconds)
        print()
        broken = laws(running, calls, wish.jobs)
        running.engine.close()
    for law, times in broken.items():
        print(f"{law:<66}{times}")
    return 1 if any(broken.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
