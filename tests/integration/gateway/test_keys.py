"""Without the rows of one person's keys nothing of hers can be read, in any service; everybody else's can."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID

import pytest
from psycopg import sql

from common.contracts.rights import ExportPartFailed
from common.database import Database
from common.inventory.order import emptying_order
from common.inventory.whose import Subject, rows_of
from common.parts import ExportDesk, Sources
from common.person_keys import PersonKeys
from common.sealing import Keyring, Sealer
from common.service import Service
from common.storage import ObjectStore, SealedBucket
from ops.embedded.waiting import until
from ops.services import SERVICES
from privacy.adapters.archive import ArchiveShelf, Assembler
from privacy.domain import HOLDERS
from privacy.jobs.archives import ArchiveDesk
from privacy.use_cases import archives
from tests.integration.gateway.backups import (
    KEYRING,
    KEYRINGS,
    SEALED_FOR,
    SEALERS,
    buckets,
    data_keys,
    files_of,
    inventory_of,
    readable,
    sealed_columns,
    unwraps,
)
from tests.integration.gateway.conftest import EXPORT_KEY, S3
from tests.integration.gateway.studio import Person, Studio

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
# Who writes a part of a copy here; the others fail to.
WRITERS = ("gateway", "billing", "privacy")
NEEDLES = ("Unmistakable Title", "unmistakable note", "Unmistakable Company", "unmistakable comment", "@example.org")


@pytest.fixture
def services(gateway_service: Service[Any], peers: Mapping[str, Service[Any]]) -> Mapping[str, Service[Any]]:
    everybody = {"gateway": gateway_service, **peers}
    return {name: everybody[name] for name in SEALERS}


@pytest.fixture
def databases(services: Mapping[str, Service[Any]]) -> Mapping[str, Database]:
    return {name: service.unit.database for name, service in services.items()}


@pytest.fixture
def busy(
    studio: Studio, services: Mapping[str, Service[Any]], object_store: ObjectStore, s3: S3
) -> Iterator[Callable[[int], list[Person]]]:
    """People who have left something wherever there can be anything: values, files, an upload, a copy."""

    def busy(number: int) -> list[Person]:
        people = [live(studio) for _ in range(number)]
        for person in people:
            copied(studio, services, object_store, s3, person)
        # Last, since whatever settles would paint it: the photo lies there, and waits.
        for person in people:
            assert person.order(title=NEEDLES[0], note=NEEDLES[1]).status_code == 202
        studio.carry()
        return people

    yield busy
    for found in list(object_store.list(s3.buckets["exports"])):
        object_store.delete(s3.buckets["exports"], found.key)


def live(studio: Studio) -> Person:
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


def copied(
    studio: Studio, services: Mapping[str, Service[Any]], object_store: ObjectStore, s3: S3, person: Person
) -> None:
    """She asks for a copy; some parts come, and an archive of them, beside which they wait for the rest."""
    asked = person.ask("POST", "/v1/privacy/requests", json={"kind": "access"})
    assert asked.status_code == 202, asked.get_json()
    studio.carry()
    parts = SealedBucket(object_store, s3.buckets["exports"], Sealer(Keyring.parse(EXPORT_KEY)), "export")
    for name in WRITERS:
        sources = Sources(database=services[name].unit.database, inventory=inventory_of(name))
        assert ExportDesk(unit=services[name].unit, sources=sources, bucket=parts).write_next() == 1
    studio.carry()
    unit = services["privacy"].unit
    with unit.begin() as work:
        for name in set(HOLDERS) - set(WRITERS):
            failed = ExportPartFailed(request_id=UUID(asked.get_json()["id"]), service=name)
            archives.note_failed_part(work, failed)
    sealer = PersonKeys(KEYRING).sealer_of(unit.database, unit.clock, keyring=Keyring.parse(EXPORT_KEY))
    bucket = SealedBucket(object_store, s3.buckets["exports"], sealer, "export")
    shelf = ArchiveShelf(object_store, bucket, bucket=s3.buckets["exports"])
    desk = ArchiveDesk(unit=unit, maker=Assembler(bucket), store=shelf)
    until(lambda: (studio.carry(), desk.assemble_next())[1] == 1, "The archive", seconds=30)
    studio.carry()


def destroy_keys(databases: Mapping[str, Database], person: Person) -> None:
    for database in databases.values():
        with database.begin() as connection:
            gone = connection.execute("DELETE FROM person_keys WHERE user_id = %s", [person.id])
            assert gone.rowcount == 1


def test_every_bucket_and_every_service_that_seals_for_people_is_tried_here() -> None:
    assert {bucket.name for _, bucket in buckets()} == SEALED_FOR.keys()
    assert {service for service, _ in buckets()} <= set(SEALERS)
    assert [service for service in SERVICES if service not in SEALERS] == ["analytics"]
    assert list(sealed_columns(inventory_of("analytics"))) == []


def test_a_dump_without_the_keys_of_one_person_reads_as_if_she_had_never_been_there(
    busy: Callable[[int], list[Person]], databases: Mapping[str, Database], object_store: ObjectStore, s3: S3
) -> None:
    ada, bob = busy(2)
    everything = readable(databases, object_store, s3, ada)
    assert everything == {place: {True} for place in everything}
    assert everything.keys() >= LEFT_BY_THE_BUSY | SEALED_FOR.keys()
    destroy_keys(databases, ada)
    assert readable(databases, object_store, s3, ada) == {place: {False} for place in everything}
    assert readable(databases, object_store, s3, bob) == {place: {True} for place in everything}


def test_nothing_in_a_row_or_beside_a_file_of_hers_opens_with_a_keyring(
    busy: Callable[[int], list[Person]], databases: Mapping[str, Database], object_store: ObjectStore, s3: S3
) -> None:
    (ada,) = busy(1)
    places = {place for place, _ in data_keys(databases, object_store, s3, ada)}
    assert places >= {"gateway.accounts", "generation.uploads", "privacy.archive_parts", "exports", "figurines"}
    opened = {
        place
        for place, value in data_keys(databases, object_store, s3, ada)
        for keyring in KEYRINGS
        if unwraps(keyring, value)
    }
    assert opened == set()


def test_no_plain_word_of_hers_stands_in_any_row_or_file(
    busy: Callable[[int], list[Person]], databases: Mapping[str, Database], s3: S3
) -> None:
    (ada,) = busy(1)
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
