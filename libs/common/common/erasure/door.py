"""The event door's share of an erasure: the fence goes up, and who waited for the others is called."""

from collections.abc import Mapping
from typing import Any, TypeVar

from common.contracts import Event
from common.contracts.privacy import UserDeletionRequested, UserIdentityErasureDue
from common.contracts.rights import UserDataErased
from common.erasure.fence import Fence
from common.erasure.records import Erasures
from common.erasure.tombstones import Tombstones
from common.service import Service
from common.subscriptions import Beside
from common.work import Opened

W = TypeVar("W")


def subscriptions(service: Service[W], fence: Fence) -> Mapping[type[Event], Beside[W]]:
    """What every service listens to for the sake of who leaves."""

    def begin(opened: Opened[W], event: UserDeletionRequested) -> None:
        """Fence somebody off, end what lets them in, and write down what is to be done. Again: answer again."""
        now = opened.clock.now()
        erasures = Erasures(opened.connection, opened.clock, service.name)
        done = erasures.find(event.request_id)
        if done is not None and done.statement is not None and done.signature is not None:
            opened.outbox.add(
                UserDataErased(
                    request_id=event.request_id,
                    service=service.name,
                    residue=0,
                    statement=done.statement,
                    signature=done.signature,
                )
            )
            return
        Tombstones(opened.connection).add(fence.mark(event.user_id), event.request_id, at=now)
        if erasures.begin(event.request_id, event.user_id):
            # Once: what it writes may have been emptied since, and asked again is asked for an answer only.
            service.leaving.begin(opened.work, event.user_id)

    def call(opened: Opened[W], event: UserIdentityErasureDue) -> None:
        """All others are done."""
        Erasures(opened.connection, opened.clock, service.name).call(event.request_id)

    own: dict[type[Event], Any] = {UserDeletionRequested: Beside(begin)}
    if service.leaving.last:
        own[UserIdentityErasureDue] = Beside(call)
    return own
