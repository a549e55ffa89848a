"""What the statement says, in words a person understands. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from billing.domain.lots import Lot, LotKind, Return

# Why a figurine cost nothing, by the public failure code.
FAILURE_REASONS: Mapping[str, str] = {
    "refused_by_engine": "The engine declined this photo; all credits came back",
    "no_picture": "The engine gave no picture; all credits came back",
    "engine_unavailable": "The engine was away; all credits came back",
    "engine_timeout": "The engine took too long; all credits came back",
    "model_retired": "The engine's model was retired; all credits came back",
    "photo_missing": "The photo was gone before painting began; all credits came back",
    "parent_missing": "The figurine it was to go on from had been deleted; all credits came back",
    "cancelled": "You cancelled; all credits came back",
    "plan_needed": "Your plan did not allow so much any more; all credits came back",
    "restricted": "Processing is restricted at your request; all credits came back",
}
LOT_NAMES: Mapping[LotKind, str] = {
    LotKind.TRIAL: "trial",
    LotKind.PLAN: "plan",
    LotKind.PACK: "bought",
    LotKind.GIFT: "gift",
    LotKind.ADJUSTMENT: "goodwill",
}
# What is said instead where some credits did not come back.
NOT_ALL_BACK: Mapping[str, str] = {
    "all credits came back": "nothing was charged",
    "the rest came back": "the rest was not charged",
}
TRIAL = "Welcome: credits to try the studio with"


def counted(number: int, noun: str) -> str:
    """'1 picture', '2 pictures'."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def day(moment: datetime) -> str:
    """'3 March 2026'."""
    return f"{moment.day} {moment:%B %Y}"


def hold_reason(pictures: int) -> str:
    """The line for a figurine whose fate is not known yet."""
    return f"Set aside for a figurine: {counted(pictures, 'picture')}"


def capture_reason(delivered: int, requested: int) -> str:
    """The line for a figurine that was delivered, in part or whole."""
    if delivered == requested:
        return f"Charged for {counted(delivered, 'picture')}"
    return f"Charged for {delivered} of {counted(requested, 'picture')}; the rest came back"


def release_reason(code: str) -> str:
    """The line for a figurine that did not come about."""
    return FAILURE_REASONS.get(code, "No picture was delivered; all credits came back")


def expiry_reason(lot: Lot, credits: int) -> str:
    """The line for credits nobody spent in time."""
    return f"{_named(lot, credits)} expired unspent"


def gift_reason(expires_at: datetime | None) -> str:
    """The line for a gift code."""
    return f"Gift code: to be spent until {day(expires_at)}" if expires_at else "Gift code"


def surplus_reason(lot: Lot, credits: int, cap: int) -> str:
    """The line for unused credits of a plan that are more than go into the next period."""
    return f"{_named(lot, credits)} ended with their period; at most {cap} unused ones go on"


def carried_reason(reason: str, carried: int) -> str:
    """The line for the credits of a period, and how many unused ones go on with them."""
    return f"{reason}; {counted(carried, 'unused credit')} of before can still be spent" if carried else reason


def with_returns(reason: str, returns: Sequence[Return]) -> str:
    """The reason of a settlement, and what became of credits whose lot had changed meanwhile."""
    notes = [
        *(_extended(each) for each in returns if each.available and each.lot.extended),
        *(f"{_named(each.lot, each.expired)} had expired" for each in returns if each.expired),
        *(f"{_named(each.lot, each.taken_back)} went back with their payment" for each in returns if each.taken_back),
        *(f"{_named(each.lot, each.frozen)} wait for their payment" for each in returns if each.frozen),
    ]
    if any(each.expired or each.taken_back for each in returns):
        for came_back, otherwise in NOT_ALL_BACK.items():
            reason = reason.replace(came_back, otherwise)
    return "; ".join([reason, *notes])


def _extended(each: Return) -> str:
    ends = each.lot.expires_at
    until = f"can be spent until {day(ends)}" if ends else "can be spent"
    return f"{_named(each.lot, each.available)} {until}"


def _named(lot: Lot, credits: int) -> str:
    return counted(credits, f"{LOT_NAMES[lot.kind]} credit")
