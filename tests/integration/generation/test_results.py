"""What becomes of a picture an engine gave: sound ones are kept and told, broken ones cost nothing."""

from dataclasses import replace

import pytest

from common.contracts.generation import FigurineGenerated
from generation.ports import Size
from tests.builders import Life
from tests.fakes.engine import CARD, card, paints
from tests.integration.generation.shop import Shop

SOUND = replace(card("teal", CARD), model="fake-painter-1")
BROKEN = {
    "cut short": replace(SOUND, image=SOUND.image[:-60]),
    "garbage": replace(SOUND, image=b"\xff\xd8" + b"garbage" * 200),
    "words": replace(SOUND, image=b"I would rather not."),
    "of another size": replace(SOUND, width=1024, height=1024),
    "of another kind": replace(SOUND, media_type="image/png"),
}


def delivered(shop: Shop, life: Life) -> list[int]:
    generated = shop.told(life)[-1]
    assert isinstance(generated, FigurineGenerated)
    return [picture.n for picture in generated.pictures]


@pytest.mark.parametrize("flaw", BROKEN)
def test_a_broken_picture_counts_as_not_delivered(shop: Shop, flaw: str) -> None:
    shop.engine.will(paints(BROKEN[flaw], SOUND))
    life = shop.ready(variants=2)
    shop.workshop.render_next()
    assert shop.state(life) == ("partly_succeeded", None, 1)
    assert delivered(shop, life) == [1]
    assert shop.keys("figurines", life.figurine_id) == sorted(f"{life.figurine_id}/1/1-{size}" for size in Size)


@pytest.mark.parametrize("flaw", BROKEN)
def test_nothing_but_broken_pictures_is_no_picture(shop: Shop, flaw: str) -> None:
    shop.engine.will(paints(BROKEN[flaw]))
    life = shop.ready()
    shop.workshop.render_next()
    assert shop.state(life) == ("failed", "no_picture", 1)
    assert shop.types_told(life)[-1] == "figurine.failed"
    assert shop.keys("figurines", life.figurine_id) == []


def test_where_a_picture_comes_from_is_written_down(shop: Shop) -> None:
    shop.engine.will(paints(SOUND))
    life = shop.ready()
    shop.workshop.render_next()
    row = shop.one(
        "SELECT engine, model, source_type, signed_at, original_type FROM pictures WHERE figurine_id = %s",
        life.figurine_id,
    )
    generated = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    assert row == ("fake", "fake-painter-1", generated, shop.clock.now(), "image/jpeg")


def test_the_engines_own_bytes_are_kept_untouched(shop: Shop) -> None:
    shop.engine.will(paints(SOUND))
    life = shop.ready()
    shop.workshop.render_next()
    with shop.pictures.open(f"{life.figurine_id}/1/1", Size.ORIGINAL, owner=life.user_id) as opened:
        assert b"".join(opened) == SOUND.image
