"""What is asked of other services by the console: written down here first, in one transaction, then asked for.

So nothing is done that is not on record. What is on record may have been refused by its service, or asked for twice:
each service does what was done already once only.
"""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from gateway.adapters.peers import Peer
from gateway.domain.staff import Colleague
from gateway.domain.tickets import MAX_REASON, check_reason
from gateway.routes.context import unit
from gateway.routes.desk import colleague
from gateway.use_cases import acts

Why = Annotated[
    str,
    Field(
        max_length=MAX_REASON,
        description="Why; whose data it is reads it.",
        examples=["She asked why her picture does not come"],
    ),
]


class WhyBody(BaseModel):
    """Why somebody does it."""

    reason: Why


def asked_of(peer: Peer, *, reason: str | None = None) -> tuple[Peer, UUID]:
    """The service in the name of who is at work, and her account: the service reads both out of a signed token."""
    who: Colleague = colleague()
    return peer.for_staff(who.roles, reason=reason), who.account_id


def write_down(act: str, *, thing: str, person: UUID | None = None, what: str = "", reason: str = "") -> None:
    """Put it on record before it is asked for. With a `person` she reads it, as long as she has an account.

    Raises Invalid without a reason where it is about a person.
    """
    if person is not None:
        reason = check_reason(reason)
    with unit.begin() as work:
        if person is not None and work.accounts.find(person) is not None:
            acts.note_of(work, colleague(), act, person=person, what=what, reason=reason, thing=thing)
        else:
            # Whom it was about has left: nobody is left to read the reason but those who look after the studio.
            acts.note(work, colleague(), act, thing=thing, reason=reason)


def without_person(told: Mapping[str, Any]) -> dict[str, Any]:
    """What a service told, without whose it is: that was for the line she reads, and for nobody's eyes here."""
    return {name: value for name, value in told.items() if name != "person"}


__all__ = ["Why", "WhyBody", "asked_of", "without_person", "write_down"]
