"""Telling privacy, which keeps what people allow, that somebody wants no more news."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from common.clock import Clock
from common.contracts.consents import NEWS
from common.contracts.words import Word
from common.policy import Policies
from gateway.adapters.peers import Peers


@dataclass(frozen=True, slots=True)
class NoNews:
    """Says so as she would herself, under the policy that is out."""

    peers: Peers
    policies_out: Callable[[], Policies]
    clock: Clock

    def __call__(self, account_id: UUID) -> Word | None:
        """What privacy knows then, if anything. Raises Unavailable; PersonGone for who leaves or has left."""
        version = self.policies_out().at(self.clock.now().date()).version
        said = {"granted": False, "how": "studio page", "policy_version": version}
        answer = self.peers.privacy.put(f"/v1/consents/{NEWS}", user_id=account_id, body=said)
        return Word(granted=answer["granted"], changed_at=answer["changed_at"]) if answer["changed_at"] else None
