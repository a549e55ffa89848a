"""Endpoints of developers and what was sent to them: one call at a time each, under a lease."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import class_row, kwargs_row

from common.clock import Clock
from common.database import Connection, notify
from common.sealing import Sealer
from gateway.domain.webhooks import (
    LEASE,
    MOST_WEBHOOKS,
    OVERLAP,
    PATIENCE,
    Called,
    Delivery,
    Errand,
    Happening,
    TooManyWebhooks,
    Webhook,
    WebhookState,
    body_of,
    wait_after,
)


class Webhooks:
    """One row for each endpoint, one for each call."""

    def __init__(self, connection: Connection, clock: Clock, sealer: Sealer, channel: str) -> None:
        self._connection = connection
        self._clock = clock
        self._sealer = sealer
        self._channel = channel

    def add(self, webhook: Webhook, secret: bytes) -> None:
        """Keep an endpoint. Raises TooManyWebhooks: whoever makes two at once waits for the first."""
        self._connection.execute("SELECT FROM accounts WHERE id = %s FOR NO KEY UPDATE", [webhook.account_id])
        added = self._connection.execute(
            """
            INSERT INTO webhooks (id, account_id, url, events, secret, next_try_at, created_at)
            SELECT %(id)s, %(account)s, %(url)s, %(events)s, %(secret)s, %(now)s, %(now)s
             WHERE (SELECT count(*) FROM webhooks WHERE account_id = %(account)s) < %(most)s
            """,
            {
                "id": webhook.id,
                "account": webhook.account_id,
                "url": self._sealed(webhook.account_id, "url", webhook.url.encode()),
                "events": sorted(webhook.events),
                "secret": self._sealed(webhook.account_id, "secret", secret),
                "now": webhook.created_at,
                "most": MOST_WEBHOOKS,
            },
        ).rowcount
        if not added:
            raise TooManyWebhooks

    def of(self, account_id: UUID) -> list[Webhook]:
        """A person's endpoints, the latest first."""
        with self._connection.cursor(row_factory=kwargs_row(self._opened)) as cursor:
            return cursor.execute(
                """
                SELECT id, account_id, url, events, state, paused_at, failing_since, created_at
                  FROM webhooks WHERE account_id = %s ORDER BY id DESC
                """,
                [account_id],
            ).fetchall()

    def find(self, account_id: UUID, webhook_id: UUID) -> Webhook | None:
        """One of a person's endpoints."""
        return next((webhook for webhook in self.of(account_id) if webhook.id == webhook_id), None)

    def remove(self, account_id: UUID, webhook_id: UUID) -> bool:
        """Forget an endpoint and what was sent to it; False when the person has no such one."""
        return bool(
            self._connection.execute(
                "DELETE FROM webhooks WHERE id = %s AND account_id = %s", [webhook_id, account_id]
            ).rowcount
        )

    def remove_all(self, account_id: UUID) -> int:
        """Forget all of a person's."""
        return self._connection.execute("DELETE FROM webhooks WHERE account_id = %s", [account_id]).rowcount

    def rotate(self, webhook: Webhook, secret: bytes) -> None:
        """Another secret; the one before counts beside it for a day."""
        row = self._connection.execute("SELECT secret FROM webhooks WHERE id = %s FOR UPDATE", [webhook.id]).fetchone()
        if row is None:
            return
        before = self._open(webhook.account_id, "secret", row[0])
        self._connection.execute(
            """
            UPDATE webhooks SET previous_secret = %(before)s, previous_until = %(until)s, secret = %(secret)s
             WHERE id = %(id)s
            """,
            {
                "before": self._sealed(webhook.account_id, "previous_secret", before),
                "until": self._clock.now() + OVERLAP,
                "secret": self._sealed(webhook.account_id, "secret", secret),
                "id": webhook.id,
            },
        )

    def tell(self, account_id: UUID, happening: Happening, thing: UUID | None) -> None:
        """Have everything told that wants to hear of this, once this commits; each endpoint counts for itself.

        Of who has none nothing is written.
        """
        now = self._clock.now()
        rows = self._connection.execute(
            """
            UPDATE webhooks SET last_seq = last_seq + 1
             WHERE account_id = %s AND %s = ANY (events) RETURNING id, last_seq, state = 'active'
            """,
            [account_id, happening],
        ).fetchall()
        for webhook_id, seq, is_called in rows:
            self._connection.execute(
                """
                INSERT INTO deliveries (id, webhook_id, account_id, seq, type, thing, state, happened_at, due_since,
                                        next_try_at, settled_at)
                VALUES (%(id)s, %(webhook)s, %(account)s, %(seq)s, %(type)s, %(thing)s, %(state)s, %(now)s, %(now)s,
                        %(now)s, %(settled)s)
                """,
                {
                    "id": self._clock.new_id(),
                    "webhook": webhook_id,
                    "account": account_id,
                    "seq": seq,
                    "type": happening,
                    "thing": thing,
                    # What happens while an endpoint is paused can be sent again like what failed before.
                    "state": "due" if is_called else "failed",
                    "settled": None if is_called else now,
                    "now": now,
                },
            )
        if rows:
            notify(self._connection, self._channel)

    def deliveries(self, webhook_id: UUID, *, limit: int, before: UUID | None = None) -> list[Delivery]:
        """What was sent to an endpoint, the latest first."""
        with self._connection.cursor(row_factory=class_row(Delivery)) as cursor:
            return cursor.execute(
                """
                SELECT id, seq, type, thing, state, attempts, status, trouble, happened_at, settled_at, next_try_at
                  FROM deliveries WHERE webhook_id = %(webhook)s AND (%(before)s::uuid IS NULL OR id < %(before)s)
                 ORDER BY id DESC LIMIT %(limit)s
                """,
                {"webhook": webhook_id, "before": before, "limit": limit},
            ).fetchall()

    def send_again(self, webhook_id: UUID, delivery_id: UUID | None) -> int:
        """Have one sent again, or all that failed; an endpoint that was paused is called again."""
        now = self._clock.now()
        again = self._connection.execute(
            """
            UPDATE deliveries SET state = 'due', due_since = %(now)s, next_try_at = %(now)s, settled_at = NULL
             WHERE webhook_id = %(webhook)s
               AND CASE WHEN %(id)s::uuid IS NULL THEN state = 'failed' ELSE id = %(id)s END
            """,
            {"now": now, "webhook": webhook_id, "id": delivery_id},
        ).rowcount
        self._connection.execute(
            """
            UPDATE webhooks SET state = 'active', paused_at = NULL, failing_since = NULL, failures = 0,
                   next_try_at = CASE WHEN state = 'paused' OR failures > 0 THEN %s ELSE next_try_at END
             WHERE id = %s
            """,
            [now, webhook_id],
        )
        notify(self._connection, self._channel)
        return again

    def claim(self) -> Errand | None:
        """The next call, under a lease of its endpoint: whoever dies over it leaves it to be made once more."""
        now = self._clock.now()
        row = self._connection.execute(
            """
            SELECT w.id, d.id FROM deliveries d JOIN webhooks w ON w.id = d.webhook_id
             WHERE d.state = 'due' AND d.next_try_at <= %(now)s AND w.state = 'active' AND w.next_try_at <= %(now)s
             ORDER BY d.next_try_at, d.seq LIMIT 1 FOR UPDATE OF w SKIP LOCKED
            """,
            {"now": now},
        ).fetchone()
        return None if row is None else self._lease(*row)

    def _lease(self, webhook_id: UUID, delivery_id: UUID) -> Errand | None:
        now = self._clock.now()
        # Looked at again under the lock: another may just have settled it.
        row = self._connection.execute(
            """
            WITH leased AS (
                UPDATE webhooks SET next_try_at = %(until)s WHERE id = %(webhook)s AND next_try_at <= %(now)s
             RETURNING id, account_id, url, secret, failures,
                       CASE WHEN previous_until > %(now)s THEN previous_secret END AS other)
            UPDATE deliveries d SET attempts = d.attempts + 1 FROM leased
             WHERE d.id = %(delivery)s AND d.state = 'due' AND d.webhook_id = leased.id
         RETURNING leased.account_id, leased.url, leased.secret, leased.other, leased.failures,
                   d.attempts, d.type, d.thing, d.seq, d.happened_at
            """,
            {"until": now + LEASE, "now": now, "webhook": webhook_id, "delivery": delivery_id},
        ).fetchone()
        if row is None:
            return None
        account_id, url, secret, other, failures, attempts, type, thing, seq, happened_at = row
        return Errand(
            webhook_id=webhook_id,
            account_id=account_id,
            delivery_id=delivery_id,
            attempt=attempts,
            failures=failures,
            url=self._open(account_id, "url", url).decode(),
            secrets=[
                self._open(account_id, "secret", secret),
                *([self._open(account_id, "previous_secret", other)] if other is not None else ()),
            ],
            body=body_of(delivery_id, type, thing, seq=seq, happened_at=happened_at),
        )

    def settle(self, errand: Errand, called: Called) -> None:
        """Record what came of a call, unless another has been made of it since."""
        now = self._clock.now()
        state = "delivered" if called.is_taken else "due"
        settled = self._connection.execute(
            """
            UPDATE deliveries
               SET status = %(status)s, trouble = %(trouble)s, next_try_at = %(next)s,
                   state = CASE WHEN %(state)s = 'due' AND due_since <= %(over)s THEN 'failed' ELSE %(state)s END,
                   settled_at = CASE WHEN %(state)s = 'due' AND due_since > %(over)s THEN NULL ELSE %(now)s END
             WHERE id = %(id)s AND attempts = %(attempt)s AND state = 'due'
            """,
            {
                "status": called.status,
                "trouble": called.trouble,
                "next": now + wait_after(errand.attempt),
                "state": state,
                "over": now - PATIENCE,
                "now": now,
                "id": errand.delivery_id,
                "attempt": errand.attempt,
            },
        ).rowcount
        if settled:
            self._rest(errand, now + (wait_after(errand.failures + 1) if state == "due" else timedelta(0)), state)

    def _rest(self, errand: Errand, until: object, state: str) -> None:
        self._connection.execute(
            """
            UPDATE webhooks SET next_try_at = %(until)s,
                   failures = CASE WHEN %(failed)s THEN failures + 1 ELSE 0 END,
                   failing_since = CASE WHEN %(failed)s THEN coalesce(failing_since, %(now)s) END
             WHERE id = %(id)s
            """,
            {"until": until, "failed": state == "due", "now": self._clock.now(), "id": errand.webhook_id},
        )

    def pause(self, webhook_id: UUID, *, at_once: bool) -> bool:
        """Call it no more, once it has failed for a day or says that it is gone; True when that is new."""
        now = self._clock.now()
        paused = self._connection.execute(
            """
            UPDATE webhooks SET state = 'paused', paused_at = %(now)s
             WHERE id = %(id)s AND state = 'active' AND (%(at_once)s OR failing_since <= %(since)s)
            """,
            {"now": now, "id": webhook_id, "at_once": at_once, "since": now - PATIENCE},
        ).rowcount
        if paused:
            self._connection.execute(
                "UPDATE deliveries SET state = 'failed', settled_at = %s WHERE webhook_id = %s AND state = 'due'",
                [now, webhook_id],
            )
        return bool(paused)

    def _opened(self, *, account_id: UUID, url: bytes, events: list[str], state: str, **row: Any) -> Webhook:
        return Webhook(
            account_id=account_id,
            url=self._open(account_id, "url", url).decode(),
            events=frozenset(each for each in Happening if each in events),
            state=WebhookState(state),
            **row,
        )

    def _sealed(self, account_id: UUID, field: str, value: bytes) -> bytes:
        return self._sealer.seal(value, owner=str(account_id), purpose=f"webhooks.{field}")

    def _open(self, account_id: UUID, field: str, sealed: bytes) -> bytes:
        return self._sealer.open(sealed, owner=str(account_id), purpose=f"webhooks.{field}")
