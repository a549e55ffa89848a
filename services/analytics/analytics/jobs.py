"""Analytics' clock door: nothing is due by the clock."""

from common.service import Job


def jobs() -> list[Job]:
    """What the clock asks of analytics."""
    return []
