"""Books of any size for bench.ledger: people whose statements add up, and one who is busier than all others."""

from typing import LiteralString
from uuid import UUID

import psycopg

ENTRIES_EACH = 101  # a grant, then holds and captures in turn
BUSY = UUID("ffffffff-0000-7000-8000-000000000000")
# The busy person's share of all entries.
SHARE = 50

_TABLES = "entries, postings, hold_parts, holds, lots, accounts, outbox, suspects"
# Entry n of the first person is grant 0, then hold 1, capture 2, hold 3, …; one credit each.
_ENTRIES: LiteralString = """
    INSERT INTO entries (seq, user_id, kind, reason, figurine_id, at, credits, balance) OVERRIDING SYSTEM VALUE
    SELECT %(first)s + n, coalesce(%(person)s, pg_temp.numbered('00000000', n %% people)),
           CASE WHEN k = 0 THEN 'pack' WHEN k %% 2 = 1 THEN 'hold' ELSE 'capture' END, 'Charged for 1 picture',
           CASE WHEN k > 0 THEN pg_temp.numbered(%(prefix)s, (k + 1) / 2 * people + n %% people) END,
           now() - interval '1 day',
           CASE WHEN k = 0 THEN each WHEN k %% 2 = 1 THEN -1 ELSE 0 END, each - (k + 1) / 2
      FROM (SELECT %(people)s::bigint AS people, %(each)s::bigint AS each) AS size,
           generate_series(0, people * each - 1) AS n, LATERAL (SELECT n / people AS k) AS turn
"""
_NUMBERED: LiteralString = """
    CREATE FUNCTION pg_temp.numbered(prefix text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
    $$ SELECT (prefix || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$
"""
_REST: LiteralString = """
    INSERT INTO postings (entry, account, user_id, credits)
    SELECT seq, side, user_id, amount FROM entries, LATERAL (VALUES
           (CASE kind WHEN 'pack' THEN 'issued' WHEN 'hold' THEN 'available' ELSE 'held' END,
            CASE kind WHEN 'pack' THEN -credits ELSE -1 END),
           (CASE kind WHEN 'pack' THEN 'available' WHEN 'hold' THEN 'held' ELSE 'revenue' END,
            CASE kind WHEN 'pack' THEN credits ELSE 1 END)) AS sides (side, amount);
    INSERT INTO accounts (user_id, available, version, opened_at)
    SELECT DISTINCT ON (user_id) user_id, balance, 1, now() FROM entries ORDER BY user_id, seq DESC;
    INSERT INTO lots (id, user_id, kind, source, credits, free, held, owed, touched, extended, granted_at)
    SELECT user_id, user_id, 'pack', 'seed:' || user_id, 1000000000, available, 0, 0, true, false, now() FROM accounts;
    INSERT INTO holds (id, figurine_id, user_id, unit_price, credits, captured, state, delivered, created_at, ended_at)
    SELECT figurine_id, figurine_id, user_id, 1, 1, 1, 'settled', 1, at, at FROM entries WHERE kind = 'capture';
    INSERT INTO hold_parts (hold_id, lot_id, place, credits) SELECT id, user_id, 1, 1 FROM holds;
    SELECT setval(pg_get_serial_sequence('entries', 'seq'), (SELECT max(seq) FROM entries));
    UPDATE audit_marks SET earlier = (SELECT max(seq) FROM entries), latest = (SELECT max(seq) FROM entries),
                           marked_at = '-infinity', walked_to = NULL, audited_at = NULL
"""


def fill(admin_url: str, entries: int) -> None:
    """Books with so many entries, afresh."""
    people = max(1, entries // ENTRIES_EACH)
    busy_each = entries // SHARE | 1
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute("SET search_path = billing")
        # Rows that are right need no trigger to say so, and a million deferred ones would need all the memory.
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET synchronous_commit = off")
        connection.execute(f"TRUNCATE {_TABLES}".encode())
        connection.execute(_NUMBERED)
        for person, prefix, number, each, first in (
            (None, "11111111", people, ENTRIES_EACH, 1),
            (BUSY, "ffffffff", 1, busy_each, people * ENTRIES_EACH + 1),
        ):
            connection.execute(
                _ENTRIES, {"person": person, "prefix": prefix, "people": number, "each": each, "first": first}
            )
        for statement in _REST.split(";"):
            connection.execute(statement.encode())
        connection.execute("VACUUM ANALYZE")
