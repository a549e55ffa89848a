"""What sculpted figures are made from: volume, footing, faces, larger heads."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from generation.adapters.studio.brief import Brief
from generation.adapters.studio.cutout import Subject
from generation.adapters.studio.faces import Face, faces_in
from generation.adapters.studio.heads import grown, lone_face, top_heavy
from generation.adapters.studio.parting import parted
from generation.adapters.studio.placing import centred, footing
from generation.adapters.studio.relief import inflated, normals

PERSON = Path(__file__).parents[3] / "examples" / "person.png"


def disc(side, radius):
    y, x = np.mgrid[0:side, 0:side] - side / 2 + 0.5
    return np.clip(radius - np.hypot(x, y) + 0.5, 0, 1).astype(np.float32)


def whole(photo):
    return Subject(colour=photo, alpha=np.full(photo.shape[:2], 255, np.uint8), grounded=True)


@pytest.fixture(scope="module")
def person():
    return whole(np.asarray(Image.open(PERSON).convert("RGB"))[:420, 60:400])


def brief(**options):
    return Brief(style="statuette", title="", variant=1, aspect_ratio="1:1", seed=0, options=options)


@pytest.mark.parametrize(
    ("options", "expected"), [({}, "bronze"), ({"material": "jade"}, "jade"), ({"material": "lead"}, "bronze")]
)
def test_a_choice_is_one_of_those_offered_or_the_first(options, expected):
    assert brief(**options).choice("material", "bronze", "jade") == expected


def test_a_disc_inflates_to_half_a_ball():
    height = inflated(disc(200, 60), 1e4)
    assert height.max() == pytest.approx(60, rel=0.08)
    assert height[100, 100 + 30] == pytest.approx(52, rel=0.08)
    assert height[100, 100 + 70] < 3


def test_a_wide_form_levels_off():
    assert inflated(np.pad(np.ones((300, 300), np.float32), 10), 40.0).max() == pytest.approx(40, rel=0.1)


def test_normals_lean_away_from_the_middle():
    right, up, near = normals(inflated(disc(120, 50), 1e4))
    assert right[60, 90] > 0.3 > -0.3 > right[60, 30]
    assert up[30, 60] > 0.3 > -0.3 > up[90, 60]
    assert np.allclose(right**2 + up**2 + near**2, 1.0, atol=1e-3)


def test_what_leans_beyond_its_feet_needs_help_and_a_disc_is_set_in_the_base():
    post, boom = np.zeros((100, 100), np.float32), np.zeros((100, 100), np.float32)
    post[:, 40:60] = 1.0
    boom[:20, :], boom[:, :10] = 1.0, 1.0
    assert footing(post).steady
    assert not footing(boom).steady
    assert footing(disc(100, 50)).disc
    assert not footing(post).disc


def test_a_figure_stays_in_its_frame_however_far_its_feet_are_off():
    boom = np.zeros((100, 100), np.float32)
    boom[:20, :], boom[:, :10] = 1.0, 1.0
    left, middle = centred(footing(boom), 1000.0, 800.0)
    assert 0 < left < 200
    assert left < middle < left + 800


def test_a_face_is_found_with_its_eyes(person):
    (face,) = faces_in(person)
    assert 120 < face.x < 200
    assert 80 < face.y < 140
    assert 60 < face.width < 130


def test_a_face_without_eyes_or_off_the_subject_is_none(person):
    blind = person.colour.copy()
    blind[85:112] = blind[84]
    assert faces_in(whole(blind)) == []
    gone = Subject(colour=person.colour, alpha=np.zeros_like(person.alpha), grounded=True)
    assert faces_in(gone) == []


def test_only_somebody_alone_and_not_too_near_gets_a_larger_head(person):
    face = Face(x=160.0, y=110.0, width=90.0)
    assert lone_face([face], person) == face
    assert lone_face([face, face], person) is None
    assert lone_face([], person) is None
    assert lone_face([Face(x=160.0, y=110.0, width=300.0)], person) is None


def test_a_grown_head_is_larger_and_the_feet_stay(person):
    (face,) = faces_in(person)
    larger, moved = grown(person, face, 1.4)
    (found,) = faces_in(larger)
    assert found.width == pytest.approx(face.width * 1.4, rel=0.12)
    assert abs(found.x - moved.x) < 0.12 * found.width
    assert abs(found.y - moved.y) < 0.12 * found.width
    covered = larger.alpha[-5] > 128
    assert covered.sum() == pytest.approx(person.alpha.shape[1], abs=3)
    assert np.allclose(larger.colour[-5][covered].mean(axis=0), person.colour[-5].mean(axis=0), atol=4)


def test_a_top_heavy_figure_is_wider_above_than_below():
    post = Subject(colour=np.full((200, 60, 3), 90, np.uint8), alpha=np.full((200, 60), 255, np.uint8), grounded=False)
    heavy = top_heavy(post, 1.3)
    above, below = (heavy.alpha[row] > 128 for row in (4, -4))
    assert above.sum() > 1.15 * below.sum()
    assert heavy.alpha.shape[0] > 200


def test_a_head_parts_from_its_body_at_the_neck(person):
    (face,) = faces_in(person)
    pieces = parted(person, face, 4.0)
    assert pieces is not None
    assert pieces.body is not None
    assert (pieces.head.alpha > 128).sum() < (pieces.body.alpha > 128).sum()
    (found,) = faces_in(pieces.head)
    assert abs(found.x - pieces.face.x) < 0.1 * face.width


def test_a_head_alone_parts_from_nothing(person):
    (face,) = faces_in(person)
    top, bottom = int(face.y - face.width), int(face.y + 0.8 * face.width)
    crop = whole(person.colour[max(0, top) : bottom])
    (near,) = faces_in(crop)
    pieces = parted(crop, near, -3.0)
    assert pieces is not None
    assert pieces.body is None
