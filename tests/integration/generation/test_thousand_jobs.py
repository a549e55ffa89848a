"""A thousand jobs of ten persons, before two engines of which every fifth call goes wrong."""

from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from threading import Event, Lock
from typing import Any
from uuid import UUID

import pytest

from common.clock import MovableClock
from common.contracts import EVENTS, decode
from common.contracts.generation import FigurineFailed, FigurineGenerated, FigurineStarted
from common.work import UnitOfWork
from generation import use_cases
from generation.domain import GEMINI, MAX_FAILURES, STUDIO, Limits, Painters
from generation.jobs import Workshop
from generation.ports import Painting, PaintOrder
from generation.repository import Work
from tests.builders import Life
from tests.fakes.engine import card, crashes, fails, never_answers
from tests.fakes.stores import MemoryPhotos, MemoryPictures, as_painted
from tests.integration.generation.lines import STYLES

JOBS, PEOPLE, RENDERERS = 1_000, 10, 4
PERSON, PARTNER = 2, 3
FAULTS = (
    fails("engine_unavailable"),
    fails("engine_unavailable", retry_after=3),
    fails("engine_timeout"),
    fails("refused_by_engine"),
    fails("no_picture"),
    fails("model_retired"),
    never_answers,
    crashes,
)
CARD = card("teal", (8, 8))


class Faulty:
    """Paints at once; every fifth order goes wrong in one of many ways. Counts how often each was asked."""

    def __init__(self, name: str, seed: int) -> None:
        self.name = name
        self.asked = Counter[UUID]()
        self._chance = Random(seed)
        self._lock = Lock()

    def paint(self, order: PaintOrder) -> Sequence[Painting]:
        with self._lock:
            self.asked[order.figurine_id] += 1
            fault = self._chance.choice(FAULTS) if self._chance.random() < 0.2 else None
        return [CARD] * order.variants if fault is None else fault(order)

    def close(self) -> None:
        """Nothing runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rush:
    """The jobs, those who paint them, and what is seen meanwhile."""

    unit: UnitOfWork[Work]
    clock: MovableClock
    workshop: Workshop
    engines: Mapping[str, Faulty]
    pictures: MemoryPictures
    most: Counter[str] = field(default_factory=Counter[str])

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with self.unit.database.begin() as connection:
            return connection.execute(query.encode()).fetchall()

    def look(self) -> int:
        """Note the most that was painted at once; returns how many jobs have not ended."""
        ((person, partner, open_jobs),) = self.ask(
            """
            SELECT (SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM figurines
                     WHERE state = 'rendering' GROUP BY user_id) each),
                   (SELECT count(*) FROM figurines WHERE state = 'rendering' AND engine = 'gemini'),
                   (SELECT count(*) FROM figurines WHERE finished_at IS NULL)
            """
        )
        for what, now in (("person", person), ("partner", partner)):
            self.most[what] = max(self.most[what], now)
        return open_jobs

    def run(self) -> None:
        """Until every job has ended; time passes, and what a dead renderer held is given to others."""
        over = Event()
        with ThreadPoolExecutor(2 * RENDERERS) as threads:
            running = [threads.submit(self._render, name, over) for name in self.engines for _ in range(RENDERERS)]
            try:
                while self.look() and not _died(running):
                    self._let_a_second_pass()
                    over.wait(0.02)
            finally:
                over.set()
            for renderer in running:
                renderer.result()

    def _let_a_second_pass(self) -> None:
        self.clock.advance(timedelta(seconds=1))
        with self.unit.begin() as work:
            use_cases.release_expired_leases(work)

    def _render(self, engine: str, over: Event) -> None:
        while not over.is_set():
            try:
                done = self.workshop.render_next(engine)
            except RuntimeError:
                continue  # this renderer died; its lease will tell
            if not done:
                over.wait(0.02)


def _died(running: list[Future[None]]) -> bool:
    return any(renderer.done() for renderer in running)


@pytest.fixture
def rush(unit: UnitOfWork[Work], clock: MovableClock) -> Rush:
    engines = {STUDIO: Faulty(STUDIO, 1), GEMINI: Faulty(GEMINI, 2)}
    pictures, photos = MemoryPictures(), MemoryPhotos()
    limits = Limits(person=PERSON, renderers=RENDERERS, partners={GEMINI: PARTNER})
    workshop = Workshop(
        unit=unit,
        engines=engines,
        painters=Painters(styles=STYLES, available=frozenset(engines), limits=limits),
        photos=photos,
        pictures=pictures,
        finish=as_painted,
        lease=timedelta(seconds=20),
    )
    people = [Life(variants=1).user_id for _ in range(PEOPLE)]
    for n, user_id in enumerate(people):
        with unit.begin() as work:
            if n % 2:
                use_cases.note_consent(work, Life(user_id=user_id).consented(clock.now()))
            for _ in range(JOBS // PEOPLE):
                life = Life(user_id=user_id, style="bust", variants=1, began=clock.now())
                photos.put(life.upload_id, owner=user_id, at=clock.now())
                use_cases.accept_order(work, life.uploaded(), catalogue=STYLES)
                use_cases.queue_job(work, life.held())
    return Rush(unit=unit, clock=clock, workshop=workshop, engines=engines, pictures=pictures)


def check_endings(rush: Rush) -> None:
    """Every job ended once, delivered once or said once why not, and was asked for no oftener than the ladder says."""
    told = [decode(body, EVENTS).event for (body,) in rush.ask("SELECT body FROM outbox ORDER BY seq")]
    generated = [event for event in told if isinstance(event, FigurineGenerated)]
    failed = [event for event in told if isinstance(event, FigurineFailed)]
    endings = Counter(event.figurine_id for event in [*generated, *failed])
    assert (len(endings), set(endings.values())) == (JOBS, {1})
    assert rush.ask("SELECT count(*) FROM figurines WHERE state IN ('succeeded', 'failed')") == [(JOBS,)]
    assert rush.ask("SELECT count(*) FROM pictures") == [(len(generated),)]
    assert {UUID(key.split("/")[0]) for key in rush.pictures.stored} == {event.figurine_id for event in generated}
    assert len(rush.pictures.stored) == len(generated)
    assert len(generated) > JOBS * 0.8
    assert max((rush.engines[STUDIO].asked + rush.engines[GEMINI].asked).values()) <= MAX_FAILURES
    assert not set(rush.engines[STUDIO].asked) & set(rush.engines[GEMINI].asked)


def check_fairness(rush: Rush) -> None:
    """At any moment of the first half, nobody's jobs were begun much less often than those of the others."""
    started = [decode(body, EVENTS).event for (body,) in rush.ask("SELECT body FROM outbox ORDER BY seq")]
    for engine in (STUDIO, GEMINI):
        begun = [event.user_id for event in started if isinstance(event, FigurineStarted) and event.engine == engine]
        for so_far in range(50, len(begun) // 2):
            shares = Counter(begun[:so_far])
            assert len(shares) == PEOPLE // 2
            # Who has two renderers die misses the turns until their leases are over.
            assert min(shares.values()) > 0.6 * so_far / len(shares)


def test_of_a_thousand_jobs_with_every_fifth_call_going_wrong_each_ends_once_and_nobody_is_forgotten(
    rush: Rush,
) -> None:
    rush.run()
    check_endings(rush)
    check_fairness(rush)
    assert rush.most["person"] <= PERSON
    assert rush.most["partner"] <= PARTNER
    # Two calls of unknown end at most; both are written down.
    assert rush.ask(
        "SELECT max(n) <= 2 FROM (SELECT count(*) AS n FROM attempts WHERE outcome = 'unknown' GROUP BY figurine_id) x"
    ) == [(True,)]
    assert rush.ask("SELECT count(*) FROM attempts WHERE ended_at IS NULL") == [(0,)]
    asked = sum(rush.engines[GEMINI].asked.values())
    assert rush.ask("SELECT count(*) FROM disclosures") == [(asked,)]
