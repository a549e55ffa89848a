"""Grants: one too many in the test's own database, in a transaction that is taken back."""

from collections.abc import Callable, Iterator
from typing import Any, LiteralString

import psycopg
import pytest

from ops import provision
from ops.audit.checks import grants
from ops.audit.findings import Finding
from ops.audit.target import PROJECT, NotExamined, Running, Target
from ops.services import SERVICES
from tests.fixtures.servers import Servers

REVOKED = grants.append_only(PROJECT / "services")


@pytest.fixture
def connection(service_database: Callable[[str], str], admin_dsn: str) -> Iterator[psycopg.Connection[Any]]:
    for service in SERVICES:
        service_database(service)
    with psycopg.connect(admin_dsn) as connection:
        yield connection
        # The roles belong to everybody's databases; nothing of this is ever committed.
        connection.rollback()


def look(connection: psycopg.Connection[Any]) -> list[str]:
    return sorted({each.id for each in grants.look(connection, REVOKED) if isinstance(each, Finding)})


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("SELECT 1", []),
        ("GRANT USAGE ON SCHEMA billing TO analytics", ["grant.foreign"]),
        ("GRANT SELECT ON billing.entries TO analytics", ["grant.foreign"]),
        ("GRANT SELECT ON billing.entries TO gateway_owner", ["grant.foreign"]),
        ("GRANT CREATE ON SCHEMA billing TO billing", ["grant.ddl"]),
        # Whoever may become the owner may also undo what is append-only.
        ("GRANT billing_owner TO billing", ["grant.append-only", "grant.ddl"]),
        ("ALTER TABLE privacy.evidence OWNER TO postgres", ["grant.owner"]),
        ("GRANT SELECT ON billing.entries TO PUBLIC", ["grant.public"]),
        ("GRANT USAGE ON SCHEMA public TO PUBLIC", ["grant.public"]),
        ("CREATE FUNCTION privacy.handy() RETURNS int LANGUAGE sql RETURN 1", ["grant.public"]),
        ("GRANT DELETE ON privacy.audit_findings TO privacy", ["grant.append-only"]),
        ("GRANT UPDATE (at) ON privacy.evidence TO privacy", ["grant.append-only"]),
        # Some of its columns may be changed, and this is none of them.
        ("GRANT UPDATE (published_at) ON privacy.policy_versions TO privacy", ["grant.append-only"]),
        ("GRANT INSERT ON privacy.proofs TO privacy_probe", ["grant.probe"]),
        ("GRANT SELECT ON privacy.proofs TO billing_probe", ["grant.foreign"]),
        ("GRANT DELETE ON analytics.tombstones TO analytics", ["grant.append-only"]),
        ("ALTER ROLE analytics CREATEDB", ["grant.powerful"]),
    ],
)
def test_a_grant_too_many_is_found(
    connection: psycopg.Connection[Any], statement: LiteralString, found: list[str]
) -> None:
    connection.execute(statement)
    assert look(connection) == found


def test_somebody_who_belongs_to_no_service_and_may_log_in_is_found(connection: psycopg.Connection[Any]) -> None:
    connection.execute("CREATE ROLE forgotten_intern LOGIN")
    assert look(connection) == []
    connection.execute(f"GRANT CONNECT ON DATABASE {connection.info.dbname} TO forgotten_intern".encode())
    assert look(connection) == ["grant.stranger"]


def test_the_auditor_sees_every_grant_and_no_row(
    connection: psycopg.Connection[Any], servers: Servers, database_name: str
) -> None:
    url = servers.postgres_url(provision.AUDITOR, database_name)
    target = Target(services=PROJECT / "services", stack=Running({"audit": {"database": url}}, PROJECT))
    assert grants.check(target) == []
    with psycopg.connect(url, autocommit=True) as auditor:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            auditor.execute("SELECT FROM gateway.accounts")
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            auditor.execute("CREATE TABLE public.intruder ()")


def test_a_database_that_is_away_was_not_examined() -> None:
    stack = Running({"audit": {"database": "postgresql://auditor@localhost:1/figurine"}}, PROJECT)
    with pytest.raises(NotExamined, match="cannot be reached"):
        grants.check(Target(services=PROJECT / "services", stack=stack))
