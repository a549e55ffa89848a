"""What is cut, bent and struck before it is lit: outlines, wires, cells of enamel, a turned foot."""

import numpy as np
import pytest

from generation.adapters.studio.enamel import struck
from generation.adapters.studio.hardware import Wire, mark, plate_for
from generation.adapters.studio.looks import look_for
from generation.adapters.studio.palette import Palette
from generation.adapters.studio.pixels import distance_inside, mix, offset
from generation.adapters.studio.turned import Foot, turned_foot

LOOK = look_for(Palette(accent=0.6, ground=3.7), 1, seed=1)


def disc(side, radius):
    rows, columns = np.mgrid[0:side, 0:side]
    return (np.hypot(rows - side / 2, columns - side / 2) < radius).astype(np.float32)


def test_distances_are_those_of_the_whole_plane_though_only_a_part_is_looked_at():
    mask = np.zeros((90, 120), np.float32)
    mask[30:60, 40:80] = 1.0
    distance = distance_inside(mask)
    assert distance.shape == mask.shape
    assert distance[45, 60] == pytest.approx(15.0, abs=1.0)
    assert distance[mask == 0].max() == 0.0


def test_a_subject_that_fills_its_frame_has_no_distance_to_a_border_that_is_not_there():
    assert np.isfinite(distance_inside(np.ones((40, 40), np.float32))).all()


def test_a_die_cut_outline_runs_as_far_outside_as_it_was_asked_to():
    field = offset(disc(200, 40), out=12.0, radius=30.0)
    edge = np.flatnonzero(field[100] > 0)
    assert (edge[-1] - edge[0]) / 2 == pytest.approx(51.0, abs=1.6)


def test_laying_something_on_a_scene_leaves_the_scene_it_was_given_alone():
    scene, over = np.zeros((20, 20, 3), np.float32), np.ones((20, 20, 3), np.float32)
    laid = mix(scene, over, disc(20, 5))
    assert scene.max() == 0.0
    assert laid[10, 10].tolist() == [1.0, 1.0, 1.0]


def test_enamel_has_few_colours_and_metal_where_they_meet():
    colour = np.zeros((160, 160, 3), np.float32)
    colour[:, :80], colour[:, 80:] = (0.9, 0.2, 0.2), (0.15, 0.2, 0.8)
    pin = struck(colour + np.random.default_rng(1).normal(0, 0.02, colour.shape).astype(np.float32), disc(160, 60), 0.7)
    assert len(np.unique(np.round(pin.enamel[40:120, 40:120].reshape(-1, 3), 1), axis=0)) <= 6
    assert pin.metal[80, 77:84].max() > 0.9
    assert pin.metal[80, 50] == 0.0


def test_a_wire_is_a_ring_and_not_a_disc():
    outline = mark((200, 200), (Wire(x=100.0, y=100.0, rx=50.0, ry=50.0, thick=5.0),))
    assert outline[100, 150] == 1.0
    assert outline[100, 100] == outline[100, 170] == 0.0


@pytest.mark.parametrize(("title", "has_plate"), [("Ada", True), ("", False), ("\u200b", False), ("W" * 60, True)])
def test_a_plate_is_as_wide_as_its_name_and_missing_without_one(title, has_plate):
    plate = plate_for(title, 500.0, 900.0, 600.0, 1.0)
    assert (plate is not None) is has_plate
    assert plate is None or 190.0 <= plate.width <= 700.0


def test_a_turned_foot_is_the_same_left_and_right_but_for_its_light():
    scene = np.full((400, 601, 3), 0.5, np.float32)
    painted = turned_foot(scene, Foot(x=300.0, y=60.0, radius=280.0), LOOK, "")
    covered = np.abs(painted - scene).max(axis=2) > 0.002
    assert 0.3 < covered.mean() < 0.9
    assert (covered != covered[:, ::-1]).mean() < 0.02
