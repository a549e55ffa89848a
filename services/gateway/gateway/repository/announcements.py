"""News of the studio's: what is said in it, how far sending it is, and how many letters came to what."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row, dict_row

from common.clock import Clock
from common.database import Connection
from gateway.domain.announcements import Announcement, AnnouncementState, Sending, Tally, Text
from gateway.domain.languages import Language


class Announcements:
    """One row per piece of news, and one for its words in each language."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def add(self, announcement_id: UUID, texts: Mapping[Language, Text]) -> None:
        """Write a draft down."""
        now = self._clock.now()
        self._connection.execute(
            "INSERT INTO announcements (id, state, created_at, changed_at) VALUES (%s, 'draft', %s, %s)",
            [announcement_id, now, now],
        )
        self._write(announcement_id, texts)

    def find(self, announcement_id: UUID, *, lock: bool = False) -> Announcement | None:
        """One of them; with a lock, nobody else changes it until this commits."""
        if lock:
            self._connection.execute("SELECT 1 FROM announcements WHERE id = %s FOR UPDATE", [announcement_id])
        with self._connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(
                """
                SELECT id, state, revision, tested, created_at, changed_at, began_at, ended_at, entitled, sent, refused,
                       uncertain, bounced, unsubscribed,
                       (SELECT count(*) FROM announcement_letters
                         WHERE announcement_id = announcements.id AND state = 'waiting') AS waiting
                  FROM announcements WHERE id = %s
                """,
                [announcement_id],
            ).fetchone()
        return None if row is None else _announcement(row, self._texts(announcement_id))

    def newest(self, *, limit: int, before: UUID | None = None) -> list[Announcement]:
        """The newest of them, those before that one."""
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(
                """
                SELECT id, state, revision, tested, created_at, changed_at, began_at, ended_at, entitled, sent, refused,
                       uncertain, bounced, unsubscribed,
                       (SELECT count(*) FROM announcement_letters
                         WHERE announcement_id = announcements.id AND state = 'waiting') AS waiting
                  FROM announcements WHERE %(before)s::uuid IS NULL OR id < %(before)s
                 ORDER BY id DESC LIMIT %(limit)s
                """,
                {"before": before, "limit": limit},
            ).fetchall()
        return [_announcement(row, self._texts(row["id"])) for row in rows]

    def rewrite(self, announcement_id: UUID, texts: Mapping[Language, Text]) -> None:
        """Put other words in the place of those there are."""
        self._connection.execute(
            "UPDATE announcements SET revision = revision + 1, changed_at = %s WHERE id = %s",
            [self._clock.now(), announcement_id],
        )
        self._connection.execute("DELETE FROM announcement_texts WHERE announcement_id = %s", [announcement_id])
        self._write(announcement_id, texts)

    def move(self, announcement_id: UUID, to: AnnouncementState) -> None:
        """Before it is sent: to ready, or back to being a draft."""
        self._connection.execute(
            "UPDATE announcements SET state = %s, changed_at = %s WHERE id = %s",
            [to, self._clock.now(), announcement_id],
        )

    def note_test(self, announcement_id: UUID, revision: int) -> None:
        """Somebody has had these words sent to herself."""
        self._connection.execute("UPDATE announcements SET tested = %s WHERE id = %s", [revision, announcement_id])

    def remove(self, announcement_id: UUID) -> None:
        """One that was never sent."""
        self._connection.execute("DELETE FROM announcements WHERE id = %s", [announcement_id])

    def begin(self, announcement_id: UUID) -> None:
        """From now on it goes out."""
        now = self._clock.now()
        self._connection.execute(
            """
            UPDATE announcements SET state = 'sending', began_at = %s, changed_at = %s, next_batch_at = %s
             WHERE id = %s AND state = 'ready'
            """,
            [now, now, now, announcement_id],
        )

    def end(self, announcement_id: UUID, to: AnnouncementState) -> None:
        """It goes out to nobody more."""
        now = self._clock.now()
        self._connection.execute(
            """
            UPDATE announcements SET state = %s, ended_at = %s, changed_at = %s, walked_to = NULL, next_batch_at = NULL
             WHERE id = %s AND state = 'sending'
            """,
            [to, now, now, announcement_id],
        )

    def claim(self) -> Sending | None:
        """The oldest that goes out and whose turn it is; nobody else gets it until this commits."""
        with self._connection.cursor(row_factory=class_row(Sending)) as cursor:
            return cursor.execute(
                """
                SELECT id, walked_to FROM announcements WHERE state = 'sending' AND next_batch_at <= %s
                 ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
                """,
                [self._clock.now()],
            ).fetchone()

    def walked(self, announcement_id: UUID, *, to: UUID | None, people: int, next_batch_at: datetime) -> None:
        """So many more have been come to; without a place to go on from, the next look is for who was left out."""
        self._connection.execute(
            "UPDATE announcements SET walked_to = %s, entitled = entitled + %s, next_batch_at = %s WHERE id = %s",
            [to, people, next_batch_at, announcement_id],
        )

    def count(self, announcement_id: UUID, *, changes: Mapping[str, int]) -> None:
        """So many letters more came to that."""
        self._connection.execute(
            """
            UPDATE announcements
               SET sent = sent + %(sent)s, refused = refused + %(refused)s, uncertain = uncertain + %(uncertain)s,
                   bounced = bounced + %(bounced)s, unsubscribed = unsubscribed + %(unsubscribed)s
             WHERE id = %(id)s
            """,
            {**dict.fromkeys(_COUNTED, 0), **changes, "id": announcement_id},
        )

    def _texts(self, announcement_id: UUID) -> dict[Language, Text]:
        rows = self._connection.execute(
            "SELECT language, subject, words FROM announcement_texts WHERE announcement_id = %s", [announcement_id]
        ).fetchall()
        found = {Language(language): Text(subject=subject, words=words) for language, subject, words in rows}
        return {language: found[language] for language in Language if language in found}

    def _write(self, announcement_id: UUID, texts: Mapping[Language, Text]) -> None:
        for language, text in texts.items():
            self._connection.execute(
                "INSERT INTO announcement_texts (announcement_id, language, subject, words) VALUES (%s, %s, %s, %s)",
                [announcement_id, language, text.subject, text.words],
            )


_COUNTED = ("entitled", "waiting", "sent", "refused", "uncertain", "bounced", "unsubscribed")


def _announcement(row: Mapping[str, Any], texts: Mapping[Language, Text]) -> Announcement:
    """A row and its words."""
    columns: dict[str, Any] = {name: value for name, value in row.items() if name not in {*_COUNTED, "state"}}
    return Announcement(
        **columns,
        state=AnnouncementState(row["state"]),
        texts=texts,
        tally=Tally(**{name: row[name] for name in _COUNTED}),
    )
