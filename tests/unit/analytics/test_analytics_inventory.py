"""What analytics stores is declared in full."""

from analytics.inventory import INVENTORY
from common.inventory.completeness import incomplete


def test_the_inventory_of_analytics_leaves_nothing_open() -> None:
    assert incomplete(INVENTORY) == []
