"""What analytics looks at for promise K4: what is left of more than two years ago, and whether the evidence holds."""

from datetime import date, timedelta
from typing import Final

from analytics.domain import day_of, first_of_month
from analytics.domain.anonymity import LEAST, YEARS
from common.probes import Finding, Look, Probe

# The sweep comes every ten minutes, and counts days by UTC.
_GRACE: Final = timedelta(days=1)


def look_for_old_usage(look: Look) -> Finding:
    """Usage older than two years; the oldest is found by index.

    Broken on purpose: a row is written with a day of three years ago, and the sweep is stopped.
    """
    old, oldest, spent, began, finer, keys = look.row(
        """
        SELECT (SELECT count(*) FROM (SELECT FROM facts WHERE day < limits.day LIMIT 1000) AS old),
               (SELECT min(day) FROM facts),
               (SELECT count(*) FROM (SELECT FROM time_spent WHERE day < limits.day LIMIT 1000) AS old),
               (SELECT count(*) FROM (SELECT FROM cohorts WHERE month < limits.day AND month > '1970-01-01'
                                       LIMIT 1000) AS old),
               (SELECT count(*) FROM (SELECT FROM rollups_of_hours WHERE period < limits.day LIMIT 100) AS hours)
               + (SELECT count(*) FROM (SELECT FROM rollups_of_days WHERE period < limits.day LIMIT 100) AS days)
               + (SELECT count(*) FROM (SELECT FROM rollups_of_clients WHERE period < limits.day LIMIT 100) AS clients)
               + (SELECT count(*) FROM (SELECT FROM sketches WHERE grain IN ('hour', 'day', 'month')
                                                               AND period < limits.day LIMIT 100) AS sketches),
               (SELECT count(*) FROM pseudonym_keys WHERE month < limits.day)
          FROM (SELECT (%(today)s::date - interval '2 years' - %(grace)s)::date AS day) AS limits
        """,
        {"today": day_of(look.clock.now()), "grace": _GRACE},
    )
    since = f"the oldest is of {oldest.isoformat()}" if oldest else "there is none at all now"
    return Finding.of(
        f"{old + spent + began} rows of usage under a name are older than two years, and {finer} sums that tell of "
        f"hours, single days or devices, and {keys} keys of names; {since}. "
        "What remains of older ones are rows of many people.",
        broken=any((old, spent, began, finer, keys)),
        old=old,
        spent=spent,
        began=began,
        finer=finer,
        keys=keys,
    )


def look_at_the_evidence(look: Look) -> Finding:
    """Whether the newest month that is over is anonymous on record, and its rows are those that passed the test.

    Broken on purpose: a row is changed, or the record says that too few people are behind one.
    """
    due = _due(day_of(look.clock.now()))
    with look.read() as connection:
        found = connection.execute(
            """
            SELECT month, rows, coalesce(smallest, 0), coalesce(candidates, 0), unique_after, kept, suppressed,
                   coalesce(suppressed_people, %(least)s),
                   digest = (
                       SELECT sha256(convert_to(coalesce(string_agg(line, E'\n' ORDER BY line COLLATE "C"), ''),
                                                'UTF8'))
                         FROM (SELECT concat_ws('|', month::text, coalesce(day::text, ''), kind, style, engine, outcome,
                                                page, currency, facts, pictures, credits, amount, seconds, stars,
                                                timed, rendering_ms, waiting_ms) AS line
                                 FROM anonymous_facts AS row WHERE row.month = done.month) AS lines),
                   kept = (SELECT coalesce(sum(facts), 0) FROM anonymous_facts AS row WHERE row.month = done.month)
              FROM anonymisations AS done ORDER BY month DESC LIMIT 1
            """,
            {"least": LEAST},
        ).fetchone()
        ((waiting,),) = connection.execute(
            """
            SELECT EXISTS (SELECT FROM rollups_of_months
                            WHERE period <= %(due)s
                                  AND period > coalesce((SELECT max(month) FROM anonymisations), '0001-01-01'))
            """,
            {"due": due},
        ).fetchall()
    if found is None and not waiting:
        return Finding.not_applicable("No usage here is two years old so far.")
    if found is None or waiting or found[0] < due:
        return Finding.of(f"The usage of {due:%B %Y} is two years old, and it is not anonymous.", broken=True)
    month, rows, smallest, candidates, alone, kept, suppressed, hidden, same, adds_up = found
    few = bool(rows) and (min(smallest, candidates, hidden) < LEAST or alone > 0)
    how = "its rows are those that were tested" if same and adds_up else "its rows are not those that were tested"
    return Finding.of(
        f"The usage of {month:%B %Y} is anonymous: {kept} facts in {rows} rows of at least {smallest} people each, "
        f"and {suppressed} in none; who knows one fact of somebody still finds {candidates} people; {how}.",
        broken=few or not same or not adds_up,
        rows=rows,
        kept=kept,
        suppressed=suppressed,
        smallest=smallest,
        candidates=candidates,
    )


def _due(today: date) -> date:
    """The last month whose first day is more than two years and the grace old."""
    month = first_of_month(today - _GRACE)
    return month.replace(year=month.year - YEARS)


ANONYMITY_PROBES: Final = (
    Probe(promise="K4", name="no name is older than two years", check=look_for_old_usage),
    Probe(promise="K4", name="old months are anonymous", check=look_at_the_evidence),
)
