"""Without the rows of one person's keys nothing of hers can be read, in any service; everybody else's can."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest
from psycopg import sql

from common.clock import SYSTEM_CLOCK
from common.database import Database
from common.inventory import Inventory, Table
from common.inventory.order import emptying_order
from common.inventory.whose import Subject, rows_of
from common.person_keys import PersonKeys
from common.sealing import Keyring, Sealer, Unsealable, is_under_a_person
from common.service import Service
from common.storage import ObjectStore, SealedBucket
from tests.integration.gateway.conftest import KEY, S3
from tests.integration.gateway.studio import Person, Studio

KEYRING = Keyring.parse(KEY)
SEALERS = ("gateway", "generation", "billing")
# Each bucket that holds files longer than a day, with what its objects are sealed for.
KEPT = {"figurines": "figurine.picture", "photos": "photo.saved"}
# The law keeps it, with whom it was for, when her key is gone.
OUTLIVES = {"invoices.recipient"}
LEFT_BY_THE_BUSY = {
    "accounts.email",
    "accounts.name",
    "billing_details.company",
    "billing_details.address",
    "figurines.title",
    "idempotency.answer",
    "ratings.comment",
    "shares.token",
}
NEEDLES = ("Unmistakable Title", "unmistakable note", "Unmistakable Company", "unmistakable comment", "@example.org")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """One sealed value, as a dump has it."""

    service: str
    place: str
    value: bytes


def inventory_of(service: str) -> Inventory:
    inventory: Inventory = import_module(f"{service}.inventory").INVENTORY
    return inventory


@pytest.fixture
def databases(gateway_service: Service[Any], peers: Mapping[str, Service[Any]]) -> Mapping[str, Database]:
    units = {"gateway": gateway_service.unit, **{name: peer.unit for name, peer in peers.items()}}
    return {name: units[name].database for name in SEALERS}


def busy(studio: Studio) -> Person:
    """Somebody who has left sealed values and files wherever there can be any."""
    person = studio.sign_up()
    ordered = person.order(title=NEEDLES[0], note=NEEDLES[1], key=str(person.id), save_photo="true")
    assert ordered.status_code == 202, ordered.get_json()
    studio.settle()
    figurine = f"/v1/figurines/{ordered.get_json()['id']}"
    for method, path, body in (
        ("POST", f"{figurine}/share", {}),
        ("PUT", f"{figurine}/rating", {"stars": 4, "comment": NEEDLES[3]}),
        ("PUT", "/v1/billing-details", {"company": NEEDLES[2], "address": ["Somewhere 1"], "country": "FR"}),
    ):
        answer = person.ask(method, path, json=body)
        assert answer.status_code in {200, 201}, answer.get_json()
    return person


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


def files_of(databases: Mapping[str, Database], s3: S3, person: Person) -> dict[str, list[str]]:
    """The keys of somebody's files in each bucket."""
    with databases["generation"].begin() as connection:
        figurines = connection.execute("SELECT id FROM figurines WHERE user_id = %s", [person.id]).fetchall()
        photos = connection.execute("SELECT id FROM saved_photos WHERE user_id = %s", [person.id]).fetchall()
    names = {"figurines": figurines, "photos": photos}
    return {
        bucket: [
            str(found.object_name)
            for (id,) in ids
            for found in s3.client.list_objects(s3.buckets[bucket], prefix=f"{id}/", recursive=True)
        ]
        for bucket, ids in names.items()
    }


def opens(sealer: Sealer, sealed: Sealed, owner: UUID) -> bool:
    try:
        sealer.open(sealed.value, owner=str(owner), purpose=sealed.place)
    except Unsealable:
        return False
    return True


def file_opens(bucket: SealedBucket, key: str, owner: UUID) -> bool:
    try:
        bucket.read(key, owner=str(owner))
    except Unsealable:
        return False
    return True


def readable(
    databases: Mapping[str, Database], object_store: ObjectStore, s3: S3, person: Person
) -> dict[str, set[bool]]:
    """For each place what opens of somebody: to a process that has just started, with the keyring in its hands."""
    found: dict[str, set[bool]] = {}
    sealers = {name: PersonKeys(KEYRING).sealer_of(database, SYSTEM_CLOCK) for name, database in databases.items()}
    for sealed in values_of(databases, person):
        assert is_under_a_person(sealed.value) != (sealed.place in OUTLIVES), sealed.place
        found.setdefault(sealed.place, set()).add(opens(sealers[sealed.service], sealed, person.id))
    for name, keys in files_of(databases, s3, person).items():
        bucket = SealedBucket(object_store, s3.buckets[name], sealers["generation"], KEPT[name])
        found[name] = {file_opens(bucket, key, person.id) for key in keys}
    return found


def test_a_dump_without_the_keys_of_one_person_reads_as_if_she_had_never_been_there(
    studio: Studio, databases: Mapping[str, Database], object_store: ObjectStore, s3: S3
) -> None:
    ada, bob = busy(studio), busy(studio)
    everything = readable(databases, object_store, s3, ada)
    assert everything == {place: {True} for place in everything}
    assert everything.keys() >= LEFT_BY_THE_BUSY | KEPT.keys()
    for database in databases.values():
        with database.begin() as connection:
            gone = connection.execute("DELETE FROM person_keys WHERE user_id = %s", [ada.id])
            assert gone.rowcount == 1
    assert readable(databases, object_store, s3, ada) == {place: {False} for place in everything}
    keyring = Sealer(KEYRING)
    assert not any(opens(keyring, sealed, ada.id) for sealed in values_of(databases, ada))
    assert readable(databases, object_store, s3, bob) == {place: {True} for place in everything}


def test_no_plain_word_of_hers_stands_in_any_row_or_file(
    studio: Studio, databases: Mapping[str, Database], s3: S3
) -> None:
    ada = busy(studio)
    subject = Subject(user_id=ada.id)
    for service, database in databases.items():
        inventory = inventory_of(service)
        with database.begin() as connection:
            for table in (each for each in inventory.tables if each.subject is not None):
                query = sql.SQL("SELECT string_agg({table}::text, '') FROM {table} WHERE {rows}").format(
                    table=sql.Identifier(table.name), rows=rows_of(inventory, table)
                )
                (text,) = connection.execute(query, subject.parameters()).fetchone() or ("",)
                found = [word for word in NEEDLES if word in (text or "") or word.encode().hex() in (text or "")]
                assert (table.name, found) == (table.name, [])
    for bucket, keys in files_of(databases, s3, ada).items():
        assert keys
        for key in keys:
            response = s3.client.get_object(s3.buckets[bucket], key)
            body = response.read()
            response.release_conn()
            assert not any(word.encode() in body for word in NEEDLES)


@pytest.mark.parametrize("service", SEALERS)
def test_keys_go_after_everything_that_lies_under_them(databases: Mapping[str, Database], service: str) -> None:
    with databases[service].begin() as connection:
        assert emptying_order(connection, inventory_of(service))[-1].name == "person_keys"
