"""Whoever counts hears of a rating, of those who agreed to it and of nobody else, and never a word of theirs."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from common.contracts.generation import FigurineRated
from common.contracts.privacy import ConsentChanged, ProcessingRestricted
from generation import use_cases
from tests.builders import Life
from tests.integration.generation.shop import Shop

SECOND = timedelta(seconds=1)
AGREES: Mapping[str, bool] = {"quality_feedback": True}


def painted(shop: Shop, says: Mapping[str, bool]) -> Life:
    life = shop.ready()
    shop.workshop.render_next()
    for purpose, granted in says.items():
        say(shop, life, purpose, granted=granted)
    return life


def say(shop: Shop, life: Life, purpose: str, *, granted: bool) -> None:
    shop.clock.advance(SECOND)
    with shop.unit.begin() as work:
        use_cases.note_consent(
            work,
            ConsentChanged(
                user_id=life.user_id,
                purpose=purpose,
                granted=granted,
                policy_version="2026-11-01",
                changed_at=shop.clock.now(),
            ),
        )


def rate(shop: Shop, life: Life, stars: int) -> None:
    shop.clock.advance(SECOND)
    with shop.unit.begin() as work:
        use_cases.rate_figurine(work, life.user_id, life.figurine_id, stars=stars, comment="Grandma smiles")


def ratings(shop: Shop, life: Life) -> list[FigurineRated]:
    return [event for event in shop.told(life) if isinstance(event, FigurineRated)]


def test_each_rating_is_told_with_what_binds_it_and_without_her_words(shop: Shop) -> None:
    life = painted(shop, AGREES)
    agreed_at = shop.clock.now()
    rate(shop, life, 2)
    first_at = shop.clock.now()
    rate(shop, life, 5)
    first, second = ratings(shop, life)
    assert (first.stars, first.rated_at, second.stars, second.rated_at) == (2, first_at, 5, shop.clock.now())
    assert (second.user_id, second.style, second.engine) == (life.user_id, life.style, "fake")
    assert {purpose: word.changed_at for purpose, word in second.words.items()} == {"quality_feedback": agreed_at}
    assert "Grandma" not in second.model_dump_json()


@pytest.mark.parametrize(
    "says",
    [{}, {"quality_feedback": False}, {"quality_feedback": True, "analytics": False}],
    ids=["who said nothing", "who said no", "who does not let herself be counted"],
)
def test_of_others_nothing_is_told(shop: Shop, says: Mapping[str, bool]) -> None:
    life = painted(shop, says)
    rate(shop, life, 5)
    assert ratings(shop, life) == []


def test_who_restricted_the_use_of_her_data_is_not_told_of(shop: Shop) -> None:
    life = painted(shop, AGREES)
    shop.clock.advance(SECOND)
    with shop.unit.begin() as work:
        use_cases.note_restricted(
            work,
            ProcessingRestricted(user_id=life.user_id, request_id=shop.clock.new_id(), changed_at=shop.clock.now()),
        )
    rate(shop, life, 1)
    assert ratings(shop, life) == []


def test_a_withdrawal_ends_it_and_a_new_yes_begins_it_again(shop: Shop) -> None:
    life = painted(shop, AGREES)
    rate(shop, life, 4)
    say(shop, life, "quality_feedback", granted=False)
    rate(shop, life, 1)
    say(shop, life, "quality_feedback", granted=True)
    rate(shop, life, 3)
    assert [each.stars for each in ratings(shop, life)] == [4, 3]


def test_a_rating_that_goes_with_its_figurine_is_told_once_as_no_stars(shop: Shop) -> None:
    life = painted(shop, AGREES)
    rate(shop, life, 4)
    for _ in range(2):
        with shop.unit.begin() as work:
            use_cases.delete_figurine(work, life.user_id, life.figurine_id)
    assert [each.stars for each in ratings(shop, life)] == [4, 0]


def test_a_figurine_that_was_never_rated_goes_without_a_word_about_ratings(shop: Shop) -> None:
    life = painted(shop, AGREES)
    with shop.unit.begin() as work:
        use_cases.delete_figurine(work, life.user_id, life.figurine_id)
    assert ratings(shop, life) == []
