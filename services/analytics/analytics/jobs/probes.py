"""What analytics looks at: whether it counts, whom one can find in what it keeps, and for how long."""

import random
from datetime import timedelta
from typing import Final

from analytics.domain import day_of
from common.probes import Finding, Look, Probe

# A day of everybody's, chosen by chance, is looked at beside the day that goes on.
_DAYS_BACK: Final = 30

_ROWS: Final = 500

# By chance one name in some ten thousand looks like an id of the last years; three of them are no chance.
_LIKE_IDS: Final = 3

# The sweep comes every ten minutes, and counts days by UTC.
_GRACE: Final = timedelta(days=1)


def look_at_counts(look: Look) -> Finding:
    """Compare the counters of two days with the usage they were counted from.

    Counters may say more: what one person takes back stays in the sum of everybody.
    Broken on purpose: the counter of a day is set back, or its row is deleted.
    """
    today = day_of(look.clock.now())
    days = [today, today - timedelta(days=random.randint(1, _DAYS_BACK))]  # noqa: S311 - which day need not be a secret
    kept, counted, short = look.row(
        """
        WITH compared AS (
            SELECT kept.facts AS kept, kept.pictures AS kept_pictures,
                   counted.facts AS counted, counted.pictures AS counted_pictures
              FROM unnest(%(days)s::date[]) AS looked (day)
             CROSS JOIN LATERAL (SELECT count(*) AS facts, coalesce(sum(pictures), 0) AS pictures
                                   FROM facts WHERE facts.day = looked.day) AS kept
             CROSS JOIN LATERAL (SELECT coalesce(sum(facts), 0) AS facts, coalesce(sum(pictures), 0) AS pictures
                                   FROM rollups_of_days WHERE period = looked.day) AS counted)
        SELECT coalesce(sum(kept), 0)::bigint, coalesce(sum(counted), 0)::bigint,
               count(*) FILTER (WHERE counted < kept OR counted_pictures < kept_pictures)
          FROM compared
        """,
        {"days": days},
    )
    return Finding.of(
        f"Of today and a day chosen by chance, {counted} facts stand in the counts and {kept} in the usage they "
        f"were counted from: {short} of the two days count too few.",
        broken=short > 0,
        kept=kept,
        counted=counted,
        short=short,
    )


def look_at_names(look: Look) -> Finding:
    """Whether usage is kept under names that lead nowhere and change every month.

    Broken on purpose: usage is written under the bytes of user ids, or under one name in two months; or the table gets
    a column for an id.
    """
    now = look.clock.now()
    with look.read() as connection:
        names = {
            bytes(name)
            for (name,) in connection.execute(
                "SELECT subject FROM facts WHERE subject IS NOT NULL ORDER BY day DESC LIMIT %s", [_ROWS]
            ).fetchall()
        }
        ((through_months,),) = connection.execute(
            """
            SELECT count(*) FROM (SELECT FROM facts WHERE subject = ANY(%s)
                                   GROUP BY subject HAVING count(DISTINCT date_trunc('month', day)) > 1) AS lasting
            """,
            [list(names)],
        ).fetchall()
        telling = [
            name
            for (name,) in connection.execute(
                """
                SELECT attname FROM pg_attribute
                 WHERE attrelid = 'facts'::regclass AND attnum > 0 AND NOT attisdropped
                   AND atttypid IN ('uuid'::regtype, 'timestamptz'::regtype, 'timestamp'::regtype, 'inet'::regtype)
                """
            ).fetchall()
        ]
    until = round((now + _GRACE).timestamp() * 1000)
    like_ids = sum(_like_an_id(name, until=until) for name in names)
    columns = f"these columns could hold an id: {', '.join(telling)}" if telling else "no column could hold an id"
    return Finding.of(
        f"The newest {len(names)} names that usage is kept under were read: {like_ids} look like ids of people, and "
        f"{through_months} were used in more than one month; {columns}.",
        broken=like_ids >= _LIKE_IDS or through_months > 0 or bool(telling),
        names=len(names),
        like_ids=like_ids,
        through_months=through_months,
        telling=len(telling),
    )


def look_for_old_usage(look: Look) -> Finding:
    """Usage older than two years; the oldest is found by index.

    Broken on purpose: a row is written with a day of three years ago, and the sweep is stopped.
    """
    old, oldest = look.row(
        """
        SELECT (SELECT count(*) FROM (SELECT FROM facts WHERE day < %(today)s::date - interval '2 years' - %(grace)s
                                       LIMIT 1000) AS old),
               (SELECT min(day) FROM facts)
        """,
        {"today": day_of(look.clock.now()), "grace": _GRACE},
    )
    since = f"the oldest is of {oldest.isoformat()}" if oldest else "there is none at all now"
    return Finding.of(
        f"{old} rows of usage under a name are older than two years; {since}. What remains of older ones are sums of "
        "everybody.",
        broken=old > 0,
        old=old,
    )


def _like_an_id(name: bytes, *, until: int) -> bool:
    """Whether it could be a UUIDv7 (RFC 9562) of the last ten years, as ids of people are."""
    version, variant, milliseconds = name[6] >> 4, name[8] >> 6, int.from_bytes(name[:6])
    return (version, variant) == (7, 2) and until - 315_576_000_000 < milliseconds <= until


PROBES: Final = (
    Probe(promise="C4", name="usage is counted", check=look_at_counts),
    Probe(promise="K4", name="no name is older than two years", check=look_for_old_usage),
    Probe(promise="U9", name="nobody is watched", check=look_at_names),
)
