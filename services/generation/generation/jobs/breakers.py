"""Circuit breakers live in their worker's memory: how they stand is told where operators look, and what those wish is
heeded in each worker."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from common.work import UnitOfWork
from generation.ports import HasBreaker, ImageEngine
from generation.repository import Work

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class BreakerWatch:
    """The breakers of one worker's engines."""

    unit: UnitOfWork[Work]
    engines: Mapping[str, ImageEngine]
    _heeded: dict[str, UUID] = field(default_factory=dict[str, UUID])

    def look(self) -> int:
        """Let those try again that somebody wants tried, and write down how all of them stand."""
        guarded = {name: each for name, each in self.engines.items() if isinstance(each, HasBreaker)}
        if not guarded:
            return 0
        with self.unit.begin() as work:
            wishes = work.desk.breaker_wishes()
        for name, engine in guarded.items():
            self._heed(name, engine, wishes.get(name))
        with self.unit.begin() as work:
            work.desk.tell({name: each.breaker_state for name, each in guarded.items()})
        return 0

    def _heed(self, name: str, engine: HasBreaker, wish: UUID | None) -> None:
        if wish is None or self._heeded.get(name) == wish:
            return
        self._heeded[name] = wish
        if engine.try_again():
            log.warning("circuit breaker tries again", engine=name, wish=str(wish))
