"""Orders that can wait on their way to the partner: taken, refused, lost, found, given back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from common.errors import Unavailable
from generation.domain import GEMINI
from generation.domain.batches import BatchState
from generation.use_cases import batches as post_batches
from ops.emulators.gemini.script import Behaviour, Kind
from tests.fixtures.gemini import RunningEmulator
from tests.integration.generation.post import Post, Start, opened
from tests.integration.generation.shop import Shop
from tests.integration.generation.test_partners import attempt, disclosures

MINUTE = timedelta(minutes=1)


@pytest.fixture
def post(shop: Shop, gemini_emulator: RunningEmulator, gemini_engine: Start) -> Post:
    return opened(shop, gemini_emulator, gemini_engine)


def test_what_the_partner_does_not_take_rests_and_is_handed_over_again(post: Post) -> None:
    post.will(creates=[Behaviour(kind=Kind.ERROR, code=503), Behaviour(kind=Kind.ERROR, code=429, retry_seconds=400)])
    life = post.sent()
    assert (post.shop.state(life), post.shop.upload(life)) == (("queued", None, 1), ("held", None))
    assert post.desk.hand_over() == 0
    post.shop.clock.advance(2 * MINUTE)
    assert post.desk.hand_over() == 1
    post.shop.clock.advance(6 * MINUTE)
    assert post.desk.hand_over() == 0
    post.shop.clock.advance(MINUTE)
    assert post.desk.hand_over() == 1
    post.look()
    assert post.shop.state(life) == ("succeeded", None, 3)
    assert [number for *_, number in disclosures(post.shop, life)] == [1, 2, 3]


def test_an_order_nobody_takes_for_two_hours_ends_and_its_photo_goes(post: Post) -> None:
    post.will(creates=[Behaviour(kind=Kind.ERROR, code=503)] * 20)
    life = post.order()
    for _ in range(20):
        post.desk.hand_over()
        post.shop.clock.advance(10 * MINUTE)
    assert post.shop.state(life)[:2] == ("failed", "engine_unavailable")
    assert post.shop.upload(life) == ("deleting", "engine_unavailable")


def test_of_a_group_that_is_refused_whole_each_order_is_tried_by_itself(post: Post) -> None:
    post.will(creates=[Behaviour(kind=Kind.ERROR, code=400), Behaviour(kind=Kind.ERROR, code=400)])
    bad, good = post.order(), post.order()
    post.desk.hand_over()
    assert [post.shop.state(life)[0] for life in (bad, good)] == ["queued", "queued"]
    post.shop.clock.advance(2 * MINUTE)
    assert (post.desk.hand_over(), post.desk.hand_over(), post.desk.hand_over()) == (1, 1, 0)
    post.look()
    assert post.shop.state(bad) == ("failed", "no_picture", 2)
    assert post.shop.state(good) == ("succeeded", None, 2)


@pytest.mark.parametrize(
    "lost",
    [Behaviour(kind=Kind.DROP), Behaviour(kind=Kind.INVALID_JSON), Behaviour(kind=Kind.ERROR, code=500)],
    ids=lambda lost: lost.kind,
)
def test_a_hand_over_whose_answer_is_lost_is_asked_about_and_not_repeated(post: Post, lost: Behaviour) -> None:
    post.will(creates=[lost])
    life = post.sent()
    assert (post.states(), post.shop.upload(life)) == ([BatchState.SENDING], ("held", None))
    assert post.desk.hand_over() == 0
    post.look()
    assert post.shop.upload(life) == ("deleting", "handed_over")
    post.look()
    assert post.shop.state(life) == ("succeeded", None, 1)
    assert (len(post.there()), post.billed(), post.kept()) == (1, 1, [])


def test_a_hand_over_that_never_arrived_is_made_once_more_and_never_a_third_time(post: Post) -> None:
    post.will(creates=[Behaviour(kind=Kind.LOST)] * 3)
    life = post.sent()
    post.look(after=MINUTE)
    assert post.states() == [BatchState.SENDING]
    post.look()
    post.look()
    assert (post.states(), post.shop.state(life)[0]) == ([BatchState.MISSING], "queued")
    assert attempt(post.shop, life) == (GEMINI, "unknown", 1)
    assert post.desk.hand_over() == 1
    for _ in range(3):
        post.look()
    assert post.shop.state(life) == ("failed", "engine_timeout", 2)
    assert (post.desk.hand_over(), post.there()) == (0, [])


def test_what_turns_up_after_it_was_given_up_is_deleted_at_the_partner(post: Post) -> None:
    post.will(creates=[Behaviour(kind=Kind.DROP)], unlisted=4)
    life = post.sent()
    for _ in range(3):
        post.look()
    assert post.states() == [BatchState.MISSING]
    assert post.desk.hand_over() == 1
    for _ in range(4):
        post.look()
    assert post.states() == [BatchState.ENDED, BatchState.ENDED]
    assert (post.kept(), post.shop.state(life)) == ([], ("succeeded", None, 2))
    assert [batch.cancelled for batch in post.there()] == [True, False]


def test_what_never_turns_up_is_looked_for_for_a_day(post: Post) -> None:
    post.will(creates=[Behaviour(kind=Kind.LOST)] * 2)
    post.sent()
    for _ in range(3):
        post.look()
    post.look(after=timedelta(hours=27))
    assert post.states() == [BatchState.ENDED]


def test_a_model_that_is_retired_is_passed_over(post: Post) -> None:
    first = "gemini-2.5-flash-image"
    post.control.will(retired=[first])
    life = post.sent()
    post.look()
    assert (post.shop.state(life)[0], post.there()[0].model) == ("succeeded", "gemini-nano-banana-2.1")


def test_a_group_whose_gatherer_died_before_the_partner_was_told_is_given_back(post: Post) -> None:
    life = post.order()
    with post.shop.unit.begin() as work:
        assert post_batches.gather(work, post.desk.painters, engine=GEMINI, most=8) is not None
    assert post.desk.look() == 0
    post.look()
    assert (post.shop.state(life), disclosures(post.shop, life)) == (("queued", None, 1), [])
    post.shop.clock.advance(2 * MINUTE)
    assert post.desk.hand_over() == 1
    post.look()
    assert post.shop.state(life) == ("succeeded", None, 2)


def test_whoever_sends_a_group_after_it_was_given_back_tells_nobody_anything(post: Post) -> None:
    post.order()
    with post.shop.unit.begin() as work:
        gathered = post_batches.gather(work, post.desk.painters, engine=GEMINI, most=8)
    assert gathered is not None
    post.look()
    with post.shop.unit.begin() as work:
        assert post_batches.tell_partner(work, *gathered, painters=post.desk.painters) == set()


def test_an_order_without_a_photo_ends_and_the_others_go(post: Post) -> None:
    gone, there = post.order(), post.order()
    post.shop.workshop.photos.delete(gone.upload_id)
    assert post.desk.hand_over() == 1
    assert post.shop.state(gone) == ("failed", "photo_missing", 1)
    post.look()
    assert (post.shop.state(there)[0], [batch.requests for batch in post.there()]) == ("succeeded", [1])
    assert disclosures(post.shop, gone) == []


def test_a_group_whose_photos_cannot_be_read_now_waits_for_the_store(post: Post) -> None:
    class Away:
        """A bench whose store does not answer."""

        def order_for(self, _: object) -> object:
            raise Unavailable

    life = post.order()
    away = replace(post.desk, bench=Away())  # pyright: ignore[reportArgumentType]
    assert away.hand_over() == 1
    assert (post.shop.state(life), post.states(), post.there()) == (("queued", None, 1), [BatchState.ENDED], [])
    post.shop.clock.advance(MINUTE)
    assert post.desk.hand_over() == 1
