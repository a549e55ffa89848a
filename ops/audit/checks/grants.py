"""Grants in the database: each role its own schema, nothing for PUBLIC, and what is append-only stays so.

Reads the catalogue only; whoever may connect can run it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from ops import provision
from ops.audit.findings import Finding, Said, Severity
from ops.audit.target import NotExamined, Target
from ops.services import SERVICES

# Taken away from every service by a migration that all have.
_EVERYWHERE = {"tombstones": frozenset({"DELETE", "TRUNCATE"})}
# As the other migrations have it: REVOKE UPDATE, DELETE, TRUNCATE ON entries, postings FROM billing;
# and what of it they give back: GRANT UPDATE (told, counted_at) ON policy_versions TO privacy;
_WRITTEN = re.compile(
    r"^(?:(?P<taken>REVOKE)|GRANT)\s+(?P<verbs>[A-Z, ]+?)\s*(?:\((?P<columns>[\w,\s]+)\))?\s+"
    r"ON\s+(?!FUNCTION|SCHEMA)(?P<tables>[\w, ]+?)\s+(?:FROM|TO)\s+(?P<role>\w+);",
    re.MULTILINE,
)
_KNOWN_ROLES = frozenset(provision.everybody(SERVICES))

# What a role may do with a table as a whole or with any column of it.
_VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")

_FOREIGN_SCHEMAS: LiteralString = """
SELECT role.rolname, space.nspname
  FROM pg_roles AS role, pg_namespace AS space
 WHERE role.rolname = ANY(%(roles)s) AND space.nspname = ANY(%(services)s)
   AND space.nspname <> regexp_replace(role.rolname, '_(owner|probe)$', '')
   AND (has_schema_privilege(role.oid, space.oid, 'USAGE') OR has_schema_privilege(role.oid, space.oid, 'CREATE'))
"""
_FOREIGN_TABLES: LiteralString = """
SELECT DISTINCT role.rolname, space.nspname || '.' || thing.relname
  FROM pg_roles AS role, pg_namespace AS space, pg_class AS thing,
       aclexplode(thing.relacl) AS given
 WHERE role.rolname = ANY(%(roles)s) AND space.nspname = ANY(%(services)s) AND thing.relnamespace = space.oid
   AND given.grantee = role.oid
   AND space.nspname <> regexp_replace(role.rolname, '_(owner|probe)$', '')
"""
_ARCHITECTS: LiteralString = """
SELECT role.rolname, space.nspname
  FROM pg_roles AS role JOIN pg_namespace AS space ON space.nspname = role.rolname
 WHERE role.rolname = ANY(%(services)s)
   AND (has_schema_privilege(role.oid, space.oid, 'CREATE')
        OR pg_has_role(role.oid, (space.nspname || '_owner')::regrole, 'MEMBER'))
"""
_OWNED_BY_OTHERS: LiteralString = """
SELECT owner.rolname, space.nspname || '.' || thing.relname
  FROM pg_class AS thing JOIN pg_namespace AS space ON space.oid = thing.relnamespace
  JOIN pg_roles AS owner ON owner.oid = thing.relowner
 WHERE space.nspname = ANY(%(services)s) AND thing.relkind IN ('r', 'p', 'v', 'm', 'S')
   AND owner.rolname <> space.nspname || '_owner'
"""
_PUBLIC: LiteralString = """
SELECT given.privilege_type, 'schema ' || space.nspname
  FROM pg_namespace AS space, aclexplode(space.nspacl) AS given
 WHERE given.grantee = 0 AND space.nspname = ANY(%(services)s || '{public}'::text[])
UNION ALL
SELECT given.privilege_type, space.nspname || '.' || thing.relname
  FROM pg_class AS thing JOIN pg_namespace AS space ON space.oid = thing.relnamespace,
       aclexplode(thing.relacl) AS given
 WHERE given.grantee = 0 AND space.nspname = ANY(%(services)s)
UNION ALL
SELECT given.privilege_type, 'function ' || space.nspname || '.' || routine.proname
  FROM pg_proc AS routine JOIN pg_namespace AS space ON space.oid = routine.pronamespace,
       aclexplode(coalesce(routine.proacl, acldefault('f', routine.proowner))) AS given
 WHERE given.grantee = 0 AND space.nspname = ANY(%(services)s)
UNION ALL
SELECT given.privilege_type, 'database ' || current_database()
  FROM pg_database AS base, aclexplode(coalesce(base.datacl, acldefault('d', base.datdba))) AS given
 WHERE base.datname = current_database() AND given.grantee = 0
"""
_STRANGERS: LiteralString = """
SELECT role.rolname, current_database()
  FROM pg_roles AS role
 WHERE role.rolcanlogin AND NOT role.rolsuper AND NOT role.rolname = ANY(%(known)s)
   AND has_database_privilege(role.oid, current_database(), 'CONNECT')
"""
_POWERFUL: LiteralString = """
SELECT rolname, 'the whole cluster' FROM pg_roles
 WHERE rolname = ANY(%(known)s)
   AND (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls)
"""
_MAY: LiteralString = """
SELECT has_table_privilege(%(role)s, thing.oid, %(verb)s)
  FROM pg_class AS thing JOIN pg_namespace AS space ON space.oid = thing.relnamespace
 WHERE space.nspname = %(role)s AND thing.relname = %(table)s
"""
_MAY_CHANGE: LiteralString = """
SELECT attname
  FROM pg_class AS thing JOIN pg_namespace AS space ON space.oid = thing.relnamespace
  JOIN pg_attribute ON attrelid = thing.oid AND attnum > 0 AND NOT attisdropped
 WHERE space.nspname = %(role)s AND thing.relname = %(table)s
   AND NOT has_table_privilege(%(role)s, thing.oid, 'UPDATE')
   AND has_column_privilege(%(role)s, thing.oid, attnum, 'UPDATE') AND NOT attname = ANY(%(columns)s)
"""
_WRITING_PROBES: LiteralString = """
SELECT DISTINCT role.rolname, space.nspname || '.' || thing.relname
  FROM pg_roles AS role, pg_namespace AS space JOIN pg_class AS thing ON thing.relnamespace = space.oid
 WHERE role.rolname = ANY(%(probes)s) AND space.nspname = ANY(%(services)s) AND thing.relkind IN ('r', 'p', 'v', 'm')
   AND (has_table_privilege(role.oid, thing.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
        OR has_any_column_privilege(role.oid, thing.oid, 'INSERT, UPDATE'))
"""

_RULES: Sequence[tuple[LiteralString, str, str]] = (
    (_FOREIGN_SCHEMAS, "grant.foreign", "{0} may enter the schema {1}; revoke what it was granted there."),
    (_FOREIGN_TABLES, "grant.foreign", "{0} was granted something on {1}; revoke it."),
    (_ARCHITECTS, "grant.ddl", "{0} may change the tables of {1} while it runs; only its owner may. Revoke that."),
    (_OWNED_BY_OTHERS, "grant.owner", "{1} belongs to {0}, not to the schema's owner; give it back."),
    (_PUBLIC, "grant.public", "Everybody who connects has {0} on {1}; revoke it from PUBLIC."),
    (_WRITING_PROBES, "grant.probe", "{0} only looks, and may write to {1}; revoke that."),
    (_STRANGERS, "grant.stranger", "{0} can log in to {1} and belongs to no service; revoke CONNECT, or drop it."),
    (_POWERFUL, "grant.powerful", "{0} has rights over {1} (superuser, or creating roles and databases); take them."),
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What migrations took away from a service at a table, and the columns it may change all the same."""

    verbs: frozenset[str] = frozenset()
    columns: frozenset[str] = frozenset()


Rules = Mapping[tuple[str, str], Taken]


def check(target: Target) -> list[Said]:
    """Look at the database of the stack."""
    try:
        with psycopg.connect(target.running.database, autocommit=True, connect_timeout=5) as connection:
            return look(connection, append_only(target.code))
    except psycopg.OperationalError as error:
        message = f"the database cannot be reached ({type(error).__name__})"
        raise NotExamined(message) from None


def look(connection: psycopg.Connection[Any], rules: Rules) -> list[Said]:
    """What is wrong in this database; `rules`: what a service may not do with a table of its own."""
    given = {
        "roles": provision.roles(SERVICES),
        "services": list(SERVICES),
        "probes": [f"{service}_probe" for service in SERVICES],
        "known": sorted(_KNOWN_ROLES),
    }
    found: list[Said] = []
    for query, rule, sentence in _RULES:
        rows = connection.execute(query, given).fetchall()
        found += [_finding(rule, sentence.format(*row), f"{row[0]} on {row[1]}") for row in sorted(set(rows))]
    return [*found, *_rewritable(connection, rules)]


def _rewritable(connection: psycopg.Connection[Any], rules: Rules) -> Iterator[Said]:
    for (role, table), taken in sorted(rules.items(), key=lambda rule: rule[0]):
        for right in _rights(connection, role, table, taken):
            sentence = f"{role} may {right} in {table}, which a migration forbids; revoke it again."
            yield _finding("grant.append-only", sentence, f"{role} on {role}.{table}")


def _rights(connection: psycopg.Connection[Any], role: str, table: str, taken: Taken) -> Iterator[str]:
    named = {"role": role, "table": table, "columns": sorted(taken.columns)}
    for verb in sorted(taken.verbs):
        row = connection.execute(_MAY, {**named, "verb": verb}).fetchone()
        if row and row[0]:
            yield verb
    if "UPDATE" in taken.verbs:
        for (column,) in connection.execute(_MAY_CHANGE, named).fetchall():
            yield f"UPDATE {column}"


def _finding(rule: str, sentence: str, where: str) -> Finding:
    return Finding(id=rule, severity=Severity.HIGH, sentence=sentence, where=where)


def append_only(services: Path) -> Rules:
    """What migrations took away from services and did not give back, by role and table."""
    found = {(service, table): Taken(verbs) for service in SERVICES for table, verbs in _EVERYWHERE.items()}
    for file in sorted(services.glob("*/*/migrations/*.sql")):
        for statement in _WRITTEN.finditer(file.read_text()):
            for table in _words(statement["tables"]):
                key = (statement["role"], table)
                found[key] = _after(found.get(key, Taken()), statement)
    return {key: taken for key, taken in found.items() if taken.verbs}


def _after(taken: Taken, statement: re.Match[str]) -> Taken:
    verbs = frozenset(_VERBS) if statement["verbs"].strip() == "ALL" else _words(statement["verbs"])
    if statement["columns"]:
        columns = _words(statement["columns"])
        return replace(taken, columns=taken.columns - columns if statement["taken"] else taken.columns | columns)
    return replace(taken, verbs=taken.verbs | verbs if statement["taken"] else taken.verbs - verbs)


def _words(text: str) -> frozenset[str]:
    return frozenset(word.strip() for word in text.split(","))
