"""Tickets and what was written in them: texts and addresses sealed, in literal SQL."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import kwargs_row

from common.clock import Clock
from common.database import Connection
from common.sealing import Sealer
from gateway.domain.tickets import (
    KEPT_AFTER_CLOSING,
    Author,
    Intent,
    Message,
    Question,
    Sender,
    Ticket,
    TicketState,
    Topic,
    new_reference,
)

_BEGINNING = 120


class Tickets:
    """One row per question, one per message. What is hers lies under a person's key, the rest under the keyring."""

    def __init__(self, connection: Connection, clock: Clock, sealer: Sealer, ring: Sealer) -> None:
        self._connection = connection
        self._clock = clock
        self._sealer = sealer
        self._ring = ring

    def add(self, sender: Sender, question: Question, intent: Intent | None) -> Ticket | None:
        """Write a question down; None when the same request was faster. Waits for one that is just writing it."""
        now, ticket_id = self._clock.now(), self._clock.new_id()
        while True:
            added = self._connection.execute(
                """
                INSERT INTO tickets (id, account_id, reference, topic, state, email, name, opened_at, changed_at,
                                     waiting_since, request_key, request)
                VALUES (%(id)s, %(account_id)s, %(reference)s, %(topic)s, 'open', %(email)s, %(name)s, %(now)s, %(now)s,
                        %(now)s, %(key)s, %(request)s)
                ON CONFLICT DO NOTHING
             RETURNING reference
                """,
                {
                    "id": ticket_id,
                    "account_id": sender.account_id,
                    "reference": new_reference(),
                    "topic": question.topic,
                    "email": self._ring_seal(ticket_id, "email", sender.email),
                    "name": self._ring_seal(ticket_id, "name", sender.name),
                    "now": now,
                    "key": intent.key if intent else None,
                    "request": intent.request if intent else None,
                },
            ).rowcount
            if added:
                return self.find(ticket_id)
            if intent is not None and self.made_by(intent.key) is not None:
                return None

    def find(self, ticket_id: UUID) -> Ticket | None:
        """The ticket with this id."""
        with self._connection.cursor(row_factory=kwargs_row(_ticket)) as cursor:
            return cursor.execute(
                """
                SELECT id, account_id, reference, topic, state, opened_at, changed_at, waiting_since, acknowledged_at,
                       unreachable_at, first_answered_at, closed_at, expires_at
                  FROM tickets WHERE id = %s
                """,
                [ticket_id],
            ).fetchone()

    def lock(self, ticket_id: UUID) -> Ticket | None:
        """The ticket with this id; whoever else writes in it waits until this transaction ends."""
        self._connection.execute("SELECT 1 FROM tickets WHERE id = %s FOR UPDATE", [ticket_id])
        return self.find(ticket_id)

    def called(self, reference: str) -> UUID | None:
        """The id of the ticket with this reference."""
        row = self._connection.execute("SELECT id FROM tickets WHERE reference = %s", [reference]).fetchone()
        return row[0] if row else None

    def made_by(self, request_key: bytes) -> tuple[UUID, bytes] | None:
        """The ticket a request made, and the digest of what that said."""
        return self._connection.execute(
            "SELECT id, request FROM tickets WHERE request_key = %s", [request_key]
        ).fetchone()

    def of(self, account_id: UUID, *, limit: int, before: UUID | None = None) -> list[Ticket]:
        """A person's tickets with how each begins, the newest first."""
        with self._connection.cursor(row_factory=kwargs_row(self._listed)) as cursor:
            return cursor.execute(
                """
                SELECT ticket.id, account_id, reference, topic, state, opened_at, changed_at, waiting_since,
                       acknowledged_at, unreachable_at, first_answered_at, closed_at, ticket.expires_at, text
                  FROM tickets AS ticket
                  LEFT JOIN LATERAL (SELECT text FROM ticket_messages WHERE ticket_id = ticket.id ORDER BY id LIMIT 1)
                    AS first ON true
                 WHERE account_id = %(account_id)s AND (%(before)s::uuid IS NULL OR ticket.id < %(before)s)
                 ORDER BY ticket.id DESC LIMIT %(limit)s
                """,
                {"account_id": account_id, "before": before, "limit": limit},
            ).fetchall()

    def unanswered(self, *, limit: int) -> list[Ticket]:
        """Those that wait for the studio, the longest first; nothing of what was written."""
        with self._connection.cursor(row_factory=kwargs_row(_ticket)) as cursor:
            return cursor.execute(
                """
                SELECT id, account_id, reference, topic, state, opened_at, changed_at, waiting_since, acknowledged_at,
                       unreachable_at, first_answered_at, closed_at, expires_at
                  FROM tickets WHERE waiting_since IS NOT NULL ORDER BY waiting_since LIMIT %s
                """,
                [limit],
            ).fetchall()

    def sender_of(self, ticket: Ticket) -> Sender:
        """Who asks; the address and the name of somebody without an account."""
        if ticket.account_id is not None:
            return Sender(account_id=ticket.account_id)
        row = self._connection.execute("SELECT email, name FROM tickets WHERE id = %s", [ticket.id]).fetchone()
        email, name = row or (None, None)
        return Sender(email=self._ring_open(ticket.id, "email", email), name=self._ring_open(ticket.id, "name", name))

    def write(
        self, ticket: Ticket, author: Author, text: str, *, operator: str | None = None, intent: Intent | None = None
    ) -> Message | None:
        """Add a message; None when the same request was faster."""
        message = Message(id=self._clock.new_id(), author=author, text=text, written_at=self._clock.now())
        added = self._connection.execute(
            """
            INSERT INTO ticket_messages (id, ticket_id, author, operator, text, written_at, request_key, request)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (request_key) DO NOTHING
            """,
            [
                message.id,
                ticket.id,
                author,
                operator,
                self._seal_text(ticket, text),
                message.written_at,
                intent.key if intent else None,
                intent.request if intent else None,
            ],
        ).rowcount
        return message if added else None

    def written_by(self, request_key: bytes) -> tuple[UUID, bytes] | None:
        """The message a request wrote, and the digest of what that said."""
        return self._connection.execute(
            "SELECT id, request FROM ticket_messages WHERE request_key = %s", [request_key]
        ).fetchone()

    def messages(self, ticket: Ticket) -> list[Message]:
        """What was written, the oldest first."""
        rows = self._connection.execute(
            "SELECT id, author, text, written_at FROM ticket_messages WHERE ticket_id = %s ORDER BY id", [ticket.id]
        ).fetchall()
        return [
            Message(id=id, author=Author(author), text=self._open_text(ticket, text), written_at=written_at)
            for id, author, text, written_at in rows
        ]

    def message(self, message_id: UUID) -> Message | None:
        """One message."""
        row = self._connection.execute(
            "SELECT ticket_id, author, text, written_at FROM ticket_messages WHERE id = %s", [message_id]
        ).fetchone()
        ticket = self.find(row[0]) if row else None
        if row is None or ticket is None:
            return None
        _, author, text, written_at = row
        return Message(id=message_id, author=Author(author), text=self._open_text(ticket, text), written_at=written_at)

    def count(self, ticket: Ticket) -> int:
        """How many messages there are."""
        row = self._connection.execute(
            "SELECT count(*) FROM ticket_messages WHERE ticket_id = %s", [ticket.id]
        ).fetchone()
        return int(row[0]) if row else 0

    def move(self, ticket: Ticket, to: TicketState) -> None:
        """A message was written: how the ticket stands now, and since when somebody waits."""
        now = self._clock.now()
        self._connection.execute(
            """
            UPDATE tickets
               SET state = %(state)s, changed_at = %(now)s,
                   waiting_since = CASE WHEN %(state)s IN ('open', 'waiting') THEN coalesce(waiting_since, %(now)s) END,
                   first_answered_at = CASE WHEN %(state)s = 'answered' THEN coalesce(first_answered_at, %(now)s)
                                            ELSE first_answered_at END
             WHERE id = %(id)s
            """,
            {"id": ticket.id, "state": to, "now": now},
        )

    def close(self, ticket: Ticket) -> None:
        """It is over: from now on it is kept for a while, and then forgotten."""
        self._close([ticket.id])

    def close_quiet(self, *, since: timedelta, limit: int) -> int:
        """Close what was answered so long ago and not written to since; returns how many."""
        rows = self._connection.execute(
            """
            SELECT id FROM tickets WHERE state = 'answered' AND changed_at <= %s
             ORDER BY changed_at LIMIT %s FOR UPDATE SKIP LOCKED
            """,
            [self._clock.now() - since, limit],
        ).fetchall()
        self._close([id for (id,) in rows])
        return len(rows)

    def drop(self, ticket_id: UUID) -> None:
        """Forget it at once, with all that was written and every letter that waits."""
        self._connection.execute("DELETE FROM tickets WHERE id = %s", [ticket_id])

    def note_letter(self, ticket_id: UUID, *, arrived: bool) -> None:
        """What became of the acknowledgement: the mail server took it, or none ever will."""
        now = self._clock.now()
        self._connection.execute(
            """
            UPDATE tickets SET acknowledged_at = CASE WHEN %(arrived)s THEN %(now)s ELSE acknowledged_at END,
                               unreachable_at = CASE WHEN %(arrived)s THEN NULL ELSE %(now)s END
             WHERE id = %(id)s AND acknowledged_at IS NULL
            """,
            {"id": ticket_id, "arrived": arrived, "now": now},
        )

    def _close(self, ticket_ids: list[UUID]) -> None:
        now = self._clock.now()
        self._connection.execute(
            """
            WITH closed AS (
                UPDATE tickets SET state = 'closed', closed_at = %(now)s, changed_at = %(now)s, waiting_since = NULL,
                                   expires_at = %(until)s
                 WHERE id = ANY(%(ids)s) RETURNING id)
            UPDATE ticket_messages SET expires_at = %(until)s FROM closed WHERE ticket_id = closed.id
            """,
            {"ids": ticket_ids, "now": now, "until": _end(now)},
        )

    def _seal_text(self, ticket: Ticket, text: str) -> bytes:
        sealer, owner = self._sealed_for(ticket)
        return sealer.seal(text.encode(), owner=str(owner), purpose="ticket_messages.text")

    def _open_text(self, ticket: Ticket, sealed: bytes) -> str:
        sealer, owner = self._sealed_for(ticket)
        return sealer.open(sealed, owner=str(owner), purpose="ticket_messages.text").decode()

    def _sealed_for(self, ticket: Ticket) -> tuple[Sealer, UUID]:
        return (self._ring, ticket.id) if ticket.account_id is None else (self._sealer, ticket.account_id)

    def _ring_seal(self, ticket_id: UUID, field: str, value: str) -> bytes | None:
        if not value:
            return None
        return self._ring.seal(value.encode(), owner=str(ticket_id), purpose=f"tickets.{field}")

    def _ring_open(self, ticket_id: UUID, field: str, sealed: bytes | None) -> str:
        if sealed is None:
            return ""
        return self._ring.open(sealed, owner=str(ticket_id), purpose=f"tickets.{field}").decode()

    def _listed(self, *, text: bytes | None, **columns: Any) -> Ticket:
        ticket = _ticket(**columns)
        words = " ".join(self._open_text(ticket, text).split()) if text else ""
        beginning = words if len(words) <= _BEGINNING else words[: _BEGINNING - 1].rstrip() + "…"
        return replace(ticket, beginning=beginning)


def _ticket(*, topic: str, state: str, **columns: Any) -> Ticket:
    return Ticket(topic=Topic(topic), state=TicketState(state), **columns)


def _end(closed_at: datetime) -> datetime:
    return closed_at + KEPT_AFTER_CLOSING
