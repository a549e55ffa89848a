"""The Gemini engine against llmock, a partner somebody else has written: words only, and faults of its own."""

from contextlib import ExitStack

import pytest

from generation.adapters.gemini.engine import GeminiEngine
from generation.domain import FailureCode
from generation.ports import PaintingFailed
from tests.fixtures.gemini import running_llmock
from tests.integration.generation.gemini_orders import attempt, attempts, order


@pytest.fixture(scope="module")
def llmock():
    with running_llmock() as address:
        yield address


@pytest.fixture
def engine_at():
    """An engine that asks an address, impatiently."""
    with ExitStack() as opened:

        def start(address, **options):
            wishes = {"api_version": "v1beta", "deadline": 5.0, "pause": 0.01, "breaker_failures": 1000}
            engine = GeminiEngine(api_key="any", base_url=address, **(wishes | options))
            opened.callback(engine.close)
            return engine

        yield start


def test_words_instead_of_a_picture_are_no_picture(llmock, engine_at):
    failure = attempt(engine_at(llmock), order(variants=2))
    assert (failure.code, failure.detail) == ("no_picture", "text_only")


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "no_picture"),
        (401, "engine_unavailable"),
        (403, "engine_unavailable"),
        (404, "model_retired"),
        (408, "engine_unavailable"),
        (429, "engine_unavailable"),
        (500, "engine_unavailable"),
        (502, "engine_unavailable"),
        (503, "engine_unavailable"),
        (504, "engine_unavailable"),
        (529, "engine_unavailable"),
    ],
)
def test_every_status_it_can_be_made_to_answer_is_an_orderly_failure(llmock, engine_at, status, code):
    engine = engine_at(llmock, headers={"x-llmock-force-status": str(status)})
    assert attempt(engine, order()).code == code


def test_with_faults_at_random_each_of_forty_orders_ends_in_a_public_code(engine_at):
    rates = [option for status in (429, 500, 503, 504) for option in ("--error-rate", f"{status}=0.15")]
    with running_llmock(*rates, "--latency-ms", "20") as address:
        engine = engine_at(address, breaker_failures=5, breaker_seconds=0.2)
        came = attempts(engine, [order(seed=n, variants=1 + n % 4) for n in range(40)])
    assert all(isinstance(each, PaintingFailed) for each in came)
    assert {each.code for each in came} <= set(FailureCode)


def test_a_limit_on_calls_is_told_with_the_pause_it_asks_for(engine_at):
    with running_llmock("--rpm", "3") as address:
        engine = engine_at(address)
        failures = [attempt(engine, order()) for _ in range(5)]
    assert [failure.code for failure in failures] == ["no_picture"] * 3 + ["engine_unavailable"] * 2
    assert 0 < failures[-1].retry_after <= 60


def test_a_partner_that_is_too_slow_is_unknown(engine_at):
    with running_llmock("--latency-ms", "5000") as address:
        failure = attempt(engine_at(address, deadline=0.5), order())
    assert (failure.code, failure.detail) == ("engine_timeout", "no_answer_in_time")
