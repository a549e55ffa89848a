"""What a service gives of one person, as its inventory declares it: rows, their schemas, objects, and a cover.

The rows are of one moment: one read-only transaction, and cursors in it that hold a few hundred rows. Objects are
found page by page afterwards, so that no transaction waits while they are fetched.
"""

import json
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from uuid import UUID

from psycopg import sql

from common.database import Connection, Database
from common.inventory import AsFiles, AsJson, Bucket, Inventory, Table, Withheld
from common.inventory.counting import key_of
from common.inventory.exporting import folders, json_files, json_rows, schema_of
from common.inventory.record import Entry, entries
from common.inventory.retained import retained
from common.inventory.whose import Subject, rows_of, table_named
from common.parts.layout import Draft, Kind
from common.parts.shelves import Shelf, ending_of
from common.sealing import Unsealable
from common.storage import ObjectMissing

LONGEST_ENDING = 4
NAMES_AT_ONCE = 500
# What is written instead of a value that does not open; the cover says how many there were.
UNREADABLE = b"(this could not be read)"

# Opens a sealed column: its bytes, whose they are, and the place they were sealed for, as in "accounts.email".
Open = Callable[[bytes, str, str], bytes]


def _nothing_sealed(_sealed: bytes, _owner: str, _place: str) -> bytes:
    raise Unsealable


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where a service's rows and objects come from; `shelves` by the names its inventory has for its buckets."""

    database: Database
    inventory: Inventory
    open_value: Open = _nothing_sealed
    shelves: Mapping[str, Shelf] = field(default_factory=dict[str, Shelf])
    pseudonyms: Callable[[UUID], Sequence[bytes]] = field(default=lambda _: ())
    # Documents that are made of rows when somebody wants them, by their path.
    documents: Callable[[UUID], Iterator[tuple[str, bytes]]] = field(default=lambda _: iter(()))

    def drafts(self, user_id: UUID) -> Generator[Draft]:
        """Everything of a person, the cover last: by then it is known what could not be read."""
        subject = Subject(user_id=user_id, pseudonyms=self.pseudonyms(user_id))
        telling = _Telling()
        with _one_moment(self.database) as connection:
            yield from self._rows(connection, subject, telling)
        for folder, bucket in folders(self.inventory):
            yield from self._objects(folder, bucket, subject, telling)
        for path, document in self.documents(user_id):
            yield Draft(path=f"documents/{path}", kind=Kind.FILE, pieces=_whole(document))
        yield Draft(path="cover.json", kind=Kind.COVER, pieces=_whole(telling.cover(self.inventory)))

    def _rows(self, connection: Connection, subject: Subject, telling: "_Telling") -> Iterator[Draft]:
        telling.retained = [asdict(kept) for kept in retained(connection, self.inventory, subject)]
        owner = str(subject.user_id)

        def opened(sealed: bytes, place: str) -> bytes:
            try:
                return self.open_value(sealed, owner, place)
            except Unsealable:
                telling.note_unreadable(f"A value of {place}")
                return UNREADABLE

        for path, table in json_files(self.inventory):
            rows = json_rows(connection, self.inventory, table, subject, opened)
            yield Draft(path=f"data/{path}", kind=Kind.DATA, pieces=telling.counted(table.name, rows))
            schema = json.dumps(schema_of(table), indent=2, ensure_ascii=False).encode() + b"\n"
            yield Draft(path=schema_path(path), kind=Kind.SCHEMA, pieces=_whole(schema))

    def _objects(self, folder: str, bucket: Bucket, subject: Subject, telling: "_Telling") -> Iterator[Draft]:
        shelf = self.shelves[bucket.name]
        for name in self._names(bucket, subject):
            for key in shelf.keys(bucket.prefix + name):
                path = f"pictures/{folder}/{key.removeprefix(bucket.prefix)}"
                pieces = _opened(shelf, key, str(subject.user_id), lambda: telling.note_unreadable(bucket.what))
                try:
                    head = next(pieces, b"")
                except (ObjectMissing, Unsealable):
                    continue  # it went since it was listed, or does not open, which the cover tells
                ending = ending_of(head) or _named(key)
                yield Draft(path=path + ending, kind=Kind.FILE, pieces=_joined(head, pieces))

    def _names(self, bucket: Bucket, subject: Subject) -> Iterator[str]:
        """What the keys of the person's objects begin with, in order, a page at a time."""
        after = ""
        while names := self._page(bucket, subject, after):
            yield from names
            after = names[-1]

    def _page(self, bucket: Bucket, subject: Subject, after: str) -> list[str]:
        named = bucket.subject
        if named is None:
            return []
        table, column = table_named(self.inventory, named.table), sql.Identifier(named.column)
        query = sql.SQL(
            'SELECT DISTINCT {column}::text COLLATE "C" AS name FROM {table} '
            'WHERE {rows} AND {column}::text COLLATE "C" > %(after)s ORDER BY name LIMIT %(limit)s'
        ).format(column=column, table=sql.Identifier(table.name), rows=rows_of(self.inventory, table))
        with self.database.begin() as connection:
            values = {**subject.parameters(), "after": after, "limit": NAMES_AT_ONCE}
            return [name for (name,) in connection.execute(query, values).fetchall()]


@dataclass(slots=True)
class _Telling:
    """What the cover will say that is known only after the rest was written."""

    rows: dict[str, int] = field(default_factory=dict[str, int])
    retained: list[dict[str, object]] = field(default_factory=list[dict[str, object]])
    unreadable: Counter[str] = field(default_factory=Counter[str])

    def note_unreadable(self, what: str) -> None:
        self.unreadable[what] += 1

    def counted(self, table: str, pieces: Iterator[bytes]) -> Generator[bytes]:
        """The same pieces; every row stands on a line of its own, after the line of the bracket."""
        self.rows[table] = 0
        for piece in pieces:
            self.rows[table] += piece.count(b"\n  ")
            yield piece

    def cover(self, inventory: Inventory) -> bytes:
        told = {entry.key: entry for entry in entries(inventory)}
        declared = (*inventory.tables, *inventory.buckets)
        cover = {
            "service": inventory.service,
            "records": [self._record(each, told[key_of(each)]) for each in declared if each.subject is not None],
            "nobody": [{"key": key_of(each), "because": each.because} for each in declared if each.subject is None],
            "retained": self.retained,
            "unreadable": [{"what": what, "count": count} for what, count in self.unreadable.items()],
        }
        return json.dumps(cover, ensure_ascii=False).encode()

    def _record(self, declared: Table | Bucket, entry: Entry) -> dict[str, object]:
        return {
            "key": entry.key,
            "what": entry.what,
            "category": entry.category.value,
            "purposes": [purpose.value for purpose in entry.purposes],
            "kept": entry.kept,
            "erased": entry.erased,
            "columns": {each.name: each.sentence for each in entry.fields if each.withheld is None},
            "withheld": [{"what": each.sentence, "because": each.withheld} for each in entry.fields if each.withheld],
            **_where(declared),
            "rows": self.rows.get(entry.key),
        }


@contextmanager
def _one_moment(database: Database) -> Generator[Connection]:
    """A read-only view of one moment, also while what is read from it goes slowly over the network."""
    with database.begin() as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute("SET LOCAL idle_in_transaction_session_timeout = '5min'")
        yield connection


def _where(declared: Table | Bucket) -> dict[str, object]:
    match declared.export:
        case AsJson(path=path):
            return {"path": path}
        case AsFiles() as files:
            return {"folder": files.folder, "original": files.original, "small": files.small}
        case Withheld(because=because):
            return {"because": because}
        case None:
            message = f"{key_of(declared)} does not say how it is exported"
            raise LookupError(message)


def _opened(shelf: Shelf, key: str, owner: str, on_broken: Callable[[], None]) -> Generator[bytes]:
    """An object as it is read; what does not open is told, and raised."""
    try:
        with shelf.open(key, owner=owner) as opened:
            yield from opened
    except Unsealable:
        on_broken()
        raise


def _joined(head: bytes, rest: Generator[bytes]) -> Generator[bytes]:
    with closing(rest):
        yield head
        yield from rest


def _whole(data: bytes) -> Generator[bytes]:
    yield data


def schema_path(path: str) -> str:
    """Where the schema of a file of rows lies in the archive."""
    return f"schema/{path.removesuffix('.json')}.schema.json"


def _named(key: str) -> str:
    """An object whose very name is a kind of file is called like one."""
    name = key.rpartition("/")[2]
    return f".{name}" if name.isalnum() and len(name) <= LONGEST_ENDING else ""
