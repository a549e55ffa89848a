"""Rows for `bench.analytics`: a bare table to compare with, and many facts with the rollups and sketches they give."""

from datetime import datetime
from time import perf_counter
from typing import Any, Final

import psycopg

from analytics.domain import Grain, Measure, SketchPlace, start_of
from analytics.repository.sketches import Sketches

BARE: Final = "CREATE TABLE bare (LIKE facts INCLUDING DEFAULTS)"
_ROW: Final = (b"0123456789abcdef", "page", "2026-11-23", 12, b"fedcba9876543210", "/studio", "phone", 30)
_COPY: Final = "COPY bare (mark, kind, day, hour, subject, page, device, seconds) FROM STDIN"
_INSERT: Final = (
    "INSERT INTO bare (mark, kind, day, hour, subject, page, device, seconds) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
)
_SKETCHED: Final = 200


def copy_bare(connection: psycopg.Connection[Any], rows: int, batch: int) -> float:
    """Rows a second by COPY, so many in a transaction."""
    begun = perf_counter()
    for _ in range(0, rows, batch):
        with (
            connection.transaction(),
            connection.cursor() as cursor,
            cursor.copy(_COPY) as copy,
        ):
            for _ in range(batch):
                copy.write_row(_ROW)
    return rows / (perf_counter() - begun)


def insert_bare(connection: psycopg.Connection[Any], rows: int, batch: int) -> float:
    """Rows a second by INSERT, one a statement, so many in a transaction."""
    begun = perf_counter()
    for _ in range(0, rows, batch):
        with connection.transaction():
            for _ in range(batch):
                connection.execute(_INSERT, _ROW)
    return rows / (perf_counter() - begun)


def seed(connection: psycopg.Connection[Any], kept: int, wanted: int, now: datetime) -> None:
    """Facts of two years up to so many, in one statement; and what they add up to."""
    months = connection.execute(
        "SELECT generate_series(%s::date - interval '23 months', %s::date, interval '1 month')::date",
        [now.date().replace(day=1), now.date()],
    ).fetchall()
    for (month,) in months:
        connection.execute("SELECT make_month(%s)", [month])
    connection.execute(
        """
        INSERT INTO facts (mark, kind, day, hour, subject, style, engine, outcome, page, device, os, browser, plan,
                           pictures, seconds, rendering_ms, waiting_ms)
        SELECT decode(md5(n::text), 'hex'), (ARRAY['figurine', 'order', 'page'])[1 + n %% 3],
               %(today)s::date - (n %% 700)::int, (n %% 24)::int, decode(md5((n / 10)::text), 'hex'),
               (ARRAY['window-box', 'acrylic-standee', 'bronze'])[1 + n %% 3],
               (ARRAY['studio', 'gemini'])[1 + n %% 2], (ARRAY['succeeded', 'failed'])[1 + (n %% 11 = 0)::int], 'none',
               (ARRAY['phone', 'desktop'])[1 + n %% 2], 'Linux', 'Firefox',
               (ARRAY['free', 'plus'])[1 + (n %% 5 = 0)::int],
               1, 30, CASE n %% 3 WHEN 0 THEN 2000 + (n %% 7000)::int END, CASE n %% 3 WHEN 0 THEN (n %% 900)::int END
          FROM generate_series(%(kept)s + 1, %(wanted)s) AS n
        """,
        {"today": now.date(), "kept": kept, "wanted": wanted},
    )
    for table, period in (("days", "day"), ("months", "date_trunc('month', day)::date")):
        connection.execute(f"TRUNCATE rollups_of_{table}")
        connection.execute(
            f"""
            INSERT INTO rollups_of_{table}
            SELECT {period}, kind, style, engine, outcome, reason, page, device, plan, currency, count(*),
                   sum(pictures), sum(credits), sum(amount), sum(seconds), sum(stars), count(rendering_ms),
                   coalesce(sum(rendering_ms), 0), coalesce(sum(waiting_ms), 0)
              FROM facts GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
            """  # noqa: S608 - names from above
        )
    _sketch(connection, now)
    for table in ("facts", "rollups_of_days", "rollups_of_months", "sketches"):
        connection.execute(f"VACUUM ANALYZE {table}")


def size_of(connection: psycopg.Connection[Any]) -> tuple[int, int]:
    """Bytes of the facts with their indexes, and of all that is read instead of them."""
    ((facts, rest),) = connection.execute(
        """
        SELECT (SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('facts'))::bigint,
               (SELECT sum(pg_total_relation_size(name)) FROM unnest(ARRAY['rollups_of_hours', 'rollups_of_days',
                       'rollups_of_months', 'rollups_of_clients', 'sketches']::regclass[]) AS name)::bigint
        """
    ).fetchall()
    return facts, rest


def _sketch(connection: psycopg.Connection[Any], now: datetime) -> None:
    """Full sketches for the month that is asked about: their size does not grow beyond that."""
    sketches = Sketches(connection)
    month = start_of(now.date().replace(day=1))
    names = [number.to_bytes(16) for number in range(20_000)]
    sketches.add_people(
        {SketchPlace(Grain.MONTH, month, Measure.PEOPLE, "kind", kind): names for kind in ("page", "order")}
    )
    for day in range(1, now.day + 1):
        place = start_of(now.date().replace(day=day))
        sketches.add_times(
            {
                SketchPlace(Grain.DAY, place, Measure.TOTAL, "engine", engine): [
                    float(2000 + 37 * n % 7000) for n in range(_SKETCHED * 5)
                ]
                for engine in ("studio", "gemini")
            }
        )
