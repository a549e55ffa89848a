"""What generation looks at: uploads past their deadline, in its rows and in the store itself (promise K1)."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from itertools import islice
from typing import Final

from common.probes import Finding, Look, Probe
from common.probes.retention import Deadline, retention_probes
from generation.domain import UPLOAD_LIFETIME
from generation.inventory import INVENTORY
from generation.ports import PhotoStore

_AT_ONCE: Final = timedelta(0)
_COUNTED: Final = 100

DEADLINES: Final = (
    Deadline(
        what="uploads that are held",
        question="SELECT EXISTS (SELECT 1 FROM uploads WHERE state = 'held' AND delete_by <= %(limit)s)",
        patience=_AT_ONCE,
    ),
    Deadline(
        what="uploads that are being deleted",
        question="SELECT EXISTS (SELECT 1 FROM uploads WHERE state = 'deleting' AND delete_by <= %(limit)s)",
        patience=_AT_ONCE,
    ),
)


def probes(photos: PhotoStore) -> Sequence[Probe]:
    """Each thing that is looked at."""
    return (
        *retention_probes(INVENTORY, promise="K1", also=DEADLINES),
        Probe(
            promise="K1", name="no photo lies too long in the store", check=partial(look_into_the_store, photos=photos)
        ),
    )


def look_into_the_store(look: Look, *, photos: PhotoStore) -> Finding:
    """Photos older than a day, by the store's own time, whatever the rows say. Raises Unavailable."""
    found = len(list(islice(photos.strays(older_than=look.clock.now() - UPLOAD_LIFETIME), _COUNTED)))
    seen = f"{found} uploads older than a day lie" if found else "no upload older than a day lies"
    return Finding.of(f"By its own times, {seen} in the object store.", broken=found > 0, found=found)
