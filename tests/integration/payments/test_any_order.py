"""Whatever of a provider's messages is lost, doubled or late: the books end equal.

One purchase and one renewal are real, at the emulator; what the adapter read of them is then said again of other
people's, in every order, and with everything missing that can be.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain, combinations, permutations
from typing import Any
from uuid import UUID

import pytest

from billing.domain.payments import ProviderEvent
from billing.domain.subscriptions import SubscriptionState
from billing.ports import Providers
from billing.use_cases import checkout, reconciling
from billing.use_cases.checkout import Wish
from billing.use_cases.payments import apply_payment
from billing.use_cases.subscriptions import apply_subscription
from common.clock import SYSTEM_CLOCK
from tests.fakes.recorded import Recorded, World, record
from tests.fakes.till import BACK, Till

PACK, PLAN = "pack-20-eur", "collector-month-eur"


def tell(till: Till, events: Sequence[ProviderEvent]) -> None:
    """The webhook, verified."""
    with till.unit.begin() as work:
        for event in events:
            reconciling.record_event(work, "stripe", event, source="webhook")


def somebody(till: Till, world: World, price_id: str) -> tuple[UUID, Till, World]:
    """Another person who made the same purchase: who, her till, and what its provider knows of it."""
    who = SYSTEM_CLOCK.new_id()
    with till.unit.begin() as work:
        wish = Wish(user_id=who, price_id=price_id, provider="stripe", coupon=None, return_url=BACK, key=None)
        order = checkout.place_order(work, till.cashier.catalogues, wish)
        hers = world.again(str(who), order.id)
        reference = next(seen.reference for seen in hers.payments.values() if seen.reference)
        work.orders.mark_open(order.id, reference=reference, url=None, expires_at=None)
    cashier = replace(till.cashier, providers=Providers(Recorded(hers)))  # type: ignore[arg-type] - reads only
    return who, replace(till, cashier=cashier), hers


def subsets(events: Sequence[ProviderEvent]) -> Iterator[tuple[ProviderEvent, ...]]:
    """Every choice of the things that are told of: what a message says beyond that is not believed anyway."""
    subjects = sorted({event.subject for event in events if event.subject}, key=lambda each: each.reference)
    for kept in chain.from_iterable(combinations(subjects, count) for count in range(len(subjects) + 1)):
        yield tuple(event for event in events if event.subject in kept)


@pytest.fixture
def purchase(till: Till) -> World:
    """A pack, bought at the emulator."""
    who = SYSTEM_CLOCK.new_id()
    till.pay(till.order(who, PACK))
    return record(till.provider, list(till.provider.events_since(till.clock.now() - timedelta(hours=1))))


@pytest.fixture
def renewal(till: Till) -> World:
    """A plan with two paid months, bought at the emulator."""
    start = datetime(2027, 1, 31, tzinfo=UTC)
    till.emulator.control.advance(to=int(start.timestamp()), frozen=True)
    till.follow(int(start.timestamp()))
    till.pay(till.order(SYSTEM_CLOCK.new_id(), PLAN))
    later = start + timedelta(days=29)
    till.emulator.control.advance(to=int(later.timestamp()))
    till.follow(int(later.timestamp()))
    return record(till.provider, list(till.provider.events_since(start - timedelta(hours=1))))


def after_all(till: Till, world: World, price_id: str) -> dict[str, Any]:
    """The books when every message came, in its order, each once."""
    who, hers, known = somebody(till, world, price_id)
    tell(hers, known.events)
    hers.work()
    return hers.books(who)


def test_every_order_of_a_purchases_messages_ends_equal(till: Till, purchase: World) -> None:
    expected = after_all(till, purchase, PACK)
    assert expected["balance"] == [(20, 0)]
    for order in permutations(range(min(4, len(purchase.events)))):
        who, hers, known = somebody(till, purchase, PACK)
        for place in order:
            tell(hers, [known.events[place]])
            hers.work()
        assert hers.books(who) == expected


@pytest.mark.parametrize(("kind", "price_id"), [("purchase", PACK), ("renewal", PLAN)])
def test_whatever_is_lost_the_sweep_ends_with_the_same_books(
    till: Till, request: pytest.FixtureRequest, kind: str, price_id: str
) -> None:
    world: World = request.getfixturevalue(kind)
    expected = after_all(till, world, price_id)
    assert expected["balance"] == ([(20, 0)] if kind == "purchase" else [(100, 0)])
    for kept in subsets(world.events):
        who, hers, known = somebody(till, world, price_id)
        places = [world.events.index(event) for event in kept]
        tell(hers, [known.events[place] for place in places])
        hers.work()
        hers.sweep()
        assert hers.books(who) == expected


def test_a_renewals_messages_backwards_and_doubled_end_equal(till: Till, renewal: World) -> None:
    expected = after_all(till, renewal, PLAN)
    who, hers, known = somebody(till, renewal, PLAN)
    for event in chain(reversed(known.events), known.events):
        tell(hers, [event])
        hers.work()
    assert hers.books(who) == expected


def test_many_at_once_who_saw_the_same_payment_grant_it_once(till: Till, purchase: World) -> None:
    who, hers, known = somebody(till, purchase, PACK)
    seen = next(seen for seen in known.payments.values() if seen.order_id)

    def apply(_: int) -> None:
        with hers.unit.begin() as work:
            apply_payment(work, hers.cashier.catalogues, seen)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(apply, range(8)))
    assert hers.available(who) == 20
    assert len(hers.rows("SELECT 1 FROM lots WHERE user_id = %(who)s", who)) == 1


def test_an_older_look_at_a_plan_changes_nothing(till: Till, renewal: World) -> None:
    who, hers, known = somebody(till, renewal, PLAN)
    tell(hers, known.events)
    hers.work()
    expected = hers.books(who)
    (seen,) = known.plans.values()
    older = replace(seen, state=SubscriptionState.CANCELED, price_id="studio-month-eur")
    with hers.unit.begin() as work:
        apply_subscription(
            work,
            hers.cashier.catalogues,
            older,
            looked_at=hers.clock.now() - timedelta(minutes=1),
            patience=timedelta(days=2),
        )
    assert hers.books(who) == expected
