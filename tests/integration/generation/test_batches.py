"""Orders that can wait a day: handed over together, at half the price, and settled one by one."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from common.contracts.generation import FigurineGenerated, FigurineStarted, ImageDeleted
from common.errors import NotYet, Unavailable
from generation import use_cases
from generation.domain import CONSENT_PATIENCE, GEMINI, Limits, Painters, QueuePlace
from generation.domain.batches import HANDOVER_PATIENCE, PATIENCE, BatchState
from generation.ports import Size
from generation.use_cases import batch_orders
from generation.use_cases import batches as post_batches
from ops.emulators.gemini.script import Behaviour, Kind
from tests.builders import Life
from tests.fixtures.gemini import RunningEmulator
from tests.integration.generation.post import A_WHILE, STYLE, Post, Start, opened
from tests.integration.generation.shop import CATALOGUE, Shop
from tests.integration.generation.test_partners import agree, attempt, disclosures, painted_by

MINUTE = timedelta(minutes=1)


@pytest.fixture
def post(shop: Shop, gemini_emulator: RunningEmulator, gemini_engine: Start) -> Post:
    return opened(shop, gemini_emulator, gemini_engine)


def test_an_order_that_can_wait_is_handed_over_painted_told_and_stored(post: Post) -> None:
    life = post.order(variants=2)
    assert post.shop.workshop.render_next(GEMINI) == 0
    assert post.desk.hand_over() == 1
    assert painted_by(post.shop, life) == ("rendering", GEMINI)
    assert disclosures(post.shop, life) == [("google_gemini", "photo_and_prompt", "U2", 1)]
    post.look()
    assert painted_by(post.shop, life) == ("succeeded", GEMINI)
    assert len(post.shop.keys("figurines", life.figurine_id)) == 2 * len(Size)
    _, disclosed, started, generated = post.shop.told(life)
    assert isinstance(started, FigurineStarted)
    assert isinstance(generated, FigurineGenerated)
    assert (generated.engine, len(generated.pictures), disclosed.type) == (GEMINI, 2, "partner.disclosed")
    assert (post.states(), post.kept(), post.billed()) == ([BatchState.ENDED], [], 2)


def test_the_photo_goes_as_soon_as_the_partner_has_it_and_not_before(post: Post) -> None:
    life = post.order()
    assert post.shop.upload(life) == ("held", None)
    post.will(ready_seconds=None)
    post.desk.hand_over()
    assert post.shop.upload(life) == ("deleting", "handed_over")
    post.shop.workshop.delete_uploads()
    assert post.shop.keys("uploads", life.upload_id) == []
    gone = post.shop.told(life)[-1]
    assert isinstance(gone, ImageDeleted)
    assert gone.reason == "handed_over"
    post.look()
    assert post.shop.state(life) == ("rendering", None, 1)
    post.control.finish_batches()
    post.look()
    assert post.shop.state(life) == ("succeeded", None, 1)


def test_orders_of_several_persons_go_together_and_each_gets_its_own(post: Post) -> None:
    post.will(shuffled=True)
    lives = [post.order(variants=n, seed=100 * n) for n in (1, 2)]
    assert (post.desk.hand_over(), post.desk.hand_over()) == (1, 0)
    post.look()
    assert [post.shop.state(life) for life in lives] == [("succeeded", None, 1)] * 2
    assert [batch.requests for batch in post.there()] == [3]
    assert [len(post.shop.keys("figurines", life.figurine_id)) // len(Size) for life in lives] == [1, 2]


def test_a_group_has_no_more_pictures_than_the_engine_takes_and_no_order_is_split(post: Post) -> None:
    for _ in range(3):
        post.order(variants=3)
    while post.desk.hand_over():
        pass
    assert [batch.requests for batch in post.there()] == [6, 3]


def test_an_order_of_one_person_never_gets_the_picture_of_another(post: Post) -> None:
    post.will(nameless=True, shuffled=True)
    lives = [post.order(), post.order()]
    post.desk.hand_over()
    post.look()
    assert [post.shop.state(life) for life in lives] == [("failed", "no_picture", 1)] * 2
    assert post.kept() == []


def test_where_a_batch_is_one_order_nothing_has_to_tell_its_pictures_apart(post: Post) -> None:
    post.will(nameless=True)
    life = post.sent(variants=2)
    post.look()
    assert post.shop.state(life) == ("succeeded", None, 1)


def test_a_batch_that_was_of_two_is_not_of_one_because_one_has_left(post: Post) -> None:
    post.will(nameless=True, ready_seconds=None)
    leaving, staying = post.order(), post.order()
    post.desk.hand_over()
    post.shop.cancel(leaving)
    post.control.finish_batches()
    post.look()
    assert post.shop.state(staying) == ("failed", "no_picture", 1)


# Every ending of a batch or of a picture in it: what happens, and what the order says then.
ENDINGS = {
    "blocked": (Behaviour(kind=Kind.BLOCKED, reason="PROHIBITED_CONTENT"), {}, "refused_by_engine"),
    "finished": (Behaviour(kind=Kind.FINISHED, reason="IMAGE_SAFETY"), {}, "refused_by_engine"),
    "a reason nobody knows": (Behaviour(kind=Kind.FINISHED, reason="NEWLY_INVENTED"), {}, "no_picture"),
    "words only": (Behaviour(kind=Kind.TEXT_ONLY), {}, "no_picture"),
    "nothing": (Behaviour(kind=Kind.EMPTY), {}, "no_picture"),
    "garbage": (Behaviour(kind=Kind.GARBAGE_PICTURE), {}, "no_picture"),
    "half a picture": (Behaviour(kind=Kind.TRUNCATED_PICTURE), {}, "no_picture"),
    "not an answer": (Behaviour(kind=Kind.INVALID_JSON), {}, "no_picture"),
    "a refused request": (Behaviour(kind=Kind.ERROR, code=400), {}, "no_picture"),
    "an overloaded engine": (Behaviour(kind=Kind.ERROR, code=503), {}, "engine_unavailable"),
    "a request that took too long": (Behaviour(kind=Kind.ERROR, code=504), {}, "engine_timeout"),
    "expired": (Behaviour(), {"end": "EXPIRED"}, "engine_timeout"),
    "failed": (Behaviour(), {"end": "FAILED"}, "engine_unavailable"),
    "cancelled by the partner": (Behaviour(), {"end": "CANCELLED"}, "engine_unavailable"),
}


@pytest.mark.filterwarnings("ignore:NEWLY_INVENTED is not a valid:UserWarning")
@pytest.mark.parametrize("ending", ENDINGS)
def test_whatever_comes_instead_of_a_picture_ends_the_order_with_its_reason_and_costs_nothing(
    post: Post, ending: str
) -> None:
    behaviour, batching, code = ENDINGS[ending]
    post.will(behaviour, **batching)
    life = post.sent()
    post.look()
    assert post.shop.state(life) == ("failed", code, 1)
    assert post.shop.types_told(life)[-1] == "figurine.failed"
    assert [number for *_, number in disclosures(post.shop, life)] == [1]
    assert (post.kept(), post.shop.keys("figurines", life.figurine_id)) == ([], [])


def test_a_picture_in_another_shape_is_set_in_the_ordered_one(post: Post) -> None:
    post.will(Behaviour(aspect_ratio="5:2"))
    life = post.sent()
    post.look()
    assert post.shop.one("SELECT width = height FROM pictures WHERE figurine_id = %s", life.figurine_id) == (True,)


def test_of_an_order_that_came_in_part_the_part_is_delivered(post: Post) -> None:
    post.will(Behaviour(), Behaviour(kind=Kind.BLOCKED, reason="SAFETY"), Behaviour(kind=Kind.ERROR, code=500))
    life = post.sent(variants=3)
    post.look()
    assert post.shop.state(life) == ("partly_succeeded", None, 1)
    assert len(post.shop.keys("figurines", life.figurine_id)) == len(Size)


def test_one_bad_answer_takes_no_picture_from_the_others_of_its_batch(post: Post) -> None:
    post.will(Behaviour(kind=Kind.INVALID_JSON), Behaviour(kind=Kind.ERROR, code=400), Behaviour())
    lives = [post.order() for _ in range(3)]
    post.desk.hand_over()
    post.look()
    assert [post.shop.state(life)[0] for life in lives] == ["failed", "failed", "succeeded"]


# Handing over


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
        assert post_batches.tell_partner(work, *gathered) == set()


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


# People


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
        assert post_batches.tell_partner(work, *gathered) == set()
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


# Clocks


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
