"""Promise C2 on rows and a real store: photos that should be gone are found, and what is under way is not."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest

from common.clock import SYSTEM_CLOCK, MovableClock
from common.database import Database
from common.probes import Finding, Found, Look
from common.storage import ObjectStore
from generation.jobs.photos_seen import GOES_WITHIN, STRAY_COPY, STRAY_UPLOAD, PhotoWatch
from tests.integration.generation.shop import Shop

LATER = GOES_WITHIN + timedelta(seconds=1)


@pytest.fixture
def clock() -> MovableClock:
    # The store's own clock says when an object came.
    return MovableClock()


@pytest.fixture
def look(shop: Shop, object_store: ObjectStore, generation_database: Database) -> Callable[[], Finding]:
    for name in ("uploads", "photos"):
        for found in shop.client.list_objects(shop.buckets[name], recursive=True):
            shop.client.remove_object(shop.buckets[name], str(found.object_name))
    watch = PhotoWatch(store=object_store, uploads=shop.buckets["uploads"], photos=shop.buckets["photos"])
    return lambda: watch.look(Look(database=generation_database, clock=shop.clock))


def put(shop: Shop, bucket: str, key: object) -> None:
    shop.client.put_object(shop.buckets[bucket], f"{key}/photo", BytesIO(b"x"), 1)


def test_a_photo_that_waits_and_one_that_went_are_well(shop: Shop, look: Callable[[], Finding]) -> None:
    assert look().state is Found.KEPT
    shop.ready()
    painted = shop.ready()
    while shop.workshop.render_next():
        pass
    # Ended just now: it is about to go.
    assert look().state is Found.KEPT
    assert shop.workshop.delete_uploads()
    shop.clock.advance(LATER)
    waits = shop.ready()
    found = look()
    assert (found.state, found.figures["uploads"]) == (Found.KEPT, 1), found
    assert shop.upload(painted)[0] == "deleted"
    assert shop.upload(waits)[0] == "held"


def test_a_photo_nobody_deletes_after_its_figurine_ended_is_found(shop: Shop, look: Callable[[], Finding]) -> None:
    shop.ready()
    assert shop.workshop.render_next()
    shop.clock.advance(LATER)
    found = look()
    assert (found.state, found.figures["late"]) == (Found.BROKEN, 1)
    shop.workshop.delete_uploads()
    assert look().state is Found.KEPT


def test_a_photo_that_lies_there_although_it_is_written_off_is_found(shop: Shop, look: Callable[[], Finding]) -> None:
    life = shop.ready()
    assert shop.workshop.render_next()
    assert shop.workshop.delete_uploads()
    put(shop, "uploads", life.upload_id)
    # It may be on its way out at this moment.
    assert look().state is Found.KEPT
    shop.clock.advance(LATER)
    found = look()
    assert (found.state, found.figures["back"]) == (Found.BROKEN, 1)


@pytest.mark.parametrize(
    ("bucket", "after", "which"), [("uploads", STRAY_UPLOAD, "strays"), ("photos", STRAY_COPY, "unasked")]
)
def test_what_no_row_names_is_found_when_its_time_is_over(
    shop: Shop, look: Callable[[], Finding], bucket: str, after: timedelta, which: str
) -> None:
    put(shop, bucket, SYSTEM_CLOCK.new_id())
    put(shop, bucket, "somebody-elses")
    assert look().state is Found.KEPT
    shop.clock.advance(after + timedelta(minutes=1))
    found = look()
    assert (found.state, found.figures[which]) == (Found.BROKEN, 1)
