"""Which versions of the policy came out, and how many people that concerns."""

from datetime import datetime

from common.clock import Clock
from common.database import Connection
from gateway.domain.policies import Reach


class PolicyReleases:
    """One row for each version that privacy said to be out."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def add(self, version: str, *, published_at: datetime) -> None:
        """It is out; the first word about a version counts."""
        self._connection.execute(
            "INSERT INTO policy_releases (version, published_at) VALUES (%s, %s) ON CONFLICT (version) DO NOTHING",
            [version, published_at],
        )

    def all(self) -> set[str]:
        """Those that are out."""
        return {version for (version,) in self._connection.execute("SELECT version FROM policy_releases").fetchall()}

    def reach(self) -> Reach:
        """Whom a version that came out now would be told to."""
        ((accounts, leaving),) = self._connection.execute(
            """
            SELECT count(*), count(*) FILTER (WHERE EXISTS (SELECT FROM erasures WHERE user_id = accounts.id))
              FROM accounts WHERE created_at < %s
            """,
            [self._clock.now()],
        ).fetchall()
        return Reach(accounts=accounts, leaving=leaving)
