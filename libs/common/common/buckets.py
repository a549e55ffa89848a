"""Whose business which bucket is; the store is told the same (ops/services.py), and probes try what it lets pass."""

from collections.abc import Mapping
from typing import Final

# What each service may list and read.
READ: Final[Mapping[str, frozenset[str]]] = {
    "gateway": frozenset({"uploads", "tombstones"}),
    "generation": frozenset({"uploads", "figurines", "photos", "tombstones"}),
    "billing": frozenset({"tombstones"}),
    "privacy": frozenset({"exports", "tombstones", "anchors"}),
    "analytics": frozenset({"tombstones"}),
}
# What it may list besides, to take back what it put there.
WRITTEN: Final[Mapping[str, frozenset[str]]] = {
    service: frozenset({"exports"}) for service in ("gateway", "generation", "billing", "analytics")
}
ALL: Final = sorted(frozenset[str]().union(*READ.values()))
