"""The studio engine in its own processes: what it paints, and what happens when a worker fails."""

import multiprocessing
import os
import signal
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image

from generation.adapters.studio.brief import Brief
from generation.adapters.studio.engine import StudioEngine
from generation.adapters.studio.render import cut_out, render
from generation.ports import ImageEngine, PaintingFailed, PaintOrder

EXAMPLES = Path(__file__).parents[3] / "examples"
PERSON = (EXAMPLES / "person.png").read_bytes()


def order(**changes):
    wishes = {"figurine_id": UUID(int=7), "style": "acrylic-standee", "photo": PERSON, "title": "Eileen", "seed": 3}
    return PaintOrder(**(wishes | changes))


@pytest.fixture(scope="module")
def engine():
    studio = StudioEngine(workers=2)
    yield studio
    studio.close()


@pytest.fixture
def own_engine():
    """An engine for one test, with the options the test gives."""
    opened = []

    def start(**options):
        opened.append(StudioEngine(**options))
        return opened[-1]

    yield start
    for studio in opened:
        studio.close()


def test_it_is_the_engine_the_contract_calls_studio(engine):
    port: ImageEngine = engine
    assert port.name == "studio"


@pytest.mark.parametrize("style", ["acrylic-standee", "window-box"])
def test_four_variants_are_four_visibly_different_pictures(engine, style):
    paintings = engine.paint(order(style=style, variants=4, aspect_ratio="21:9"))
    small = [Image.open(BytesIO(p.image)).convert("RGB").resize((16, 16)) for p in paintings]
    assert len(small) == 4
    for first in range(4):
        for second in range(first):
            differences = zip(small[first].tobytes(), small[second].tobytes(), strict=True)
            assert sum(abs(a - b) for a, b in differences) / (16 * 16 * 3) > 12


def test_a_picture_is_a_jpeg_of_the_announced_size_without_metadata(engine):
    (painting,) = engine.paint(order(aspect_ratio="21:9"))
    picture = Image.open(BytesIO(painting.image))
    assert (painting.media_type, picture.format) == ("image/jpeg", "JPEG")
    assert picture.size == (painting.width, painting.height) == (1260, 540)
    assert not picture.getexif()
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert len(painting.image) < 1_500_000


def test_the_same_order_gives_the_same_bytes_in_another_process(engine):
    (painting,) = engine.paint(order(aspect_ratio="21:9"))
    brief = Brief(style="acrylic-standee", title="Eileen", variant=1, aspect_ratio="21:9", seed=3)
    assert render(cut_out(PERSON), brief).image == painting.image


@pytest.mark.parametrize(
    "changes", [{"style": "marble"}, {"aspect_ratio": "7:5"}, {"photo": b"not a photo"}, {"photo": PERSON[:9000]}]
)
def test_an_order_it_cannot_paint_is_refused_as_no_picture(engine, changes):
    with pytest.raises(PaintingFailed) as failure:
        engine.paint(order(**changes))
    assert failure.value.code == "no_picture"


def test_a_worker_out_of_memory_fails_its_order_and_spares_the_next(own_engine):
    studio = own_engine(memory_bytes=900_000_000)
    huge = BytesIO()
    Image.new("1", (8000, 8000)).save(huge, "PNG")
    with pytest.raises(PaintingFailed) as failure:
        studio.paint(order(photo=huge.getvalue()))
    assert failure.value.code == "engine_unavailable"
    assert len(studio.paint(order(aspect_ratio="21:9"))) == 1


def test_a_picture_that_takes_too_long_is_a_timeout_and_its_worker_is_replaced(own_engine):
    studio = own_engine(seconds_per_picture=0.05)
    with pytest.raises(PaintingFailed) as failure:
        studio.paint(order())
    assert failure.value.code == "engine_timeout"
    studio.warm_up()


def test_after_its_workers_were_killed_it_paints_again(own_engine):
    studio = own_engine(seconds_per_picture=10)
    others = {child.pid for child in multiprocessing.active_children()}
    studio.warm_up()
    for worker in multiprocessing.active_children():
        if worker.pid not in others:
            os.kill(worker.pid, signal.SIGKILL)
            worker.join()
    try:
        studio.paint(order(aspect_ratio="21:9"))
    except PaintingFailed as failed:
        # The order may fail with its worker, find the next one, or wait for a lock that died with its holder.
        assert failed.code in {"engine_unavailable", "engine_timeout"}  # noqa: PT017
    assert len(studio.paint(order(aspect_ratio="21:9"))) == 1


def test_a_closed_engine_takes_no_orders():
    studio = StudioEngine()
    studio.close()
    with pytest.raises(PaintingFailed) as failure:
        studio.paint(order())
    assert failure.value.code == "engine_unavailable"
