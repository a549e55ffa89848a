"""A post desk that kills itself at the worst moment: python -m tests.integration.generation.mortal_post MOMENT

No process hears SIGKILL: nothing is finished or given back. Its bench has no store, which nothing here is about.
"""

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from common.clock import MovableClock
from common.database import Database
from common.work import UnitOfWork
from generation.adapters.gemini.engine import GeminiEngine
from generation.domain import GEMINI, Figurine, Painters, StoredPicture
from generation.jobs import PostDesk
from generation.ports import BatchEngine, BatchNews, Painting, PaintOrder
from generation.repository import Work
from tests.integration.generation.gemini_orders import PHOTO, PROMPT
from tests.integration.generation.shop import CATALOGUE

BEFORE_THE_CALL = "before the call"
AFTER_THE_CALL = "after the call"
AFTER_THE_FIRST_ORDER = "after the first order"


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class MortalEngine:
    """Dies on one side of the call or on the other."""

    def __init__(self, engine: BatchEngine, moment: str) -> None:
        self._engine = engine
        self._moment = moment
        self.most = engine.most

    def hand_over(self, batch_id: UUID, orders: Mapping[int, PaintOrder]) -> str:
        if self._moment == BEFORE_THE_CALL:
            _die()
        name = self._engine.hand_over(batch_id, orders)
        if self._moment == AFTER_THE_CALL:
            _die()
        return name

    def find(self, batch_id: UUID) -> str | None:
        return self._engine.find(batch_id)

    def look(self, name: str, ratios: Mapping[int, str], *, of_one: bool) -> BatchNews:
        return self._engine.look(name, ratios, of_one=of_one)

    def stop(self, name: str) -> None:
        self._engine.stop(name)

    def delete(self, name: str) -> None:
        self._engine.delete(name)


class MortalBench:
    """Stores one order's pictures, and dies over the next."""

    def __init__(self) -> None:
        self._stored = 0

    def order_for(self, claim: Figurine) -> PaintOrder:
        return PaintOrder(figurine_id=claim.id, style=claim.style, photo=PHOTO, prompt=PROMPT, variants=claim.variants)

    def store(self, claim: Figurine, paintings: Sequence[Painting]) -> Sequence[StoredPicture]:
        if self._stored:
            _die()
        self._stored += 1
        prefix = f"{claim.id}/{claim.attempt}/1"
        return [
            StoredPicture(
                n=1,
                prefix=prefix,
                media_type=paintings[0].media_type,
                width=paintings[0].width,
                height=paintings[0].height,
                engine=GEMINI,
                model="",
                source_type="",
                signed_at=datetime.fromisoformat(os.environ["POST_NOW"]),
                original_type=None,
            )
        ]


def main(moment: str) -> None:
    """Do what the desk does, until it dies."""
    clock = MovableClock(datetime.fromisoformat(os.environ["POST_NOW"]))
    database = Database(os.environ["POST_DSN"], application="mortal")
    engine = GeminiEngine(api_key=os.environ["POST_KEY"], base_url=os.environ["POST_URL"], deadline=5.0)
    desk = PostDesk(
        unit=UnitOfWork(service="generation", database=database, build=Work, clock=clock),
        name=GEMINI,
        engine=MortalEngine(engine.batches, moment),
        painters=Painters(styles=CATALOGUE, available=frozenset({GEMINI}), batches=frozenset({GEMINI})),
        bench=MortalBench(),
    )
    if moment == AFTER_THE_FIRST_ORDER:
        desk.look()
    else:
        desk.hand_over()


if __name__ == "__main__":
    main(sys.argv[1])
