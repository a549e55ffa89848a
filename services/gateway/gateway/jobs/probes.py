"""What the gateway looks at: whether people who write to the studio are told so, and answered."""

from datetime import datetime, timedelta
from typing import Final

from common.probes import Finding, Look, Probe
from gateway.domain.tickets import ACKNOWLEDGED_WITHIN, ANSWERED_WITHIN


def look_for_unacknowledged_questions(look: Look) -> Finding:
    """Whether everybody who asked something lately was told that it has arrived."""
    waiting, oldest = look.row(
        """
        SELECT count(*), min(opened_at) FROM (SELECT opened_at FROM tickets
         WHERE acknowledged_at IS NULL AND unreachable_at IS NULL ORDER BY opened_at LIMIT 1000) AS told
        """
    )
    minutes = _since(oldest, look.clock.now()).total_seconds() / 60
    return Finding.of(
        f"{_people(waiting)} for the letter that a question has arrived, the first of them for {minutes:.0f} minutes; "
        f"nobody may for more than {ACKNOWLEDGED_WITHIN.total_seconds() / 60:.0f}.",
        broken=timedelta(minutes=minutes) > ACKNOWLEDGED_WITHIN,
        waiting=waiting,
        oldest_minutes=round(minutes, 1),
    )


def look_for_unanswered_questions(look: Look) -> Finding:
    """Whether nobody waits too long for an answer, the first or another."""
    waiting, oldest = look.row(
        """
        SELECT count(*), min(waiting_since) FROM (SELECT waiting_since FROM tickets
         WHERE waiting_since IS NOT NULL ORDER BY waiting_since LIMIT 1000) AS waiting
        """
    )
    hours = _since(oldest, look.clock.now()).total_seconds() / 3600
    return Finding.of(
        f"{_people(waiting)} for an answer, the first of them for {hours:.0f} hours; "
        f"nobody may for more than {ANSWERED_WITHIN.total_seconds() / 3600:.0f}.",
        broken=timedelta(hours=hours) > ANSWERED_WITHIN,
        waiting=waiting,
        oldest_hours=round(hours, 2),
    )


def look_for_answers_untold(look: Look) -> Finding:
    """Whether everybody who was answered was told so, as far as letters reach her."""
    waiting, oldest = look.row(
        """
        SELECT count(*), min(created_at) FROM mails WHERE state = 'waiting' AND template = 'ticket-answered'
        """
    )
    minutes = _since(oldest, look.clock.now()).total_seconds() / 60
    return Finding.of(
        f"{_people(waiting)} for the letter that an answer is there, the first of them for {minutes:.0f} minutes; "
        f"nobody may for more than {ACKNOWLEDGED_WITHIN.total_seconds() / 60:.0f}.",
        broken=timedelta(minutes=minutes) > ACKNOWLEDGED_WITHIN,
        waiting=waiting,
        oldest_minutes=round(minutes, 1),
    )


def _since(moment: datetime | None, now: datetime) -> timedelta:
    return max(now - moment, timedelta()) if moment else timedelta()


def _people(count: int) -> str:
    return "1 person waits" if count == 1 else f"{count} people wait"


PROBES: Final = (
    Probe(promise="N2", name="questions are acknowledged", check=look_for_unacknowledged_questions),
    Probe(promise="N2", name="questions are answered", check=look_for_unanswered_questions),
    Probe(promise="U4", name="answers are told of", check=look_for_answers_untold),
)
