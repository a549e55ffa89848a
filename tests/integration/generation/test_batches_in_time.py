"""Orders that can wait and the clocks they meet: days that are over, servers that are away, news that comes twice."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from common.errors import NotYet, Unavailable
from generation import use_cases
from generation.domain import GEMINI, Painters
from generation.domain.batches import HANDOVER_PATIENCE, PATIENCE, BatchState
from generation.ports import Size
from generation.use_cases import batch_orders
from generation.use_cases import batches as post_batches
from tests.builders import Life
from tests.fixtures.gemini import RunningEmulator
from tests.integration.generation.post import A_WHILE, STYLE, Post, Start, opened
from tests.integration.generation.shop import CATALOGUE, Shop
from tests.integration.generation.test_partners import agree

MINUTE = timedelta(minutes=1)


@pytest.fixture
def post(shop: Shop, gemini_emulator: RunningEmulator, gemini_engine: Start) -> Post:
    return opened(shop, gemini_emulator, gemini_engine)


def test_a_day_that_is_over_ends_the_order_at_no_cost_and_the_partner_is_told(post: Post) -> None:
    post.will(ready_seconds=None)
    life = post.sent()
    post.shop.clock.advance(PATIENCE - MINUTE)
    post.sweep()
    assert post.shop.state(life) == ("rendering", None, 1)
    post.shop.clock.advance(MINUTE)
    post.sweep()
    assert post.shop.state(life) == ("failed", "engine_timeout", 1)
    post.look()
    assert (post.states(), post.kept()) == ([BatchState.ENDED], [])


def test_no_sweep_takes_an_order_for_one_whose_renderer_has_died(post: Post) -> None:
    post.will(ready_seconds=None)
    life = post.sent()
    post.shop.clock.advance(timedelta(hours=25))
    for sweep in (use_cases.release_expired_leases, use_cases.expire_uploads):
        post.shop.run(sweep)
    with post.shop.unit.begin() as work:
        use_cases.reconsider_stranded(work, post.desk.painters)
    assert post.shop.state(life) == ("rendering", None, 1)


@pytest.mark.parametrize("handed_over", [False, True])
def test_a_studio_that_loses_its_key_ends_what_waits_for_it(post: Post, *, handed_over: bool) -> None:
    life = post.sent() if handed_over else post.order()
    with post.shop.unit.begin() as work:
        batch_orders.end_overdue(work, painters=Painters(styles=CATALOGUE))
    assert post.shop.state(life)[0] == ("rendering" if handed_over else "failed")
    post.shop.clock.advance(PATIENCE)
    with post.shop.unit.begin() as work:
        batch_orders.end_overdue(work, painters=Painters(styles=CATALOGUE))
    assert post.shop.state(life)[0] == "failed"


def test_painting_in_a_day_says_nothing_about_painting_now(post: Post) -> None:
    post.will(ready_seconds=None)
    post.sent()
    post.shop.clock.advance(timedelta(hours=5))
    post.control.finish_batches()
    post.look()
    with post.shop.unit.begin() as work:
        assert work.attempts.recent_durations(GEMINI, STYLE) == []


def test_pictures_wait_with_the_partner_while_the_store_is_away(post: Post) -> None:
    class Away:
        """A bench whose store does not answer."""

        def store(self, *_: object) -> object:
            raise Unavailable

    life = post.sent()
    away = replace(post, desk=replace(post.desk, bench=Away()))  # pyright: ignore[reportArgumentType]
    away.look()
    assert (post.shop.state(life)[0], len(post.kept())) == ("rendering", 1)
    post.look()
    assert (post.shop.state(life)[0], post.kept()) == ("succeeded", [])


def test_a_partner_that_is_away_is_looked_at_again(post: Post, gemini_engine: Start) -> None:
    life = post.sent()
    nowhere = gemini_engine(base_url="http://127.0.0.1:1").batches
    for _ in range(3):
        post.with_engine(nowhere).look()
    assert post.shop.state(life)[0] == "rendering"
    post.look()
    assert (post.shop.state(life)[0], post.kept()) == ("succeeded", [])


def test_a_batch_that_is_gone_ends_its_orders(post: Post) -> None:
    life = post.sent()
    post.desk.engine.delete(post.there()[0].name)
    post.look()
    assert post.shop.state(life) == ("failed", "engine_unavailable", 1)
    assert post.states() == [BatchState.ENDED]


def test_two_who_look_at_the_same_batch_deliver_it_once(post: Post) -> None:
    life = post.sent()
    post.shop.clock.advance(A_WHILE)
    with post.shop.unit.begin() as work:
        batch = work.batches.claim()
    assert batch is not None
    post.desk._read(batch)
    post.desk._read(batch)
    assert post.shop.types_told(life).count("figurine.generated") == 1
    assert len(post.shop.keys("figurines", life.figurine_id)) == len(Size)
    assert post.shop.state(life) == ("succeeded", None, 1)


def test_the_events_of_an_order_give_the_same_in_whatever_order_they_come(post: Post) -> None:
    for order in permutations(("accept", "afford", "agree")):
        life = Life(style=STYLE, variants=1, delivery="batch", began=post.shop.clock.now())
        steps = {
            "accept": lambda life=life: post.shop.accept(life),
            "agree": lambda life=life: agree(post.shop, life),
            "afford": lambda life=life: post.shop.afford(life),
        }
        late: list[str] = []
        for step in order:
            try:
                steps[step]()
            except NotYet:
                late.append(step)
        for step in late:
            steps[step]()
        with post.shop.unit.begin() as work:
            assert post_batches.gather(work, post.desk.painters, engine=GEMINI, most=8) is not None


def test_the_last_hour_for_handing_over_is_long_before_the_photo_has_to_go(post: Post) -> None:
    life = post.order()
    post.shop.clock.advance(HANDOVER_PATIENCE)
    assert post.desk.hand_over() == 0
    assert post.shop.state(life) == ("failed", "engine_unavailable", 0)
