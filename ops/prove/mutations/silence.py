"""Nobody looks any more: what was found before grows stale, and that is as red as broken."""

from collections.abc import Generator, Mapping
from typing import Final

from common.contracts.promises import witnesses_of
from ops.prove.hands import Hands
from ops.prove.mutation import breaks

_SILENT: Final[Mapping[str, str]] = {
    witness.promise: "analytics looks at it as well, and is as silent about it" for witness in witnesses_of("analytics")
}


@breaks("S4", "own schema only", "a service that looks no more", companions=_SILENT)
def stop_looking(hands: Hands) -> Generator[None]:
    """Analytics' worker, and its probes with it."""
    with hands.without("analytics-worker"):
        yield
