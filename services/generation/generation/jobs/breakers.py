"""Whether calls to engines pass, told where operators look: a circuit breaker lives in its worker's memory."""

from collections.abc import Mapping

from common.work import UnitOfWork
from generation.ports import HasBreaker, ImageEngine
from generation.repository import Work


def tell_breakers(unit: UnitOfWork[Work], engines: Mapping[str, ImageEngine]) -> int:
    """Write down how the breakers of this worker's engines stand."""
    states = {name: each.breaker_state for name, each in engines.items() if isinstance(each, HasBreaker)}
    if states:
        with unit.begin() as work:
            work.desk.tell(states)
    return 0
