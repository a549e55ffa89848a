"""Jobs that wait, are claimed and end, without photos and pictures: for tests of the queue alone."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import combinations
from uuid import UUID

from common.clock import MovableClock
from common.work import UnitOfWork
from generation import use_cases
from generation.domain import STUDIO, FailureCode, Figurine, Limits, Painters, QueuePlace, Style
from generation.repository import Work
from tests.builders import Life

LEASE = timedelta(seconds=20)
STYLES = {
    name: Style(id=name, name="", description="", price=1, subjects=(), engines=engines)
    for name, engines in {
        "pin": ("studio",),
        "plush": ("gemini",),
        "bust": ("gemini", "studio"),
    }.items()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The queue of a studio."""

    unit: UnitOfWork[Work]
    clock: MovableClock
    painters: Painters = field(default_factory=lambda: Painters(styles=STYLES, limits=Limits(person=1000)))

    def limited(self, limits: Limits, *available: str) -> "Lines":
        """The same queue under other limits, before these engines."""
        painters = Painters(styles=STYLES, available=frozenset(available or {STUDIO}), limits=limits)
        return replace(self, painters=painters)

    def wait(self, lives: Iterable[Life]) -> list[Life]:
        """These jobs begin to wait, one after another."""
        waiting = list(lives)
        for life in waiting:
            self.clock.advance(timedelta(milliseconds=1))
            with self.unit.begin() as work:
                use_cases.accept_order(work, life.uploaded(), catalogue=STYLES)
                use_cases.queue_job(work, life.held())
        return waiting

    def of(self, user_id: UUID, count: int, *, variants: int = 1, style: str = "pin") -> list[Life]:
        """So many orders of one person."""
        return [Life(user_id=user_id, variants=variants, style=style, began=self.clock.now()) for _ in range(count)]

    def claim(self, *engines: str) -> Figurine | None:
        """A renderer takes the next job."""
        self.clock.advance(timedelta(milliseconds=1))
        with self.unit.begin() as work:
            return use_cases.claim_job(work, lease=LEASE, painters=self.painters, engines=engines or [STUDIO])

    def end(self, claim: Figurine) -> None:
        """It is painted, or not: it ends."""
        with self.unit.begin() as work:
            use_cases.fail_attempt(work, claim, FailureCode.NO_PICTURE)

    def cancel(self, life: Life) -> None:
        """The person changes her mind."""
        with self.unit.begin() as work:
            use_cases.cancel_figurine(work, life.user_id, life.figurine_id)

    def serve(self, *engines: str) -> list[Figurine]:
        """Every job that can be claimed, in the order in which they are, each ended before the next."""
        served: list[Figurine] = []
        while (claim := self.claim(*engines)) is not None:
            self.end(claim)
            served.append(claim)
        return served

    def place(self, life: Life) -> QueuePlace | None:
        """What the person is told."""
        with self.unit.begin() as work:
            return use_cases.queue_place(work, life.user_id, life.figurine_id, painters=self.painters)

    def consent(self, life: Life, *, granted: bool) -> None:
        """The person agrees to Gemini, or no longer does."""
        with self.unit.begin() as work:
            use_cases.note_consent(work, life.consented(self.clock.now(), granted=granted))


class Judge:
    """Sees to it that of two persons who both wait, neither gets more than `bound` pictures ahead of the other.

    The bound of start-time fair queueing: the largest job of each.
    """

    def __init__(self, lines: Lines, *, bound: int) -> None:
        self._lines = lines
        self._bound = bound
        self._left = Counter[UUID]()
        self.got = Counter[UUID]()
        self._since: dict[tuple[UUID, UUID], Counter[UUID]] = {}

    def order(self, orders: Iterable[tuple[UUID, int]]) -> None:
        """So many pictures for these persons."""
        for person, variants in orders:
            self._lines.wait(self._lines.of(person, 1, variants=variants))
            self._left[person] += 1
        self._judge()

    def serve(self, most: int) -> None:
        """Paint so many jobs, or all there are."""
        for _ in range(most):
            claim = self._lines.claim()
            if claim is None:
                return
            self._lines.end(claim)
            self._left[claim.user_id] -= 1
            self.got[claim.user_id] += claim.variants
            self._judge()

    def _judge(self) -> None:
        pairs = set(combinations(sorted(person for person, left in self._left.items() if left), 2))
        self._since = {pair: self._since.get(pair, self.got.copy()) for pair in pairs}
        for (one, other), then in self._since.items():
            assert abs((self.got[one] - then[one]) - (self.got[other] - then[other])) <= self._bound


def people(served: Sequence[Figurine], *names: UUID) -> str:
    """Who was served, as letters: the first of the names is a, the next b."""
    letters = {name: chr(ord("a") + n) for n, name in enumerate(names)}
    return "".join(letters[each.user_id] for each in served)
