"""What privacy stores is declared in full."""

from common.inventory.completeness import incomplete
from privacy.inventory import INVENTORY


def test_the_inventory_of_privacy_leaves_nothing_open() -> None:
    assert incomplete(INVENTORY) == []
