"""Whatever happens to somebody's money, in any order, the books keep every law and end as the provider's."""

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from billing.domain.laws import together
from billing.use_cases import departing
from tests.fakes.till import Till
from tests.integration.payments.chances import Chances, begin

START = datetime(2027, 1, 30, 8, tzinfo=UTC)
SEEDS, STEPS = range(2), 45
# As long as the slowest thing under way may take, and no longer than a period.
REST = timedelta(hours=3)

# Whom of these people a law is broken for.
LAWS = {
    "one paid object, one grant": """
        SELECT coalesce(paid.lot, lot.source)
          FROM (SELECT lot FROM orders WHERE user_id = ANY(%(who)s) AND state = 'paid' AND credits > 0) AS paid
          FULL JOIN (SELECT source FROM lots WHERE user_id = ANY(%(who)s) AND source ~ '^(order|period):') AS lot
            ON lot.source = paid.lot
         WHERE paid.lot IS NULL OR lot.source IS NULL
        """,
    "no credits but those of paid orders, of failed refunds and the trial": """
        SELECT source FROM lots
         WHERE user_id = ANY(%(who)s) AND source !~ '^(order|period|trial|gone):' AND NOT EXISTS (
               SELECT FROM refunds WHERE state = 'failed' AND 'refund:' || id || ':failed' = lots.source)
        """,
    "what went back is what refunds and lost disputes say": """
        SELECT bought.id
          FROM orders AS bought
          JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS back FROM refunds
                         WHERE order_id = bought.id AND state <> 'failed') AS refunds ON true
          JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS lost FROM disputes
                         WHERE order_id = bought.id AND state = 'lost') AS disputes ON true
         WHERE user_id = ANY(%(who)s) AND amount_refunded NOT BETWEEN back AND back + lost
        """,
    "a lot waits while it has a cause": """
        SELECT source FROM lots
         WHERE user_id = ANY(%(who)s) AND closed_at IS NULL
           AND (frozen_at IS NOT NULL) <> EXISTS (SELECT FROM freezes WHERE lot_id = lots.id)
        """,
    "a paid order has one document": """
        SELECT orders.id FROM orders LEFT JOIN invoices ON order_id = orders.id AND invoices.kind = 'receipt'
         WHERE orders.user_id = ANY(%(who)s) GROUP BY 1
        HAVING count(invoices.id) <> (bool_or(state = 'paid' AND amount_paid > 0))::int
        """,
    "nobody pays for what she did not get": """
        SELECT figurine_id FROM holds
         WHERE user_id = ANY(%(who)s) AND captured <> unit_price * coalesce(delivered, 0)
        """,
}


def broken(world: Chances) -> list[str]:
    """The laws that do not hold now."""
    ids = [person.id for person in world.people]
    with world.till.unit.begin() as work:
        found = together(
            work.audits.people_add_up(ids),
            work.audits.postings_add_up(ids),
            work.audits.entries(world.began, 2**62),
            work.audits.ended_holds(world.began, 2**62),
        )
    told = [law for law, offenders in found.items() if offenders]
    with world.till.database.begin() as connection:
        told += [law for law, query in LAWS.items() if connection.execute(query.encode(), {"who": ids}).fetchall()]
    return told


def come_to_rest(world: Chances) -> None:
    """Nothing breaks any more, everything is asked about; what was told is not needed."""
    till = world.till
    till.emulator.control.will()
    for _ in range(3):
        world.move(REST)
        till.make_due()
        till.sweep()


def ours(till: Till, who: UUID) -> tuple[int, ...]:
    """What we think came from somebody, went back, and is with a bank or lost there."""
    with till.database.begin() as connection:
        return tuple(
            connection.execute(query, [who]).fetchall()[0][0]
            for query in (
                b"SELECT coalesce(sum(amount_paid), 0)::int FROM orders WHERE user_id = %s",
                b"SELECT coalesce(sum(refunds.amount), 0)::int FROM refunds JOIN orders ON orders.id = order_id "
                b"WHERE user_id = %s AND refunds.state = 'succeeded'",
                b"SELECT coalesce(sum(disputes.amount), 0)::int FROM disputes JOIN orders ON orders.id = order_id "
                b"WHERE user_id = %s AND disputes.state <> 'won'",
            )
        )


def theirs(world: Chances) -> dict[UUID, tuple[int, ...]]:
    """What the provider thinks; somebody who left and came back would be two customers of its."""
    sums: dict[UUID, tuple[int, ...]] = {}
    for customer, account in world.till.emulator.control.books().customers.items():
        before = sums.get(world.customers[customer], (0, 0, 0))
        seen = (account.paid, account.refunded, account.disputed)
        sums[world.customers[customer]] = tuple(map(sum, zip(before, seen, strict=True)))
    return sums


def check_who_left(world: Chances, story: list[str]) -> None:
    """Whoever left owes and has nothing any more, and her customer is deleted."""
    for person in (each for each in world.people if each.gone):
        with world.till.unit.begin() as work:
            assert departing.payments_are_ended(work, person.id), story
    for customer, who in world.customers.items():
        if who in {person.id for person in world.people if person.gone}:
            kept = world.till.emulator.client().v1.customers.retrieve(customer).to_dict()
            assert kept.get("deleted"), story


def live(till: Till, seed: int, steps: int) -> list[str]:
    """A story of so many steps; every law after each of them. What happened."""
    chance = Random(seed)
    world = begin(till, chance, START)
    story: list[str] = []
    for _ in range(steps):
        (happening,) = chance.choices(list(world.happenings), list(world.happenings.values()))
        story.append(happening.__name__)
        world.move(timedelta(seconds=5))
        happening(world.somebody(happening))
        world.remember()
        assert broken(world) == [], story
    come_to_rest(world)
    assert broken(world) == [], story
    check_who_left(world, story)
    world.is_erased(world.people[0])
    assert broken(world) == [], story
    told = theirs(world)
    assert {who: ours(till, who) for who in told} == told, story
    plans = till.emulator.client().v1.subscriptions.list({"status": "all"}).data
    assert dict(till.rows("SELECT reference, state = 'canceled' FROM subscriptions WHERE state <> 'pending'")) == {
        plan.id: plan.status == "canceled" for plan in plans if plan.status not in {"incomplete", "incomplete_expired"}
    }, story
    for person in world.people:
        assert (
            len(till.rows("SELECT 1 FROM subscriptions WHERE user_id = %(who)s AND state <> 'canceled'", person.id))
            <= 1
        )
    return story


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_happens_the_laws_hold_and_the_provider_says_the_same(till: Till, seed: int) -> None:
    live(till, seed, STEPS)
