"""What billing looks at besides its books: whether plans allow what they should, and corrections are followed."""

from datetime import timedelta
from typing import Final

from billing.domain.subscriptions import ENTITLING
from common.probes import Finding, Look, Probe

_ROWS: Final = 500
# What a plan allows is told in the transaction that changes it, and computed anew every hour.
_SETTLED_FOR: Final = timedelta(minutes=1)
_LOOKED_AT_WITHIN: Final = timedelta(minutes=30)
# The payment provider may be away for hours; it is asked until it has followed.
_FOLLOWED_WITHIN: Final = timedelta(days=1)


def look_at_plans(look: Look) -> Finding:
    """Whether people may do what the plans they pay for allow, and nobody what she does not pay for.

    Broken on purpose: the plan in somebody's row of `entitlements` is set to another one.
    """
    now = look.clock.now()
    people, wrong, unlooked = look.row(
        """
        WITH newest AS (SELECT user_id FROM subscriptions ORDER BY id DESC LIMIT %(rows)s),
        looked AS (
            SELECT plan.user_id, plan.seen_at,
                   CASE WHEN plan.state = ANY(%(entitling)s) THEN plan.paid_price_id END AS price_id
              FROM (SELECT DISTINCT user_id FROM newest
                     WHERE NOT EXISTS (SELECT FROM departures WHERE departures.user_id = newest.user_id)) AS people
             CROSS JOIN LATERAL (
                   SELECT user_id, seen_at, state, paid_price_id FROM subscriptions
                    WHERE subscriptions.user_id = people.user_id AND end_because IS NULL
                    ORDER BY state = 'canceled', array_position(ARRAY['active', 'past_due', 'paused'], state), id DESC
                    LIMIT 1) AS plan)
        SELECT count(*), count(*) FILTER (WHERE seen_at < %(settled)s
                                            AND told.price_id IS DISTINCT FROM looked.price_id),
               (SELECT count(*) FROM (SELECT FROM entitlements WHERE check_at < %(unlooked)s LIMIT 1000) AS late)
          FROM looked LEFT JOIN entitlements AS told USING (user_id)
        """,
        {
            "rows": _ROWS,
            "entitling": sorted(ENTITLING),
            "settled": now - _SETTLED_FOR,
            "unlooked": now - _LOOKED_AT_WITHIN,
        },
    )
    return Finding.of(
        f"Of the {people} people whose plans are the newest, {wrong} may do something else than they pay for; what "
        f"{unlooked} people may do should have been computed anew.",
        broken=wrong > 0 or unlooked > 0,
        people=people,
        wrong=wrong,
        unlooked=unlooked,
    )


def look_at_corrections(look: Look) -> Finding:
    """Corrections that billing or its payment provider have not followed.

    Broken on purpose: the payment provider refuses, or is away, and the clock goes on.
    """
    looked, late = look.row(
        """
        SELECT count(*), count(*) FILTER (WHERE followed_at IS NULL)
          FROM (SELECT followed_at FROM corrections WHERE told_at < %(before)s
                 ORDER BY told_at DESC LIMIT %(rows)s) AS newest
        """,
        {"before": look.clock.now() - _FOLLOWED_WITHIN, "rows": _ROWS},
    )
    return Finding.of(
        f"Of the newest {looked} corrections that are older than a day, {late} were not followed by billing and the "
        "payment provider.",
        broken=late > 0,
        looked=looked,
        late=late,
    )


KEPT: Final = (
    Probe(promise="R2", name="every copy follows", check=look_at_corrections),
    Probe(promise="U3", name="plans allow what they should", check=look_at_plans),
)
