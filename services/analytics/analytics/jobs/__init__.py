"""Analytics' clock door."""

from analytics.jobs.probes import PROBES

__all__ = ["PROBES"]
