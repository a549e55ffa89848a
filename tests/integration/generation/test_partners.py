"""Painting with a partner: only what was agreed to, written down before it is told, and never told blindly twice."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations

import pytest

from common.contracts.generation import FigurineStarted, PartnerDisclosed
from common.contracts.privacy import ConsentChanged
from generation import use_cases
from generation.domain import CONSENT_PATIENCE, GEMINI, LONGEST_PAUSE, STUDIO, UNKNOWN_PAUSE, Limits, Painters
from tests.builders import Life
from tests.fakes.engine import FakeEngine, Hangs, cards, crashes, fails, never_answers
from tests.integration.generation.lines import STYLES
from tests.integration.generation.shop import Shop
from tests.integration.generation.test_leases import hanging, silence

SECOND = timedelta(seconds=1)


@pytest.fixture
def gemini() -> FakeEngine:
    return FakeEngine(GEMINI)


@pytest.fixture
def shop(shop: Shop, gemini: FakeEngine) -> Shop:
    """With a partner that paints beside the studio engine; `engine` is the partner."""
    both = {STUDIO: FakeEngine(STUDIO), GEMINI: gemini}
    painters = Painters(
        styles=STYLES, available=frozenset(both), limits=Limits(partners={GEMINI: 8}), tiers={GEMINI: "paid"}
    )
    return replace(shop.with_workshop(engines=both, painters=painters), engine=gemini)


def agree(shop: Shop, life: Life, *, granted: bool = True, at: datetime | None = None) -> None:
    hear(shop, life.consented(at or shop.clock.now(), granted=granted))


def hear(shop: Shop, event: ConsentChanged) -> None:
    with shop.unit.begin() as work:
        use_cases.note_consent(work, event)


def ready(shop: Shop, style: str, *, agreed: bool = True) -> Life:
    life = Life(style=style, variants=1, began=shop.clock.now())
    if agreed:
        agree(shop, life)
    return shop.afford(shop.order(life))


def disclosures(shop: Shop, life: Life) -> list[tuple[str, str, str, int]]:
    with shop.unit.database.begin() as connection:
        return connection.execute(
            "SELECT partner, kind, purpose, attempt FROM disclosures WHERE user_id = %s ORDER BY attempt",
            [life.user_id],
        ).fetchall()


def painted_by(shop: Shop, life: Life) -> tuple[str, str]:
    return shop.one("SELECT state, engine FROM figurines WHERE id = %s", life.figurine_id)


def attempt(shop: Shop, life: Life, number: int = 1) -> tuple[str, str, int]:
    with shop.unit.database.begin() as connection:
        (row,) = connection.execute(
            "SELECT engine, outcome, unknown_calls FROM attempts WHERE figurine_id = %s AND attempt = %s",
            [life.figurine_id, number],
        ).fetchall()
    return row


def test_whoever_agreed_is_painted_by_the_partner_and_it_is_written_down(shop: Shop) -> None:
    life = ready(shop, "bust")
    shop.workshop.render_next()
    assert painted_by(shop, life) == ("succeeded", GEMINI)
    assert attempt(shop, life) == (GEMINI, "delivered", 0)
    assert disclosures(shop, life) == [("google_gemini", "photo_and_prompt", "U2", 1)]
    _, started, disclosed, _ = shop.told(life)
    assert isinstance(started, FigurineStarted)
    assert started.engine == GEMINI
    assert isinstance(disclosed, PartnerDisclosed)
    assert (disclosed.partner, disclosed.kind, disclosed.purpose) == ("google_gemini", "photo_and_prompt", "U2")
    assert (disclosed.tier, disclosed.expires_at) == ("paid", disclosed.disclosed_at + timedelta(days=55))
    assert shop.one("SELECT id FROM disclosures WHERE user_id = %s", life.user_id) == (disclosed.disclosure_id,)


@pytest.mark.parametrize("style", ["bust", "pin"])
def test_whoever_did_not_agree_is_painted_here_and_nobody_is_told(shop: Shop, style: str) -> None:
    life = ready(shop, style, agreed=False)
    shop.workshop.render_next()
    assert painted_by(shop, life) == ("succeeded", STUDIO)
    assert (disclosures(shop, life), shop.engine.orders) == ([], [])
    assert "partner.disclosed" not in shop.types_told(life)


def test_the_record_is_there_before_the_partner_is_asked(shop: Shop) -> None:
    seen: list[int] = []
    life = ready(shop, "plush")

    def looks(order: object) -> list[object]:
        seen.append(len(disclosures(shop, life)))
        raise RuntimeError(order)

    shop.engine.will(looks)  # pyright: ignore[reportArgumentType]
    with pytest.raises(RuntimeError):
        shop.workshop.render_next()
    assert seen == [1]


def test_a_style_only_the_partner_paints_ends_for_whoever_did_not_agree_and_costs_nothing(shop: Shop) -> None:
    life = ready(shop, "plush", agreed=False)
    assert shop.workshop.render_next() == 0
    assert shop.state(life) == ("queued", None, 0)
    shop.clock.advance(CONSENT_PATIENCE)
    assert shop.workshop.render_next() == 0
    assert shop.state(life) == ("failed", "restricted", 0)
    assert shop.types_told(life) == ["figurine.requested", "figurine.failed"]
    assert (shop.engine.orders, shop.upload(life)) == ([], ("deleting", "restricted"))


def test_a_consent_that_comes_after_its_order_is_in_time(shop: Shop) -> None:
    life = ready(shop, "plush", agreed=False)
    assert shop.workshop.render_next() == 0
    shop.clock.advance(SECOND)
    agree(shop, life)
    shop.clock.advance(2 * SECOND)
    shop.workshop.render_next()
    assert painted_by(shop, life) == ("succeeded", GEMINI)


@pytest.mark.parametrize(("style", "end"), [("bust", ("succeeded", None, 1)), ("plush", ("failed", "restricted", 0))])
def test_a_consent_withdrawn_while_the_job_waits_reaches_the_partner_nevermore(
    shop: Shop, style: str, end: tuple[str, str | None, int]
) -> None:
    life = ready(shop, style)
    with shop.unit.begin() as work:
        use_cases.queue_place(work, life.user_id, life.figurine_id, painters=shop.workshop.painters)
    assert painted_by(shop, life) == ("queued", GEMINI)
    agree(shop, life, granted=False)
    shop.workshop.render_next()
    assert shop.state(life) == end
    assert (disclosures(shop, life), shop.engine.orders) == ([], [])


def test_a_consent_withdrawn_between_claim_and_call_stops_the_call(shop: Shop) -> None:
    life = ready(shop, "bust")
    photos = shop.workshop.photos

    class WithdrawsMeanwhile:
        """The photo store, at the moment between claim and call."""

        def __getattr__(self, name: str) -> object:
            return getattr(photos, name)

        def read(self, *arguments: object, **named: object) -> object:
            agree(shop, life, granted=False)
            return photos.read(*arguments, **named)  # pyright: ignore[reportArgumentType]

    shop.with_workshop(photos=WithdrawsMeanwhile()).workshop.render_next()
    assert attempt(shop, life) == (GEMINI, "consent_withdrawn", 0)
    assert (shop.state(life), shop.engine.orders) == (("queued", None, 1), [])
    shop.workshop.render_next()
    assert painted_by(shop, life) == ("succeeded", STUDIO)
    assert disclosures(shop, life) == []
    assert shop.one("SELECT failures FROM figurines WHERE id = %s", life.figurine_id) == (0,)


def test_what_was_cancelled_between_claim_and_call_is_told_to_nobody(shop: Shop) -> None:
    life = ready(shop, "plush")
    claim = shop.claim()
    assert claim is not None
    shop.cancel(life)
    with shop.unit.begin() as work:
        assert not use_cases.disclose(work, claim, painters=shop.workshop.painters)
    assert disclosures(shop, life) == []


def test_of_many_words_the_latest_counts_in_whatever_order_they_come_and_a_no_before_a_yes(shop: Shop) -> None:
    now = shop.clock.now()
    words = [(now, True), (now + SECOND, False), (now + SECOND, True), (now - SECOND, True)]
    for order in permutations(words):
        life = Life()
        for at, granted in [*order, *order]:
            agree(shop, life, granted=granted, at=at)
        assert shop.one("SELECT granted FROM consents WHERE user_id = %s", life.user_id) == (False,)


def test_a_word_about_something_else_is_not_kept(shop: Shop) -> None:
    life = Life()
    hear(shop, life.consented(shop.clock.now(), purpose="improve_models"))
    assert shop.one("SELECT count(*) FROM consents WHERE user_id = %s", life.user_id) == (0,)


def test_an_engine_that_asks_to_be_left_alone_is_left_alone(shop: Shop) -> None:
    life = ready(shop, "plush")
    shop.engine.will(fails("engine_unavailable", retry_after=37))
    shop.workshop.render_next()
    shop.clock.advance(36 * SECOND)
    assert shop.workshop.render_next() == 0
    shop.clock.advance(SECOND)
    assert shop.workshop.render_next() == 1
    assert shop.state(life) == ("succeeded", None, 2)
    assert [number for *_, number in disclosures(shop, life)] == [1, 2]


def test_an_engine_that_asks_for_a_day_is_asked_again_within_the_hour(shop: Shop) -> None:
    life = ready(shop, "plush")
    shop.engine.will(fails("engine_unavailable", retry_after=86_400))
    shop.workshop.render_next()
    shop.clock.advance(LONGEST_PAUSE)
    shop.workshop.render_next()
    assert shop.state(life) == ("succeeded", None, 2)


def test_a_partner_that_stays_away_ends_the_job_and_no_other_engine_steps_in_unasked(shop: Shop) -> None:
    life = ready(shop, "bust")
    shop.engine.will(*[fails("engine_unavailable")] * 3)
    for _ in range(3):
        assert shop.workshop.render_next() == 1
        shop.clock.advance(10 * SECOND)
    assert shop.state(life) == ("failed", "engine_unavailable", 3)
    assert len(shop.engine.orders) == 3


def test_a_call_that_was_never_answered_is_repeated_once_and_not_at_once(shop: Shop) -> None:
    life = ready(shop, "plush")
    shop.engine.will(never_answers, never_answers)
    shop.workshop.render_next()
    assert attempt(shop, life) == (GEMINI, "unknown", 1)
    shop.clock.advance(UNKNOWN_PAUSE - SECOND)
    assert shop.workshop.render_next() == 0
    shop.clock.advance(SECOND)
    assert shop.workshop.render_next() == 1
    assert shop.state(life) == ("failed", "engine_timeout", 2)
    assert (len(shop.engine.orders), shop.types_told(life)[-1]) == (2, "figurine.failed")


def test_a_repeated_call_that_is_answered_delivers(shop: Shop) -> None:
    life = ready(shop, "plush")
    shop.engine.will(never_answers)
    shop.workshop.render_next()
    shop.clock.advance(UNKNOWN_PAUSE)
    shop.workshop.render_next()
    assert shop.state(life) == ("succeeded", None, 2)


def test_a_renderer_that_dies_in_the_middle_of_a_call_leaves_an_unknown_one(shop: Shop) -> None:
    life = ready(shop, "plush")
    shop.engine.will(crashes, crashes)
    for end in ("queued", "failed"):
        with pytest.raises(RuntimeError):
            shop.workshop.render_next()
        silence(shop)
        assert shop.state(life)[0] == end
        assert shop.workshop.render_next() == 0
        shop.clock.advance(UNKNOWN_PAUSE)
    assert [attempt(shop, life, number) for number in (1, 2)] == [(GEMINI, "unknown", 1)] * 2
    assert len(shop.engine.orders) == 2


def test_what_is_cancelled_during_a_slow_call_costs_nothing_and_makes_room_at_once(shop: Shop) -> None:
    narrow = replace(shop.workshop.painters, limits=Limits(person=1, partners={GEMINI: 1}))
    shop = shop.with_workshop(painters=narrow)
    slow = ready(shop, "plush")
    following = shop.afford(shop.order(Life(user_id=slow.user_id, style="plush", variants=1)))
    with hanging(shop, Hangs(then=cards(1))):
        assert shop.workshop.render_next() == 0
        shop.cancel(slow)
        assert shop.workshop.render_next() == 1
        assert shop.state(following) == ("succeeded", None, 1)
    assert shop.state(slow) == ("cancelled", "cancelled", 1)
    assert shop.keys("figurines", slow.figurine_id) == []
    assert shop.types_told(slow).count("figurine.failed") == 1
    assert "figurine.generated" not in shop.types_told(slow)


def test_calls_without_an_answer_beside_pictures_are_counted_and_cost_nothing(shop: Shop) -> None:
    life = ready(shop, "plush")

    def loses_one(order: object) -> object:
        with shop.unit.begin() as work:
            use_cases.note_unknown_calls(work, life.figurine_id, 2)
        return cards(1)(order)  # pyright: ignore[reportArgumentType]

    shop.engine.will(loses_one)  # pyright: ignore[reportArgumentType]
    shop.workshop.render_next()
    assert attempt(shop, life) == (GEMINI, "delivered", 2)
