"""One round of many things to do."""

from collections.abc import Callable
from uuid import UUID

import structlog

log = structlog.get_logger(__name__)


def one_of_many(do: Callable[[], None], **ids: UUID) -> bool:
    """One thing that cannot be done must not keep the others waiting; it comes up again."""
    try:
        do()
    except Exception:
        log.exception("left for the next round", **{name: str(value) for name, value in ids.items()})
        return False
    return True
