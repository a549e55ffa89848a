"""What somebody can read who has copies of rows and objects, and every keyring: found as the inventories say."""

from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from uuid import UUID

from psycopg import sql

from common.clock import SYSTEM_CLOCK
from common.database import Database
from common.inventory import Bucket, Inventory, Table
from common.inventory.shared import PERSON_KEYS
from common.inventory.whose import Subject, rows_of, table_named
from common.person_keys import PersonKeys
from common.sealing import Keyring, Sealer, Unsealable, is_under_a_person
from common.sealing.keyring import WRAPPED_KEY_BYTES
from common.storage import ObjectStore, SealedBucket
from ops.services import SERVICES
from tests.integration.gateway.conftest import EXPORT_KEY, KEY, S3, UPLOAD_KEY
from tests.integration.gateway.studio import Person

KEYRING = Keyring.parse(KEY)
# Everything an operator has, but for the table of people's keys.
KEYRINGS = [KEYRING, Keyring.parse(UPLOAD_KEY), Keyring.parse(EXPORT_KEY)]
SEALERS = ("gateway", "generation", "billing", "privacy")
# Each bucket that holds files of people, by what its objects are sealed for: no other may be declared.
SEALED_FOR = {
    "figurines": ["figurine.picture"],
    "photos": ["photo.saved"],
    "uploads": ["upload.photo", "upload.words"],
    "exports": ["export"],
}
# The law keeps it, with whom it was for, when her key is gone.
OUTLIVES = {"invoices.recipient"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """One sealed value, as a dump has it."""

    service: str
    place: str
    value: bytes


def inventory_of(service: str) -> Inventory:
    inventory: Inventory = import_module(f"{service}.inventory").INVENTORY
    return inventory


def values_of(databases: Mapping[str, Database], person: Person) -> Iterator[Sealed]:
    """Every sealed value of somebody, found as the inventories say."""
    subject = Subject(user_id=person.id)
    for service, database in databases.items():
        inventory = inventory_of(service)
        with database.begin() as connection:
            for table, column in sealed_columns(inventory):
                query = sql.SQL("SELECT {column} FROM {table} WHERE {rows} AND {column} IS NOT NULL").format(
                    column=sql.Identifier(column),
                    table=sql.Identifier(table.name),
                    rows=rows_of(inventory, table),
                )
                for (value,) in connection.execute(query, subject.parameters()).fetchall():
                    yield Sealed(service=service, place=f"{table.name}.{column}", value=value)


def sealed_columns(inventory: Inventory) -> Iterator[tuple[Table, str]]:
    for table in inventory.tables:
        yield from ((table, name) for name in table.columns if table.subject and table.column(name).sealed)


def buckets() -> Iterator[tuple[str, Bucket]]:
    """Every bucket that holds anything of people, and the service that says so."""
    for service in SERVICES:
        yield from ((service, bucket) for bucket in inventory_of(service).buckets if bucket.subject is not None)


def files_of(databases: Mapping[str, Database], s3: S3, person: Person) -> dict[str, list[str]]:
    """The keys of somebody's files in each bucket, found as the inventories say."""
    found: dict[str, list[str]] = {}
    for service, bucket in buckets():
        named = bucket.subject
        assert named is not None
        table = table_named(inventory_of(service), named.table)
        query = sql.SQL("SELECT {column}::text FROM {table} WHERE {rows}").format(
            column=sql.Identifier(named.column),
            table=sql.Identifier(table.name),
            rows=rows_of(inventory_of(service), table),
        )
        with databases[service].begin() as connection:
            names = connection.execute(query, Subject(user_id=person.id).parameters()).fetchall()
        found[bucket.name] = [
            str(each.object_name)
            for (name,) in names
            for each in s3.client.list_objects(
                s3.buckets[bucket.name], prefix=f"{bucket.prefix}{name}/", recursive=True
            )
        ]
    return found


def keys_below(s3: S3, bucket: str, prefix: str) -> list[str]:
    found = s3.client.list_objects(s3.buckets[bucket], prefix=prefix, recursive=True)
    return [str(each.object_name) for each in found]


def key_columns(inventory: Inventory) -> Iterator[tuple[Table, str, str]]:
    """Table, column, and of which bucket's objects it holds the keys."""
    for table in inventory.tables:
        for name in table.columns:
            if (bucket := table.column(name).key_of) is not None:
                yield table, name, bucket


def keys_in_rows(databases: Mapping[str, Database], person: Person) -> dict[str, list[bytes]]:
    """The wrapped keys of somebody's files that do not lie beside them, by bucket."""
    found: dict[str, list[bytes]] = {}
    for service, database in databases.items():
        inventory = inventory_of(service)
        for table, column, bucket in key_columns(inventory):
            query = sql.SQL("SELECT {column} FROM {table} WHERE {rows} AND {column} IS NOT NULL").format(
                column=sql.Identifier(column), table=sql.Identifier(table.name), rows=rows_of(inventory, table)
            )
            with database.begin() as connection:
                rows = connection.execute(query, Subject(user_id=person.id).parameters()).fetchall()
            found.setdefault(bucket, []).extend(bytes(key) for (key,) in rows)
    return found


def opens(sealer: Sealer, sealed: Sealed, owner: UUID) -> bool:
    try:
        sealer.open(sealed.value, owner=str(owner), purpose=sealed.place)
    except Unsealable:
        return False
    return True


def file_opens(bucket: SealedBucket, key: str, owner: UUID, wrapped_key: bytes | None) -> bool:
    try:
        bucket.read(key, owner=str(owner), wrapped_key=wrapped_key)
    except Unsealable:
        return False
    return True


def readable(
    databases: Mapping[str, Database], object_store: ObjectStore, s3: S3, person: Person
) -> dict[str, set[bool]]:
    """For each place what opens of somebody: to a process that has just started, with all keyrings in its hands."""
    found: dict[str, set[bool]] = {}
    sealers = {name: PersonKeys(KEYRING).sealer_of(database, SYSTEM_CLOCK) for name, database in databases.items()}
    for sealed in values_of(databases, person):
        assert is_under_a_person(sealed.value) != (sealed.place in OUTLIVES), sealed.place
        found.setdefault(sealed.place, set()).add(opens(sealers[sealed.service], sealed, person.id))
    files, in_rows = files_of(databases, s3, person), keys_in_rows(databases, person)
    for service, declared in buckets():
        name = declared.name
        ways = [
            SealedBucket(object_store, s3.buckets[name], sealer, purpose)
            for purpose in SEALED_FOR[name]
            for sealer in (sealers[service], *map(Sealer, KEYRINGS))
        ]
        wrapped_keys = [None, *in_rows.get(name, [])]
        found[name] = {
            any(file_opens(way, key, person.id, wrapped) for way in ways for wrapped in wrapped_keys)
            for key in files[name]
        }
    return found


def data_keys(
    databases: Mapping[str, Database], object_store: ObjectStore, s3: S3, person: Person
) -> Iterator[tuple[str, bytes]]:
    """Whatever in rows of hers or beside files of hers might be a wrapped key, or begin with one, and where."""
    subject = Subject(user_id=person.id)
    for service, database in databases.items():
        inventory = inventory_of(service)
        for table in inventory.tables:
            if table.subject is None or table.name == PERSON_KEYS:
                continue
            query = sql.SQL("SELECT * FROM {table} WHERE {rows}").format(
                table=sql.Identifier(table.name), rows=rows_of(inventory, table)
            )
            with database.begin() as connection:
                rows = connection.execute(query, subject.parameters()).fetchall()
            place = f"{service}.{table.name}"
            yield from ((place, bytes(each)) for row in rows for each in row if isinstance(each, bytes))
            yield from ((place, plain) for row in rows for each in row if (plain := from_base64(each)))
    for name, keys in files_of(databases, s3, person).items():
        for key in keys:
            beside = object_store.stat(s3.buckets[name], key).metadata
            yield from ((name, plain) for each in beside.values() if (plain := from_base64(each)))


def from_base64(value: object) -> bytes | None:
    try:
        return b64decode(value, validate=True) if isinstance(value, str) else None
    except ValueError:
        return None


def unwraps(keyring: Keyring, wrapped: bytes) -> bool:
    try:
        keyring.unwrap(wrapped[:WRAPPED_KEY_BYTES], owner="")
    except Unsealable:
        return False
    return True
