"""What goes when a month is anonymous: names, devices, hours, days, and in the end the facts themselves."""

from datetime import date

from common.database import Connection


class MonthsOver:
    """Destroys what is left of a month beside its anonymous rows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def forget(self, month: date) -> None:
        """Delete what is finer than the anonymous rows, and the key of the names; the rows are its sums from now on."""
        for forgetting in (
            b"DELETE FROM rollups_of_hours WHERE period >= %(month)s AND period < %(month)s::date + interval '1 month'",
            b"DELETE FROM rollups_of_days WHERE period >= %(month)s AND period < %(month)s::date + interval '1 month'",
            b"DELETE FROM rollups_of_clients"
            b" WHERE period >= %(month)s AND period < %(month)s::date + interval '1 month'",
            b"DELETE FROM rollups_of_months WHERE period = %(month)s",
            b"DELETE FROM sketches WHERE grain IN ('hour', 'day', 'month')"
            b" AND period >= %(month)s AND period < %(month)s::date + interval '1 month'",
            b"DELETE FROM time_spent WHERE day >= %(month)s AND day < %(month)s::date + interval '1 month'",
            b"DELETE FROM cohorts WHERE last_day < %(month)s::date + interval '1 month'",
            b"DELETE FROM visitor_keys WHERE day < %(month)s::date + interval '1 month'",
            b"DELETE FROM pseudonym_keys WHERE month <= %(month)s",
        ):
            self._connection.execute(forgetting, {"month": month})
        self._connection.execute(
            """
            INSERT INTO rollups_of_months
                   (period, kind, style, engine, outcome, reason, page, device, plan, currency,
                    facts, pictures, credits, amount, seconds, stars, timed, rendering_ms, waiting_ms)
            SELECT month, kind, style, engine, outcome, 'other', page, 'unknown', 'unknown', currency,
                   sum(facts), sum(pictures), sum(credits), sum(amount), sum(seconds), sum(stars), sum(timed),
                   sum(rendering_ms), sum(waiting_ms)
              FROM anonymous_facts WHERE month = %s GROUP BY month, kind, style, engine, outcome, page, currency
            """,
            [month],
        )

    def began_earlier(self, month: date, earlier: date) -> int:
        """Of whom it is known that she began in this month or before, let it only be known that it was long ago."""
        return self._connection.execute(
            "UPDATE cohorts SET month = %(earlier)s WHERE month <= %(month)s AND month > %(earlier)s",
            {"month": month, "earlier": earlier},
        ).rowcount

    def facts_of_who_began(self, until: date, earlier: date, *, of_month: date) -> int:
        """The same in the facts of one month."""
        return self._connection.execute(
            """
            UPDATE facts SET cohort = %(earlier)s
             WHERE day >= %(of_month)s AND day < %(of_month)s::date + interval '1 month'
                   AND cohort <= %(until)s AND cohort > %(earlier)s
            """,
            {"until": until, "earlier": earlier, "of_month": of_month},
        ).rowcount

    def with_facts(self) -> list[date]:
        """Months that are anonymous and whose facts are still there."""
        rows = self._connection.execute(
            """
            SELECT month FROM anonymisations
             WHERE to_regclass('facts_' || to_char(month, 'YYYY_MM')) IS NOT NULL
                   OR EXISTS (SELECT FROM facts_rest
                               WHERE day >= month AND day < month + interval '1 month')
             ORDER BY month
            """
        ).fetchall()
        return [month for (month,) in rows]

    def drop(self, month: date) -> None:
        """Destroy the facts of a month that is anonymous; the database refuses for one that is not."""
        self._connection.execute("SELECT drop_month(%s)", [month])
        self._connection.execute(
            "DELETE FROM facts WHERE day >= %(month)s AND day < %(month)s::date + interval '1 month'", {"month": month}
        )
