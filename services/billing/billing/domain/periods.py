"""What a bill for a plan is worth in credits: they follow the money, line by line. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from billing.domain.catalogue import Interval, Plan
from billing.domain.subscriptions import (
    BillSeen,
    PlanChangeRefused,
    SubscriptionSeen,
    SubscriptionState,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What was paid with a bill: a whole period, or the difference that a change within one makes."""

    plan: Plan
    credits: int
    starts_at: datetime
    ends_at: datetime
    whole_period: bool


def read_bill(bill: BillSeen, plan_of: Callable[[str], Plan]) -> Charge | None:
    """What the bill paid for; None when it has no line for any plan.

    Half a period of a plan is half its money and half its credits, given or given back, so that nobody gains by
    changing to and fro.
    """
    worth = Fraction(0)
    for line in bill.lines:
        plan = plan_of(line.price_id)
        worth += Fraction(plan.credits * line.amount, plan.amount)
    paid_for = [line for line in bill.lines if line.amount > 0] or list(bill.lines)
    if not paid_for:
        return None
    whole = [line for line in paid_for if not line.proration]
    line = max(whole or paid_for, key=lambda each: (each.ends_at, each.starts_at))
    return Charge(
        plan=plan_of(line.price_id),
        credits=max(0, int(worth)),
        starts_at=line.starts_at,
        ends_at=line.ends_at,
        whole_period=bool(whole),
    )


def stands(seen: SubscriptionSeen, *, now: datetime, patience: timedelta) -> SubscriptionState:
    """What we make of what the provider says: a payment that fails for too long pauses the plan."""
    # With a period the provider begins to ask for its money.
    if seen.state is SubscriptionState.PAST_DUE and now - seen.period_start >= patience:
        return SubscriptionState.PAUSED
    return seen.state


def happens_at_once(old: Plan, new: Plan) -> bool:
    """Whether a change is paid and counts now (to a dearer plan), or from the next period on (to a cheaper one).

    Raises PlanChangeRefused.
    """
    if old.price_id == new.price_id:
        raise PlanChangeRefused("You have this plan already.")
    if old.currency != new.currency:
        raise PlanChangeRefused("A plan in another currency begins when the present one has ended; cancel it first.")
    if old.interval is Interval.YEAR and new.interval is Interval.MONTH:
        raise PlanChangeRefused(
            "A yearly plan runs to its end. Cancel it, and choose a monthly one when its year is over."
        )
    if old.interval is not new.interval:
        return True
    return new.amount > old.amount
