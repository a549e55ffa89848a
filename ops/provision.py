"""Roles and schemas in Postgres: each service alone in its own.

    create_database(connection, name)      connection: an administrator's, in autocommit mode
    create_roles(connection, passwords)
    divide(connection)                     connection: to the database that is divided

Of the three roles of a service `<service>_owner` owns the schema and runs migrations; `<service>`
is what the running service is: it reads and writes rows and changes no table; `<service>_probe` reads
them and writes nothing. The auditor may connect and read the catalogue, and no row of anybody. Nobody
else, PUBLIC included, may as much as connect. Everything here may be repeated.
"""

from collections.abc import Iterable, Mapping
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from ops.services import SERVICES

# How long a running service may keep others waiting.
LIMITS: Mapping[LiteralString, LiteralString] = {
    "statement_timeout": "15s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
}

# Who looks at who may do what.
AUDITOR = "auditor"


def everybody(services: Iterable[str]) -> list[str]:
    """The roles that need a password."""
    return [*roles(services), AUDITOR]


def roles(services: Iterable[str]) -> list[str]:
    """The roles of the services: three for each."""
    return [role for service in services for role in (service, f"{service}_owner", f"{service}_probe")]


def create_database(connection: psycopg.Connection[Any], name: str) -> None:
    """Make the database unless it exists."""
    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    if found is None:
        connection.execute(
            sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(name))
        )


def create_roles(
    connection: psycopg.Connection[Any], passwords: Mapping[str, str], services: Iterable[str] = SERVICES
) -> None:
    """Make the roles, or give them these passwords; roles belong to the whole cluster.

    `passwords` has one for each of `everybody(services)`. Not for two callers at once.
    """
    with connection.transaction():
        for role in everybody(services):
            _create_role(connection, role, passwords[role])


def divide(connection: psycopg.Connection[Any], services: Iterable[str] = SERVICES) -> None:
    """Divide the database among the services, whose roles exist."""
    with connection.transaction():
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(_database(connection)))
        connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        for service in services:
            _grant(connection, service)
            for role in roles([service]):
                _confine(connection, role, service)
            _limit(connection, service)
            _limit(connection, f"{service}_probe")
            _only_look(connection, f"{service}_probe")
        _admit_auditor(connection)


def _create_role(connection: psycopg.Connection[Any], role: str, password: str) -> None:
    name = sql.Identifier(role)
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone() is None:
        connection.execute(sql.SQL("CREATE ROLE {}").format(name))
    connection.execute(
        sql.SQL("ALTER ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD {}").format(
            name, sql.Literal(password)
        )
    )


def _confine(connection: psycopg.Connection[Any], role: str, schema: str) -> None:
    names = {"role": sql.Identifier(role), "schema": sql.Identifier(schema), "database": _database(connection)}
    connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {database} TO {role}").format(**names))
    connection.execute(sql.SQL("ALTER ROLE {role} IN DATABASE {database} SET search_path = {schema}").format(**names))


def _admit_auditor(connection: psycopg.Connection[Any]) -> None:
    names = {"auditor": sql.Identifier(AUDITOR), "database": _database(connection)}
    connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {database} TO {auditor}").format(**names))
    connection.execute(sql.SQL("ALTER ROLE {auditor} SET default_transaction_read_only = on").format(**names))


def _limit(connection: psycopg.Connection[Any], role: str) -> None:
    for limit, value in LIMITS.items():
        connection.execute(
            sql.SQL("ALTER ROLE {} IN DATABASE {} SET {} = {}").format(
                sql.Identifier(role), _database(connection), sql.SQL(limit), sql.Literal(value)
            )
        )


def _only_look(connection: psycopg.Connection[Any], role: str) -> None:
    connection.execute(
        sql.SQL("ALTER ROLE {} IN DATABASE {} SET default_transaction_read_only = on").format(
            sql.Identifier(role), _database(connection)
        )
    )


def _grant(connection: psycopg.Connection[Any], service: str) -> None:
    names = {
        "owner": sql.Identifier(f"{service}_owner"),
        "service": sql.Identifier(service),
        "probe": sql.Identifier(f"{service}_probe"),
    }
    for statement in (
        "CREATE SCHEMA IF NOT EXISTS {service} AUTHORIZATION {owner}",
        "REVOKE ALL ON SCHEMA {service} FROM PUBLIC",
        "GRANT USAGE ON SCHEMA {service} TO {service}, {probe}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {service}"
        " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {service}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {service} GRANT USAGE, SELECT ON SEQUENCES TO {service}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {service} GRANT EXECUTE ON FUNCTIONS TO {service}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {service} GRANT SELECT ON TABLES TO {probe}",
        # What was there before there were probes.
        "GRANT SELECT ON ALL TABLES IN SCHEMA {service} TO {probe}",
        # PUBLIC's right to execute is a global default: it cannot be revoked for one schema.
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
    ):
        connection.execute(sql.SQL(statement).format(**names))


def _database(connection: psycopg.Connection[Any]) -> sql.Identifier:
    return sql.Identifier(connection.info.dbname)
