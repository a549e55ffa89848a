"""Promises T1 and T5 on rows: with what the partner painted, and a call nobody was told of is found."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from common.database import Database
from common.probes import Finding, Found, Look
from generation import use_cases
from generation.domain import GEMINI, STUDIO, Limits, Painters
from generation.jobs.partners_seen import look_for_untold_calls, look_who_painted, partner_probes
from tests.builders import Life
from tests.fakes.engine import FakeEngine, never_answers
from tests.integration.generation.lines import STYLES
from tests.integration.generation.shop import Shop

MODELS = ("gemini-2.5-flash-image", "gemini-next")


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """With a partner that paints beside the studio engine; `engine` is the partner."""
    both = {STUDIO: FakeEngine(STUDIO), GEMINI: FakeEngine(GEMINI)}
    painters = Painters(styles=STYLES, available=frozenset(both), limits=Limits(partners={GEMINI: 8}))
    return replace(shop.with_workshop(engines=both, painters=painters), engine=both[GEMINI])


@pytest.fixture
def look(shop: Shop, generation_database: Database) -> Look:
    return Look(database=generation_database, clock=shop.clock)


@pytest.fixture
def calls(look: Look) -> Callable[[], Finding]:
    return partial(look_for_untold_calls, look)


def painted(shop: Shop, *, agreed: bool = True) -> Life:
    life = Life(style="bust", variants=1, began=shop.clock.now())
    if agreed:
        with shop.unit.begin() as work:
            use_cases.note_consent(work, life.consented(shop.clock.now(), granted=True))
    shop.afford(shop.order(life))
    assert shop.workshop.render_next()
    return life


def change(shop: Shop, statement: str, *values: object) -> None:
    with shop.unit.database.begin() as connection:
        connection.execute(statement.encode(), values)


def test_a_call_is_on_record_and_one_that_is_not_is_found(shop: Shop, calls: Callable[[], Finding]) -> None:
    life = painted(shop)
    found = calls()
    assert (found.state, found.figures["calls"]) == (Found.KEPT, 1)
    change(shop, "DELETE FROM disclosures WHERE figurine_id = %s", life.figurine_id)
    found = calls()
    assert (found.state, found.figures["untold"]) == (Found.BROKEN, 1)


def test_a_call_that_was_never_answered_counts_and_one_of_the_studio_engine_does_not(
    shop: Shop, calls: Callable[[], Finding]
) -> None:
    painted(shop, agreed=False)
    assert calls().figures["calls"] == 0
    shop.engine.will(never_answers)
    life = painted(shop)
    assert calls().figures["calls"] == 1
    change(shop, "DELETE FROM disclosures WHERE figurine_id = %s", life.figurine_id)
    assert calls().state is Found.BROKEN
    # Old ones are no longer looked at.
    shop.clock.advance(timedelta(days=3))
    assert calls().figures["calls"] == 0


def test_the_models_that_painted_are_named_and_another_one_is_found(shop: Shop, look: Look) -> None:
    painted(shop, agreed=False)
    assert look_who_painted(look, MODELS).state is Found.NOT_APPLICABLE
    life = painted(shop)
    for model, state in (
        ("gemini-2.5-flash-image-preview", Found.KEPT),
        ("gemini-next", Found.KEPT),
        ("gemini-2.0-flash", Found.BROKEN),
    ):
        change(shop, "UPDATE pictures SET model = %s WHERE figurine_id = %s", model, life.figurine_id)
        found = look_who_painted(look, MODELS)
        assert found.state is state
        assert model in found.checked


def test_without_the_partner_there_is_nothing_to_keep(look: Look) -> None:
    found = {probe.promise: probe.check(look).state for probe in partner_probes(MODELS, connected=False)}
    assert found == {"T1": Found.NOT_APPLICABLE, "T5": Found.NOT_APPLICABLE}
