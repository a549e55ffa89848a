"""Every column and queue analytics stores: whose, why, how long, how exported, how erased."""

from analytics.inventory.anonymous import ANONYMOUS
from analytics.inventory.facts import CHOICES, COHORTS, FACTS, FACTS_KEPT, TIME_SPENT
from analytics.inventory.reports import REPORTS
from analytics.inventory.rollups import KEYS, ROLLUPS
from common.inventory import COMMON_TABLES, Inventory, queues_of

INVENTORY = Inventory(
    "analytics",
    FACTS,
    TIME_SPENT,
    COHORTS,
    CHOICES,
    *ROLLUPS,
    *ANONYMOUS,
    *KEYS,
    *REPORTS,
    *COMMON_TABLES,
    *queues_of("analytics"),
)

__all__ = ["FACTS_KEPT", "INVENTORY"]
