"""What every service does for its own tables: forget events that were taken long ago."""

from datetime import timedelta

from common.database import Database
from common.service import Job

# Longer than a message can come again: dead letters are replayed or dropped within this time.
INBOX_LIFETIME = timedelta(days=30)


def upkeep(database: Database) -> list[Job]:
    """The jobs a service has without asking for them."""
    return [Job(name="forget taken events", every=timedelta(hours=1), run=lambda: forget_taken_events(database))]


def forget_taken_events(database: Database) -> int:
    """Delete a batch of old inbox rows; returns how many."""
    with database.begin() as connection:
        return connection.execute(
            """
            DELETE FROM inbox WHERE event_id IN (
                SELECT event_id FROM inbox WHERE received_at < now() - %s ORDER BY received_at LIMIT 5000)
            """,
            [INBOX_LIFETIME],
        ).rowcount
