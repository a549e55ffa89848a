"""Analytics' rows, in literal SQL, inside one transaction."""

from analytics.repository.choices import Choices
from analytics.repository.counts import Counts
from analytics.repository.work import Work

__all__ = ["Choices", "Counts", "Work"]
