"""Analytics' clock door."""

from analytics.jobs.anonymising import anonymising_jobs
from analytics.jobs.probes import PROBES
from analytics.jobs.tidying import tidying_jobs

__all__ = ["PROBES", "anonymising_jobs", "tidying_jobs"]
