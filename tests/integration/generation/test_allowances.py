"""What a plan allows, held where figurines are made: orders and public links."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from common.contracts.billing import EntitlementsChanged
from common.contracts.generation import FigurineFailed, FigurineRequested
from common.errors import NotYet
from generation import use_cases
from generation.domain.sharing import Share
from tests.builders import Life
from tests.integration.generation.shop import Shop


def tell(shop: Shop, life: Life, version: int, *, variants: int = 6, shares: int = 500) -> None:
    event = EntitlementsChanged(
        user_id=life.user_id,
        entitlements_version=version,
        variants=variants,
        resolution=2560,
        shares=shares,
        api_rate=600,
    )
    with shop.unit.begin() as work:
        use_cases.note_allowance(work, event)


def take(shop: Shop, life: Life, known: int) -> None:
    """The order comes in; the gateway had heard so much of what its owner may do."""
    event = life.uploaded().model_copy(update={"allowance_version": known})
    with shop.unit.begin() as work:
        use_cases.accept_order(work, event, catalogue=shop.workshop.painters.styles)


@pytest.fixture
def six(shop: Shop) -> Life:
    return Life(variants=6, began=shop.clock.now())


def kinds(shop: Shop, life: Life) -> list[type]:
    return [type(event) for event in shop.told(life)]


def test_more_pictures_than_allowed_are_rejected_at_no_cost(shop: Shop, six: Life) -> None:
    take(shop, six, 0)
    assert kinds(shop, six) == [FigurineFailed]


def test_an_order_that_overtakes_the_news_of_a_plan_is_taken_again_when_the_news_is_there(
    shop: Shop, six: Life
) -> None:
    with pytest.raises(NotYet):
        take(shop, six, 1)
    assert kinds(shop, six) == []
    tell(shop, six, 1)
    take(shop, six, 1)
    assert kinds(shop, six) == [FigurineRequested]


def test_an_order_that_needs_no_plan_waits_for_no_news_of_one(shop: Shop, six: Life) -> None:
    take(shop, replace(six, variants=4), 7)
    assert kinds(shop, six) == [FigurineRequested]


def test_late_news_of_an_older_plan_change_nothing(shop: Shop, six: Life) -> None:
    tell(shop, six, 2, variants=4)
    tell(shop, six, 1, variants=8)
    take(shop, six, 2)
    assert kinds(shop, six) == [FigurineFailed]


def test_of_many_who_share_at_once_only_as_many_succeed_as_are_allowed(shop: Shop, six: Life) -> None:
    tell(shop, six, 1, shares=2)
    lives = [Life(user_id=six.user_id, variants=1, began=shop.clock.now()) for _ in range(6)]
    for life in lives:
        take(shop, life, 1)

    def share(life: Life) -> bool:
        with shop.unit.begin() as work:
            if work.shares.given_out(six.user_id) >= work.allowances.of(six.user_id).shares:
                return False
            given = Share(figurine_id=life.figurine_id, user_id=six.user_id, token=b"t", created_at=work.clock.now())
            work.shares.add(given, digest=life.figurine_id.bytes)
            return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(share, lives)) == 2
