"""The five services, who looks at them from outside, and which objects each of them may touch."""

from collections.abc import Mapping

SERVICES = ("gateway", "generation", "billing", "privacy", "analytics")
# A person who is made up, lives through the public door and says what she saw; no service, and without any data.
CANARY = "canary"
# Whose statements privacy believes, by their keys.
SIGNERS = (*SERVICES, CANARY)
BUCKETS = ("uploads", "figurines", "photos", "exports", "tombstones", "anchors")

# What a service reads and writes; one that is not named here has no key to the object store.
BUCKETS_OF: Mapping[str, tuple[str, ...]] = {
    "gateway": ("uploads", "tombstones"),
    "generation": ("uploads", "figurines", "photos", "tombstones"),
    "billing": ("tombstones",),
    "privacy": ("exports", "tombstones", "anchors"),
    "analytics": ("tombstones",),
}
# What it puts parts of people's copies into, and takes back what it put there; it reads nobody's, not even its own.
WRITTEN_BY: Mapping[str, tuple[str, ...]] = {
    "gateway": ("exports",),
    "generation": ("exports",),
    "billing": ("exports",),
    "analytics": ("exports",),
}
