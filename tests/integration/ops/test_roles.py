"""What the roles of the services may do, with the very roles the services have."""

from collections.abc import Callable
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import InsufficientPrivilege, ReadOnlySqlTransaction

from ops.services import SERVICES
from tests.fixtures.servers import Servers

PAIRS = [(one, other) for one in SERVICES for other in SERVICES if one != other]


@pytest.fixture(scope="module")
def every_schema(service_database: Callable[[str], str]) -> dict[str, str]:
    return {service: service_database(service) for service in SERVICES}


def tables(url: str, schema: str) -> list[str]:
    with psycopg.connect(url) as connection:
        query = "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = %s::regnamespace"
        return [name for (name,) in connection.execute(query, [schema]).fetchall()]


@pytest.mark.parametrize(("one", "other"), PAIRS)
@pytest.mark.parametrize("verb", ["SELECT FROM {}", "DELETE FROM {}", "TRUNCATE {}", "DROP TABLE {}"])
def test_a_service_can_neither_read_nor_write_a_table_of_another(
    every_schema: dict[str, str], admin_dsn: str, one: str, other: str, verb: LiteralString
) -> None:
    names = tables(admin_dsn, other)
    assert names
    with psycopg.connect(every_schema[one], autocommit=True) as connection:
        for name in names:
            with pytest.raises(InsufficientPrivilege):
                connection.execute(sql.SQL(verb).format(sql.Identifier(other, name)))


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_a_service_cannot_see_what_is_in_the_schema_of_another(
    every_schema: dict[str, str], one: str, other: str
) -> None:
    with psycopg.connect(every_schema[one]) as connection:
        seen = connection.execute(
            "SELECT count(*) FROM information_schema.columns WHERE table_schema = %s", [other]
        ).fetchone()
        may = connection.execute("SELECT has_schema_privilege(%s, 'USAGE, CREATE')", [other]).fetchone()
    assert (seen, may) == ((0,), (False,))


@pytest.mark.parametrize("service", SERVICES)
def test_a_running_service_reads_its_rows_and_changes_no_table(every_schema: dict[str, str], service: str) -> None:
    with psycopg.connect(every_schema[service], autocommit=True) as connection:
        connection.execute("SELECT FROM outbox")
        for statement in ("DROP TABLE outbox", "ALTER TABLE outbox ADD intruder text", "CREATE TABLE intruder ()"):
            with pytest.raises(InsufficientPrivilege):
                connection.execute(statement)


@pytest.mark.parametrize("service", SERVICES)
def test_nobody_makes_anything_in_the_public_schema(servers: Servers, database_name: str, service: str) -> None:
    for role in (service, f"{service}_owner", f"{service}_probe"):
        with psycopg.connect(servers.postgres_url(role, database_name), autocommit=True) as connection:
            connection.execute("SET default_transaction_read_only = off")
            with pytest.raises(InsufficientPrivilege):
                connection.execute("CREATE TABLE public.intruder ()")
            with pytest.raises(InsufficientPrivilege):
                connection.execute("CREATE TEMPORARY TABLE intruder ()")


@pytest.mark.parametrize("service", SERVICES)
def test_a_running_service_keeps_others_waiting_for_seconds_only(every_schema: dict[str, str], service: str) -> None:
    limits = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    with psycopg.connect(every_schema[service]) as connection:
        found = [connection.execute("SELECT current_setting(%s)", [name]).fetchone() for name in limits]
    assert found == [("15s",), ("5s",), ("30s",)]


@pytest.mark.parametrize("service", SERVICES)
def test_who_looks_whether_promises_are_kept_reads_its_services_rows_and_writes_none(
    servers: Servers, database_name: str, every_schema: dict[str, str], service: str
) -> None:
    assert service in every_schema
    url = servers.postgres_url(f"{service}_probe", database_name)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT FROM outbox")
        with pytest.raises(ReadOnlySqlTransaction):
            connection.execute("DELETE FROM inbox")
        # That it begins no writing is a habit; that it may not is a right it lacks.
        connection.execute("SET default_transaction_read_only = off")
        for statement in ("DELETE FROM inbox", "INSERT INTO probe_runs VALUES ('a', 'b', now())", "DROP TABLE inbox"):
            with pytest.raises(InsufficientPrivilege):
                connection.execute(statement)
        for other in set(SERVICES) - {service}:
            with pytest.raises(InsufficientPrivilege):
                connection.execute(f"SELECT FROM {other}.outbox".encode())
