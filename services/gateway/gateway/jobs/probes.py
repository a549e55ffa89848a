"""What the gateway looks at: whether people who write to the studio are told so, and answered."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final, LiteralString

from common.probes import Finding, Look, Probe
from gateway.domain.tickets import ACKNOWLEDGED_WITHIN, ANSWERED_WITHIN

_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
# Beyond that it makes no difference how many wait, and costs no more to look.
_UNACKNOWLEDGED: Final[LiteralString] = """
    SELECT count(*), min(since)
      FROM (SELECT opened_at AS since FROM tickets
             WHERE acknowledged_at IS NULL AND unreachable_at IS NULL ORDER BY opened_at LIMIT 1000) AS waiting
    """
_UNANSWERED: Final[LiteralString] = """
    SELECT count(*), min(since)
      FROM (SELECT waiting_since AS since FROM tickets
             WHERE waiting_since IS NOT NULL ORDER BY waiting_since LIMIT 1000) AS waiting
    """
_UNTOLD: Final[LiteralString] = """
    SELECT count(*), min(created_at) FROM mails WHERE state = 'waiting' AND template = 'ticket-answered'
    """


def nobody_waits_longer(than: timedelta, query: LiteralString, what: str) -> Callable[[Look], Finding]:
    """Whether nobody waits too long for something; the query answers how many do, and since when the first does."""

    def check(look: Look) -> Finding:
        waiting, oldest = look.row(query)
        waited = max(look.clock.now() - oldest, timedelta()) if oldest else timedelta()
        how_many = "Nobody waits" if not waiting else "1 person waits" if waiting == 1 else f"{waiting} people wait"
        so_long = f", the first for {in_words(waited)}" if waiting else ""
        return Finding.of(
            f"{how_many} for {what}{so_long}; nobody may for more than {in_words(than)}.",
            broken=waited > than,
            waiting=waiting,
            oldest_minutes=round(waited / _MINUTE, 1),
        )

    return check


def in_words(time: timedelta) -> str:
    """Minutes, or hours where they are many."""
    count, unit = (round(time / _HOUR), "hour") if time >= 2 * _HOUR else (round(time / _MINUTE), "minute")
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


PROBES: Final = (
    Probe(
        promise="N2",
        name="questions are acknowledged",
        check=nobody_waits_longer(ACKNOWLEDGED_WITHIN, _UNACKNOWLEDGED, "the letter that a question has arrived"),
    ),
    Probe(
        promise="N2",
        name="questions are answered",
        check=nobody_waits_longer(ANSWERED_WITHIN, _UNANSWERED, "an answer"),
    ),
    Probe(
        promise="U4",
        name="answers are told of",
        check=nobody_waits_longer(ACKNOWLEDGED_WITHIN, _UNTOLD, "the letter that an answer is there"),
    ),
)
