"""Analytics' rows, in literal SQL, inside one transaction."""

from analytics.repository.gathering import Observation
from analytics.repository.work import Work

__all__ = ["Observation", "Work"]
