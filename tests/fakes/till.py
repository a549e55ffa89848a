"""A till for tests: billing on a real Postgres, a provider on the wire, and a person who pays."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import stripe
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from billing.jobs.payments import Cashier
from billing.ports import PaymentProvider
from billing.repository import Work
from common.clock import MovableClock
from common.database import Database
from common.tokens import TokenIssuer
from common.work import UnitOfWork
from tests.fakes.toy.keys import PRIVATE_KEY
from tests.fixtures.stripe import RunningStripe

BACK = "https://studio.test/credits"

# What there is of a person's money, without the ids and moments that differ each time.
BOOKS = {
    "orders": """
        SELECT kind, price_id, state, credits, amount, amount_paid, amount_refunded, currency
          FROM orders WHERE user_id = %(who)s ORDER BY id
        """,
    "lots": "SELECT kind, credits, free, held, frozen_at IS NOT NULL FROM lots WHERE user_id = %(who)s ORDER BY id",
    "balance": "SELECT available, held FROM accounts WHERE user_id = %(who)s",
    "entries": "SELECT kind, credits FROM entries WHERE user_id = %(who)s ORDER BY kind, credits",
    "refunds": """
        SELECT refunds.amount, refunds.credits, refunds.state FROM refunds JOIN orders ON orders.id = order_id
         WHERE user_id = %(who)s ORDER BY 1, 2, 3
        """,
    "disputes": """
        SELECT disputes.amount, disputes.state FROM disputes JOIN orders ON orders.id = order_id
         WHERE user_id = %(who)s ORDER BY 1, 2
        """,
    "plans": """
        SELECT price_id, paid_price_id, state, cancel_at_period_end FROM subscriptions
         WHERE user_id = %(who)s ORDER BY id
        """,
}


class Crash(BaseException):
    """The process died here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Till:
    """Billing as the gateway and the clock know it, with the Stripe emulator behind it."""

    unit: UnitOfWork[Work]
    database: Database
    clock: MovableClock
    cashier: Cashier
    provider: PaymentProvider
    emulator: RunningStripe
    client: FlaskClient

    def ask(self, method: str, path: str, user_id: UUID | None, **sent: Any) -> TestResponse:
        """A request that the gateway passes on."""
        token = TokenIssuer(PRIVATE_KEY, clock=self.clock).issue(user_id=user_id, audience="billing")
        headers = {"Authorization": f"Bearer {token}", **sent.pop("headers", {})}
        return self.client.open(path, method=method, headers=headers, **sent)

    def order(self, user_id: UUID, price_id: str, **more: Any) -> dict[str, Any]:
        """Begin to buy something."""
        response = self.ask("POST", "/v1/checkout", user_id, json={"price_id": price_id, "return_url": BACK, **more})
        assert response.status_code == 201, response.get_json()
        return response.get_json()

    def reference(self, order_id: str) -> str:
        """What the provider calls the checkout of an order."""
        (reference,) = self.rows("SELECT reference FROM orders WHERE id = %(who)s", UUID(order_id))[0]
        return reference

    def pay(self, order: dict[str, Any], way: str = "pm_card_visa") -> str | None:
        """Pay it as a person at the provider's page."""
        return self.emulator.control.pay(self.reference(order["order_id"]), way)

    def events(self, known: Sequence[str] = ()) -> list[dict[str, Any]]:
        """What the provider has to tell, the oldest first, but for what is known."""
        listed = self.emulator.client().v1.events.list({"limit": 100})
        new = [each for each in listed.auto_paging_iter() if each.id not in known]
        return [each.to_dict(for_json=True) for each in reversed(new)]

    def tell(self, event: dict[str, Any], *, at: int | None = None, secret: str | None = None) -> TestResponse:
        """The provider's webhook, signed as it signs."""
        body = json.dumps(event)
        signed = stripe.WebhookSignature.generate_signature_header(
            body, secret or self.emulator.webhook_secret, at or int(self.clock.now().timestamp())
        )
        return self.ask(
            "POST",
            "/v1/payments/stripe/webhook",
            None,
            data=body.encode(),
            content_type="application/json",
            headers={"Stripe-Signature": signed},
        )

    def work(self) -> None:
        """Let the jobs do what they have, and what comes of it, as if time passed."""
        for _ in range(500):
            done = [each() for each in self._jobs()]
            if not any(done) and not self.rows("SELECT 1 FROM looks LIMIT 1"):
                return
            if not any(done):
                self.make_due()
        raise AssertionError("The jobs do not come to rest.")

    def _jobs(self) -> tuple[Callable[[], int], ...]:
        desk = self.cashier
        return (
            desk.look_at_next,
            desk.settle_next_refund,
            desk.end_next_plan,
            desk.give_up_next_order,
            desk.delete_next_customer,
            desk.repeat_next_refund,
        )

    def make_due(self) -> None:
        """What waits for another try waits no more."""
        with self.database.begin() as connection:
            connection.execute("UPDATE looks SET due_at = %s", [self.clock.now()])
            connection.execute("UPDATE refunds SET next_try_at = %s", [self.clock.now()])
            connection.execute("UPDATE subscriptions SET end_try_at = %s WHERE end_try_at > %s", [self.clock.now()] * 2)
            connection.execute(
                "UPDATE orders SET give_up_try_at = %s WHERE give_up_try_at > %s", [self.clock.now()] * 2
            )
            connection.execute(
                "UPDATE customers SET delete_try_at = %s WHERE delete_try_at > %s", [self.clock.now()] * 2
            )

    def sweep(self) -> None:
        """The clock's own look at everything, and what comes of it; no webhook is needed for it."""
        with self.database.begin() as connection:
            connection.execute("UPDATE orders SET checked_at = NULL, created_at = created_at - interval '1 hour'")
            connection.execute("UPDATE subscriptions SET seen_at = seen_at - interval '1 day'")
        self.cashier.sweep()
        self.work()

    def follow(self, moment: int) -> None:
        """Be where the provider's clock is."""
        self.clock.advance(datetime.fromtimestamp(moment, UTC) - self.clock.now())

    def books(self, user_id: UUID) -> dict[str, Any]:
        """A person's money as it stands."""
        return {name: self.rows(query, user_id) for name, query in BOOKS.items()}

    def available(self, user_id: UUID) -> int:
        """What a person can spend."""
        rows = self.rows("SELECT available FROM accounts WHERE user_id = %(who)s", user_id)
        return rows[0][0] if rows else 0

    def rows(self, query: str, who: UUID | None = None) -> list[tuple[Any, ...]]:
        """Rows of billing's schema."""
        with self.database.begin() as connection:
            return connection.execute(query.encode(), {"who": who}).fetchall()


MakeTill = Callable[..., Till]
