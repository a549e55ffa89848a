"""Every photo becomes a figurine, in every frame."""

from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from generation.adapters.studio.brief import Brief
from generation.adapters.studio.frames import SIZES
from generation.adapters.studio.render import STYLES, cut_out, render

EXAMPLES = Path(__file__).parents[3] / "examples"
HARD = ["flat grey", "tiny crop", "brick wall", "very wide", "very dark", "one pixel high"]


def brief(**changes):
    wishes = {"style": "acrylic-standee", "title": "Ada", "variant": 1, "aspect_ratio": "21:9", "seed": 5}
    return Brief(**(wishes | changes))


def pixels(painting):
    return np.asarray(Image.open(BytesIO(painting.image)).convert("RGB")).astype(np.float32)


def hard_photo(kind):
    person = np.asarray(Image.open(EXAMPLES / "person.png").convert("RGB"))
    rows, columns = np.mgrid[0:600, 0:800]
    mortar = (rows % 40 < 4) | ((columns + rows // 40 % 2 * 40) % 80 < 4)
    photo = {
        "flat grey": np.full((400, 400, 3), 128),
        "tiny crop": person[20:276, 130:386],
        "brick wall": np.where(mortar[..., None], 190, (150, 70, 55)),
        "very wide": person[100:180],
        "very dark": person // 9,
        "one pixel high": person[:1],
    }[kind]
    sink = BytesIO()
    Image.fromarray(photo.astype(np.uint8)).save(sink, "PNG")
    return sink.getvalue()


@pytest.fixture(scope="module")
def person():
    return cut_out((EXAMPLES / "person.png").read_bytes())


@pytest.mark.parametrize(("number", "ratio"), list(enumerate(SIZES)))
def test_a_picture_fills_the_frame_that_was_ordered(person, number, ratio):
    styles = sorted(STYLES)
    painting = render(person, brief(style=styles[number % len(styles)], aspect_ratio=ratio, variant=number % 4 + 1))
    assert (painting.width, painting.height) == SIZES[ratio]
    assert pixels(painting).shape == (painting.height, painting.width, 3)


@pytest.mark.parametrize(("number", "kind"), list(enumerate(HARD)))
def test_any_photo_becomes_a_picture(number, kind):
    painting = render(
        cut_out(hard_photo(kind)), brief(style=sorted(STYLES)[number % len(STYLES)], variant=number % 4 + 1)
    )
    assert pixels(painting).std() > 10


def test_the_face_on_the_standee_is_the_face_in_the_photo(person):
    photo = np.asarray(Image.open(EXAMPLES / "person.png").convert("RGB"))
    face = photo[85:145, 200:245]
    difference = cv2.matchTemplate(person.colour, face, cv2.TM_SQDIFF)
    _, _, (left, top), _ = cv2.minMaxLoc(difference)
    assert (person.colour[top : top + 60, left : left + 45] == face).all()


def test_the_person_is_cut_from_the_wall_behind(person):
    opaque = (person.alpha > 250).mean()
    assert person.grounded
    assert 0.4 < opaque < 0.8
    assert (person.alpha[:40, :40] == 0).all()


def test_another_seed_gives_another_picture_and_the_same_one_the_same(person):
    first, again, moved = (render(person, brief(seed=seed)).image for seed in (5, 5, 6))
    assert first == again
    assert first != moved


@pytest.mark.parametrize(("style", "highest", "lowest"), [("acrylic-standee", 0.75, 0.97), ("window-box", 0.2, 0.995)])
def test_a_name_shows_where_it_belongs_and_nothing_else_changes(person, style, highest, lowest):
    titles = ("", "Eileen Marie Collins of Elmira, New York")
    bare, named = (pixels(render(person, brief(style=style, title=title))) for title in titles)
    changed = np.abs(bare - named).max(axis=2) > 40
    rows = np.flatnonzero(changed.any(axis=1)) / changed.shape[0]
    assert 200 < changed.sum() < 0.05 * changed.size
    assert highest < rows.min() < rows.max() < lowest
