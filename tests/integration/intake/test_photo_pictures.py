"""What becomes of the photos that may enter: upright, sRGB, no larger than needed."""

import hashlib
from io import BytesIO

import pytest
from PIL import Image, ImageCms, ImageFilter

from gateway.adapters.intake import sanitise
from gateway.domain.photo import PhotoHint, SanePhoto
from tests.fixtures.photo_files import (
    BLUE,
    CORNERS,
    RED,
    STORED,
    animated,
    cornered,
    encoded,
    exif,
    plain,
    png,
    segment,
    swapped_profile,
    turned,
    with_segments,
)

WHITE = (255, 255, 255)


def opened(photo: SanePhoto) -> Image.Image:
    image = Image.open(BytesIO(photo.jpeg))
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (photo.width, photo.height))
    return image


def assert_colour(found: object, expected: tuple[int, int, int], tolerance: int = 12) -> None:
    assert isinstance(found, tuple)
    assert all(abs(a - b) <= tolerance for a, b in zip(found, expected, strict=True)), f"{found} is not {expected}"


def centre(file: bytes) -> object:
    image = opened(sanitise(BytesIO(file)))
    return image.getpixel((image.width // 2, image.height // 2))


def assert_upright(photo: SanePhoto) -> None:
    image, right, lower = opened(photo), photo.width - 20, photo.height - 20
    for colour, place in zip(CORNERS, ((20, 20), (right, 20), (right, lower), (20, lower)), strict=True):
        assert_colour(image.getpixel(place), colour, tolerance=25)


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_each_exif_orientation_comes_out_upright(orientation: int, kind: str) -> None:
    photo = sanitise(BytesIO(turned(orientation, kind)))
    assert (photo.width, photo.height) == (400, 300)
    assert_upright(photo)


@pytest.mark.parametrize("orientation", STORED)
def test_a_heic_is_turned_once(orientation: int) -> None:
    assert_upright(sanitise(BytesIO(turned(orientation, "HEIF"))))


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow warns of broken EXIF and goes on
@pytest.mark.parametrize("broken", [b"Exif\0\0MM\0*\xff\xff\xff\xff", b"Exif\0\0" + bytes(40), b"Exif\0\0II*\0"])
def test_broken_exif_costs_nothing_but_the_orientation(broken: bytes) -> None:
    assert_upright(sanitise(BytesIO(with_segments(encoded(cornered(), "JPEG"), segment(0xE1, broken)))))


def test_an_orientation_outside_the_standard_is_ignored() -> None:
    assert_upright(sanitise(BytesIO(encoded(cornered(), "JPEG", exif=exif(9)))))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_the_long_side_is_at_most_2048_pixels_and_proportions_stay(kind: str) -> None:
    photo = sanitise(BytesIO(encoded(cornered(2400, 1200), kind)))
    assert (photo.width, photo.height) == (2048, 1024)
    assert_upright(photo)


def test_a_large_jpeg_is_halved_while_it_is_decoded() -> None:
    photo = sanitise(BytesIO(turned(6, size=(3000, 4000))))
    assert (photo.width, photo.height) == (1500, 2000)
    assert_upright(photo)


def test_a_very_wide_photo_keeps_at_least_one_row() -> None:
    photo = sanitise(BytesIO(encoded(plain(200, mode="L", size=(60_000, 256)), "JPEG")))
    assert (photo.width, photo.height) == (2048, 9)


def test_a_small_photo_is_not_enlarged() -> None:
    photo = sanitise(BytesIO(encoded(cornered(256, 257), "PNG")))
    assert (photo.width, photo.height) == (256, 257)


def test_a_cmyk_jpeg_keeps_its_colours() -> None:
    assert_colour(centre(encoded(plain((0, 255, 255, 0), mode="CMYK"), "JPEG")), RED, tolerance=30)


def test_grey_of_16_bits_is_scaled_and_not_clipped() -> None:
    assert_colour(centre(png(300, 300, 16, 0, (60_000).to_bytes(2, "big") * 300)), (233, 233, 233), tolerance=2)


def test_colour_of_16_bits_is_scaled() -> None:
    row = b"".join(level.to_bytes(2, "big") for level in (60_000, 30_000, 10_000)) * 300
    assert_colour(centre(png(300, 300, 16, 2, row)), (234, 117, 39), tolerance=3)


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (plain((255, 0, 0, 0), mode="RGBA"), WHITE),
        (plain((255, 0, 0, 128), mode="RGBA"), (255, 127, 127)),
        (plain((0, 0), mode="LA"), WHITE),
        (plain((0, 128), mode="LA"), (127, 127, 127)),
        (plain(RED).quantize(4), RED),
        (plain(1, mode="1"), WHITE),
        (plain(90, mode="L"), (90, 90, 90)),
    ],
    ids=["clear", "half clear", "clear grey", "half clear grey", "palette", "bilevel", "grey"],
)
def test_every_mode_of_png_becomes_rgb_on_white(image: Image.Image, expected: tuple[int, int, int]) -> None:
    assert_colour(centre(encoded(image, "PNG")), expected, tolerance=3)


@pytest.mark.parametrize("image", [plain(0, mode="P"), plain(0, mode="L"), plain(0, mode="1")], ids=["P", "L", "1"])
def test_a_transparent_colour_becomes_white(image: Image.Image) -> None:
    assert_colour(centre(encoded(image, "PNG", transparency=0)), WHITE, tolerance=3)


@pytest.mark.parametrize("kind", ["WEBP", "HEIF"])
def test_transparency_is_flattened_on_white(kind: str) -> None:
    assert_colour(centre(encoded(plain((0, 0, 255, 0), mode="RGBA"), kind)), WHITE, tolerance=6)


def test_a_transparent_edge_does_not_darken_when_the_photo_shrinks() -> None:
    image = plain((0, 0, 0, 0), mode="RGBA", size=(3000, 1000))
    image.paste((255, 255, 255, 255), (0, 0, 1501, 1000))
    darkest = min(opened(sanitise(BytesIO(encoded(image, "PNG")))).convert("L").tobytes())
    assert darkest >= 250


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_colour_profile_is_applied_before_it_is_dropped(kind: str) -> None:
    assert_colour(centre(encoded(plain(RED), kind, icc_profile=swapped_profile())), BLUE, tolerance=20)


@pytest.mark.parametrize(
    "profile", [b"not a profile", swapped_profile()[:200], bytes(4000)], ids=["no profile", "cut short", "zeros"]
)
def test_a_corrupt_profile_leaves_the_colours_as_stored(profile: bytes) -> None:
    assert_colour(centre(encoded(plain(RED), "JPEG", icc_profile=profile)), RED)


def test_a_profile_for_another_colour_model_leaves_the_colours_as_stored() -> None:
    cmyk = plain((0, 255, 255, 0), mode="CMYK")
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert_colour(centre(encoded(cmyk, "JPEG", icc_profile=srgb)), RED, tolerance=30)


@pytest.mark.parametrize("kind", ["WEBP", "PNG", "MPO"])
def test_of_several_pictures_the_first_is_taken(kind: str) -> None:
    assert_colour(centre(animated(kind)), RED)


@pytest.mark.parametrize("kind", ["HEIF", "PNG", "WEBP"])
def test_a_photo_with_the_wrong_name_is_opened_by_its_content(kind: str) -> None:
    source = BytesIO(encoded(cornered(), kind))
    source.name = "IMG_0001.jpg"
    assert_upright(sanitise(source))


def test_the_same_upload_gives_the_same_bytes_and_the_digest_of_the_original() -> None:
    file = turned(6)
    first, second = sanitise(BytesIO(file)), sanitise(BytesIO(file))
    assert first == second
    assert first.sha256 == hashlib.sha256(file).hexdigest()


def test_a_photo_with_light_and_detail_earns_no_warning() -> None:
    detailed = Image.effect_noise((900, 700), 60)
    assert sanitise(BytesIO(encoded(detailed, "JPEG"))).hints == ()


def test_a_dark_photo_is_accepted_with_a_warning() -> None:
    dark = Image.effect_noise((900, 700), 60).point(lambda level: level * 0.2)
    assert sanitise(BytesIO(encoded(dark, "JPEG"))).hints == (PhotoHint.DARK,)


def test_a_blurred_photo_is_accepted_with_a_warning() -> None:
    bright = Image.effect_noise((900, 700), 60).point(lambda level: level // 2 + 128)
    blurred = bright.filter(ImageFilter.GaussianBlur(12))
    assert sanitise(BytesIO(encoded(blurred, "JPEG"))).hints == (PhotoHint.BLURRED,)


def test_a_tiny_photo_is_accepted_with_a_warning() -> None:
    assert PhotoHint.TINY in sanitise(BytesIO(encoded(cornered(600, 400), "JPEG"))).hints
