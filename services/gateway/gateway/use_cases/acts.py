"""What staff does is written down in the transaction that does it; whose data it is reads who looked, and why."""

from uuid import UUID

from gateway.domain.staff import Act, Actor
from gateway.domain.tickets import check_reason
from gateway.repository import Work
from gateway.repository.acts import Filter


def note(work: Work, who: Actor, act: str, *, thing: str = "", reason: str = "") -> UUID:
    """Write down an act that touches nobody's data, as `style.off`; `thing` names what it was done to.

    `thing` and `reason` hold no personal data: they stay for three years. Returns the id of the line.
    """
    return work.acts.add(who, act, thing=thing, reason=reason)


def note_of(work: Work, who: Actor, act: str, *, person: UUID, what: str, reason: str, thing: str = "") -> UUID:
    """Write down a look at somebody's data, or a change of it. Raises Invalid where no reason is given.

    `what` and `reason` are read by the person herself, under "Who looked at your data"; `what` is a phrase, as
    "Your account and your credits". `thing` is the id of something of hers, never that of her account.
    """
    reason = check_reason(reason)
    act_id = work.acts.add(who, act, thing=thing, reason="")
    work.access_log.add_of(person, operator=who.handle, what=what, reason=reason, act_id=act_id)
    return act_id


def read(work: Work, wanted: Filter, *, limit: int, before: UUID | None) -> list[Act]:
    """The trail, the latest first."""
    return work.acts.page(wanted, limit=limit, before=before)


def end_old(work: Work) -> int:
    """Forget what is older than the trail reaches; returns how many lines."""
    return work.acts.end_old()
