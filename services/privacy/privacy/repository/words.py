"""The rows of what lets versions of the policy come out, in literal SQL, inside one transaction."""

from typing import Any
from uuid import UUID

from psycopg.rows import kwargs_row

from common.clock import Clock
from common.database import Connection
from privacy.domain.words import Word, WordState


class PolicyWords:
    """Proposals to let a version come out, and what became of them."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def take_turn(self) -> None:
        """Have nobody else give, take back or act on a word until this commits: there are few, and each matters."""
        self._connection.execute("SELECT pg_advisory_xact_lock(hashtext('privacy.policy_words'))")

    def add(self, word: Word, request_key: bytes) -> bool:
        """Keep a proposal; False where one is open for the same words, or the request is known."""
        return bool(
            self._connection.execute(
                """
                INSERT INTO policy_proposals (id, version, digest, significant, reason, state, proposed_by, proposed_at,
                                              decided_by, decided_at, request_key)
                VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
                """,
                [*(getattr(word, name) for name in _AS_PROPOSED), request_key],
            ).rowcount
        )

    def of_request(self, request_key: bytes) -> Word | None:
        """What this request proposed before."""
        with self._connection.cursor(row_factory=kwargs_row(_word)) as cursor:
            return cursor.execute(_SELECT + "WHERE request_key = %s", [request_key]).fetchone()

    def find(self, word_id: UUID) -> Word | None:
        """One of them."""
        with self._connection.cursor(row_factory=kwargs_row(_word)) as cursor:
            return cursor.execute(_SELECT + "WHERE id = %s", [word_id]).fetchone()

    def all(self) -> list[Word]:
        """All of them, the latest first: there are a few for each version."""
        with self._connection.cursor(row_factory=kwargs_row(_word)) as cursor:
            return cursor.execute(_SELECT + "ORDER BY proposed_at DESC, id DESC").fetchall()

    def decide(self, word_id: UUID, state: WordState, who: UUID) -> None:
        """A proposal is approved or declined, once."""
        self._connection.execute(
            """
            UPDATE policy_proposals SET state = %s, decided_by = %s, decided_at = %s
             WHERE id = %s AND state = 'proposed'
            """,
            [state, who, self._clock.now(), word_id],
        )

    def recall(self, word_id: UUID, who: UUID) -> None:
        """What was approved is taken back."""
        self._connection.execute(
            """
            UPDATE policy_proposals SET state = 'recalled', recalled_by = %s, recalled_at = %s
             WHERE id = %s AND state = 'approved'
            """,
            [who, self._clock.now(), word_id],
        )


_AS_PROPOSED = (
    "id", "version", "digest", "significant", "reason", "state", "proposed_by", "proposed_at", "decided_by",
    "decided_at",
)  # fmt: skip

_SELECT = """
    SELECT id, version, digest, significant, reason, state, proposed_by, proposed_at, decided_by, decided_at,
           recalled_by, recalled_at
      FROM policy_proposals
    """


def _word(*, state: str, **columns: Any) -> Word:
    return Word(state=WordState(state), **columns)
