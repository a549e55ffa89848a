"""What whoever runs a studio could do to it: with its database, its object store, its programs and their settings."""

import io
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from minio import Minio
from minio.datatypes import Object
from psycopg import sql
from psycopg.types.json import Jsonb

from common.clock import SYSTEM_CLOCK
from ops import object_access
from ops.embedded.stack import Stack
from ops.embedded.waiting import until
from ops.prove.newcomer import Newcomer, newcomer

Values = Sequence[Any] | Mapping[str, Any] | None
_SECONDS = 90
# How the object store names what its users keep beside an object.
_METADATA = "x-amz-meta-"


class Hands:
    """Hands that do harm, and undo it."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        # Lives here all the time, so that there is something to harm.
        self.resident = self.newcomer()

    @property
    def store(self) -> Minio:
        """The object store, with the administrator's keys."""
        return self.stack.seaweedfs.client(object_access.ADMINISTRATOR)

    def sql(self, statement: LiteralString | sql.Composed, values: Values = None) -> list[tuple[Any, ...]]:
        """One statement as the administrator, and its rows."""
        with psycopg.connect(self.stack.postgres.admin_url(), autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def without(self, *programs: str) -> Generator[None]:
        """Programs that are stopped for as long as the block lasts."""
        self.stack.supervisor.stop(programs)
        try:
            yield
        finally:
            for program in programs:
                self.stack.supervisor.start(program)
            self.wait_until_ready()

    @contextmanager
    def told(self, service: str, *roles: str, **settings: str) -> Generator[None]:
        """Another setting for one service; its roles (`web`, `worker`) start again with it, and again without it."""
        environments = self.stack.environments
        environments.put(service, {**environments.of(service), **settings})
        try:
            self.restart(*(f"{service}-{role}" for role in roles))
            yield
        finally:
            environments.put(service, environments.of(service))
            self.restart(*(f"{service}-{role}" for role in roles))

    @contextmanager
    def programmed(self, service: str, *roles: str, code: str) -> Generator[None]:
        """Another program for one service: Python runs this code in it before its own."""
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "sitecustomize.py").write_text(code)
            with self.told(service, *roles, PYTHONPATH=folder):
                yield

    @contextmanager
    def trigger(self, table: LiteralString, when: LiteralString, body: LiteralString) -> Generator[None]:
        """A trigger for each row, as long as the block lasts: `body` is PL/pgSQL between BEGIN and END."""
        name = sql.SQL("figurine_prove")
        parts = {"name": name, "table": sql.SQL(table), "when": sql.SQL(when), "body": sql.SQL(body)}
        self.sql(
            sql.SQL(
                "CREATE FUNCTION public.{name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER"
                " SET search_path = pg_catalog AS $$ BEGIN {body} END $$"
            ).format(**parts)
        )
        try:
            self.sql(
                sql.SQL("CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION public.{name}()").format(
                    **parts
                )
            )
            yield
        finally:
            self.sql(sql.SQL("DROP FUNCTION public.{name}() CASCADE").format(**parts))

    @contextmanager
    def taken_out(self, table: LiteralString, where: LiteralString, values: Values = None) -> Generator[None]:
        """Rows that are not there as long as the block lasts, and the same again after it."""
        parts = {"table": sql.SQL(table), "where": sql.SQL(where)}
        taken = self.sql(
            sql.SQL("DELETE FROM {table} AS taken WHERE {where} RETURNING to_jsonb(taken)").format(**parts), values
        )
        try:
            yield
        finally:
            for (row,) in taken:
                back = sql.SQL("INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, %s)")
                self.sql(back.format(**parts), [Jsonb(row)])

    @contextmanager
    def written_and_held(
        self, add: LiteralString, values: Values, *, held: LiteralString, gone: LiteralString, row: UUID
    ) -> Generator[None]:
        """A row that is there as long as the block lasts, and that nobody changes meanwhile."""
        self.sql(add, values)
        try:
            with psycopg.connect(self.stack.postgres.admin_url()) as connection:
                connection.execute(held, [row])
                yield
        finally:
            self.sql(gone, [row])

    @contextmanager
    def swept_long_ago(self, service: LiteralString) -> Generator[None]:
        """The rarest sweep of a service has not ended well for ten days: the others would put that right at once."""
        parts = {"runs": sql.SQL(f"{service}.sweep_runs")}
        ((job, since, ended),) = self.sql(
            sql.SQL("SELECT job, since, ended_well_at FROM {runs} ORDER BY every DESC, job LIMIT 1").format(**parts)
        )
        change = sql.SQL("UPDATE {runs} SET since = %s, ended_well_at = %s WHERE job = %s").format(**parts)
        long_ago = SYSTEM_CLOCK.now() - timedelta(days=10)
        self.sql(change, [long_ago, long_ago, job])
        try:
            yield
        finally:
            self.sql(change, [since, ended, job])

    @contextmanager
    def objects_away(self, bucket: str, prefix: str) -> Generator[None]:
        """Objects that are not there as long as the block lasts, and the same again after it."""
        taken = [self._take(bucket, str(each.object_name)) for each in self._listed(bucket, prefix)]
        try:
            yield
        finally:
            for name, content, metadata in taken:
                self.store.put_object(bucket, name, io.BytesIO(content), len(content), metadata=metadata)

    def _listed(self, bucket: str, prefix: str) -> list[Object]:
        return list(self.store.list_objects(bucket, prefix=prefix, recursive=True))

    def _take(self, bucket: str, name: str) -> tuple[str, bytes, dict[str, str | list[str] | tuple[str]]]:
        answer = self.store.get_object(bucket, name)
        with answer:
            metadata = {key: value for key, value in answer.headers.items() if key.lower().startswith(_METADATA)}
            content = answer.read()
        answer.release_conn()
        self.store.remove_object(bucket, name)
        return name, content, {**metadata}

    def newcomer(self) -> Newcomer:
        """Somebody who just signed up, and is signed in."""
        return newcomer(str(self.stack.endpoints["gateway"]), ca=self.stack.site.ca)

    def restart(self, *programs: str) -> None:
        """Stop and start programs, and return when they answer again."""
        self.stack.supervisor.stop(programs)
        for program in programs:
            self.stack.supervisor.start(program)
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Return when every server and every program answers."""
        until(self.stack.readiness.holds, "The readiness of the studio", seconds=_SECONDS)
