"""The five services, and which objects each of them may touch."""

from collections.abc import Mapping

SERVICES = ("gateway", "generation", "billing", "privacy", "analytics")
BUCKETS = ("uploads", "figurines", "photos")

# A service that is not named here has no key to the object store.
BUCKETS_OF: Mapping[str, tuple[str, ...]] = {
    "gateway": ("uploads",),
    "generation": ("uploads", "figurines", "photos"),
}
