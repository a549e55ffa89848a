"""Analytics' clock door."""

from analytics.jobs.probes import PROBES
from analytics.jobs.tidying import tidying_jobs

__all__ = ["PROBES", "tidying_jobs"]
