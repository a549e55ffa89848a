"""Rows by the million for bench.probes: of the right types and sizes, and otherwise of no meaning."""

from collections.abc import Mapping
from typing import Any, Final, LiteralString

import psycopg
from psycopg import sql

# What there is of each for a figurine; a table that is not named gets a hundredth.
SHARES: Final = {
    "generation": {
        "figurines": 1,
        "pictures": 1,
        "uploads": 1,
        "attempts": 1,
        "disclosures": 0.3,
        "ratings": 0.3,
        "consents": 0.3,
    },
    "gateway": {"figurines": 1, "accounts": 0.1, "mails": 0.3, "feed": 1, "security_log": 0.3},
    "billing": {"entries": 2, "postings": 4, "holds": 1, "hold_parts": 1, "lots": 0.2, "accounts": 0.1},
    "privacy": {
        "clocks": 1,
        "endings": 1,
        "evidence": 1,
        "disclosures": 0.3,
        "consents": 0.3,
        "proofs": 0.5,
        "requests": 0.3,
        "receipts": 0.3,
    },
    "analytics": {"facts": 2, "rollups_of_days": 0.3},
}
REST: Final = 0.03
# As nearly all rows are in a studio that works: what is under way is few, and looks are at that.
STATES: Final[Mapping[str, LiteralString]] = {
    "uploads": "'deleted'",
    "mails": "'sent'",
    "figurines": "'succeeded'",
    "saved_photos": "'saved'",
}
# Ids sort by when they were given (RFC 9562, version 7).
_ID: Final[LiteralString] = (
    "(lpad(to_hex((extract(epoch FROM now() - random() * interval '20 days') * 1000)::bigint), 12, '0')"
    " || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid"
)
# Left as they are: bookkeeping of the schema and of who looks, rows there is one of, and what would go out.
ALONE: Final = frozenset(
    {
        *("migrations", "probe_runs", "sweep_runs", "outbox", "inbox", "tombstones", "erasures", "audit_marks"),
        *("probe_states", "promise_states", "promise_days", "policy_versions", "policy_notices", "styles"),
        *("person_keys", "exports", "walks", "audits", "audit_findings"),
    }
)
_VALUES: Final[Mapping[str, LiteralString]] = {
    "uuid": "gen_random_uuid()",
    "timestamp with time zone": "now() - random() * interval '20 days'",
    "date": "current_date - (random() * 20)::int",
    "bigint": "n",
    "integer": "(n % 1000)::int",
    "smallint": "(n % 100)::smallint",
    "numeric": "n",
    "double precision": "random()",
    "boolean": "n % 2 = 0",
    "bytea": "decode(md5(n::text) || md5((n + 1)::text), 'hex')",
    "text": "md5(n::text)",
    "jsonb": "'{}'::jsonb",
    "ARRAY": "'{}'",
}


def fill(owner_url: str, admin_url: str, schema: str, figurines: int) -> None:
    """Put rows into every table of a schema, in proportion to so many figurines."""
    with psycopg.connect(owner_url, autocommit=True) as owner:
        # Of a table in partitions the whole, which knows where each row belongs.
        tables = [
            name
            for (name,) in owner.execute(
                """
                SELECT relname FROM pg_class
                 WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
                """
            )
        ]
        for table in tables:
            _free(owner, table)
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(schema)))
        # No trigger and no foreign key: rows of no meaning need none to hold them.
        admin.execute("SET session_replication_role = replica")
        admin.execute("SET synchronous_commit = off")
        for table in sorted(set(tables) - ALONE):
            share = SHARES[schema].get(table, REST)
            _fill(admin, schema, table, max(1, int(figurines * share)))
        admin.execute("ANALYZE")


def _free(owner: psycopg.Connection[Any], table: str) -> None:
    """Drop what rows of no meaning would not fulfil."""
    found = owner.execute(
        "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('c', 'x')", [table]
    ).fetchall()
    for (name,) in found:
        drop = sql.SQL("ALTER TABLE {} DROP CONSTRAINT {} CASCADE")
        owner.execute(drop.format(sql.Identifier(table), sql.Identifier(name)))


def _fill(admin: psycopg.Connection[Any], schema: str, table: str, rows: int) -> None:
    columns = admin.execute(
        """
        SELECT column_name, data_type FROM information_schema.columns
         WHERE table_schema = %s AND table_name = %s AND is_generated = 'NEVER'
           AND (is_nullable = 'NO' OR column_name ~ '(_at|_by|user_id|state)$')
        """,
        [schema, table],
    ).fetchall()
    admin.execute(
        sql.SQL(
            "INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE "
            "SELECT {values} FROM generate_series(1000000001, 1000000000 + {rows}) AS n ON CONFLICT DO NOTHING"
        ).format(
            table=sql.Identifier(table),
            columns=sql.SQL(", ").join(sql.Identifier(name) for name, _ in columns),
            values=sql.SQL(", ").join(sql.SQL(_value(table, name, kind)) for name, kind in columns),
            rows=sql.Literal(rows),
        )
    )


def _value(table: str, column: str, kind: str) -> LiteralString:
    if (table, column) == ("rollups_of_days", "period"):
        # Of two years, where those that a look is at are few.
        return "current_date - (random() * 700)::int"
    if column == "state":
        return STATES.get(table, _VALUES["text"])
    return _ID if (column, kind) == ("id", "uuid") else _VALUES.get(kind, "NULL")
