"""What people allow of being counted."""

from collections.abc import Sequence

from common.contracts.words import Word
from common.database import Connection


class Choices:
    """What people allow of being counted, as last heard; whose word it is, only a name of its own says."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def note(self, chooser: bytes, purpose: str, word: Word) -> bool:
        """Keep the later word; False when it is old news. Whoever counts for her waits until this has ended."""
        return bool(
            self._connection.execute(
                """
                INSERT INTO choices (chooser, purpose, granted, changed_at) VALUES (%s, %s, %s, %s)
                    ON CONFLICT (chooser, purpose) DO UPDATE
                   SET granted = excluded.granted, changed_at = excluded.changed_at
                 WHERE choices.changed_at < excluded.changed_at
                """,
                [chooser, purpose, word.granted, word.changed_at],
            ).rowcount
        )

    def of(self, choosers: Sequence[bytes]) -> dict[bytes, dict[str, Word]]:
        """The last word of each of them on each purpose."""
        rows = self._connection.execute(
            "SELECT chooser, purpose, granted, changed_at FROM choices WHERE chooser = ANY(%s)", [list(choosers)]
        ).fetchall()
        heard: dict[bytes, dict[str, Word]] = {chooser: {} for chooser in choosers}
        for chooser, purpose, granted, changed_at in rows:
            heard[bytes(chooser)][purpose] = Word(granted=granted, changed_at=changed_at)
        return heard
