"""The probes of the deadlines turn red when a sweep stops or leaves something, and green again when it is made good."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from billing.inventory import INVENTORY
from billing.jobs.probes import PROBES as BILLING
from common.clock import SYSTEM_CLOCK, MovableClock
from common.contracts.promises import WITNESSES
from common.database import Database
from common.probes import Found, Look, Probe
from common.probes.retention import NOTHING_TOO_OLD, SWEEPS_RUN, retention_probes
from common.sealing import Keyring, Sealer
from common.storage import ObjectStore
from gateway.adapters.uploads import S3Uploads
from gateway.inventory import INVENTORY as GATEWAY
from generation.adapters.objects import S3Photos
from generation.jobs.probes import probes as generation_probes
from ops.services import SERVICES
from privacy.jobs.probes import probes as privacy_probes
from tests.fixtures.servers import Servers
from tests.fixtures.storage import S3

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
UPLOAD_KEYS = Sealer(Keyring({1: b"u" * 32}, current=1))

Looks = Callable[..., Look]


@pytest.fixture
def look(servers: Servers, database_name: str, service_database: Callable[[str], str]) -> Iterator[Looks]:
    """What a service's probes look with: their own role, which reads and writes nothing."""
    databases: list[Database] = []

    def looks(service: str, clock: MovableClock | None = None) -> Look:
        service_database(service)
        databases.append(Database(servers.postgres_url(f"{service}_probe", database_name), application="probe-test"))
        return Look(database=databases[-1], clock=clock or SYSTEM_CLOCK)

    yield looks
    for database in databases:
        database.close()


@pytest.fixture
def change(service_database: Callable[[str], str]) -> Callable[..., None]:
    def change(service: str, query: str, *values: object) -> None:
        with psycopg.connect(service_database(service), autocommit=True) as connection:
            connection.execute(query.encode(), values)

    return change


@pytest.fixture
def empty(service_database: Callable[[str], str]) -> Callable[..., None]:
    """Leave nothing of what other tests put there under clocks of their own."""

    def empty(service: str, *tables: str) -> None:
        with psycopg.connect(service_database(service), autocommit=True) as connection:
            for table in tables:
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))

    return empty


def named(probes: tuple[Probe, ...] | list[Probe], name: str) -> Probe:
    (found,) = [probe for probe in probes if probe.name == name]
    return found


def test_every_service_looks_at_its_sweeps_and_at_what_they_leave() -> None:
    for name in (SWEEPS_RUN, NOTHING_TOO_OLD):
        looking = [service for witness in WITNESSES if witness.probe == name for service in witness.services]
        assert sorted(looking) == sorted(SERVICES)


@pytest.mark.parametrize("service", SERVICES)
def test_a_sweep_that_stopped_is_found_and_why(service: str, look: Looks, change: Callable[..., None]) -> None:
    probe = named(retention_probes(GATEWAY, promise="C5"), SWEEPS_RUN)
    change(service, "DELETE FROM sweep_runs")
    change(service, "INSERT INTO sweep_runs (job, every, ended_well_at) VALUES ('forget', '10 minutes', now())")
    assert probe.check(look(service)).state is Found.KEPT
    stopped = "UPDATE sweep_runs SET ended_well_at = now() - interval '32 minutes', trouble = 'the clocks disagree'"
    change(service, stopped)
    found = probe.check(look(service))
    assert found.state is Found.BROKEN
    assert "“forget” should have run" in found.checked
    assert found.checked.endswith("the clocks disagree.")
    change(service, "UPDATE sweep_runs SET ended_well_at = now()")
    assert probe.check(look(service)).state is Found.KEPT
    change(service, "DELETE FROM sweep_runs")


def test_where_no_sweep_is_expected_none_can_be_said_to_run(look: Looks, change: Callable[..., None]) -> None:
    change("gateway", "DELETE FROM sweep_runs")
    assert named(retention_probes(GATEWAY, promise="C5"), SWEEPS_RUN).check(look("gateway")).state is Found.BROKEN


def test_a_row_that_a_sweep_left_is_found_by_its_kind(look: Looks, change: Callable[..., None]) -> None:
    probe = named(retention_probes(GATEWAY, promise="C5"), NOTHING_TOO_OLD)
    change("gateway", "DELETE FROM inbox")
    before = probe.check(look("gateway"))
    change("gateway", "INSERT INTO inbox VALUES (gen_random_uuid(), now() - interval '30 days 29 minutes')")
    assert probe.check(look("gateway")) == before
    change("gateway", "UPDATE inbox SET received_at = now() - interval '30 days 31 minutes'")
    found = probe.check(look("gateway"))
    assert (found.state, "inbox" in found.checked) == (Found.BROKEN, True)
    change("gateway", "DELETE FROM inbox")
    assert probe.check(look("gateway")) == before


def test_an_upload_past_its_deadline_is_found_whatever_its_state(
    look: Looks, change: Callable[..., None], empty: Callable[..., None], *, object_store: ObjectStore, s3: S3
) -> None:
    photos = S3Photos(object_store, UPLOAD_KEYS, bucket=s3.buckets["uploads"])
    probe = named(tuple(generation_probes(photos)), NOTHING_TOO_OLD)
    empty("generation", "uploads", "inbox", "exports")
    for state in ("held", "deleting"):
        change(
            "generation",
            "INSERT INTO uploads (id, figurine_id, user_id, state, uploaded_at, delete_by)"
            " VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), %s, now() - interval '23 hours',"
            " now() + interval '1 hour')",
            state,
        )
        assert probe.check(look("generation")).state is Found.KEPT
        change("generation", "UPDATE uploads SET delete_by = now()")
        assert probe.check(look("generation")).state is Found.BROKEN
        change("generation", "DELETE FROM uploads")


def test_a_photo_that_lies_in_the_store_for_a_day_is_found_though_no_row_knows_of_it(
    look: Looks, object_store: ObjectStore, s3: S3
) -> None:
    bucket, clock = s3.buckets["uploads"], MovableClock()
    photos = S3Photos(object_store, UPLOAD_KEYS, bucket=bucket)
    for found in s3.client.list_objects(bucket, recursive=True):
        s3.client.remove_object(bucket, str(found.object_name))
    probe = named(tuple(generation_probes(photos)), "no photo lies too long in the store")
    stray = uuid4()
    S3Uploads(object_store, UPLOAD_KEYS, bucket=bucket).put(stray, b"x", title="", note="", owner=uuid4())
    assert probe.check(look("generation", clock)).state is Found.KEPT
    clock.advance(DAY + HOUR)
    assert probe.check(look("generation", clock)).state is Found.BROKEN
    photos.delete(stray)
    assert probe.check(look("generation", clock)).state is Found.KEPT


def test_a_copy_that_is_kept_for_too_long_is_found(
    look: Looks, change: Callable[..., None], empty: Callable[..., None]
) -> None:
    probe = named(privacy_probes(None, None), NOTHING_TOO_OLD)
    copies = "copies of people's data"
    empty("privacy", "archives")
    change(
        "privacy",
        "INSERT INTO archives (request_id, user_id, state, not_before, gather_until, delete_by)"
        " VALUES (gen_random_uuid(), gen_random_uuid(), 'ready', now(), now(), now() - interval '29 minutes')",
    )
    # Other tests leave old evidence there, which nobody but its owner may delete.
    assert copies not in str(probe.check(look("privacy")).figures["which"])
    change("privacy", "UPDATE archives SET delete_by = now() - interval '31 minutes'")
    found = probe.check(look("privacy"))
    assert found.state is Found.BROKEN
    assert copies in str(found.figures["which"])
    empty("privacy", "archives")


def test_billing_looks_at_its_documents_too(look: Looks) -> None:
    found = named(BILLING, NOTHING_TOO_OLD).check(look("billing"))
    plain = named(retention_probes(INVENTORY, promise="C6"), NOTHING_TOO_OLD).check(look("billing"))
    assert found.figures["classes"] == int(plain.figures["classes"]) + 1


@pytest.fixture
def object_store(s3: S3) -> ObjectStore:
    return ObjectStore(endpoint=s3.endpoint, access_key=s3.access_key, secret_key=s3.secret_key, ca_file=s3.ca_file)
