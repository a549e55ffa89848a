"""Promise S4: the role a service runs as can read no table but its own."""

from psycopg import errors, sql

from common.database import Connection, Database
from common.probes.finding import Finding
from common.probes.probe import Look, Probe


def own_schema_only(database: Database, service: str) -> Probe:
    """Try the service's own role on everybody else's tables."""

    def check(_look: Look) -> Finding:
        with database.begin() as connection:
            return _tried(connection, service)

    return Probe(promise="S4", name="own schema only", check=check)


def _tried(connection: Connection, service: str) -> Finding:
    tables, granted = _others(connection)
    if not tables:
        return Finding.not_applicable("There is no other service's table in this database.")
    opened = [table for table in _one_of_each(tables) if _can_read(connection, *table)]
    sentence = (
        f"The role of {service} was tried on {len(tables)} tables of other services: "
        f"it has a right to {len(granted)} of them, and could read {len(opened)}."
    )
    return Finding.of(
        sentence,
        broken=bool(granted or opened),
        tables=len(tables),
        granted=len(granted),
        opened=len(opened),
        which=", ".join(sorted({".".join(table) for table in (*granted, *opened)})[:5]),
    )


def _others(connection: Connection) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Every table outside the own schema, and those of them the role has any right to."""
    rows = connection.execute(
        """
        SELECT nspname, relname,
               has_schema_privilege(pg_namespace.oid, 'USAGE') AND
               (has_table_privilege(pg_class.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
                OR has_any_column_privilege(pg_class.oid, 'SELECT, INSERT, UPDATE'))
          FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
         WHERE relkind IN ('r', 'p', 'v', 'm') AND nspname <> current_schema()
           AND nspname NOT IN ('pg_catalog', 'information_schema') AND nspname NOT LIKE 'pg\\_%%'
        """,
        # Percent signs are written twice only where there are parameters.
        [],
    ).fetchall()
    tables = [(schema, table) for schema, table, _ in rows]
    return tables, [(schema, table) for schema, table, granted in rows if granted]


def _one_of_each(tables: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return list({schema: (schema, table) for schema, table in tables}.values())


def _can_read(connection: Connection, schema: str, table: str) -> bool:
    try:
        with connection.transaction():
            connection.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(schema, table)))
    except errors.InsufficientPrivilege:
        return False
    return True
