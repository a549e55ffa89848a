"""How the parts of the studio stand, for everybody to see: asked at most every few seconds, however many look."""

from collections.abc import Mapping
from threading import Lock
from typing import Final

from common.clock import Clock
from common.health import Readiness
from gateway.adapters.peers import Peers

SECONDS: Final = 10.0


class Standing:
    """Whether each service behind the door answers, and what it stands on."""

    def __init__(self, peers: Peers, clock: Clock) -> None:
        named = {peer.name: peer for peer in (peers.generation, peers.billing, peers.privacy, peers.analytics)}
        self._readiness = Readiness(
            {name: lambda peer=peer: peer.get("/readyz", user_id=None) for name, peer in named.items()}
        )
        self._clock = clock
        self._lock = Lock()
        self._seen: tuple[float, Mapping[str, bool]] | None = None

    def look(self) -> Mapping[str, bool]:
        """By service, whether it is ready."""
        with self._lock:
            now = self._clock.now().timestamp()
            if self._seen is None or abs(now - self._seen[0]) > SECONDS:
                checks = self._readiness.examine().checks
                self._seen = (now, {name: outcome == "ok" for name, outcome in checks.items()})
            return self._seen[1]
