"""Damaged in any way, an upload gives a refusal or a clean picture, and nothing else."""

from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from gateway.adapters.intake import sanitise
from gateway.domain.photo import MIN_SIDE, PhotoTooLarge, PhotoTooSmall, PhotoUnreadable, PhotoUnsupported
from tests.fixtures.photo_files import animated, cornered, encoded, exif, markers, swapped_profile

REFUSALS = (PhotoUnreadable, PhotoUnsupported, PhotoTooLarge, PhotoTooSmall)
SMALL = cornered(MIN_SIDE, MIN_SIDE)
ORIGINALS = {
    "jpeg": encoded(SMALL, "JPEG", exif=exif(6), icc_profile=swapped_profile()),
    "progressive": encoded(SMALL, "JPEG", progressive=True),
    "mpo": animated("MPO"),
    "png": encoded(SMALL, "PNG", exif=exif(6), icc_profile=swapped_profile()),
    "palette": encoded(SMALL.quantize(8), "PNG", transparency=1),
    "apng": animated("PNG"),
    "webp": encoded(SMALL, "WEBP", exif=exif(6)),
    "animation": animated("WEBP"),
    "heic": encoded(SMALL, "HEIF", exif=exif(6)),
}


@st.composite
def damaged(draw: st.DrawFn, original: bytes) -> bytes:
    """The original with some bytes changed, and perhaps cut short or with something after it."""
    data = bytearray(original)
    # Headers decide most, so half of the damage goes to the first 200 bytes.
    place = st.one_of(st.integers(0, min(199, len(data) - 1)), st.integers(0, len(data) - 1))
    for at, value in draw(st.lists(st.tuples(place, st.integers(0, 255)), max_size=6)):
        data[at] = value
    end = draw(st.one_of(st.just(len(data)), st.integers(0, len(data))))
    return bytes(data[:end]) + draw(st.binary(max_size=20))


# Pillow warns of what it forgives; only this test run would make errors of that.
@pytest.mark.filterwarnings("ignore::UserWarning:PIL", "ignore::RuntimeWarning:PIL")
@pytest.mark.parametrize("name", ORIGINALS)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_damaged_photo_is_refused_or_made_clean(name: str, data: st.DataObject) -> None:
    file = data.draw(damaged(ORIGINALS[name]))
    try:
        photo = sanitise(BytesIO(file))
    except REFUSALS:
        return
    image = Image.open(BytesIO(photo.jpeg))
    image.load()
    assert image.size == (photo.width, photo.height)
    assert markers(photo.jpeg)[-1] == 0xD9


@given(st.binary(max_size=300))
def test_bytes_that_were_never_a_photo_are_refused(data: bytes) -> None:
    with pytest.raises(REFUSALS):
        sanitise(BytesIO(data))
