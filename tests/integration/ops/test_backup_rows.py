"""Rows of one moment, out of a divided database and back into another one."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from common.migrations import versions
from ops.backup.failures import BackupFailed
from ops.backup.rows import LEFT_OUT, Kept, Refill, Snapshot, migrate_to, outboxes_at_rest
from ops.embedded.site import PROJECT
from ops.services import SERVICES
from tests.fixtures.postgres import divided_database
from tests.fixtures.servers import Servers

NOW = datetime.now(UTC)
EARLY, LATE = uuid4(), uuid4()
APPLIED = {service: versions(PROJECT / "services" / service / service / "migrations") for service in SERVICES}


def owners(servers: Servers, database: str) -> Mapping[str, str]:
    return {service: servers.postgres_url(f"{service}_owner", database) for service in SERVICES}


@pytest.fixture(scope="module")
def database(servers: Servers) -> Iterator[str]:
    """All five schemas, with the keys of two people and an event on its way; for the administrator."""
    name = f"test_{uuid4().hex}"
    with divided_database(servers, name, *SERVICES):
        migrate_to(owners(servers, name), APPLIED)
        url = servers.postgres_url("postgres", name)
        with psycopg.connect(url) as connection:
            for user_id, came in ((EARLY, NOW - timedelta(days=2)), (LATE, NOW - timedelta(hours=1))):
                connection.execute(
                    """
                    INSERT INTO gateway.person_keys (id, user_id, wrapped, version, created_at)
                    VALUES (%s, %s, %s, 1, %s)
                    """,
                    [uuid4(), user_id, bytes(65), came],
                )
            connection.execute("SELECT analytics.make_month('2026-11-27')")
            # One falls into the net, one into the partition of its month.
            for day in ("2024-02-29", "2026-11-27"):
                values = [bytes(16), day]
                connection.execute("INSERT INTO analytics.facts (mark, kind, day) VALUES (%s, 'page', %s)", values)
            connection.execute(
                "INSERT INTO billing.outbox (id, type, body) VALUES (%s, 'credits.held', %s)",
                [uuid4(), b"a\tb\\c\n\x01"],
            )
        yield url


@pytest.fixture(scope="module")
def kept(database: str) -> Mapping[str, tuple[Kept, bytes]]:
    with Snapshot.of(database) as snapshot:
        assert snapshot.migrations() == APPLIED
        return {each.table: (snapshot.count(each), snapshot.read(each).read()) for each in snapshot.tables()}


def emptied_and_filled(database: str, table: Kept, pressed: bytes) -> None:
    with Refill.of(database) as refill:
        refill.empty()
        refill.fill(table, [pressed])


def people_with_keys(connection: psycopg.Connection) -> set[UUID]:
    return {user_id for (user_id,) in connection.execute("SELECT user_id FROM gateway.person_keys").fetchall()}


def test_what_lets_somebody_in_is_not_copied_and_neither_is_what_counts_the_last_minute(
    kept: Mapping[str, tuple[Kept, bytes]],
) -> None:
    assert not LEFT_OUT & kept.keys()
    assert "gateway.door_rates" not in kept
    assert {"gateway.accounts", "billing.entries", "privacy.receipts", "analytics.facts"} <= kept.keys()


def test_rows_come_back_as_they_were_and_counting_goes_on(
    database: str, kept: Mapping[str, tuple[Kept, bytes]]
) -> None:
    with psycopg.connect(database) as before:
        wanted = before.execute("SELECT seq, id, body FROM billing.outbox").fetchall()
        facts = before.execute("SELECT * FROM analytics.facts ORDER BY day").fetchall()
    with Refill.of(database) as refill:
        refill.empty()
        for table, pressed in kept.values():
            if not table.apart:
                refill.fill(table, [pressed])
        refill.go_on_counting()
        assert refill.connection.execute("SELECT seq, id, body FROM billing.outbox").fetchall() == wanted
        assert refill.connection.execute("SELECT * FROM analytics.facts ORDER BY day").fetchall() == facts
        assert len(facts) == 2
        added = refill.connection.execute(
            "INSERT INTO billing.outbox (id, type, body) VALUES (%s, 'credits.held', '') RETURNING seq", [uuid4()]
        ).fetchone()
        assert added
        assert added[0] == wanted[-1][0] + 1
        refill.connection.rollback()


def test_keys_of_who_came_after_the_rows_do_not_come_back(
    database: str, kept: Mapping[str, tuple[Kept, bytes]]
) -> None:
    table, pressed = kept["gateway.person_keys"]
    with Refill.of(database) as refill:
        refill.empty()
        refill.fill_keys(table, [pressed], until=NOW - timedelta(days=1))
        assert people_with_keys(refill.connection) == {EARLY}
        refill.connection.rollback()


def test_a_table_that_lost_a_row_is_refused(database: str, kept: Mapping[str, tuple[Kept, bytes]]) -> None:
    table, pressed = kept["gateway.person_keys"]
    more = Kept(table=table.table, columns=table.columns, rows=table.rows + 1)
    with pytest.raises(BackupFailed, match="rows in the backup"):
        emptied_and_filled(database, more, pressed)
    with psycopg.connect(database) as after:
        assert people_with_keys(after) == {EARLY, LATE}


def test_a_backup_of_a_later_release_is_refused_with_the_names_of_what_is_unknown() -> None:
    with pytest.raises(BackupFailed, match=r"billing .*9999_later\.sql"):
        migrate_to({}, {"billing": {**APPLIED["billing"], "9999_later.sql": "0" * 64}})


def record(connection: psycopg.Connection) -> UUID:
    event_id = uuid4()
    connection.execute("SET LOCAL lock_timeout = '100ms'")
    connection.execute("INSERT INTO billing.outbox (id, type, body) VALUES (%s, 'credits.held', '')", [event_id])
    return event_id


def test_no_event_is_recorded_between_the_moment_of_the_rows_and_the_count_of_what_was_heard(database: str) -> None:
    with psycopg.connect(database) as other:
        with outboxes_at_rest(database), pytest.raises(psycopg.errors.LockNotAvailable):
            record(other)
        other.rollback()
        event_id = record(other)
        other.execute("DELETE FROM billing.outbox WHERE id = %s", [event_id])


def test_whoever_is_recording_an_event_goes_first(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ops.backup.rows._LOCK_TRIES", 2)
    with psycopg.connect(database) as other:
        record(other)
        with pytest.raises(BackupFailed, match="Try again later"), outboxes_at_rest(database):
            pytest.fail("an event was under way")
        other.rollback()
    with outboxes_at_rest(database), psycopg.connect(database) as other:
        (count,) = other.execute("SELECT count(*) FROM billing.outbox").fetchone() or ()
    assert count == 1
