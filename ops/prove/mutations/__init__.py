"""Every way promises are broken on purpose, and the probes for which there is none, with the reason."""

from collections.abc import Mapping, Sequence
from typing import Final

from common.contracts.promises import WITNESSES
from ops.prove.mutation import MUTATIONS, Mutation
from ops.prove.mutations import canary, deadlines, disclosed, kept, safety, silence, store

__all__ = ["NOT_BROKEN", "all_mutations", "canary", "deadlines", "disclosed", "kept", "safety", "silence", "store"]

# Probes that nothing here breaks, by promise and name: why that is not needed.
NOT_BROKEN: Final[Mapping[tuple[str, str], str]] = {
    ("R1", "a canary's copy is whole"): "how a copy is looked through is tried in tests/unit/canary",
    ("R4", "a canary's copy is in open formats"): "how a copy is looked through is tried in tests/unit/canary",
}


def all_mutations() -> Sequence[Mutation]:
    """In the order of the promises; of probes that there are."""
    probes = {(witness.promise, witness.probe) for witness in WITNESSES}
    known = [mutation for mutation in MUTATIONS if (mutation.promise, mutation.probe) in probes]
    return sorted(known, key=lambda mutation: (mutation.promise, mutation.probe))
