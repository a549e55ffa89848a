"""What every image engine promises to whoever calls it, whoever paints."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from generation.adapters.gemini.engine import GeminiEngine
from generation.adapters.studio.engine import StudioEngine
from generation.domain import FailureCode
from generation.ports import ImageEngine, PaintingFailed
from tests.fakes.engine import FakeEngine, fails
from tests.integration.generation.gemini_orders import attempt, opened, order


@pytest.fixture(scope="module")
def studio():
    engine = StudioEngine(workers=1)
    yield engine
    engine.close()


@pytest.fixture(params=["gemini", "studio", "fake"])
def engine(request):
    """Every engine there is, and the one the tests put in its place."""
    match request.param:
        case "gemini":
            return request.getfixturevalue("gemini_engine")()
        case "studio":
            return request.getfixturevalue("studio")
        case _:
            return FakeEngine()


def test_it_paints_as_many_pictures_as_are_ordered_and_says_the_truth_about_each(engine: ImageEngine):
    assert engine.name in {"gemini", "studio", "fake"}
    paintings = engine.paint(order(variants=2, aspect_ratio="21:9"))
    assert len(paintings) == 2
    for painting in paintings:
        opened(painting)


def test_it_may_be_asked_by_several_at_once(engine: ImageEngine):
    with ThreadPoolExecutor(2) as threads:
        came = list(threads.map(engine.paint, [order(seed=n, aspect_ratio="21:9") for n in range(2)]))
    assert [len(paintings) for paintings in came] == [1, 1]


def test_what_it_cannot_paint_is_refused_with_a_public_code(engine: ImageEngine):
    if isinstance(engine, FakeEngine):
        engine.will(fails("no_picture"))
    failure = attempt(engine, order(photo=b"not a photo"))
    assert isinstance(failure, PaintingFailed)
    assert failure.code in set(FailureCode)
    assert failure.retry_after is None


@pytest.mark.parametrize("build", [lambda: GeminiEngine(api_key="any"), StudioEngine, FakeEngine])
def test_it_may_be_closed_unused_and_more_than_once(build):
    engine: ImageEngine = build()
    engine.close()
    engine.close()
