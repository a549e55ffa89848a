"""Promise T5: of every letter the mail server was given, the person it went to finds a record."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from common.clock import first_id
from common.errors import Forbidden
from common.probes import Finding, Look

# When the mail server was told something of a person, as she reads it; the newest first, at most so many.
Read = Callable[[UUID], Sequence[datetime]]
MOST: Final = 100

_LATELY: Final = timedelta(days=1)
# The news of it travels.
_ON_ITS_WAY: Final = timedelta(minutes=5)
# Between the moment a try began, which is on record, and the moment its end was written down.
_ONE_TRY: Final = timedelta(minutes=2)
_MAILS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A letter that was sent."""

    account_id: UUID
    at: datetime


def look_for_untold_mails(look: Look, read: Read) -> Finding:
    """Ask privacy, as the person does, for the records of the newest letters of the last day and of some others.

    Who leaves, or has left, is passed over, and so is who wrote without an account.

    Broken on purpose: delete rows of privacy's `disclosures` about the mail server, or lose an event that tells of one.
    """
    sent = _some_sent(look)
    by_person: dict[UUID, list[datetime]] = {}
    for mail in sent:
        by_person.setdefault(mail.account_id, []).append(mail.at)
    untold = {account_id: _missing(read, account_id, times) for account_id, times in by_person.items()}
    missed = {account_id: count for account_id, count in untold.items() if count}
    count = sum(missed[account_id] for account_id in _still_here(look, list(missed)))
    return Finding.of(
        f"Of {len(sent)} letters of the last day, the newest and others by chance, {count} are not on record where the "
        "person they went to reads what partners were given.",
        broken=count > 0,
        letters=len(sent),
        untold=count,
    )


def _some_sent(look: Look) -> list[Sent]:
    now = look.clock.now()
    # Which are asked about need not be a secret.
    somewhere = now - timedelta(seconds=random.uniform(0, _LATELY.total_seconds()))  # noqa: S311 - see above
    with look.read() as connection:
        rows = connection.execute(
            """
            (SELECT id, account_id, sent_at FROM mails
              WHERE id >= %(first)s AND account_id IS NOT NULL AND state = 'sent' AND sent_at < %(until)s
              ORDER BY id DESC LIMIT %(limit)s)
             UNION
            (SELECT id, account_id, sent_at FROM mails
              WHERE id >= %(somewhere)s AND account_id IS NOT NULL AND state = 'sent' AND sent_at < %(until)s
              ORDER BY id LIMIT %(limit)s)
            """,
            {
                "first": first_id(now - _LATELY),
                "somewhere": first_id(somewhere),
                "until": now - _ON_ITS_WAY,
                "limit": _MAILS,
            },
        ).fetchall()
    return [Sent(account_id=account_id, at=at) for _, account_id, at in rows]


def _missing(read: Read, account_id: UUID, times: Sequence[datetime]) -> int:
    """How many of these letters have no record."""
    try:
        told = read(account_id)
    except Forbidden:
        # Privacy knows her no more.
        return 0
    beyond = told[-1] if len(told) >= MOST else None
    seen = [at for at in times if beyond is None or at > beyond + _ONE_TRY]
    if not seen:
        return 0
    records = sum(min(seen) - _ONE_TRY <= at <= max(seen) for at in told)
    return max(len(seen) - records, 0)


def _still_here(look: Look, accounts: list[UUID]) -> list[UUID]:
    """Those of them who have an account now and are not about to leave: the others' records go before their letters."""
    with look.read() as connection:
        rows = connection.execute(
            """
            SELECT id FROM accounts WHERE id = ANY (%s)
               AND NOT EXISTS (SELECT FROM erasures WHERE erasures.user_id = accounts.id)
            """,
            [accounts],
        ).fetchall()
    return [id for (id,) in rows]
