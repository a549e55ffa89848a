"""Enamel pin, keychain and snow globe; and what every studio style lets people choose."""

from io import BytesIO
from pathlib import Path
from uuid import UUID

import cv2
import numpy as np
import pytest
from PIL import Image

from generation.adapters.studio.brief import Brief
from generation.adapters.studio.enamel import struck
from generation.adapters.studio.engine import StudioEngine
from generation.adapters.studio.render import cut_out, render
from generation.ports import PaintOrder

PERSON = (Path(__file__).parents[3] / "examples" / "person.png").read_bytes()
NEW = ["enamel-pin", "keychain", "snow-globe"]


def brief(**changes):
    wishes = {"style": "enamel-pin", "title": "Ada", "variant": 1, "aspect_ratio": "21:9", "seed": 5}
    return Brief(**(wishes | changes))


def order_in(resolution):
    wishes = {"style": "keychain", "title": "Eileen", "aspect_ratio": "21:9", "seed": 3}
    return PaintOrder(figurine_id=UUID(int=9), photo=PERSON, options={"resolution": resolution}, **wishes)


def pixels(painting):
    return np.asarray(Image.open(BytesIO(painting.image)).convert("RGB")).astype(np.float32)


def encoded(photo):
    sink = BytesIO()
    photo.save(sink, "PNG")
    return sink.getvalue()


@pytest.fixture(scope="module")
def person():
    return cut_out(PERSON)


@pytest.mark.parametrize("style", NEW)
def test_a_picture_repeats_itself_and_changes_with_the_seed(person, style):
    first, again, moved = (render(person, brief(style=style, seed=seed)).image for seed in (5, 5, 6))
    assert first == again
    assert first != moved


@pytest.mark.parametrize("style", NEW)
def test_a_picture_has_no_metadata_and_shows_the_name(person, style):
    bare, named = (render(person, brief(style=style, title=title, variant=3)) for title in ("", "Eileen Collins"))
    assert set(Image.open(BytesIO(named.image)).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    changed = np.abs(pixels(bare) - pixels(named)).max(axis=2) > 40
    assert 200 < changed.sum() < 0.2 * changed.size


@pytest.mark.parametrize(
    ("number", "photo"),
    list(
        enumerate(
            [
                Image.effect_noise((64, 64), 80).convert("RGB"),
                Image.new("RGB", (300, 200), (128, 128, 128)),
                Image.open(BytesIO(PERSON)).convert("L").convert("RGB").resize((96, 96)),
                Image.open(BytesIO(PERSON)).convert("RGB").crop((180, 60, 260, 150)),
                Image.open(BytesIO(PERSON)).convert("RGB").crop((0, 0, 512, 3)),
            ]
        )
    ),
    ids=["64x64 noise", "flat grey", "small and grey", "face only", "three pixels high"],
)
def test_any_photo_becomes_a_pin_a_charm_or_a_globe(number, photo):
    painting = render(cut_out(encoded(photo)), brief(style=NEW[number % 3], variant=number % 4 + 1))
    assert pixels(painting).std() > 10


@pytest.mark.parametrize("style", ["acrylic-standee", "snow-globe"])
def test_the_automatic_backdrop_paints_the_picture_of_an_order_without_one(person, style):
    plain, auto, dark = (
        render(person, brief(style=style, options=options))
        for options in ({}, {"backdrop": "auto", "resolution": "standard"}, {"backdrop": "dark"})
    )
    assert auto.image == plain.image
    assert pixels(dark)[:40, :40].mean() < pixels(plain)[:40, :40].mean() - 60


def test_a_large_order_comes_twice_as_large_and_shows_the_same_picture():
    engine = StudioEngine()
    try:
        small, large = (engine.paint(order_in(resolution))[0] for resolution in ("standard", "large"))
    finally:
        engine.close()
    assert (large.width, large.height) == (2 * small.width, 2 * small.height) == (2520, 1080)
    shrunk = Image.open(BytesIO(large.image)).convert("RGB").resize((small.width, small.height), Image.Resampling.BOX)
    assert np.abs(np.asarray(shrunk, np.float32) - pixels(small)).mean() < 4.0


@pytest.mark.parametrize("tone", [(236, 188, 160), (150, 100, 72), (92, 60, 44), (58, 38, 30)])
def test_a_pin_shows_the_features_of_a_face_of_any_colour(tone: tuple[int, int, int]) -> None:
    face = np.full((200, 200, 3), tone, np.float32) / 255
    for x in (70, 130):
        cv2.circle(face, (x, 90), 9, [channel * 0.55 for channel in face[0, 0].tolist()], -1)
    pin = struck(face, np.ones((200, 200), np.float32), 1.0)
    eye, cheek = float(pin.enamel[86:94, 66:74].mean()), float(pin.enamel[120:140, 90:110].mean())
    assert eye < 0.75 * cheek
