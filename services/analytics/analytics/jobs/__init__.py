"""Analytics' clock door."""

from analytics.jobs.probes import PROBES
from analytics.jobs.reports import report_jobs
from analytics.jobs.tidying import tidying_jobs

__all__ = ["PROBES", "report_jobs", "tidying_jobs"]
