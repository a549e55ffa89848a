"""A database of analytics' own in which months grow old, and what is looked for in it."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final

import psycopg

from analytics.jobs.anonymising import Anonymiser
from analytics.repository import Work
from common.clock import MovableClock
from common.work import UnitOfWork

MONTH: Final = date(2024, 11, 1)

EVERYTHING: Final = (
    "anonymisations, anonymous_facts, closed_months, facts, rollups_of_hours, rollups_of_days, rollups_of_months,"
    " rollups_of_clients, sketches, time_spent, cohorts, pseudonym_keys, visitor_keys, choices"
)


@dataclass(kw_only=True)
class Aged:
    """Facts written by hand, with the sums they add up to."""

    owner: psycopg.Connection[Any]
    unit: UnitOfWork[Work]
    clock: MovableClock
    chance: random.Random = field(default_factory=lambda: random.Random(7))

    @property
    def anonymiser(self) -> Anonymiser:
        return Anonymiser(unit=self.unit)

    def empty(self) -> None:
        """Nothing is there but the month's partition."""
        self.owner.execute(f"TRUNCATE {EVERYTHING}".encode())
        self.owner.execute("SELECT make_month(%s)", [MONTH])

    def run(self) -> None:
        """What the clock door does: again while there was something to do."""
        while self.anonymiser.make_next_month_anonymous():
            pass

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return self.owner.execute(query.encode(), values).fetchall()

    def value(self, query: str, *values: object) -> Any:
        ((value,),) = self.rows(query, *values)
        return value

    def happened(
        self, day: date, people: Iterable[int], *, kind: str = "figurine", pictures: int = 1, **columns: object
    ) -> None:
        """One fact on this day of each of these people, who have one name a month; visitors have one a day."""
        given = {"style": "window-box", "engine": "studio", "outcome": "succeeded", **columns}
        names = ", ".join(given)
        for person in people:
            scope = day if kind == "page" else day.replace(day=1)
            self.owner.execute(
                f"""
                INSERT INTO facts (mark, kind, day, hour, subject, device, os, browser, pictures, rendering_ms,
                                   waiting_ms, {names})
                VALUES (%s, %s, %s, %s, decode(md5(%s), 'hex'), 'phone', 'iOS', 'Safari', %s, 5000, 2000,
                        {", ".join(["%s"] * len(given))})
                """.encode(),  # noqa: S608 - names of columns, from tests
                [
                    self.chance.randbytes(16),
                    kind,
                    day,
                    self.chance.randrange(24),
                    f"{scope} {person}",
                    pictures,
                    *given.values(),
                ],
            )

    def add_up(self) -> None:
        """Let the rollups be the sums of the facts there are, and sketches and keys be there for each day."""
        self.owner.execute("SET timezone = 'UTC'")
        for table, period in (
            ("hours", "day + hour * interval '1 hour'"),
            ("days", "day"),
            ("months", "date_trunc('month', day)"),
        ):
            self.owner.execute(
                f"""
                INSERT INTO rollups_of_{table} (period, kind, style, engine, outcome, reason, page, device, plan,
                       currency, facts, pictures, credits, amount, seconds, stars, timed, rendering_ms, waiting_ms)
                SELECT {period}, kind, style, engine, outcome, reason, page, device, plan, currency, count(*),
                       sum(pictures), sum(credits), sum(amount), sum(seconds), sum(stars), count(rendering_ms),
                       coalesce(sum(rendering_ms), 0), coalesce(sum(waiting_ms), 0)
                  FROM facts GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
                """.encode()  # noqa: S608 - names from the line above
            )
        self.owner.execute(
            """
            INSERT INTO rollups_of_clients (period, kind, os, browser, country, facts)
            SELECT day, kind, os, browser, country, count(*) FROM facts GROUP BY 1, 2, 3, 4, 5
            """
        )
        self.owner.execute(
            """
            INSERT INTO sketches (grain, period, measure, dimension, value, sketch)
            SELECT DISTINCT 'day', day, 'people', '', '', '\\x00'::bytea FROM facts
             UNION SELECT DISTINCT 'month', date_trunc('month', day), 'people', '', '', '\\x00'::bytea FROM facts
            """
        )
        self.owner.execute(
            "INSERT INTO time_spent SELECT DISTINCT subject, day, 60 FROM facts WHERE kind = 'page' AND subject NOTNULL"
        )
        self.owner.execute(
            """
            INSERT INTO pseudonym_keys
            SELECT month, sha256(month::text::bytea)
              FROM (SELECT DISTINCT date_trunc('month', day)::date AS month FROM facts) AS months
            """
        )

    def too_old(self, today: date) -> dict[str, int]:
        """Whatever is left under a name, of a device or finer than a day, that is older than two years."""
        limit = datetime.combine(
            today.replace(year=today.year - 2) if (today.month, today.day) != (2, 29) else date(today.year - 2, 2, 28),
            time(),
            self.clock.now().tzinfo,
        )
        ((facts, hours, days, clients, months, sketches, spent, keys, began),) = self.rows(
            """
            SELECT (SELECT count(*) FROM facts WHERE day < limits.day),
                   (SELECT count(*) FROM rollups_of_hours WHERE period < limits.moment),
                   (SELECT count(*) FROM rollups_of_days WHERE period < limits.day),
                   (SELECT count(*) FROM rollups_of_clients WHERE period < limits.day),
                   (SELECT count(*) FROM rollups_of_months
                     WHERE period < limits.day AND (device, plan) <> ('unknown', 'unknown')),
                   (SELECT count(*) FROM sketches WHERE period < limits.moment),
                   (SELECT count(*) FROM time_spent WHERE day < limits.day),
                   (SELECT count(*) FROM pseudonym_keys WHERE month < limits.day),
                   (SELECT count(*) FROM cohorts WHERE month < limits.day AND month > '1970-01-01')
              FROM (SELECT %s::timestamptz AS moment, %s::date AS day) AS limits
            """,
            limit,
            limit.date(),
        )
        found = {
            "facts": facts,
            "hours": hours,
            "days": days,
            "clients": clients,
            "months": months,
            "sketches": sketches,
            "spent": spent,
            "keys": keys,
            "began": began,
        }
        return {what: count for what, count in found.items() if count}
