"""A post desk on real servers and the emulated Gemini: orders that can wait go out, and what becomes of them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from generation.adapters.gemini.engine import GeminiEngine
from generation.domain import GEMINI, STUDIO, Limits, Painters
from generation.domain.batches import LEASE, BatchState
from generation.jobs import PostDesk
from generation.ports import BatchEngine
from generation.use_cases import batch_orders
from ops.emulators.gemini.control import Control
from ops.emulators.gemini.ledger import BatchRecord
from ops.emulators.gemini.script import Batching, Behaviour
from tests.builders import Life
from tests.fakes.engine import FakeEngine
from tests.fixtures.gemini import RunningEmulator
from tests.integration.generation.gemini_orders import PHOTO
from tests.integration.generation.shop import CATALOGUE, Shop
from tests.integration.generation.test_partners import agree

STYLE = "desk-statue"
# Longer than any pause between two looks, shorter than any patience.
A_WHILE = timedelta(minutes=10, seconds=1)
Start = Callable[..., GeminiEngine]


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """The desk, its shop, and the partner's other door."""

    shop: Shop
    desk: PostDesk
    control: Control

    def with_engine(self, engine: BatchEngine) -> "Post":
        """The same desk before another engine."""
        return replace(self, desk=replace(self.desk, engine=engine))

    def order(self, *, agreed: bool = True, **fields: Any) -> Life:
        """An order for within a day, paid for."""
        life = Life(**({"style": STYLE, "variants": 1, "delivery": "batch", "began": self.shop.clock.now()} | fields))
        if agreed:
            agree(self.shop, life)
        life = self.shop.bring(life, PHOTO, title="Quillfeather", note="in space")
        return self.shop.afford(self.shop.accept(life))

    def sent(self, **fields: Any) -> Life:
        """An order the partner has."""
        life = self.order(**fields)
        assert self.desk.hand_over() == 1
        return life

    def will(self, *behaviours: Behaviour, **batching: Any) -> None:
        """What happens to batches, and to the pictures in them."""
        self.control.batching(Batching(**batching), *behaviours)

    def look(self, *, after: timedelta = A_WHILE) -> None:
        """A while later, everything that is due is looked at, until nothing is."""
        self.shop.clock.advance(after)
        while self.desk.look():
            pass

    def sweep(self) -> None:
        """The clock ends what nobody waits for any more."""
        with self.shop.unit.begin() as work:
            batch_orders.end_overdue(work, painters=self.desk.painters)

    def there(self) -> list[BatchRecord]:
        """The batches the partner has or had."""
        return self.control.ledger().batches

    def kept(self) -> list[str]:
        """Those it still has."""
        return [batch.name for batch in self.there() if not batch.deleted]

    def billed(self) -> int:
        """How many pictures it has painted."""
        return sum(call.billed for call in self.control.ledger().calls)

    def states(self) -> list[BatchState]:
        """How far the groups have come, in the order in which they began."""
        with self.shop.unit.database.begin() as connection:
            rows = connection.execute("SELECT state FROM batches ORDER BY begun_at, id").fetchall()
        return [BatchState(state) for (state,) in rows]


def opened(shop: Shop, emulator: RunningEmulator, start: Start) -> Post:
    """A desk like the one of the worker."""
    engine = start(deadline=3.0, breaker_failures=1000)
    engines = {STUDIO: FakeEngine(STUDIO), GEMINI: engine}
    painters = Painters(
        styles=CATALOGUE,
        available=frozenset(engines),
        limits=Limits(partners={GEMINI: 8}),
        batches=frozenset({GEMINI}),
    )
    shop = shop.with_workshop(engines=engines, painters=painters)
    desk = PostDesk(unit=shop.unit, name=GEMINI, engine=engine.batches, painters=painters, bench=shop.workshop)
    return Post(shop=shop, desk=desk, control=emulator.control)


__all__ = ["A_WHILE", "LEASE", "STYLE", "Post", "opened"]
