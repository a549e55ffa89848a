"""Promise U1: what happens in one part of the studio is told to the others.

Broken on purpose: an event that nobody listens to is put into the outbox with an old date; or the broker is stopped,
and with the events the findings stay away.
"""

from datetime import timedelta
from typing import Final

from common.probes.finding import Finding
from common.probes.probe import Look, Probe

# Usually it is a matter of milliseconds.
_LATE: Final = timedelta(minutes=5)


def events_leave(service: str) -> Probe:
    """How long the oldest event has waited to be told, by the database's own clock."""

    def check(look: Look) -> Finding:
        waiting, oldest = look.row(
            """
            SELECT count(*), coalesce(extract(epoch FROM now() - min(created_at))::bigint, 0)
              FROM (SELECT created_at FROM outbox ORDER BY seq LIMIT 500) AS first
            """
        )
        seconds = max(oldest, 0)
        oldest_one = f"{waiting} events wait, the oldest for {seconds} seconds" if waiting else "no event waits"
        return Finding.of(
            f"Of what happened in {service} and is to be told to the others, {oldest_one}.",
            broken=seconds > _LATE.total_seconds(),
            waiting=waiting,
            oldest_seconds=seconds,
        )

    return Probe(promise="U1", name="events leave", check=check)
