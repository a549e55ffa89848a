"""Sums of everybody's by hour, day and month."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from psycopg import sql
from psycopg.rows import class_row, dict_row

from analytics.domain import DIMENSIONS, SUMS, DayCount, Grain, Rollup, SignUps, Span, Tally
from common.database import Connection

_TABLES: Final[Mapping[Grain, sql.Identifier]] = {
    Grain.HOUR: sql.Identifier("rollups_of_hours"),
    Grain.DAY: sql.Identifier("rollups_of_days"),
    Grain.MONTH: sql.Identifier("rollups_of_months"),
}
_PERIODS: Final = {Grain.HOUR: sql.SQL("timestamptz"), Grain.DAY: sql.SQL("date"), Grain.MONTH: sql.SQL("date")}


def _names(names: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def _addition(table: sql.Identifier, period: sql.SQL, dimensions: Sequence[str], sums: Sequence[str]) -> sql.Composed:
    key = ("period", *dimensions)
    return sql.SQL(
        """
        INSERT INTO {table} AS kept ({key}, {sums})
        SELECT * FROM unnest(%s::{period}[], {texts}, {numbers})
            ON CONFLICT ({key}) DO UPDATE SET {added}
        """
    ).format(
        table=table,
        period=period,
        key=_names(key),
        sums=_names(sums),
        texts=sql.SQL(", ").join(sql.SQL("%s::text[]") for _ in dimensions),
        numbers=sql.SQL(", ").join(sql.SQL("%s::bigint[]") for _ in sums),
        added=sql.SQL(", ").join(
            sql.SQL("{0} = kept.{0} + excluded.{0}").format(sql.Identifier(name)) for name in sums
        ),
    )


_ADDITIONS: Final = {grain: _addition(_TABLES[grain], _PERIODS[grain], DIMENSIONS, SUMS) for grain in Grain}
_CLIENTS: Final = sql.Identifier("rollups_of_clients")
_ADDITION_OF_CLIENTS: Final = _addition(
    _CLIENTS, sql.SQL("date"), ("kind", "os", "browser", "country"), ("facts", "seconds")
)
_EMPTY: Final = sql.SQL("DELETE FROM {} WHERE period = ANY(%s::{}[]) AND facts = 0")


class Rollups:
    """What facts add up to; kept in their transaction, under their lock."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, grain: Grain, tally: Tally) -> None:
        """Add what facts do to a grain; a sum of nothing leaves no row behind."""
        if tally:
            self._add(_ADDITIONS[grain], tally)
            self._leave_no_empty(_TABLES[grain], _PERIODS[grain], tally)

    def add_clients(self, tally: Tally) -> None:
        """The same for what people look at the studio with."""
        if tally:
            self._add(_ADDITION_OF_CLIENTS, tally)
            self._leave_no_empty(_CLIENTS, sql.SQL("date"), tally)

    def read(
        self,
        grain: Grain,
        *,
        first: date | datetime,
        last: date | datetime,
        kinds: Sequence[str],
        by: Sequence[str] = (),
    ) -> list[Rollup]:
        """The sums of these kinds of facts in each period from the first to the last, by some of DIMENSIONS."""
        if unknown := set(by) - set(DIMENSIONS):
            message = f"rollups are not kept by {unknown}"
            raise LookupError(message)
        query = sql.SQL(
            "SELECT period, {by}, {sums} FROM {table}"
            " WHERE period BETWEEN %(first)s AND %(last)s AND kind = ANY(%(kinds)s)"
            " GROUP BY period, {by} ORDER BY period, {by}"
        ).format(
            table=_TABLES[grain],
            by=_names(("kind", *[name for name in by if name != "kind"])),
            sums=sql.SQL(", ").join(sql.SQL("sum({0})::bigint AS {0}").format(sql.Identifier(name)) for name in SUMS),
        )
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(query, {"first": first, "last": last, "kinds": list(kinds)}).fetchall()
        return [
            Rollup(
                period=row.pop("period"),
                by={name: row.pop(name) for name in ("kind", *by) if name in row},
                **row,
            )
            for row in rows
        ]

    def days(self, span: Span) -> list[DayCount]:
        """Figurines that ended on these days, by style, engine and outcome."""
        with self._connection.cursor(row_factory=class_row(DayCount)) as cursor:
            return cursor.execute(
                """
                SELECT period AS day, style, engine, outcome, sum(facts)::bigint AS figurines,
                       sum(pictures)::bigint AS pictures
                  FROM rollups_of_days WHERE period BETWEEN %s AND %s AND kind = 'figurine'
                 GROUP BY day, style, engine, outcome ORDER BY day, style, engine, outcome
                """,
                [span.first, span.last],
            ).fetchall()

    def sign_ups(self, span: Span) -> list[SignUps]:
        """The accounts opened on these days."""
        with self._connection.cursor(row_factory=class_row(SignUps)) as cursor:
            return cursor.execute(
                """
                SELECT period AS day, sum(facts)::bigint AS accounts
                  FROM rollups_of_days WHERE period BETWEEN %s AND %s AND kind = 'sign_up'
                 GROUP BY day ORDER BY day
                """,
                [span.first, span.last],
            ).fetchall()

    def _add(self, query: sql.Composed, tally: Tally) -> None:
        rows = [(*place, *sums) for place, sums in tally.items()]
        self._connection.execute(query, [list(column) for column in zip(*rows, strict=True)])

    def _leave_no_empty(self, table: sql.Identifier, period: sql.SQL, tally: Tally) -> None:
        shrunk = {place[0] for place, sums in tally.items() if sums[0] < 0}
        if shrunk:
            self._connection.execute(_EMPTY.format(table, period), [list(shrunk)])
