"""Promise K1: whatever becomes of a figurine, its photo goes, once, and that is told."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from common.contracts.generation import ImageDeleted
from common.errors import Unavailable
from common.sealing import Keyring, Sealer
from common.storage import ObjectStore
from generation import use_cases
from generation.adapters.objects import S3Photos
from generation.domain import EXPIRY_MARGIN
from tests.builders import DAY, Life
from tests.fakes.engine import cards, fails
from tests.integration.generation.shop import Shop


def painted(shop: Shop) -> Life:
    life = shop.ready()
    shop.workshop.render_next()
    return life


def painted_in_part(shop: Shop) -> Life:
    shop.engine.will(cards(1))
    return painted(shop)


def not_painted(shop: Shop) -> Life:
    shop.engine.will(fails("no_picture"))
    return painted(shop)


def not_affordable(shop: Shop) -> Life:
    life = shop.order(Life())
    with shop.unit.begin() as work:
        use_cases.reject_job(work, life.refused())
    return life


def cancelled_while_priced(shop: Shop) -> Life:
    life = shop.order(Life())
    shop.cancel(life)
    return life


def cancelled_in_the_queue(shop: Shop) -> Life:
    life = shop.ready()
    shop.cancel(life)
    return life


def cancelled_while_painted(shop: Shop) -> Life:
    life = shop.ready()
    assert shop.claim() is not None
    shop.cancel(life)
    return life


def cancelled_before_it_came(shop: Shop) -> Life:
    life = Life()
    shop.cancel(life)
    return shop.order(life)


def abandoned(shop: Shop) -> Life:
    life = shop.order(Life(began=shop.clock.now()))
    shop.clock.advance(DAY)
    shop.run(use_cases.expire_uploads)
    return life


ENDINGS: dict[Callable[[Shop], Life], str] = {
    painted: "generated",
    painted_in_part: "generated",
    not_painted: "no_picture",
    not_affordable: "insufficient_credits",
    cancelled_while_priced: "cancelled",
    cancelled_in_the_queue: "cancelled",
    cancelled_while_painted: "cancelled",
    cancelled_before_it_came: "cancelled",
    abandoned: "photo_missing",
}


@pytest.mark.parametrize(("ending", "reason"), ENDINGS.items(), ids=[ending.__name__ for ending in ENDINGS])
def test_after_every_ending_the_photo_goes_once_with_its_reason(
    shop: Shop, ending: Callable[[Shop], Life], reason: str
) -> None:
    life = ending(shop)
    assert len(shop.keys("uploads", life.upload_id)) == 2
    assert shop.workshop.delete_uploads() == 1
    assert shop.keys("uploads", life.upload_id) == []
    assert shop.upload(life) == ("deleted", reason)
    assert shop.workshop.delete_uploads() == 0
    deleted = [event for event in shop.told(life) if isinstance(event, ImageDeleted)]
    assert [(event.upload_id, event.reason, event.deleted_at) for event in deleted] == [
        (life.upload_id, reason, shop.clock.now())
    ]


@pytest.mark.parametrize(
    "ending",
    [cancelled_while_priced, cancelled_in_the_queue, cancelled_while_painted, cancelled_before_it_came],
)
def test_a_figurine_can_be_cancelled_at_any_moment_and_that_is_told_once(
    shop: Shop, ending: Callable[[Shop], Life]
) -> None:
    life = ending(shop)
    shop.cancel(life)
    assert shop.state(life)[:2] == ("cancelled", "cancelled")
    assert shop.types_told(life).count("figurine.failed") == 1
    assert shop.workshop.render_next() == 0


def test_a_photo_with_time_left_stays(shop: Shop) -> None:
    life = shop.order(Life(began=shop.clock.now()))
    shop.clock.advance(DAY - EXPIRY_MARGIN - timedelta(seconds=1))
    assert shop.run(use_cases.expire_uploads) == 0
    shop.clock.advance(timedelta(seconds=1))
    assert shop.run(use_cases.expire_uploads) == 1
    assert shop.state(life)[:2] == ("failed", "photo_missing")


def test_a_deletion_that_met_a_store_away_is_tried_again(shop: Shop) -> None:
    life = painted(shop)
    nobody = ObjectStore(endpoint="https://localhost:1", access_key="a", secret_key="b", ca_file=None)
    photos = S3Photos(nobody, Sealer(Keyring({1: b"u" * 32}, current=1)))
    shop.with_workshop(photos=photos).workshop.delete_uploads()
    assert shop.upload(life) == ("deleting", "generated")
    assert shop.workshop.delete_uploads() == 0
    shop.clock.advance(timedelta(seconds=30))
    assert shop.workshop.delete_uploads() == 1
    assert shop.keys("uploads", life.upload_id) == []


def test_a_photo_that_cannot_be_deleted_keeps_no_other_waiting(shop: Shop) -> None:
    stuck, *others = [painted(shop) for _ in range(4)]

    class OneStuck(S3Photos):
        def delete(self, upload_id: UUID) -> None:
            if upload_id == stuck.upload_id:
                raise Unavailable
            shop.workshop.photos.delete(upload_id)

    nobody = ObjectStore(endpoint="https://localhost:1", access_key="a", secret_key="b", ca_file=None)
    photos = OneStuck(nobody, Sealer(Keyring({1: b"u" * 32}, current=1)))
    shop.with_workshop(photos=photos).workshop.delete_uploads()
    assert [shop.upload(life)[0] for life in others] == ["deleted"] * 3
    assert shop.upload(stuck) == ("deleting", "generated")


def test_a_deletion_that_broke_off_half_way_is_told_once(shop: Shop) -> None:
    life = painted(shop)
    with shop.unit.begin() as work:
        (upload,) = work.uploads.claim_deletions(limit=20)
    shop.workshop.photos.delete(life.upload_id)
    for _ in range(2):
        with shop.unit.begin() as work:
            use_cases.record_deletion(work, upload)
    assert shop.types_told(life).count("image.deleted") == 1


def test_a_photo_nobody_has_a_record_of_goes_within_the_day(shop: Shop) -> None:
    stray = Life()
    shop.uploads.put(stray.upload_id, b"the photo", title="", note="", owner=stray.user_id)
    shop.workshop.sweep_strays()
    assert len(shop.keys("uploads", stray.upload_id)) == 2
    shop.clock.advance(DAY)
    shop.workshop.sweep_strays()
    assert shop.keys("uploads", stray.upload_id) == []


def test_something_that_is_no_upload_does_not_keep_strays_in_the_store(shop: Shop) -> None:
    stray = Life()
    shop.uploads.put(stray.upload_id, b"the photo", title="", note="", owner=stray.user_id)
    shop.client.fput_object(shop.buckets["uploads"], "0-lost-and-found/hat", __file__)
    shop.clock.advance(DAY)
    shop.workshop.sweep_strays()
    assert shop.keys("uploads", stray.upload_id) == []
    assert shop.keys("uploads", "0-lost-and-found") == ["0-lost-and-found/hat"]
    shop.client.remove_object(shop.buckets["uploads"], "0-lost-and-found/hat")


def test_a_person_sees_what_is_held_of_her_photos(shop: Shop) -> None:
    life = shop.ready()
    shop.ready()
    with shop.unit.begin() as work:
        assert [upload.id for upload in work.uploads.held_for(life.user_id)] == [life.upload_id]
    shop.cancel(life)
    shop.workshop.delete_uploads()
    with shop.unit.begin() as work:
        assert work.uploads.held_for(life.user_id) == []
