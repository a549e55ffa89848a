"""What a real provider said, said again of another purchase: so that every order and every loss can be tried."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from billing.domain.payments import Order, PaymentSeen, ProviderEvent, Subject, SubjectKind
from billing.domain.subscriptions import SubscriptionSeen


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A purchase as its provider knows it, and what it told of it."""

    payments: dict[str, PaymentSeen]
    plans: dict[str, SubscriptionSeen]
    events: tuple[ProviderEvent, ...]

    def again(self, mark: str, order_id: UUID) -> "World":
        """The same of another purchase: every reference gets the mark."""

        def named(reference: str | None) -> str | None:
            return None if reference is None else f"{reference}.{mark}"

        def payment(seen: PaymentSeen) -> PaymentSeen:
            return replace(
                seen,
                order_id=None if seen.order_id is None else order_id,
                reference=named(seen.reference),
                payment=named(seen.payment),
                subscription=named(seen.subscription),
            )

        def plan(seen: SubscriptionSeen) -> SubscriptionSeen:
            bills = tuple(
                replace(bill, reference=f"{bill.reference}.{mark}", payment=named(bill.payment)) for bill in seen.bills
            )
            return replace(seen, reference=f"{seen.reference}.{mark}", order_id=order_id, bills=bills)

        def event(told: ProviderEvent) -> ProviderEvent:
            subject = told.subject and Subject(kind=told.subject.kind, reference=f"{told.subject.reference}.{mark}")
            return replace(told, id=f"{told.id}.{mark}", subject=subject)

        return World(
            payments={f"{name}.{mark}": payment(seen) for name, seen in self.payments.items()},
            plans={f"{name}.{mark}": plan(seen) for name, seen in self.plans.items()},
            events=tuple(event(told) for told in self.events),
        )


class Recorded:
    """A provider that knows one world, and reads out of it."""

    name = "stripe"

    def __init__(self, world: World) -> None:
        self.world = world

    def read_payment(self, reference: str) -> PaymentSeen | None:
        return self.world.payments.get(reference)

    def read_subscription(self, reference: str) -> SubscriptionSeen | None:
        return self.world.plans.get(reference)

    def find_payment(self, order: Order, _customer: str | None) -> PaymentSeen | None:
        return next((seen for seen in self.world.payments.values() if seen.order_id == order.id), None)

    def events_since(self, _since: datetime) -> Iterator[ProviderEvent]:
        return iter(self.world.events)


def record(provider: Any, events: Sequence[ProviderEvent]) -> World:
    """What a provider says of everything its events are about."""
    payments: dict[str, PaymentSeen] = {}
    plans: dict[str, SubscriptionSeen] = {}
    for subject in {event.subject for event in events if event.subject is not None}:
        if subject.kind is SubjectKind.SUBSCRIPTION:
            plans[subject.reference] = provider.read_subscription(subject.reference)
        else:
            payments[subject.reference] = provider.read_payment(subject.reference)
    told = tuple(event for event in events if event.subject is not None)
    return World(payments=payments, plans=plans, events=told)
