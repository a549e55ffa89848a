"""Analytics' clock door."""

from analytics.jobs.hours_seen import HOUR_PROBES
from analytics.jobs.probes import PROBES
from analytics.jobs.reports import report_jobs
from analytics.jobs.tidying import tidying_jobs

__all__ = ["HOUR_PROBES", "PROBES", "report_jobs", "tidying_jobs"]
