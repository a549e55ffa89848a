"""Analytics' clock door."""

from analytics.jobs.anonymising import anonymising_jobs
from analytics.jobs.devices_seen import DEVICE_PROBES
from analytics.jobs.hours_seen import HOUR_PROBES
from analytics.jobs.probes import PROBES
from analytics.jobs.reports import report_jobs
from analytics.jobs.tidying import tidying_jobs

__all__ = ["DEVICE_PROBES", "HOUR_PROBES", "PROBES", "anonymising_jobs", "report_jobs", "tidying_jobs"]
