"""Promises T2 and T5: who takes payments, and whether all that providers were told is on record."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from common.clock import first_id
from common.probes import Finding, Look, Probe

_STRIPE: Final = "stripe"
_ORDERS: Final = 300
_LATELY: Final = timedelta(days=2)


def provider_probes(providers: Sequence[str], outside: Sequence[str], *, live: bool) -> list[Probe]:
    """What is looked at where these providers take payments; those `outside` of the house are told of people."""
    return [
        Probe(
            promise="T2",
            name="Stripe, and others beside it",
            check=lambda look: look_who_takes_payments(look, providers, live=live),
        ),
        Probe(promise="T5", name="every call is on record", check=lambda look: look_for_untold_calls(look, outside)),
    ]


def look_who_takes_payments(look: Look, providers: Sequence[str], *, live: bool) -> Finding:
    """Stripe is one of the ways to pay, and nobody was paid who is none of them.

    Broken on purpose: name another provider in `orders.provider` of a paid order.
    """
    if _STRIPE not in providers:
        return Finding.not_applicable("Stripe is not connected here, so no card is taken.")
    strange, paid = look.row(
        """
        SELECT count(*) FILTER (WHERE provider <> ALL (%s)), count(*)
          FROM (SELECT provider FROM orders WHERE paid_at IS NOT NULL ORDER BY paid_at DESC LIMIT %s) AS newest
        """,
        [list(providers), _ORDERS],
    )
    beside = [name for name in providers if name != _STRIPE]
    named = f" ({', '.join(beside)})" if beside else ""
    return Finding.of(
        f"Stripe takes payments {'with real money' if live else 'in its test mode'}, beside it {len(beside)} other "
        f"ways{named}; of the newest {paid} paid orders {strange} were paid in "
        "none of these ways.",
        broken=strange > 0,
        beside=len(beside),
        paid=paid,
        strange=strange,
    )


def look_for_untold_calls(look: Look, outside: Sequence[str]) -> Finding:
    """Orders and refunds that a provider surely heard of, and the records of what it was told, person by person.

    A record is written before the call is made, so there may be more of them than calls, and never fewer. Who left has
    no records any more. Broken on purpose: delete a row of `disclosures` of somebody who bought something today.
    """
    if not outside:
        return Finding.not_applicable("No payment provider outside of the house is connected here: nobody is told.")
    # Before there were records none was kept.
    (begun,) = look.row("SELECT applied_at FROM migrations WHERE name = '0014_disclosures.sql'")
    since = max(look.clock.now() - _LATELY, begun)
    calls, untold = look.row(
        """
        WITH calls AS (
            SELECT user_id, provider, 'order' AS kind, created_at
              FROM (SELECT * FROM orders WHERE id >= %(first)s AND provider = ANY (%(outside)s)
                       AND kind IN ('pack', 'plan') AND reference IS NOT NULL
                     ORDER BY id DESC LIMIT %(limit)s) AS orders
             UNION ALL
            SELECT user_id, refunds.provider, 'refund', refunds.created_at
              FROM (SELECT * FROM refunds WHERE id >= %(first)s AND provider = ANY (%(outside)s)
                       AND asked_by <> 'provider' AND state IN ('pending', 'succeeded')
                     ORDER BY id DESC LIMIT %(limit)s) AS refunds
              JOIN orders ON orders.id = order_id),
        counted AS (
            SELECT user_id, provider, kind, count(*) AS made, min(created_at) AS since FROM calls
             WHERE NOT EXISTS (SELECT FROM departures WHERE departures.user_id = calls.user_id)
             GROUP BY user_id, provider, kind)
        SELECT coalesce(sum(made), 0), coalesce(sum(greatest(made - told, 0)), 0)
          FROM counted, LATERAL (
               SELECT count(*) AS told FROM disclosures
                WHERE disclosures.user_id = counted.user_id AND partner = provider
                  AND disclosures.kind = counted.kind AND at >= since) AS records
        """,
        {"first": first_id(since), "outside": list(outside), "limit": _ORDERS},
    )
    return Finding.of(
        f"Of {calls} orders and refunds of the last {_LATELY.days} days that {', '.join(outside)} heard of, {untold} "
        "are not on record.",
        broken=untold > 0,
        calls=int(calls),
        untold=int(untold),
    )
