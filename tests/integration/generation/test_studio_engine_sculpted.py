"""Statuettes, vinyl toys and bobble-heads: every photo, every frame, every material."""

from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from generation.adapters.studio.brief import Brief
from generation.adapters.studio.cutout import Subject
from generation.adapters.studio.frames import SIZES
from generation.adapters.studio.looks import look_for
from generation.adapters.studio.palette import palette_of
from generation.adapters.studio.render import STYLES, cut_out, render

EXAMPLES = Path(__file__).parents[3] / "examples"
SCULPTED = ["statuette", "big-head-vinyl", "bobble-head"]
MATERIALS = ["bronze", "gold", "marble", "jade"]


def brief(style, **changes):
    wishes = {"style": style, "title": "Ada", "variant": 1, "aspect_ratio": "21:9", "seed": 5}
    return Brief(**(wishes | changes))


def small(subject, style, size=(256, 256), **changes):
    """The style in a quarter of the usual size."""
    wish = brief(style, **changes)
    return STYLES[style](subject, look_for(palette_of(subject), wish.variant, wish.seed), size, wish)


def difference(first, second):
    return float(np.abs(first - second).mean())


@pytest.fixture(scope="module")
def person():
    return cut_out((EXAMPLES / "person.png").read_bytes())


@pytest.fixture(scope="module")
def cat():
    return cut_out((EXAMPLES / "cat.png").read_bytes())


@pytest.mark.parametrize("number", range(12))
def test_every_style_and_variant_and_every_frame_is_filled(person, number):
    style, variant, ratio = SCULPTED[number % 3], number // 3 + 1, list(SIZES)[number % len(SIZES)]
    width, height = SIZES[ratio][0] // 6, SIZES[ratio][1] // 6
    picture = small(person, style, (width, height), variant=variant)
    assert picture.shape == (height, width, 3)
    assert np.isfinite(picture).all()
    assert picture.std() > 0.05


@pytest.mark.parametrize("style", SCULPTED)
def test_the_same_order_gives_the_same_picture_without_metadata(person, style):
    first, again = (render(person, brief(style)) for _ in range(2))
    assert first.image == again.image
    picture = Image.open(BytesIO(first.image))
    assert picture.size == (first.width, first.height) == SIZES["21:9"]
    assert not picture.getexif()
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("style", SCULPTED)
def test_a_larger_picture_shows_the_same(person, style):
    picture, larger = (small(person, style, (side, side)) for side in (256, 512))
    shrunk = cv2.resize(larger.astype(np.float32), (256, 256), interpolation=cv2.INTER_AREA)
    assert difference(cv2.blur(picture.astype(np.float32), (5, 5)), cv2.blur(shrunk, (5, 5))) < 0.02


def test_the_three_styles_look_different(person):
    pictures = [small(person, style) for style in SCULPTED]
    assert min(difference(pictures[a], pictures[b]) for a, b in ((0, 1), (0, 2), (1, 2))) > 0.03


def test_every_material_has_its_own_colour(cat):
    pictures = {name: small(cat, "statuette", options={"material": name}) for name in MATERIALS}
    red, green, blue = (
        {name: float(picture[60:150, 90:166, c].mean()) for name, picture in pictures.items()} for c in range(3)
    )
    assert red["gold"] > red["bronze"] + 0.1
    assert red["gold"] > blue["gold"] + 0.3
    assert green["jade"] > red["jade"] + 0.15
    assert abs(red["marble"] - blue["marble"]) < 0.12
    assert blue["marble"] > blue["gold"] + 0.3


@pytest.mark.parametrize(("style", "option"), [("statuette", "material"), ("big-head-vinyl", "head")])
def test_a_choice_that_does_not_exist_means_the_first(person, style, option):
    assert (small(person, style, options={option: "plutonium"}) == small(person, style)).all()


def test_only_a_found_face_grows_a_vinyl_head(person, cat):
    assert (
        difference(small(person, "big-head-vinyl"), small(person, "big-head-vinyl", options={"head": "bobble"})) > 0.01
    )
    assert (small(cat, "big-head-vinyl") == small(cat, "big-head-vinyl", options={"head": "bobble"})).all()


@pytest.mark.parametrize("style", SCULPTED)
@pytest.mark.parametrize("kind", ["tiny", "grey", "far off its feet", "hair-thin", "a single dot"])
def test_no_subject_is_too_odd(style, kind):
    photo = np.random.default_rng(3).integers(0, 255, (64, 64, 3), np.uint8)
    if kind in ("tiny", "grey"):
        sink = BytesIO()
        Image.fromarray(photo if kind == "tiny" else np.full((64, 64, 3), 128, np.uint8)).save(sink, "PNG")
        subject = cut_out(sink.getvalue())
    else:
        alpha = np.zeros((64, 64), np.uint8)
        if kind == "far off its feet":
            alpha[:20], alpha[:, :4] = 255, 255
        elif kind == "hair-thin":
            alpha[:, 31:33] = 255
        else:
            alpha[30:34, 30:34] = 255
        subject = Subject(colour=photo, alpha=alpha, grounded=False)
    assert np.isfinite(small(subject, style, (192, 192))).all()


@pytest.mark.parametrize("style", SCULPTED)
def test_its_name_stands_on_the_base(person, style):
    bare, named = small(person, style, (512, 512), title=""), small(person, style, (512, 512), title="Eileen")
    changed = np.abs(bare - named).max(axis=2) > 0.15
    rows = np.flatnonzero(changed.any(axis=1)) / 512
    assert changed.sum() > 60
    assert 0.72 < rows.min() < rows.max() < 0.97
