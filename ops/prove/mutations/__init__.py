"""Every way promises are broken on purpose, and the probes for which there is none, with the reason."""

from collections.abc import Mapping, Sequence
from typing import Final

from ops.prove.mutation import MUTATIONS, Mutation
from ops.prove.mutations import canary, deadlines, safety, silence

__all__ = ["NOT_BROKEN", "all_mutations", "canary", "deadlines", "safety", "silence"]

# Probes that nothing here breaks, by promise and name: why that is not needed.
NOT_BROKEN: Final[Mapping[tuple[str, str], str]] = {
    ("R1", "a canary's copy is whole"): "how a copy is looked through is tried in tests/unit/canary",
    ("R4", "a canary's copy is in open formats"): "how a copy is looked through is tried in tests/unit/canary",
}


def all_mutations() -> Sequence[Mutation]:
    """In the order of the promises."""
    return sorted(MUTATIONS, key=lambda mutation: (mutation.promise, mutation.probe))
