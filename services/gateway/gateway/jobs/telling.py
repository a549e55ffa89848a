"""Telling everybody of a significant policy, counting whom that reached, and looking for who was left out."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from common.database import Connection
from common.policy import Policies
from common.probes import Finding, Look, Probe
from common.service import Job
from common.work import UnitOfWork
from gateway.domain.policies import TELL_EVERY, Pace
from gateway.repository import Work
from gateway.use_cases import policies

# Looked at each time, from a moment chosen by chance on: nothing here goes through everybody.
_PEOPLE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Crier:
    """Writes to people in batches."""

    unit: UnitOfWork[Work]
    policies: Policies
    pace: Pace

    def tell_next(self) -> int:
        """Write to a batch of people; 0 when it is nobody's turn."""
        with self.unit.begin() as work:
            return policies.tell_next(work, self.policies, self.pace)

    def count(self) -> int:
        """Count whom was told, while that goes on."""
        with self.unit.begin() as work:
            policies.count_told(work)
        return 0


def out_now(unit: UnitOfWork[Work], known: Policies) -> Policies:
    """The versions that may be shown at this moment."""
    with unit.begin() as work:
        return policies.out(work, known)


def telling_jobs(crier: Crier) -> list[Job]:
    """What the clock asks of the crier."""
    return [
        Job(name="tell of the policy", every=TELL_EVERY, run=crier.tell_next),
        Job(name="count whom was told", every=timedelta(seconds=15), run=crier.count),
    ]


def look_for_people_left_out(look: Look) -> Finding:
    """Whether somebody who had an account when the newest policy came out was not come to."""
    with look.read() as connection:
        newest = connection.execute(
            "SELECT version, published_at FROM policy_notices WHERE walked_at IS NOT NULL ORDER BY version DESC LIMIT 1"
        ).fetchone()
        if newest is None:
            return Finding.not_applicable("Nobody has had to be told of a policy here so far.")
        version, published_at = newest
        ((looked_at, left_out),) = connection.execute(
            """
            SELECT count(*),
                   count(*) FILTER (WHERE NOT EXISTS (SELECT FROM policy_told
                                                       WHERE version = %(version)s AND account_id = people.id))
              FROM ((SELECT id FROM accounts WHERE created_at >= %(moment)s AND created_at < %(published_at)s
                      ORDER BY created_at, id LIMIT %(people)s)
                    UNION ALL
                    (SELECT id FROM accounts WHERE created_at < %(moment)s AND created_at < %(published_at)s
                      ORDER BY created_at, id LIMIT %(people)s)
                    LIMIT %(people)s) AS people
            """,
            {
                "version": version,
                "published_at": published_at,
                "moment": _moment(connection, published_at),
                "people": _PEOPLE,
            },
        ).fetchall()
    return Finding.of(
        f"Of {looked_at} people who had an account when the policy of {version} came out, {left_out} were left out.",
        broken=left_out > 0,
        looked_at=looked_at,
        left_out=left_out,
    )


POLICY_PROBES: Final = [Probe(promise="N1", name="nobody was left out", check=look_for_people_left_out)]


def _moment(connection: Connection, until: datetime) -> datetime:
    """Some time by chance since the first account was opened."""
    row = connection.execute("SELECT created_at FROM accounts ORDER BY created_at, id LIMIT 1").fetchone()
    first = min(row[0], until) if row else until
    return first + random.random() * (until - first)  # noqa: S311 - who is looked at need not be a secret
