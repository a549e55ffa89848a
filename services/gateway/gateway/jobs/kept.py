"""What the gateway looks at: whether the studio answers, accounts stay, corrections are followed, and a no is a no."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, LiteralString
from uuid import UUID

from common.contracts.consents import NEWS, PROCESSING
from common.database import Connection
from common.erasure import Fence
from common.errors import Refused
from common.probes import Finding, Look, Probe
from common.probes.sampling import by_chance
from gateway.use_cases.mails import NEWS_LETTERS

# Each look is at so many of the newest rows, and where it says so at as many from a moment chosen by chance.
_ROWS: Final = 500
# A service that is put in anew may be away for so long.
_AWAY: Final = timedelta(minutes=3)
# Billing's payment provider may be away for hours; it is asked until it has followed.
_FOLLOWED_WITHIN: Final = timedelta(days=1)
# How long news of a no may be on its way, and how long one that came too late is told of.
_ON_ITS_WAY: Final = timedelta(minutes=1)
_LATELY: Final = timedelta(days=1)
# What somebody who opens an account is asked for: these are kept, sealed or as a digest; the others are ticks.
_KEPT: Final = frozenset({"name", "email", "password"})
_ASKED: Final = _KEPT | {"adult", "policy", "policy_version"}
# A field of the page, by a macro of ours or as it stands.
_FIELD: Final = re.compile(r"""\b(?:field|tick)\(\s*["'](\w+)|<(?:input|select|textarea)\b[^>]*\bname=["'](\w+)""")

# Whether a service behind the door answers; raises Refused.
Asked = Callable[[], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUpForm:
    """How accounts are opened: the page's template, and what the API takes."""

    page: Path
    body: Collection[str]

    def fields(self) -> frozenset[str]:
        """Everything that is asked for, on the page or by the API."""
        found = {name for pair in _FIELD.findall(self.page.read_text()) for name in pair if name}
        return frozenset(found | set(self.body))


def kept_probes(*, others: Mapping[str, Asked], sign_up: SignUpForm, fence: Fence | None) -> list[Probe]:
    """Each thing that is looked at."""
    switchboard = Switchboard(others)
    return [
        Probe(promise="C1", name="sign-up asks for no more", check=lambda _: look_at_sign_up(sign_up)),
        Probe(promise="K3", name="no account went by itself", check=lambda look: look_for_lost_accounts(look, fence)),
        Probe(promise="R2", name="corrections are followed", check=look_at_corrections),
        Probe(promise="R5", name="no order after a no", check=look_at_orders),
        Probe(promise="U1", name="the studio answers", check=switchboard.look),
        Probe(promise="U6", name="news for those who want it", check=look_at_news),
    ]


class Switchboard:
    """Calls the services behind the door, and remembers since when one did not answer."""

    def __init__(self, others: Mapping[str, Asked]) -> None:
        self._others = others
        self._away_since: dict[str, datetime] = {}

    def look(self, look: Look) -> Finding:
        """Ask each whether it may be sent people. Broken on purpose: the web process of one is stopped for a while."""
        now = look.clock.now()
        for name, ask in self._others.items():
            if _answers(ask):
                self._away_since.pop(name, None)
            else:
                self._away_since.setdefault(name, now)
        away = sorted(name for name, since in self._away_since.items() if now - since >= _AWAY)
        told = f"{', '.join(away)} did not for minutes" if away else "none is away for longer than a moment"
        return Finding.of(
            f"The front door asked the {len(self._others)} services behind it whether people may come, and "
            f"{len(self._others) - len(self._away_since)} said yes: {told}.",
            broken=bool(away),
            asked=len(self._others),
            answered=len(self._others) - len(self._away_since),
        )


def look_at_sign_up(form: SignUpForm) -> Finding:
    """Read how accounts are opened. Broken on purpose: a field is put into the page `signup.html`."""
    fields = form.fields()
    more = sorted(fields - _ASKED)
    rest = f", and beyond that for {', '.join(more)}" if more else " and for nothing else"
    return Finding.of(
        f"Whoever opens an account is asked for {', '.join(sorted(fields & _ASKED))}{rest}.",
        # What asks for nothing at all is not the form.
        broken=bool(more) or not fields >= _KEPT,
        fields=len(fields),
        more=len(more),
    )


def look_for_lost_accounts(look: Look, fence: Fence | None) -> Finding:
    """People whose key is here and whose account is not, though they did not ask to be deleted.

    An erasure takes both in one transaction; whatever else takes an account leaves the key.
    Broken on purpose: an account is deleted by hand.
    """
    with look.read() as connection:
        start = by_chance(
            *_one(
                connection,
                """
                SELECT (SELECT id FROM person_keys ORDER BY id LIMIT 1),
                       (SELECT id FROM person_keys ORDER BY id DESC LIMIT 1)
                """,
                {},
            )
        )
        looked, orphans = _one(
            connection,
            """
            WITH looked AS (
                (SELECT user_id FROM person_keys ORDER BY id DESC LIMIT %(rows)s)
                UNION
                (SELECT user_id FROM person_keys WHERE id >= %(start)s ORDER BY id LIMIT %(rows)s))
            SELECT count(*), coalesce(array_agg(user_id) FILTER (
                       WHERE NOT EXISTS (SELECT FROM accounts WHERE accounts.id = user_id)), '{}')
              FROM looked
            """,
            {"rows": _ROWS, "start": start},
        )
        lost = len(orphans) - _leaving(connection, orphans, fence)
    return Finding.of(
        f"{looked} people whose data is sealed here were looked at, the newest and some by chance: {lost} have no "
        "account any more and did not ask to be deleted.",
        broken=lost > 0,
        people=looked,
        lost=lost,
    )


def look_at_corrections(look: Look) -> Finding:
    """Corrections some copy has not followed. Broken on purpose: billing is stopped, and the clock goes on."""
    open_, late, looked, slowest = look.row(
        """
        SELECT (SELECT count(*) FROM (SELECT FROM corrections WHERE state = 'following' LIMIT 1000) AS under_way),
               (SELECT count(*) FROM corrections WHERE state = 'following' AND corrected_at < %(before)s),
               count(*), coalesce(extract(epoch FROM max(proven_at - corrected_at)), 0)
          FROM (SELECT proven_at, corrected_at FROM corrections ORDER BY id DESC LIMIT %(rows)s) AS newest
        """,
        {"before": look.clock.now() - _FOLLOWED_WITHIN, "rows": _ROWS},
    )
    took = timedelta(seconds=int(slowest))
    after = f": the slowest had reached every copy, and the old value was gone, after {took}" if slowest else ""
    return Finding.of(
        f"{open_} corrections are being followed, {late} of them for more than a day; the newest {looked} were looked "
        f"at{after}.",
        broken=late > 0,
        open=open_,
        late=late,
        looked=looked,
        slowest_seconds=int(slowest),
    )


def look_at_orders(look: Look) -> Finding:
    """Orders of people who want nothing done with their data.

    Broken on purpose: a figurine is written for somebody a while after she restricted everything.
    """
    orders, restricted = look.row(
        """
        WITH looked AS (SELECT account_id, created_at FROM figurines ORDER BY id DESC LIMIT %(rows)s)
        SELECT count(*), count(*) FILTER (WHERE NOT said.granted AND created_at > said.changed_at + %(way)s)
          FROM looked
          LEFT JOIN consents AS said ON said.account_id = looked.account_id AND said.purpose = %(processing)s
         WHERE created_at > %(since)s
        """,
        {"rows": _ROWS, "way": _ON_ITS_WAY, "since": look.clock.now() - _LATELY, "processing": PROCESSING},
    )
    return Finding.of(
        f"Of {orders} orders of the last day, {restricted} were taken from somebody who had said that nothing is to be "
        "done with her data.",
        broken=restricted > 0,
        orders=orders,
        restricted=restricted,
    )


def look_at_news(look: Look) -> Finding:
    """News that went to somebody without her yes.

    Broken on purpose: a letter of news is written down as sent to somebody who said no, or never said yes.
    """
    sent, unwanted = look.row(
        """
        WITH looked AS (
            SELECT account_id, sent_at
              FROM unnest(%(news)s::text[]) AS kinds (kind)
             CROSS JOIN LATERAL (SELECT account_id, sent_at FROM mails WHERE template = kinds.kind
                                  ORDER BY id DESC LIMIT %(rows)s) AS letters)
        SELECT count(*), count(*) FILTER (WHERE wants.granted IS NULL
                            OR NOT wants.granted AND sent_at > wants.changed_at + %(way)s
                            OR NOT allows.granted AND sent_at > allows.changed_at + %(way)s)
          FROM looked
          LEFT JOIN consents AS wants ON wants.account_id = looked.account_id AND wants.purpose = %(wish)s
          LEFT JOIN consents AS allows ON allows.account_id = looked.account_id AND allows.purpose = %(processing)s
         WHERE sent_at > %(since)s
        """,
        {
            "news": sorted(NEWS_LETTERS),
            "rows": _ROWS,
            "way": _ON_ITS_WAY,
            "since": look.clock.now() - _LATELY,
            "wish": NEWS,
            "processing": PROCESSING,
        },
    )
    return Finding.of(
        f"{sent} letters of news were sent within a day, {unwanted} of them without a yes of the person or more than a "
        "minute after her no.",
        broken=unwanted > 0,
        sent=sent,
        unwanted=unwanted,
    )


def _answers(ask: Asked) -> bool:
    try:
        ask()
    except Refused:
        return False
    return True


def _leaving(connection: Connection, people: list[UUID], fence: Fence | None) -> int:
    """How many of them asked to be deleted."""
    if fence is None or not people:
        return 0
    marks = [fence.mark(user_id) for user_id in people]
    (count,) = _one(connection, "SELECT count(*) FROM tombstones WHERE person = ANY(%(marks)s)", {"marks": marks})
    return int(count)


def _one(connection: Connection, query: LiteralString, values: dict[str, Any]) -> Any:
    (row,) = connection.execute(query, values).fetchall()
    return row
