"""Writing news to those who want it, and passing on to privacy who has had enough of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from common.contracts.words import Word
from common.erasure import PersonGone
from common.errors import Refused, Unavailable
from common.probes import Finding, Look, Probe
from common.service import Job
from common.work import UnitOfWork
from gateway.domain.policies import TELL_EVERY, Pace
from gateway.repository import STOP_CHANNEL, Work
from gateway.use_cases import news

log = structlog.get_logger(__name__)
# Tells privacy that a person wants no more news, and hears how that stands then. Raises Unavailable, PersonGone.
Withdraw = Callable[[UUID], Word | None]
# Privacy may be put in anew, or be away for a while; after that somebody has to look.
_PASSED_ON_WITHIN: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Herald:
    """Writes to people in batches."""

    unit: UnitOfWork[Work]
    pace: Pace
    withdraw: Withdraw

    def write_next(self) -> int:
        """Write to a batch of people; 0 when it is nobody's turn."""
        with self.unit.begin() as work:
            return news.write_next(work, self.pace)

    def pass_on_next(self) -> int:
        """Tell privacy of one no; 0 when none waits. While privacy is away, it comes up again."""
        with self.unit.begin() as work:
            account_id = work.news.claim_stop()
        if account_id is None:
            return 0
        try:
            word = self.withdraw(account_id)
        except Unavailable:
            return 1
        except PersonGone:
            word = None
        except Refused:
            log.exception("a no is not taken", account_id=str(account_id))
            return 1
        with self.unit.begin() as work:
            news.note_passed_on(work, account_id, word)
        return 1


def heralding_jobs(herald: Herald) -> list[Job]:
    """What the clock asks of the herald."""
    return [
        Job(name="write news", every=TELL_EVERY, run=herald.write_next),
        Job(name="pass on stops", every=timedelta(seconds=5), run=herald.pass_on_next, channel=STOP_CHANNEL),
    ]


def look_at_stops(look: Look) -> Finding:
    """Whether each no by the link in a letter has reached privacy.

    Broken on purpose: a no of hours ago is written down that nobody can pass on.
    """
    open_, late = look.row(
        """
        SELECT count(*), count(*) FILTER (WHERE asked_at < %(before)s)
          FROM (SELECT asked_at FROM news_stops ORDER BY asked_at LIMIT 500) AS oldest
        """,
        {"before": look.clock.now() - _PASSED_ON_WITHIN},
    )
    return Finding.of(
        f"{open_} people stopped news by the link in a letter, which counts at once, and are on their way into the "
        f"history of what they allow; {late} of them for more than an hour.",
        broken=late > 0,
        open=open_,
        late=late,
    )


NEWS_PROBES: Final = [Probe(promise="U6", name="a no by a link is kept", check=look_at_stops)]
