"""Every way promises are broken on purpose, one file for each kind, and the probes for which there is none."""

import pkgutil
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Final

from ops.prove.mutation import MUTATIONS, Mutation

# Probes that nothing here breaks, by promise and name: why that is not needed.
NOT_BROKEN: Final[Mapping[tuple[str, str], str]] = {
    ("K1", "no photo lies too long in the store"): (
        "the store alone says how old an object is; tests/integration/test_deadline_probes.py has one that is"
    ),
    ("U8", "what is noticed is told"): (
        "the next telling heals it within half a minute; tests/integration/gateway/test_signals.py stops it"
    ),
    ("R1", "a canary's copy is whole"): "tests/unit/ops/test_canary.py looks through copies that are not",
    ("R4", "a canary's copy is in open formats"): "tests/unit/ops/test_canary.py looks through copies that are not",
}


def all_mutations() -> Sequence[Mutation]:
    """In the order of the promises."""
    for module in pkgutil.iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    return sorted(MUTATIONS, key=lambda mutation: (mutation.promise, mutation.probe))
