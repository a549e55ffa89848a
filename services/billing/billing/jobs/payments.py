"""Payments on the clock: look at what was told, ask about what was not, send money back."""

from dataclasses import dataclass
from datetime import timedelta

import structlog
from prometheus_client import Counter, Gauge

from billing.domain.catalogue import Catalogues
from billing.domain.payments import NotTaken, Order, PaymentDeclined, PaymentSeen, Refund, RefundSeen, SubjectKind
from billing.domain.subscriptions import Subscription, SubscriptionSeen
from billing.ports import OutcomeUnknown, PaymentProvider, Providers, RefundRequest, UnknownProvider
from billing.repository import Work
from billing.repository.orders import GIVEN_UP
from billing.repository.refunds import REFUNDS
from billing.repository.subscriptions import ENDS, LEAVING
from billing.repository.webhooks import LOOKS, Look
from billing.use_cases import giving_up, reconciling, refunds, subscriptions
from common.errors import Unavailable
from common.service import Job
from common.work import UnitOfWork

STUCK = Gauge("billing_payment_looks_stuck", "Things told of by a payment provider and unseen for ten minutes")
MISSED = Counter("billing_payment_events_missed", "Events that no webhook told and the sweep found", ["provider"])
_PRUNED = 1000
_log = structlog.get_logger("billing.payments")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cashier:
    """Works through what concerns payments. Every call to a provider lies between two transactions."""

    unit: UnitOfWork[Work]
    providers: Providers
    catalogues: Catalogues
    patience: timedelta

    def look_at_next(self) -> int:
        """Look at one thing at its provider and bring the books to it."""
        with self.unit.begin() as work:
            look = work.looks.claim()
            found = None if look is None else reconciling.order_to_look_at(work, look)
        if look is None:
            return 0
        try:
            seen = self._see(look, found)
            self._see_rival(seen)
        except (Unavailable, UnknownProvider) as error:
            with self.unit.begin() as work:
                work.looks.postpone(look)
            _log.warning("could not look", provider=look.provider, kind=look.subject.kind, cause=type(error).__name__)
            return 0
        with self.unit.begin() as work:
            reconciling.apply(work, self.catalogues, look, seen, patience=self.patience)
        return 1

    def sweep(self) -> int:
        """Ask every provider for its events, and have looked at whatever is open; nothing is left to webhooks."""
        for provider in self.providers:
            self._sweep_events(provider)
            with self.unit.begin() as work:
                reconciling.ask_for_open_ones(work, provider.name)
        with self.unit.begin() as work:
            STUCK.set(work.looks.waiting(older_than=reconciling.STUCK))
        return 0

    def settle_next_refund(self) -> int:
        """See what became of a refund; ask for it once more, as the same one, only when the provider has none."""
        with self.unit.begin() as work:
            refund = work.refunds.claim()
            order = None if refund is None else work.orders.find(refund.order_id)
        if refund is None or order is None:
            return 0
        try:
            provider = self.providers.get(order.provider)
            known = _refunds_of(provider, order)
        except (Unavailable, UnknownProvider) as error:
            _log.warning("could not ask about a refund", provider=order.provider, cause=type(error).__name__)
            return 0
        seen = next((each for each in known if each.refund_id == refund.id or each.reference == refund.reference), None)
        if seen is None:
            self._send(provider, order, refund)
        else:
            with self.unit.begin() as work:
                refunds.record(work, order.id, seen)
        return 1

    def end_next_plan(self) -> int:
        """End a plan that nobody wanted twice, then look at it; without an answer it is asked about and tried again."""
        with self.unit.begin() as work:
            plan = work.subscriptions.claim_end()
        if plan is None:
            return 0
        try:
            # It looks first, and asks for the end only when there is something to end.
            self.providers.get(plan.provider).cancel_now(plan.reference)
        except (OutcomeUnknown, Unavailable, UnknownProvider, NotTaken) as error:
            _log.warning("could not end a plan", provider=plan.provider, cause=type(error.__cause__ or error).__name__)
            return 1
        with self.unit.begin() as work:
            reconciling.look_at_plan(work, plan)
        return 1

    def give_up_next_order(self) -> int:
        """Have an order closed that its owner gave up; one whose money comes in the same moment is paid."""
        with self.unit.begin() as work:
            order = work.orders.claim_given_up()
            customer = None if order is None else work.customers.find(order.user_id, order.provider)
        if order is None:
            return 0
        try:
            seen = giving_up.withdraw(self.providers.get(order.provider), order, customer)
        except (OutcomeUnknown, Unavailable, UnknownProvider, NotTaken) as error:
            _log.warning("could not close an order", provider=order.provider, cause=type(error).__name__)
            return 1
        with self.unit.begin() as work:
            giving_up.settle(work, self.catalogues, order.id, seen)
        return 1

    def delete_next_customer(self) -> int:
        """Have a provider forget somebody who left; our pointer to her goes once it has."""
        with self.unit.begin() as work:
            customer = work.customers.claim_leaving()
        if customer is None:
            return 0
        try:
            self.providers.get(customer.provider).delete_customer(customer.reference)
        except (OutcomeUnknown, Unavailable, UnknownProvider, NotTaken) as error:
            _log.warning("could not delete a customer", provider=customer.provider, cause=type(error).__name__)
            return 1
        with self.unit.begin() as work:
            work.customers.drop(customer)
        return 1

    def repeat_next_refund(self) -> int:
        """Pay back once more what the studio owes and a bank would not take."""
        with self.unit.begin() as work:
            return refunds.repeat(work)

    def prune(self) -> int:
        """Forget messages that were taken care of long ago."""
        with self.unit.begin() as work:
            return work.events.prune(after=reconciling.EVENTS_KEPT, limit=_PRUNED)

    def jobs(self) -> list[Job]:
        """What the clock asks."""
        return [
            Job(name="look at payments", every=timedelta(seconds=5), run=self.look_at_next, channel=LOOKS, parallel=2),
            Job(name="sweep payments", every=timedelta(minutes=1), run=self.sweep),
            Job(name="settle refunds", every=timedelta(seconds=15), run=self.settle_next_refund, channel=REFUNDS),
            Job(name="end plans", every=timedelta(seconds=15), run=self.end_next_plan, channel=ENDS),
            Job(name="give up orders", every=timedelta(seconds=15), run=self.give_up_next_order, channel=GIVEN_UP),
            Job(name="delete customers", every=timedelta(seconds=15), run=self.delete_next_customer, channel=LEAVING),
            Job(name="repeat refunds", every=timedelta(minutes=1), run=self.repeat_next_refund),
            Job(name="forget payment events", every=timedelta(hours=1), run=self.prune, sweep=True),
        ]

    def _see(self, look: Look, found: tuple[Order, str | None] | None) -> PaymentSeen | SubscriptionSeen | None:
        provider = self.providers.get(look.provider)
        match look.subject.kind:
            case SubjectKind.SUBSCRIPTION:
                return provider.read_subscription(look.subject.reference)
            case SubjectKind.ORDER if found is not None:
                order, customer = found
                if order.reference is not None:
                    return provider.read_payment(order.reference)
                return provider.find_payment(order, customer)
            case SubjectKind.ORDER:
                return None
            case _:
                return provider.read_payment(look.subject.reference)

    def _see_rival(self, seen: PaymentSeen | SubscriptionSeen | None) -> None:
        """Before a plan is judged to be its owner's second one, the provider is asked about the first."""
        if not isinstance(seen, SubscriptionSeen):
            return
        with self.unit.begin() as work:
            rival = subscriptions.rival(work, seen)
        if rival is not None:
            self.look_at_plan(rival)

    def look_at_plan(self, plan: Subscription) -> None:
        """Bring a plan to what its provider says it is now. Raises Unavailable, UnknownProvider."""
        asked_at = self.unit.clock.now()
        seen = self.providers.get(plan.provider).read_subscription(plan.reference)
        if seen is not None:
            with self.unit.begin() as work:
                subscriptions.apply_subscription(
                    work, self.catalogues, seen, looked_at=asked_at, patience=self.patience
                )

    def _sweep_events(self, provider: PaymentProvider) -> None:
        began = self.unit.clock.now()
        with self.unit.begin() as work:
            since = reconciling.sweep_from(work, provider.name)
        try:
            events = list(provider.events_since(since))
        except Unavailable as error:
            _log.warning("could not sweep", provider=provider.name, cause=type(error.__cause__ or error).__name__)
            return
        with self.unit.begin() as work:
            missed = reconciling.record_sweep(work, provider.name, events, began=began)
        MISSED.labels(provider.name).inc(missed)

    def _send(self, provider: PaymentProvider, order: Order, refund: Refund) -> None:
        """Ask the provider for a refund and record what it said; without an answer it is asked about later."""
        request = RefundRequest(
            refund_id=refund.id,
            order_id=order.id,
            payment=order.payment or "",
            amount=refund.amount,
            currency=order.currency,
            reason=refund.reason,
        )
        try:
            seen = provider.refund(request)
        except (PaymentDeclined, NotTaken):
            with self.unit.begin() as work:
                refunds.declined(work, refund)
            return
        except (OutcomeUnknown, Unavailable) as error:
            _log.warning("the outcome of a refund is not known yet", cause=type(error.__cause__ or error).__name__)
            return
        with self.unit.begin() as work:
            refunds.record(work, order.id, seen)


def _refunds_of(provider: PaymentProvider, order: Order) -> tuple[RefundSeen, ...]:
    payment = None if order.payment is None else provider.read_payment(order.payment)
    return () if payment is None else payment.refunds
