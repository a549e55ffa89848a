"""Promise K1 where row and object disagree, where a machine dies between the two, and where two sweep at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from common.contracts.generation import ImageDeleted
from common.inventory.expiring import forget_expired
from generation import use_cases
from generation.domain import EXPIRY_MARGIN
from generation.inventory import INVENTORY
from tests.builders import DAY, Life
from tests.integration.generation.shop import Shop


def told(shop: Shop, life: Life) -> list[str]:
    return [event.reason for event in shop.told(life) if isinstance(event, ImageDeleted)]


def put(shop: Shop) -> Life:
    """What a gateway leaves that is killed after the object and before the row: nobody ever hears of the upload."""
    stray = Life(began=shop.clock.now())
    shop.uploads.put(stray.upload_id, b"the photo", title="", note="", owner=stray.user_id)
    return stray


def test_a_row_whose_object_is_gone_ends_with_its_deadline_and_says_so_once(shop: Shop) -> None:
    life = shop.ready()
    shop.workshop.photos.delete(life.upload_id)
    shop.clock.advance(DAY - EXPIRY_MARGIN)
    assert shop.run(use_cases.expire_uploads) == 1
    assert shop.workshop.delete_uploads() == 1
    assert shop.upload(life)[0] == "deleted"
    assert len(told(shop, life)) == 1


def test_an_object_without_a_row_goes_within_the_day_and_not_while_its_order_may_still_come(shop: Shop) -> None:
    stray = put(shop)
    shop.clock.advance(DAY - EXPIRY_MARGIN - timedelta(minutes=1))
    shop.workshop.sweep_strays()
    assert len(shop.keys("uploads", stray.upload_id)) == 2
    shop.clock.advance(timedelta(minutes=2))
    shop.workshop.sweep_strays()
    assert shop.keys("uploads", stray.upload_id) == []


def test_parts_of_a_photo_whose_storing_was_killed_half_way_go_within_the_day(shop: Shop) -> None:
    stray = Life()
    bucket, key = shop.buckets["uploads"], f"{stray.upload_id}/photo"
    client = shop.client
    upload_id = client._create_multipart_upload(bucket, key, {})  # pyright: ignore[reportPrivateUsage]
    client._upload_part(bucket, key, b"x" * 100, None, upload_id, 1)  # pyright: ignore[reportPrivateUsage]

    def unfinished() -> list[str | None]:
        page = client._list_multipart_uploads(bucket, prefix=f"{stray.upload_id}/")  # pyright: ignore[reportPrivateUsage]
        return [each.object_name for each in page.uploads]

    shop.workshop.sweep_strays()
    assert unfinished() == [key]
    shop.clock.advance(DAY)
    shop.workshop.sweep_strays()
    assert unfinished() == []


def test_killed_between_object_and_row_the_deletion_is_taken_up_and_told_once(shop: Shop) -> None:
    life = shop.ready()
    shop.workshop.render_next()
    with shop.unit.begin() as work:
        (upload,) = work.uploads.claim_deletions(limit=20)
    shop.workshop.photos.delete(upload.id)
    # Here the machine dies. Another one looks once the claim is over.
    assert shop.workshop.delete_uploads() == 0
    shop.clock.advance(timedelta(seconds=30))
    assert shop.workshop.delete_uploads() == 1
    assert (shop.upload(life), told(shop, life)) == (("deleted", "generated"), ["generated"])


def test_an_order_that_comes_after_its_photo_was_swept_fails_for_want_of_it(shop: Shop) -> None:
    late = put(shop)
    shop.clock.advance(DAY)
    shop.workshop.sweep_strays()
    shop.accept(late)
    shop.afford(late)
    while shop.workshop.render_next():
        pass
    shop.workshop.delete_uploads()
    assert shop.state(late)[:2] == ("failed", "photo_missing")
    assert shop.upload(late)[0] == "deleted"


def test_two_sweeps_at_once_do_everything_once(shop: Shop) -> None:
    lives = [shop.order(Life(began=shop.clock.now())) for _ in range(6)]
    strays = [put(shop) for _ in range(4)]
    shop.clock.advance(DAY)
    sweeps: list[Callable[[], int]] = [
        lambda: shop.run(use_cases.expire_uploads),
        shop.workshop.delete_uploads,
        shop.workshop.sweep_strays,
    ]
    with ThreadPoolExecutor(6) as pool:
        done = [pool.submit(sweep) for _ in range(3) for sweep in sweeps for _ in range(2)]
        for each in done:
            each.result()
    shop.clock.advance(timedelta(seconds=30))
    shop.workshop.delete_uploads()
    assert [shop.upload(life)[0] for life in lives] == ["deleted"] * len(lives)
    assert [len(told(shop, life)) for life in lives] == [1] * len(lives)
    assert [shop.keys("uploads", each.upload_id) for each in [*lives, *strays]] == [[]] * 10


def test_a_photo_whose_row_was_written_by_a_clock_that_ran_ahead_goes_by_the_stores_time(shop: Shop) -> None:
    ahead = Life(began=shop.clock.now() + 30 * DAY)
    shop.order(ahead)
    shop.clock.advance(DAY)
    assert shop.run(use_cases.expire_uploads) == 0
    shop.workshop.sweep_strays()
    assert shop.keys("uploads", ahead.upload_id) == []


@pytest.mark.parametrize(("age", "left"), [(timedelta(days=30), 0), (timedelta(days=30, seconds=-1), 1)])
def test_the_row_that_proves_a_deletion_goes_a_month_later(shop: Shop, age: timedelta, left: int) -> None:
    life = shop.ready()
    shop.workshop.render_next()
    shop.workshop.delete_uploads()
    with shop.unit.database.begin() as connection:
        forget_expired(connection, INVENTORY, shop.clock.now() + age)
        ((found,),) = connection.execute("SELECT count(*) FROM uploads WHERE id = %s", [life.upload_id]).fetchall()
    assert found == left
