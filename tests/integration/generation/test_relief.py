"""A relief is one closed body that prints and stands, whatever the figure looks like."""

from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from itertools import starmap

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from generation.adapters.relief.checks import STEADY, check_solid, min_wall, read_back, tipping
from generation.adapters.relief.figure import Figure, cropped, find_figure
from generation.adapters.relief.height import STEEPEST, heights
from generation.adapters.relief.kernel import bodies_in, inside_of, is_closed, parts_of, solid_from, triangles_of
from generation.adapters.relief.model import make_model, model_of
from generation.adapters.relief.outline import THINNEST, plate, traced
from generation.adapters.relief.solid import BASE, PLATE, build
from generation.domain import PRINTABLE, ModelFailure, ModelPart
from generation.ports import ModelNotMade

Mask = NDArray[np.float32]
SIDE = 160


def field() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(float)
    return x, y


def disc(x: float, y: float, radius: float) -> Mask:
    gx, gy = field()
    return (np.hypot(gx - x, gy - y) < radius).astype(np.float32)


def bar(left: int, top: int, right: int, bottom: int) -> Mask:
    mask = np.zeros((SIDE, SIDE), np.float32)
    mask[top:bottom, left:right] = 1.0
    return mask


def figure(mask: Mask) -> Figure:
    """The mask filled with stripes, spots and noise: light that makes a relief work."""
    x, y = field()
    light = 128 + 60 * np.sin(x / 7) + 40 * np.cos(y / 11) + np.random.default_rng(7).normal(0, 20, x.shape)
    return cropped(np.repeat(np.clip(light, 0, 255).astype(np.uint8)[..., None], 3, axis=2), mask)


PERSON = np.maximum(disc(80, 40, 22), bar(55, 60, 105, 150))
RING = disc(80, 80, 60) - disc(80, 80, 34)
TWO = np.maximum(disc(38, 90, 26), disc(122, 84, 30))
FLOATING = np.maximum(bar(60, 90, 100, 150), disc(80, 30, 18))
ONE_LEGGED = np.maximum(bar(30, 20, 130, 70), bar(112, 60, 122, 150))
SPIDER = np.clip(disc(80, 80, 25) + bar(0, 79, 160, 81) + bar(79, 0, 81, 160), 0, 1).astype(np.float32)
TALL = bar(74, 2, 86, 158)
FLAT = bar(2, 70, 158, 90)
SHAPES = {
    "person": PERSON,
    "ring": RING,
    "two": TWO,
    "floating": FLOATING,
    "one-legged": ONE_LEGGED,
    "spider": SPIDER,
    "tall": TALL,
    "flat": FLAT,
    "tiny": disc(80, 80, 4),
}


@pytest.mark.parametrize("mask", SHAPES.values(), ids=SHAPES)
def test_whatever_the_figure_its_model_is_one_closed_body_that_prints_and_stands(mask: Mask) -> None:
    made = model_of(figure(mask), 80)
    assert made.report.min_wall_mm >= THINNEST
    assert made.report.tipping_degrees >= STEADY
    assert max(made.report.height_mm, made.report.width_mm / 1.6) == pytest.approx(80, abs=6)
    for part in PRINTABLE:
        mesh = read_back(part, made.files[part])
        vertices, faces, volume = inside_of(mesh)
        assert is_closed(mesh)
        assert bodies_in(solid_from(vertices, faces)) == 1
        assert volume / 1000 == pytest.approx(made.report.volume_cm3, rel=0.01)


@pytest.mark.parametrize("height", [40, 150])
def test_a_model_is_as_high_as_it_was_asked_for_in_every_format(height: int) -> None:
    made = model_of(figure(PERSON), height)
    sizes = [np.ptp(inside_of(read_back(part, made.files[part]))[0], axis=0) for part in PRINTABLE]
    up = {ModelPart.GLB: 1, ModelPart.STL: 2, ModelPart.THREE_MF: 2}
    assert [size[up[part]] for size, part in zip(sizes, PRINTABLE, strict=True)] == pytest.approx([height] * 3, abs=1)


def test_a_model_stands_on_its_whole_base_and_looks_to_the_front() -> None:
    vertices, faces = triangles_of(build(figure(PERSON), 80).body)
    assert vertices[:, 2].min() == pytest.approx(0, abs=1e-4)
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    across = np.cross(b - a, c - a)
    above = a[:, 2] > BASE + 2
    back = above & (across[:, 1] > 0.99 * np.linalg.norm(across, axis=1))
    # Flat behind, and in front as far as the plate is thick at least.
    assert np.ptp(a[back, 1]) < 0.05
    assert a[back, 1].mean() - a[above, 1].min() > PLATE


def parts_of_plate(mask: Mask) -> tuple[int, int]:
    shape = traced(mask, 0.5)
    return len(parts_of(shape)), len(parts_of(plate(shape).shape))


def test_parts_apart_are_joined_and_crumbs_left_out() -> None:
    assert parts_of_plate(TWO) == (2, 1)
    assert parts_of_plate(FLOATING) == (2, 1)
    crumb = np.maximum(disc(60, 90, 50), disc(150, 20, 4))
    joined = plate(traced(crumb, 0.5)).shape
    assert parts_of_plate(crumb) == (2, 1)
    # The crumb lies on the right, beyond anything the disc and its foot reach.
    assert joined.bounds()[2] < (60 + 50) * 0.5 + 3


def test_a_hole_that_can_be_printed_stays_open_and_a_pinhole_is_closed() -> None:
    assert build(figure(RING), 80).body.genus() == 1
    assert build(figure(disc(80, 80, 60) - disc(80, 80, 4)), 80).body.genus() == 0


def test_nothing_stands_out_steeper_than_prints_well() -> None:
    one = figure(PERSON)
    raised = heights(one.colour, one.mask, 0.5)
    slopes = np.hypot(*np.gradient(raised, 0.5))
    inside = one.mask > 0.5
    inside[1:-1, 1:-1] &= inside[:-2, 1:-1] & inside[2:, 1:-1] & inside[1:-1, :-2] & inside[1:-1, 2:]
    assert slopes[inside].max() < STEEPEST * 1.5
    assert raised[cv2.dilate(one.mask, np.ones((7, 7), np.uint8)) < 0.01].max() < 0.01
    assert 3 < raised.max() < 10


def test_the_same_picture_gives_the_same_model() -> None:
    first, second = (model_of(figure(PERSON), 60) for _ in range(2))
    same = {ModelPart.STL, ModelPart.GLB, ModelPart.PREVIEW, ModelPart.TURNTABLE}
    assert {part for part in same if first.files[part] == second.files[part]} == same


def test_how_far_a_model_may_be_tipped_is_measured_from_its_footprint() -> None:
    square = np.asarray([[x, y, z] for x in (-10, 10) for y in (-10, 10) for z in (0, 20)], float)
    assert tipping(square, np.asarray([0, 0, 10])) == pytest.approx(45, abs=0.1)
    assert tipping(square, np.asarray([10, 0, 10])) == pytest.approx(0, abs=0.1)
    assert tipping(square, np.asarray([15, 0, 10])) < 0


def test_a_model_that_would_fall_over_or_is_too_thin_is_not_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    solid = build(figure(TALL), 80)
    assert min_wall(solid) >= THINNEST
    for name, limit in {"STEADY": 89.0, "THINNEST": 5.0}.items():
        with monkeypatch.context() as patched:
            patched.setattr(f"generation.adapters.relief.checks.{name}", limit)
            with pytest.raises(ModelNotMade) as refused:
                check_solid(solid)
        assert refused.value.failure is ModelFailure.NOT_PRINTABLE


def test_a_model_too_large_for_a_printers_software_is_not_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MOST_TRIANGLES", "MOST_BYTES"):
        with monkeypatch.context() as patched:
            patched.setattr(f"generation.adapters.relief.checks.{name}", 100)
            with pytest.raises(ModelNotMade) as refused:
                model_of(figure(PERSON), 80)
        assert refused.value.failure is ModelFailure.TOO_LARGE


def jpeg(paint: Callable[[NDArray[np.uint8]], None]) -> bytes:
    pixels = np.full((512, 512, 3), 235, np.uint8)
    paint(pixels)
    sink = BytesIO()
    Image.fromarray(pixels).save(sink, "JPEG")
    return sink.getvalue()


def nothing(_pixels: NDArray[np.uint8]) -> None:
    """An empty wall."""


def test_a_picture_with_nothing_in_it_becomes_a_medallion() -> None:
    found = find_figure(jpeg(nothing), "")
    assert found.mask.mean() == pytest.approx(np.pi / 4, abs=0.1)


def test_a_figure_whose_head_is_cut_off_becomes_a_medallion() -> None:
    def close_up(pixels: NDArray[np.uint8]) -> None:
        cv2.circle(pixels, (256, 150), 190, (170, 40, 30), -1)

    found = find_figure(jpeg(close_up), "")
    assert found.mask.shape[0] == found.mask.shape[1]
    assert found.mask.mean() == pytest.approx(np.pi / 4, abs=0.1)


@pytest.mark.parametrize("scene", ["acrylic-standee", "window-box"])
def test_a_picture_that_is_not_what_its_style_says_gives_a_model_all_the_same(scene: str) -> None:
    def spot(pixels: NDArray[np.uint8]) -> None:
        pixels[150:400, 200:330] = (180, 30, 40)

    assert make_model(jpeg(spot), scene, 60).report.watertight


def test_bytes_that_are_no_picture_give_no_model() -> None:
    with pytest.raises(ModelNotMade) as refused:
        make_model(b"no picture", "", 80)
    assert refused.value.failure is ModelFailure.UNREADABLE


def test_the_turntable_asks_nobody_for_anything() -> None:
    page = model_of(figure(PERSON), 80).files[ModelPart.TURNTABLE].decode()
    assert "/*MODEL*/" not in page
    assert page.count("http") == page.count('http-equiv="Content-Security-Policy"')
    assert "default-src 'none'" in page
    assert len(page) < 1_000_000


def test_the_preview_is_a_picture_of_the_model() -> None:
    made = model_of(figure(PERSON), 80)
    picture = np.asarray(Image.open(BytesIO(made.files[ModelPart.PREVIEW])).convert("L"), float)
    assert picture.shape == (768, 768)
    assert picture[200:600, 250:500].std() > 8 * picture[:60].std()


circles = st.tuples(st.integers(0, SIDE), st.integers(0, SIDE), st.integers(3, 50))
bars = st.tuples(st.integers(0, 140), st.integers(0, 140), st.integers(145, 160), st.integers(145, 160))


@settings(max_examples=12, deadline=None)
@given(
    added=st.lists(circles, min_size=1, max_size=5),
    taken=st.lists(circles, max_size=3),
    beams=st.lists(bars, max_size=1),
)
def test_any_mask_gives_a_sound_model_or_an_honest_refusal(
    added: list[tuple[int, int, int]], taken: list[tuple[int, int, int]], beams: list[tuple[int, int, int, int]]
) -> None:
    mask = np.max([*starmap(disc, added), *starmap(bar, beams)], axis=0)
    for hole in taken:
        mask = mask * (1 - disc(*hole))
    if not mask.any():
        return
    made = None
    # Bare scraps may come to nothing; anything but that refusal is a fault.
    with suppress(ModelNotMade):
        made = model_of(figure(mask), 80)
    assert made is None or made.report.watertight
    assert made is None or made.report.min_wall_mm >= THINNEST
    assert made is None or made.report.tipping_degrees >= STEADY
    assert made is not None or mask.mean() < 0.05
