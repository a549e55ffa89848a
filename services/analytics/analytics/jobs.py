"""Analytics' clock door: nothing is due by the clock."""

from collections.abc import Sequence

from common.service import Job


def jobs() -> Sequence[Job]:
    """What the clock asks of analytics."""
    return []
