"""Analytics' clock door."""

from analytics.jobs.devices_seen import DEVICE_PROBES
from analytics.jobs.probes import PROBES
from analytics.jobs.tidying import tidying_jobs

__all__ = ["DEVICE_PROBES", "PROBES", "tidying_jobs"]
