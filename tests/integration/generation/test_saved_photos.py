"""Photos are kept for those who chose that, sealed, once, and until they are deleted; their uploads go all the same."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event
from typing import Any
from uuid import UUID

import pytest
from PIL import Image

from common.clock import SYSTEM_CLOCK
from common.contracts import EVENTS, decode
from common.contracts.generation import SavedPhotoDeleted
from common.errors import Unavailable
from generation import use_cases
from generation.adapters.prints import develop
from generation.domain import EXPIRY_MARGIN, NoSuchPhoto, SavedPhoto
from generation.jobs import Album
from tests.builders import DAY, Life
from tests.fixtures.photo_files import cornered, encoded
from tests.integration.generation.shop import Shop
from tests.integration.generation.test_photos_go import ENDINGS, abandoned

JPEG = encoded(cornered(640, 480), "JPEG")
HALF_A_MINUTE = timedelta(seconds=31)


def order(shop: Shop, *, jpeg: bytes = JPEG, **fields: Any) -> Life:
    """A photo comes with an order, and with the wish to save it."""
    life = Life(began=shop.clock.now(), save=True, **fields)
    life = shop.bring(life, jpeg)
    return shop.accept(life)


def saved(shop: Shop, life: Life) -> list[SavedPhoto]:
    with shop.unit.begin() as work:
        return work.saved_photos.of(life.user_id)


def keep(shop: Shop, **fields: Any) -> tuple[Life, SavedPhoto]:
    life = order(shop, **fields)
    assert shop.album.save_photos() == 1
    (photo,) = saved(shop, life)
    return life, photo


def delete(shop: Shop, life: Life, photo_id: UUID) -> None:
    with shop.unit.begin() as work:
        use_cases.delete_photo(work, life.user_id, photo_id)


def gone(shop: Shop, photo_id: UUID) -> int:
    with shop.unit.database.begin() as connection:
        rows = connection.execute("SELECT body FROM outbox").fetchall()
    events = [decode(body, EVENTS).event for (body,) in rows]
    return sum(isinstance(event, SavedPhotoDeleted) and event.saved_id == photo_id for event in events)


def in_the_store(shop: Shop) -> set[UUID]:
    return set(shop.album.store.stored(older_than=datetime.max.replace(tzinfo=SYSTEM_CLOCK.now().tzinfo)))


@pytest.fixture(autouse=True)
def _empty(shop: Shop) -> None:
    for photo_id in in_the_store(shop):
        shop.album.store.delete(photo_id)


class Store:
    """The real store, in which something happens when a photo is put there, or is destroyed."""

    def __init__(
        self, shop: Shop, *, then: Callable[[], None] = lambda: None, first: Callable[[], None] = lambda: None
    ) -> None:
        self._store = shop.album.store
        self._first = first
        self._then = then

    def put(self, photo_id: UUID, jpeg: bytes, thumb: bytes, *, owner: UUID) -> None:
        self._first()
        self._store.put(photo_id, jpeg, thumb, owner=owner)
        self._then()

    def delete(self, photo_id: UUID) -> None:
        self._first()
        self._store.delete(photo_id)
        self._then()

    def read(self, photo_id: UUID, *, owner: UUID, thumb: bool = False) -> bytes:
        return self._store.read(photo_id, owner=owner, thumb=thumb)

    def stored(self, *, older_than: datetime) -> Any:
        return self._store.stored(older_than=older_than)


def dies() -> None:
    raise SystemExit


def is_away() -> None:
    raise Unavailable


def with_store(shop: Shop, **happens: Callable[[], None]) -> Album:
    return replace(shop.album, store=Store(shop, **happens))


class TestSaving:
    def test_a_photo_is_kept_sealed_as_it_came_with_a_small_copy(self, shop: Shop) -> None:
        life, photo = keep(shop)
        assert (photo.width, photo.height, photo.bytes) == (640, 480, len(JPEG))
        assert shop.album.store.read(photo.id, owner=life.user_id) == JPEG
        with Image.open(io.BytesIO(shop.album.store.read(photo.id, owner=life.user_id, thumb=True))) as thumb:
            assert (thumb.format, thumb.size) == ("JPEG", (384, 288))
        for key in shop.keys("photos", photo.id):
            with shop.client.get_object(shop.buckets["photos"], key) as stored:
                assert b"\xff\xd8\xff" not in stored.read()

    def test_nothing_is_kept_unless_that_was_chosen(self, shop: Shop) -> None:
        life = shop.order(Life(began=shop.clock.now()))
        assert shop.album.save_photos() == 0
        assert saved(shop, life) == []

    @pytest.mark.parametrize(
        "ending", [each for each in ENDINGS if each is not abandoned], ids=lambda each: each.__name__
    )
    def test_it_is_saved_whatever_becomes_of_the_order_and_its_upload_goes(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch, ending: Callable[[Shop], Life]
    ) -> None:
        monkeypatch.setattr(Shop, "accept", _with_the_wish(Shop.accept))
        life = ending(shop)
        # The upload waits until its copy is there.
        assert shop.workshop.delete_uploads() == 0
        assert len(shop.keys("uploads", life.upload_id)) == 2
        shop.album.save_photos()
        assert len(saved(shop, life)) == 1
        assert shop.workshop.delete_uploads() == 1
        assert shop.keys("uploads", life.upload_id) == []

    def test_told_twice_it_is_saved_once(self, shop: Shop) -> None:
        life, _ = keep(shop)
        shop.accept(life)
        assert shop.album.save_photos() == 0
        assert len(saved(shop, life)) == 1

    def test_the_same_photo_sent_again_is_kept_once(self, shop: Shop) -> None:
        life, photo = keep(shop)
        order(shop, user_id=life.user_id)
        order(shop, user_id=life.user_id, jpeg=encoded(cornered(640, 481), "JPEG"))
        assert shop.album.save_photos() == 2
        assert len(saved(shop, life)) == 2
        assert photo in saved(shop, life)
        stranger, _ = keep(shop)
        assert len(saved(shop, stranger)) == 1

    def test_told_again_after_it_was_deleted_it_does_not_come_back(self, shop: Shop) -> None:
        life, photo = keep(shop)
        delete(shop, life, photo.id)
        shop.album.delete_photos()
        shop.accept(life)
        assert shop.album.save_photos() == 0
        assert (saved(shop, life), in_the_store(shop)) == ([], set())

    def test_no_more_are_kept_than_one_person_may_have(self, shop: Shop) -> None:
        life, _ = keep(shop)
        another = Life(began=shop.clock.now(), save=True, user_id=life.user_id)
        with shop.unit.begin() as work:
            use_cases.accept_order(work, another.uploaded(), catalogue=shop.workshop.painters.styles, saved_photos=1)
        assert shop.album.save_photos() == 0
        assert shop.state(another)[0] == "priced"

    @pytest.mark.parametrize("jpeg", [b"no picture at all", JPEG[:200]])
    def test_what_is_no_photo_is_not_kept_and_its_upload_does_not_wait(self, shop: Shop, jpeg: bytes) -> None:
        life = order(shop, jpeg=jpeg)
        shop.cancel(life)
        assert shop.workshop.delete_uploads() == 0
        shop.album.save_photos()
        assert shop.workshop.delete_uploads() == 1
        assert (saved(shop, life), in_the_store(shop)) == ([], set())

    def test_what_was_damaged_where_it_lay_is_not_kept(self, shop: Shop) -> None:
        life = order(shop)
        shop.flip_a_byte("uploads", f"{life.upload_id}/photo")
        shop.cancel(life)
        shop.album.save_photos()
        assert shop.workshop.delete_uploads() == 1
        assert saved(shop, life) == []

    def test_an_order_that_comes_when_its_day_is_over_keeps_no_upload_waiting(self, shop: Shop) -> None:
        life = Life(began=shop.clock.now() - DAY, save=True)
        life = shop.bring(life, JPEG)
        shop.accept(life)
        shop.run(use_cases.expire_uploads)
        assert shop.workshop.delete_uploads() == 1
        shop.album.save_photos()
        assert saved(shop, life) == []

    def test_a_photo_that_is_not_there_is_not_waited_for(self, shop: Shop) -> None:
        life = shop.accept(Life(began=shop.clock.now(), save=True))
        shop.cancel(life)
        shop.album.save_photos()
        assert shop.workshop.delete_uploads() == 1
        assert saved(shop, life) == []


class TestDyingInTheMiddle:
    def test_a_copier_that_dies_after_storing_is_followed_by_one_that_finishes(self, shop: Shop) -> None:
        life = order(shop)
        with pytest.raises(SystemExit):
            with_store(shop, then=dies).save_photos()
        assert (len(in_the_store(shop)), saved(shop, life)) == (1, [])
        assert shop.album.save_photos() == 0
        shop.clock.advance(HALF_A_MINUTE)
        assert shop.album.save_photos() == 1
        (photo,) = saved(shop, life)
        assert in_the_store(shop) == {photo.id}

    def test_a_store_that_is_away_is_tried_again(self, shop: Shop) -> None:
        life = order(shop)
        with_store(shop, first=is_away).save_photos()
        assert saved(shop, life) == []
        shop.clock.advance(HALF_A_MINUTE)
        shop.album.save_photos()
        assert len(saved(shop, life)) == 1

    def test_the_upload_goes_before_its_deadline_even_if_it_could_never_be_copied(self, shop: Shop) -> None:
        life = abandoned_with_the_wish(shop)
        assert shop.workshop.delete_uploads() == 1
        assert shop.keys("uploads", life.upload_id) == []
        shop.album.save_photos()
        assert saved(shop, life) == []

    def test_a_slow_copier_and_the_one_that_overtook_it_leave_one_photo(self, shop: Shop) -> None:
        life, go_on, begun = order(shop), Event(), Event()

        def waits() -> None:
            begun.set()
            assert go_on.wait(10)

        with ThreadPoolExecutor(1) as threads:
            slow = threads.submit(with_store(shop, first=waits).save_photos)
            assert begun.wait(10)
            shop.clock.advance(HALF_A_MINUTE)
            assert shop.album.save_photos() == 1
            (photo,) = saved(shop, life)
            go_on.set()
            slow.result(10)
        assert saved(shop, life) == [photo]
        assert shop.album.store.read(photo.id, owner=life.user_id) == JPEG

    def test_what_is_stored_for_a_row_that_is_gone_is_destroyed_again(self, shop: Shop) -> None:
        life = order(shop)

        def is_erased() -> None:
            with shop.unit.database.begin() as connection:
                connection.execute("DELETE FROM saved_photos")

        with_store(shop, first=is_erased).save_photos()
        assert (saved(shop, life), in_the_store(shop)) == ([], set())

    def test_what_no_row_names_goes_with_the_sweep_and_the_rest_stays(self, shop: Shop) -> None:
        life, photo = keep(shop)
        stray = SYSTEM_CLOCK.new_id()
        shop.album.store.put(stray, JPEG, b"thumb", owner=life.user_id)
        shop.album.sweep_strays()
        assert in_the_store(shop) == {photo.id, stray}
        shop.clock.advance(timedelta(hours=2))
        shop.album.sweep_strays()
        assert in_the_store(shop) == {photo.id}


class TestDeleting:
    def test_it_is_out_of_sight_at_once_then_gone_from_the_store_and_told_once(self, shop: Shop) -> None:
        life, photo = keep(shop)
        delete(shop, life, photo.id)
        assert saved(shop, life) == []
        assert gone(shop, photo.id) == 0
        assert shop.album.delete_photos() == 1
        assert shop.keys("photos", photo.id) == []
        assert gone(shop, photo.id) == 1
        assert shop.album.delete_photos() == 0

    def test_the_second_time_there_is_none(self, shop: Shop) -> None:
        life, photo = keep(shop)
        delete(shop, life, photo.id)
        for _ in range(2):
            with pytest.raises(NoSuchPhoto):
                delete(shop, life, photo.id)
            shop.album.delete_photos()

    def test_a_stranger_deletes_and_sees_nothing(self, shop: Shop) -> None:
        life, photo = keep(shop)
        with pytest.raises(NoSuchPhoto):
            delete(shop, Life(), photo.id)
        with shop.unit.begin() as work, pytest.raises(NoSuchPhoto):
            use_cases.find_photo(work, SYSTEM_CLOCK.new_id(), photo.id)
        assert saved(shop, life) == [photo]

    @pytest.mark.parametrize("happens", [{"first": is_away}, {"then": dies}], ids=["store away", "dies"])
    def test_what_broke_off_is_taken_up_and_told_once(self, shop: Shop, happens: dict[str, Callable[[], None]]) -> None:
        life, photo = keep(shop)
        delete(shop, life, photo.id)
        with suppress(SystemExit):
            with_store(shop, **happens).delete_photos()
        assert gone(shop, photo.id) == 0
        shop.clock.advance(HALF_A_MINUTE)
        assert shop.album.delete_photos() == 1
        assert (shop.keys("photos", photo.id), gone(shop, photo.id)) == ([], 1)


def test_a_small_copy_carries_nothing_but_the_picture() -> None:
    thumb = develop(JPEG).thumb
    with Image.open(io.BytesIO(thumb)) as picture:
        assert picture.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert not picture.getexif()


def abandoned_with_the_wish(shop: Shop) -> Life:
    """Its day is over, and in all of it the store could not take the copy."""
    life = order(shop)
    shop.clock.advance(DAY - EXPIRY_MARGIN)
    shop.run(use_cases.expire_uploads)
    return life


def _with_the_wish(accept: Callable[[Shop, Life], Life]) -> Callable[[Shop, Life], Life]:
    """Orders as they would be had they come with a photo that can be saved, and the wish."""

    def wished(shop: Shop, life: Life) -> Life:
        life = replace(life, save=True)
        life = shop.bring(life, JPEG)
        return accept(shop, life)

    return wished
