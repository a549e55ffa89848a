"""Many accounts from one neighbourhood: noticed, told without addresses, and looked at with a reason."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from common.contracts.analytics import AnomalyDetected, AnomalyEnded
from gateway.domain.crowds import RATE, NoSuchCrowd, Opened, detail_of
from gateway.domain.staff import Actor
from gateway.domain.tickets import check_operator, check_reason
from gateway.repository import Work
from gateway.use_cases import acts

# One look shows so many accounts at most; of each its owner reads that somebody looked.
SHOWN = 200


def notice(work: Work, *, limit: int) -> None:
    """Look at today, and at yesterday's last minutes; tell what is new, and what is over."""
    today = work.clock.now().astimezone(UTC).date()
    for day in (today - timedelta(days=1), today):
        for crowd in work.crowds.notice(day, more_than=limit):
            work.outbox.add(
                AnomalyDetected(
                    anomaly_id=crowd.id,
                    rate=RATE,
                    since=datetime.combine(day, time(), UTC),
                    value=crowd.accounts,
                    expected=limit,
                    detail=detail_of(crowd.accounts, limit=limit),
                )
            )
    for crowd in work.crowds.end(before=today):
        start = datetime.combine(crowd.day, time(), UTC)
        work.outbox.add(
            AnomalyEnded(
                anomaly_id=crowd.id,
                rate=RATE,
                since=start,
                until=start + timedelta(days=1),
                detail="The day is over on which many accounts were opened together.",
            )
        )


def look(work: Work, who: Actor, crowd_id: UUID, *, reason: str) -> Sequence[Opened]:
    """From where the accounts of a crowd were opened, once each owner can read who looked, and why.

    Raises NoSuchCrowd, Invalid.
    """
    operator, reason = check_operator(who.handle), check_reason(reason)
    opened = work.crowds.of(crowd_id, limit=SHOWN)
    if not opened:
        raise NoSuchCrowd
    act_id = acts.note(work, who, "crowd.read", thing=str(crowd_id))
    for each in opened:
        work.access_log.add_of(
            each.account_id,
            operator=operator,
            what="From which address your account was opened",
            reason=reason,
            act_id=act_id,
        )
    return opened
