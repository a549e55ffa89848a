"""Who restricted the use of her data has nothing new made, whatever was under way and whichever news comes first."""

from collections.abc import Sequence
from itertools import permutations

import pytest

from common.clock import SYSTEM_CLOCK
from common.contracts.consents import PROCESSING, SAVING
from common.contracts.privacy import ConsentChanged, ProcessingRestricted, ProcessingResumed
from common.contracts.words import Word
from generation import use_cases
from generation.domain import STUDIO, Restricted
from tests.builders import Life
from tests.integration.generation.shop import Shop


def restricted(life: Life, shop: Shop) -> ProcessingRestricted:
    return ProcessingRestricted(user_id=life.user_id, request_id=SYSTEM_CLOCK.new_id(), changed_at=shop.clock.now())


def hear(shop: Shop, *events: ProcessingRestricted | ProcessingResumed | ConsentChanged) -> None:
    with shop.unit.begin() as work:
        for event in events:
            match event:
                case ProcessingRestricted():
                    use_cases.note_restricted(work, event)
                case ProcessingResumed():
                    use_cases.note_resumed(work, event)
                case ConsentChanged():
                    use_cases.note_consent(work, event)


def ready(shop: Shop) -> Life:
    return shop.afford(shop.order(Life(variants=1, began=shop.clock.now())))


def test_what_is_being_painted_ends_and_what_comes_of_it_is_dropped(shop: Shop) -> None:
    life = ready(shop)
    claim = shop.claim()
    assert claim is not None
    hear(shop, restricted(life, shop))
    with shop.unit.begin() as work:
        assert not use_cases.deliver(work, claim, [], engine=STUDIO, rendering_ms=1)
    assert shop.one("SELECT state, failure_code FROM figurines WHERE id = %s", life.figurine_id) == (
        "failed",
        "restricted",
    )
    assert shop.types_told(life).count("figurine.failed") == 1
    assert "figurine.generated" not in shop.types_told(life)


def test_credits_that_are_held_after_the_end_begin_nothing(shop: Shop) -> None:
    life = shop.order(Life(variants=1, began=shop.clock.now()))
    hear(shop, restricted(life, shop))
    shop.afford(life)
    assert shop.one("SELECT state FROM figurines WHERE id = %s", life.figurine_id) == ("failed",)
    assert shop.workshop.render_next() == 0


def test_somebody_elses_figurines_are_made_as_before(shop: Shop) -> None:
    hers, other = ready(shop), ready(shop)
    hear(shop, restricted(hers, shop))
    shop.workshop.render_next()
    assert shop.one("SELECT state FROM figurines WHERE id = %s", other.figurine_id) == ("succeeded",)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_news_and_words_in_any_order_leave_the_latest(shop: Shop, order: Sequence[int]) -> None:
    user_id, request_id, now = SYSTEM_CLOCK.new_id(), SYSTEM_CLOCK.new_id(), shop.clock.now()
    first = ProcessingRestricted(user_id=user_id, request_id=request_id, changed_at=now)
    lifted = ProcessingResumed(user_id=user_id, request_id=request_id, changed_at=now.replace(year=now.year + 1))
    last = Word(granted=False, changed_at=now.replace(year=now.year + 2))
    for n in order:
        if n == 2:
            with shop.unit.begin() as work:
                use_cases.note_words(work, user_id, {PROCESSING: last, "heard_of_by_nobody": last})
        else:
            hear(shop, (first, lifted)[n])
    with shop.unit.begin() as work:
        assert work.consents.of(user_id, PROCESSING) == last


def test_no_model_is_begun_for_her(shop: Shop) -> None:
    life = ready(shop)
    shop.workshop.render_next()
    hear(shop, restricted(life, shop))
    with shop.unit.begin() as work, pytest.raises(Restricted):
        use_cases.ask_for_model(work, life.user_id, life.figurine_id, 1, 80, in_the_making=3)


def test_taking_saving_back_drops_photos_that_wait_to_be_copied(shop: Shop) -> None:
    life = Life(variants=1, began=shop.clock.now())
    with shop.unit.begin() as work:
        assert work.saved_photos.ask(SYSTEM_CLOCK.new_id(), life.user_id, limit=3)
    hear(shop, ConsentChanged(user_id=life.user_id, purpose=SAVING, granted=False, changed_at=shop.clock.now()))
    assert shop.one("SELECT count(*) FROM saved_photos WHERE user_id = %s", life.user_id) == (0,)
