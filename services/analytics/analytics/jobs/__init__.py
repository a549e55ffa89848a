"""Analytics' clock door."""

from analytics.jobs.anonymising import anonymising_jobs
from analytics.jobs.devices_seen import DEVICE_PROBES
from analytics.jobs.probes import PROBES
from analytics.jobs.tidying import tidying_jobs

__all__ = ["DEVICE_PROBES", "PROBES", "anonymising_jobs", "tidying_jobs"]
