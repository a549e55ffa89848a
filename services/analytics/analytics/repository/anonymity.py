"""What is left of months after two years: anonymous rows, the evidence, and facts that came too late."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, LiteralString

from psycopg.rows import class_row

from analytics.domain.anonymisation import Anonymisation, Counted
from analytics.domain.anonymity import Cell, Group
from common.database import Connection

# The sums of a month by what is left of a fact. Of days that were forgotten already, the month alone still knows.
_SUMS: Final[LiteralString] = """
    WITH told (sign, kind, day, style, engine, outcome, page, currency,
               facts, pictures, credits, amount, seconds, stars, timed, rendering_ms, waiting_ms) AS (
        SELECT 1, kind, period, style, engine, outcome, page, currency,
               facts, pictures, credits, amount, seconds, stars, timed, rendering_ms, waiting_ms
          FROM rollups_of_days WHERE period >= %(month)s AND period < %(month)s::date + interval '1 month'
         UNION ALL
        SELECT 1, kind, NULL, style, engine, outcome, page, currency,
               facts, pictures, credits, amount, seconds, stars, timed, rendering_ms, waiting_ms
          FROM rollups_of_months WHERE period = %(month)s
         UNION ALL
        SELECT -1, kind, NULL, style, engine, outcome, page, currency,
               facts, pictures, credits, amount, seconds, stars, timed, rendering_ms, waiting_ms
          FROM rollups_of_days WHERE period >= %(month)s AND period < %(month)s::date + interval '1 month'),
    sums AS (
        SELECT kind, day, style, engine, outcome, page, currency,
               sum(sign * facts)::bigint AS facts, sum(sign * pictures) AS pictures, sum(sign * credits) AS credits,
               sum(sign * amount) AS amount, sum(sign * seconds) AS seconds, sum(sign * stars) AS stars,
               sum(sign * timed) AS timed, sum(sign * rendering_ms) AS rendering_ms,
               sum(sign * waiting_ms) AS waiting_ms
          FROM told GROUP BY kind, day, style, engine, outcome, page, currency HAVING sum(sign * facts) > 0)
"""
# Which row each cell is in.
_PLACED: Final[LiteralString] = """
    placed AS MATERIALIZED (
        SELECT * FROM unnest(%(kinds)s::text[], %(days)s::date[], %(styles)s::text[], %(engines)s::text[],
                             %(outcomes)s::text[], %(pages)s::text[], %(currencies)s::text[], %(places)s::integer[])
                   AS placed (kind, day, style, engine, outcome, page, currency, place))
"""


class AnonymousMonths:
    """The end of facts, month by month."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take_turn(self) -> bool:
        """Be the only one who makes months anonymous, until the transaction ends; False where somebody else is.

        However that one ends, so does its turn. A month may take longer than other statements may.
        """
        self._connection.execute("SET LOCAL statement_timeout = 0")
        self._connection.execute("SET LOCAL timezone = 'UTC'")
        # How many cells there are the planner cannot know; hashing them is right for few and for many.
        self._connection.execute("SET LOCAL enable_nestloop = off")
        self._connection.execute("SET LOCAL enable_mergejoin = off")
        ((taken,),) = self._connection.execute(
            "SELECT pg_try_advisory_xact_lock(hashtext('analytics.anonymity'))"
        ).fetchall()
        return bool(taken)

    def next(self) -> date | None:
        """The month after the last that is anonymous, or the first of which anything is kept; None without any."""
        ((month,),) = self._connection.execute(
            """
            SELECT date_trunc('month', coalesce(
                (SELECT max(month) + interval '1 month' FROM anonymisations),
                least((SELECT min(day) FROM facts), (SELECT min(period) FROM rollups_of_days),
                      (SELECT min(period) FROM rollups_of_months), (SELECT min(period) FROM rollups_of_clients),
                      (SELECT min(day) FROM time_spent), (SELECT min(month) FROM pseudonym_keys))))::date
            """
        ).fetchall()
        return month

    def close(self, month: date) -> None:
        """Add no fact to this month any more."""
        self._connection.execute("INSERT INTO closed_months (month) VALUES (%s) ON CONFLICT DO NOTHING", [month])

    def last_closed(self) -> date | None:
        """The last month that no fact is added to."""
        ((month,),) = self._connection.execute("SELECT max(month) FROM closed_months").fetchall()
        return month

    def note_late(self, months: Mapping[date, int]) -> None:
        """So many facts came for these months when they were closed."""
        self._connection.execute(
            """
            INSERT INTO closed_months AS closed (month, late) SELECT * FROM unnest(%s::date[], %s::bigint[])
                ON CONFLICT (month) DO UPDATE SET late = closed.late + excluded.late
            """,
            [list(months), list(months.values())],
        )

    def cells_in_sums(self, month: date) -> list[Cell]:
        """What the sums of a month are by."""
        with self._connection.cursor(row_factory=class_row(Cell)) as cursor:
            return cursor.execute(
                _SUMS + "SELECT kind, day, style, engine, outcome, page, currency FROM sums",  # noqa: S608 - all literal
                {"month": month},
            ).fetchall()

    def cells_in_facts(self, month: date) -> dict[Cell, int]:
        """What the facts of a month are by, and the most pictures that one of them had."""
        rows = self._connection.execute(
            """
            SELECT kind, day, style, engine, outcome, page, currency, max(pictures)
              FROM facts WHERE day >= %(month)s AND day < %(month)s::date + interval '1 month'
             GROUP BY kind, day, style, engine, outcome, page, currency
            """,
            {"month": month},
        ).fetchall()
        return {Cell(*cell): pictures for *cell, pictures in rows}

    def people(self, month: date, groups: Mapping[Cell, Group | None]) -> dict[Group | None, int]:
        """How many people are behind each group of cells, at least.

        Whose pages were open bears a name of the day alone: somebody who came on two days could be two. So the day with
        the most people counts. An account that was opened is somebody's, and nobody else's.
        """
        rows, params = _placed(groups)
        counted = self._connection.execute(
            "WITH"  # noqa: S608 - all literal
            + _PLACED
            + """
            SELECT place, max(people)
              FROM (SELECT placed.place, count(DISTINCT CASE kind WHEN 'sign_up' THEN mark ELSE subject END) AS people
                      FROM facts JOIN placed USING (kind, day, style, engine, outcome, page, currency)
                     WHERE day >= %(month)s AND day < %(month)s::date + interval '1 month'
                     GROUP BY placed.place, kind IN ('page', 'sign_up'), CASE kind WHEN 'page' THEN day END) AS counted
             GROUP BY place
            """,
            {**params, "month": month},
        ).fetchall()
        return {rows[place]: people for place, people in counted}

    def write(self, month: date, groups: Mapping[Cell, Group]) -> None:
        """Keep the sums of these cells in the rows of their groups."""
        rows, params = _placed(groups)
        self._connection.execute(
            _SUMS  # noqa: S608 - all literal
            + ","
            + _PLACED
            + """,
            grouped AS (
                SELECT * FROM unnest(%(to_kinds)s::text[], %(to_days)s::date[], %(to_styles)s::text[],
                                     %(to_engines)s::text[], %(to_outcomes)s::text[], %(to_pages)s::text[],
                                     %(to_currencies)s::text[])
                         WITH ORDINALITY AS grouped (kind, day, style, engine, outcome, page, currency, number))
            INSERT INTO anonymous_facts
                   (month, kind, day, style, engine, outcome, page, currency,
                    facts, pictures, credits, amount, seconds, stars, timed, rendering_ms, waiting_ms)
            SELECT %(month)s, grouped.kind, grouped.day, grouped.style, grouped.engine, grouped.outcome, grouped.page,
                   grouped.currency, sum(facts), sum(pictures), sum(credits),
                   CASE grouped.currency WHEN 'other' THEN 0 ELSE sum(amount) END,
                   sum(seconds), sum(stars), sum(timed), sum(rendering_ms), sum(waiting_ms)
              FROM sums
              JOIN placed ON (placed.kind, placed.style, placed.engine, placed.outcome, placed.page, placed.currency)
                           = (sums.kind, sums.style, sums.engine, sums.outcome, sums.page, sums.currency)
                         AND placed.day IS NOT DISTINCT FROM sums.day
              JOIN grouped ON grouped.number = placed.place + 1
             GROUP BY grouped.number, grouped.kind, grouped.day, grouped.style, grouped.engine, grouped.outcome,
                      grouped.page, grouped.currency
            """,
            {**params, **_arrays([row for row in rows if row is not None], "to_"), "month": month},
        )

    def rows(self, month: date) -> dict[Group, int]:
        """The rows of a month as they are kept, and the pictures of each."""
        kept = self._connection.execute(
            """
            SELECT kind, day, style, engine, outcome, page, currency, pictures FROM anonymous_facts WHERE month = %s
            """,
            [month],
        ).fetchall()
        return {Group(*group): pictures for *group, pictures in kept}

    def counted(self, month: date) -> Counted:
        """The figures of a month, before anything of it goes."""
        with self._connection.cursor(row_factory=class_row(Counted)) as cursor:
            return cursor.execute(
                _SUMS  # noqa: S608 - all literal
                + """,
                alike AS (
                    SELECT count(*) AS facts, count(DISTINCT subject) AS people
                      FROM facts WHERE day >= %(month)s AND day < %(month)s::date + interval '1 month'
                                   AND subject IS NOT NULL
                     GROUP BY kind, day, hour, style, engine, outcome, reason, page, device, os, browser, country,
                              network, plan, cohort, pictures, credits, amount, currency, seconds, stars)
                SELECT (SELECT coalesce(sum(facts), 0)::bigint FROM alike) AS named,
                       (SELECT coalesce(sum(facts) FILTER (WHERE people = 1), 0)::bigint FROM alike) AS unique_before,
                       (SELECT coalesce(sum(facts), 0)::bigint FROM sums) AS counted,
                       (SELECT coalesce(sum(facts), 0)::bigint FROM anonymous_facts WHERE month = %(month)s) AS kept
                """,
                {"month": month},
            ).fetchall()[0]

    def file(self, done: Anonymisation, *, at: datetime) -> None:
        """Put on record what was done, with the digest of the rows."""
        self._connection.execute(
            """
            INSERT INTO anonymisations
                   (month, named, unique_before, counted, kept, suppressed, suppressed_people, rows, unique_after,
                    smallest, candidates, digest, finished_at)
            VALUES (%(month)s, %(named)s, %(unique_before)s, %(counted)s, %(kept)s, %(suppressed)s,
                    %(suppressed_people)s, %(rows)s, %(unique_after)s, %(smallest)s, %(candidates)s,
                    digest_of(%(month)s), %(at)s)
            """,
            {
                "month": done.month,
                "named": done.counted.named,
                "unique_before": done.counted.unique_before,
                "counted": done.counted.counted,
                "kept": done.counted.kept,
                "suppressed": done.suppressed,
                "suppressed_people": done.found.suppressed,
                "rows": done.found.rows,
                "unique_after": done.found.unique_rows,
                "smallest": done.found.smallest,
                "candidates": done.found.candidates,
                "at": at,
            },
        )


def _placed(groups: Mapping[Cell, Group | None]) -> tuple[Sequence[Group | None], dict[str, Any]]:
    """The groups in some order, and the cells as columns, each with the number of its group in that order."""
    rows = list(dict.fromkeys(groups.values()))
    numbers = {group: number for number, group in enumerate(rows)}
    return rows, {**_arrays(groups), "places": [numbers[group] for group in groups.values()]}


def _arrays(of: Iterable[Cell | Group], prefix: str = "") -> dict[str, list[Any]]:
    those = list(of)
    return {
        f"{prefix}kinds": [each.kind for each in those],
        f"{prefix}days": [each.day for each in those],
        f"{prefix}styles": [each.style for each in those],
        f"{prefix}engines": [each.engine for each in those],
        f"{prefix}outcomes": [each.outcome for each in those],
        f"{prefix}pages": [each.page for each in those],
        f"{prefix}currencies": [each.currency for each in those],
    }
