"""What the studio engine decides before it draws: sizes, colours, looks, what may stand alone."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from generation.adapters.studio.badge import badge
from generation.adapters.studio.brief import Brief
from generation.adapters.studio.camera import Camera
from generation.adapters.studio.cutout import PhotoUnreadable, Subject, lift, open_photo
from generation.adapters.studio.frames import SIZES, frame
from generation.adapters.studio.looks import Backdrop, look_for
from generation.adapters.studio.palette import Palette, palette_of

RATIOS = ["1:1", "3:4", "4:5", "2:3", "4:3", "3:2", "5:4", "9:16", "16:9", "21:9"]


def encoded(image, kind="PNG", **options):
    sink = BytesIO()
    image.save(sink, kind, **options)
    return sink.getvalue()


def patch(colour):
    pixels = np.full((64, 64, 3), colour, np.uint8)
    return Subject(colour=pixels, alpha=np.full((64, 64), 255, np.uint8), grounded=False)


@pytest.mark.parametrize("ratio", RATIOS)
def test_a_frame_keeps_its_ratio_to_within_a_pixel(ratio):
    across, down = (int(part) for part in ratio.split(":"))
    width, height = SIZES[ratio]
    assert abs(width - height * across / down) <= 1.0
    assert 1024 <= max(width, height) <= 1280


def test_every_ratio_of_the_public_contract_has_a_frame():
    assert sorted(SIZES) == sorted(RATIOS)


def test_the_four_variants_differ_in_motif_wall_and_base():
    looks = [look_for(Palette(accent=0.6, ground=3.7), variant, seed=1) for variant in (1, 2, 3, 4)]
    assert len({look.motif for look in looks}) == 4
    assert len({look.wall for look in looks}) == 4
    assert len({look.base for look in looks}) == 4


@pytest.mark.parametrize("variant", [1, 2, 3, 4])
def test_the_automatic_backdrop_is_the_look_of_an_order_without_one(variant):
    palette = Palette(accent=0.6, ground=3.7)
    assert look_for(palette, variant, 9, "auto") == look_for(palette, variant, 9)


@pytest.mark.parametrize("variant", [1, 2, 3, 4])
def test_every_backdrop_has_a_wall_of_its_own_and_leaves_light_and_camera_alone(variant):
    palette = Palette(accent=0.6, ground=3.7)
    looks = [look_for(palette, variant, 9, backdrop) for backdrop in Backdrop]
    assert len({look.wall for look in looks}) == len(Backdrop)
    assert len({(look.motif, look.side, look.yaw, look.seed, look.card) for look in looks}) == 1


def test_a_dark_backdrop_is_darker_than_paper_and_a_warm_one_redder_than_a_cool_one():
    palette = Palette(accent=0.6, ground=3.7)
    warm, cool, dark, paper = (look_for(palette, 1, 9, b).wall for b in ("warm", "cool", "dark", "paper"))
    assert sum(dark) < 1.0
    assert sum(paper) > 2.5
    assert warm[0] - warm[2] > 0.1 > cool[0] - cool[2]


@pytest.mark.parametrize(("chosen", "scale"), [({}, 1), ({"resolution": "standard"}, 1), ({"resolution": "large"}, 2)])
def test_a_large_picture_has_twice_the_width_and_height(chosen, scale):
    brief = Brief(style="keychain", title="", variant=1, aspect_ratio="3:2", seed=1, options=chosen)
    assert brief.scale == scale
    assert frame("3:2", brief.scale) == (SIZES["3:2"][0] * scale, SIZES["3:2"][1] * scale)


@pytest.mark.parametrize("seed", [0, -1, 2**63, -(2**70)])
def test_any_whole_number_is_a_seed_and_repeats_itself(seed):
    palette = Palette(accent=0.6, ground=3.7)
    assert look_for(palette, 2, seed) == look_for(palette, 2, seed)


def test_another_seed_moves_the_look():
    palette = Palette(accent=0.6, ground=3.7)
    assert look_for(palette, 1, 1) != look_for(palette, 1, 2)


def test_the_accent_is_the_hue_of_the_subject():
    red, blue = palette_of(patch((200, 40, 40))), palette_of(patch((40, 60, 200)))
    assert np.cos(red.accent) > 0.7
    assert np.sin(blue.accent) < -0.7


def test_a_subject_without_colour_gets_indigo():
    assert palette_of(patch((120, 120, 120))) == palette_of(patch((250, 250, 250)))


@pytest.mark.parametrize("data", [b"", b"not a photo", b"\x89PNG\r\n\x1a\n" + bytes(40)])
def test_bytes_that_are_no_photo_are_refused(data):
    with pytest.raises(PhotoUnreadable):
        open_photo(data)


def test_a_truncated_photo_is_refused():
    noise = np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8)
    whole = encoded(Image.fromarray(noise))
    with pytest.raises(PhotoUnreadable):
        open_photo(whole[: len(whole) // 2])


def test_a_photo_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # "rotate 90 degrees clockwise to show"
    assert open_photo(encoded(Image.new("RGB", (600, 300), "teal"), "JPEG", exif=exif)).shape == (600, 300, 3)


def test_transparency_becomes_white():
    assert open_photo(encoded(Image.new("RGBA", (512, 512), (0, 0, 0, 0)))).min() == 255


@pytest.mark.parametrize(("size", "longest"), [((64, 48), 512), ((900, 60), 900), ((2000, 100), 1280)])
def test_photos_are_worked_on_in_a_middling_size(size, longest):
    assert max(open_photo(encoded(Image.new("RGB", size, "olive"))).shape) == longest


@pytest.mark.parametrize(("size", "longest"), [((64, 48), 1280), ((1600, 900), 1600), ((4000, 3000), 2048)])
def test_for_a_large_picture_photos_are_worked_on_in_more_detail(size, longest):
    assert max(open_photo(encoded(Image.new("RGB", size, "olive")), 2).shape) == longest


def test_an_underexposed_photo_is_developed_and_a_good_one_left_alone():
    dim, good = Image.new("RGB", (512, 512), (30, 24, 20)), Image.new("RGB", (512, 512), (180, 170, 160))
    assert open_photo(encoded(dim)).max() > 150
    assert (open_photo(encoded(good)) == np.asarray(good)).all()


def test_a_photo_without_subject_lifts_nothing():
    photo = np.full((300, 400, 3), 128, np.uint8)
    assert lift(photo, np.zeros((300, 400), np.float32)) is None
    assert lift(photo, np.ones((300, 400), np.float32)) is None


def test_a_close_up_cut_by_the_upper_edge_lifts_nothing():
    mask = np.zeros((300, 400), np.float32)
    mask[:200, 100:300] = 1.0
    assert lift(np.full((300, 400, 3), 128, np.uint8), mask) is None


def test_a_subject_is_cropped_to_its_outline():
    mask = np.zeros((300, 400), np.float32)
    mask[100:200, 150:250] = 1.0
    photo = np.full((300, 400, 3), 60, np.uint8)
    photo[100:200, 150:250] = (220, 120, 40)
    subject = lift(photo, mask)
    assert subject is not None
    assert not subject.grounded
    assert np.allclose(subject.alpha.shape, (100, 100), atol=6)
    assert (subject.colour[40:60, 40:60] == (220, 120, 40)).all()


def test_a_badge_is_a_disc_that_shows_the_photo():
    photo = np.full((300, 500, 3), (90, 140, 60), np.uint8)
    disc = badge(photo, np.zeros((288, 480), np.float32))
    assert disc.alpha[0, 0] == 0
    assert (disc.alpha > 128).mean() == pytest.approx(np.pi / 4, abs=0.01)
    assert (np.abs(disc.colour[450, 450].astype(int) - (90, 140, 60)) <= 1).all()


def test_a_badge_for_a_large_picture_has_twice_the_diameter():
    photo = np.full((300, 500, 3), (90, 140, 60), np.uint8)
    small, large = (badge(photo, np.zeros((288, 480), np.float32), scale) for scale in (1, 2))
    assert large.alpha.shape == (2 * small.alpha.shape[0], 2 * small.alpha.shape[1])


def test_the_camera_puts_what_it_is_fitted_to_inside_the_window():
    corners = [(x, y, z) for x in (-0.4, 0.4) for y in (0.0, 1.0) for z in (0.0, -0.3)]
    camera = Camera(yaw=22.0, pitch=9.0, distance=3.0, height=0.5).fitted(corners, (100.0, 50.0, 900.0, 950.0))
    xs, ys = zip(*camera.pixels(corners), strict=True)
    assert min(xs) >= 99.9
    assert max(xs) <= 900.1
    assert (min(ys), max(ys)) == (pytest.approx(50.0), pytest.approx(950.0))
