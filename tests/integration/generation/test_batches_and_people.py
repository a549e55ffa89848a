"""Orders that can wait, and whoever calls them off, agrees, no longer agrees, or wants something else now."""

from datetime import timedelta

import pytest

from generation import use_cases
from generation.domain import CONSENT_PATIENCE, GEMINI, Limits, Painters, QueuePlace
from generation.use_cases import batches as post_batches
from tests.fixtures.gemini import RunningEmulator
from tests.integration.generation.post import Post, Start, opened
from tests.integration.generation.shop import CATALOGUE, Shop
from tests.integration.generation.test_partners import agree, disclosures

MINUTE = timedelta(minutes=1)


@pytest.fixture
def post(shop: Shop, gemini_emulator: RunningEmulator, gemini_engine: Start) -> Post:
    return opened(shop, gemini_emulator, gemini_engine)


def test_who_calls_an_order_off_before_it_goes_pays_nothing_and_nobody_is_told(post: Post) -> None:
    life = post.order()
    post.shop.cancel(life)
    assert post.desk.hand_over() == 0
    assert (post.shop.state(life), disclosures(post.shop, life)) == (("cancelled", "cancelled", 0), [])


def test_what_is_called_off_at_the_partner_is_stopped_there_dropped_and_deleted(post: Post) -> None:
    post.will(ready_seconds=None)
    life = post.sent()
    post.shop.cancel(life)
    post.look()
    (batch,) = post.there()
    assert (batch.cancelled, batch.deleted, post.billed()) == (True, True, 0)
    assert post.shop.state(life) == ("cancelled", "cancelled", 1)


def test_one_that_is_called_off_takes_nothing_from_the_others_and_leaves_nothing(post: Post) -> None:
    post.will(ready_seconds=None)
    leaving, staying = post.order(), post.order()
    post.desk.hand_over()
    post.shop.cancel(leaving)
    post.control.finish_batches()
    post.look()
    assert [post.shop.state(life)[0] for life in (leaving, staying)] == ["cancelled", "succeeded"]
    assert post.shop.keys("figurines", leaving.figurine_id) == []


def test_who_does_not_agree_is_not_painted_by_anybody_else(post: Post) -> None:
    life = post.order(agreed=False, style="statuette")
    assert post.desk.hand_over() == 0
    assert post.shop.state(life) == ("queued", None, 0)
    post.shop.clock.advance(CONSENT_PATIENCE)
    assert post.desk.hand_over() == 0
    assert (post.shop.state(life), post.there()) == (("failed", "restricted", 0), [])


def test_an_agreement_that_comes_after_its_order_is_in_time(post: Post) -> None:
    life = post.order(agreed=False)
    post.desk.hand_over()
    agree(post.shop, life)
    post.shop.clock.advance(timedelta(seconds=3))
    assert post.desk.hand_over() == 1


def test_who_takes_her_word_back_while_it_is_gathered_is_not_told_of(post: Post) -> None:
    life = post.order()
    with post.shop.unit.begin() as work:
        gathered = post_batches.gather(work, post.desk.painters, engine=GEMINI, most=8)
    assert gathered is not None
    agree(post.shop, life, granted=False, at=post.shop.clock.now() + timedelta(seconds=1))
    with post.shop.unit.begin() as work:
        assert post_batches.tell_partner(work, *gathered, painters=post.desk.painters) == set()
    assert disclosures(post.shop, life) == []


def test_who_takes_her_word_back_later_is_dropped_there_at_no_cost(post: Post) -> None:
    post.will(ready_seconds=None)
    life, other = post.order(), post.order()
    post.desk.hand_over()
    agree(post.shop, life, granted=False, at=post.shop.clock.now() + timedelta(seconds=1))
    assert post.shop.state(life) == ("failed", "restricted", 1)
    post.control.finish_batches()
    post.look()
    assert post.shop.state(other)[0] == "succeeded"
    assert post.shop.keys("figurines", life.figurine_id) == []


def test_what_is_at_the_partner_takes_nobodys_turn(post: Post) -> None:
    post.will(ready_seconds=None)
    narrow = Painters(
        styles=CATALOGUE,
        available=post.desk.painters.available,
        limits=Limits(person=1, partners={GEMINI: 1}),
        batches=frozenset({GEMINI}),
    )
    waiting = post.sent()
    shop = post.shop.with_workshop(painters=narrow)
    now = post.order(user_id=waiting.user_id, delivery="now")
    assert shop.workshop.render_next(GEMINI) == 1
    assert [shop.state(life)[0] for life in (waiting, now)] == ["rendering", "succeeded"]


def test_the_place_is_among_those_that_wait_and_the_time_is_the_one_that_was_promised(post: Post) -> None:
    first, second = post.order(), post.order()
    post.shop.clock.advance(timedelta(hours=1))
    with post.shop.unit.begin() as work:
        places = [
            use_cases.queue_place(work, life.user_id, life.figurine_id, painters=post.desk.painters)
            for life in (first, second)
        ]
    assert places == [QueuePlace(place=n, estimate_seconds=23 * 3600) for n in (1, 2)]
