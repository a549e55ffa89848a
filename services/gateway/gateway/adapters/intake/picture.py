"""Makes a fresh picture from an upload, in this process.

Decoders read hostile bytes here: the web reaches this through `Intake`, which runs it in a sandbox.
"""

import hashlib
from io import BytesIO
from typing import BinaryIO

from PIL import Image, ImageFilter, ImageStat

from gateway.adapters.intake.colour import resizable, to_srgb
from gateway.adapters.intake.decode import decode
from gateway.domain.photo import LONG_SIDE, MAX_BYTES, PhotoHint, PhotoTooLarge, SanePhoto, fitted, hints

READ_BYTES = 1024 * 1024

# What undoes each EXIF orientation (CIPA DC-008, tag 0x0112); 1 and unknown values need nothing.
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

LAPLACIAN = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)
HINT_SIDE = 512


def sanitise(source: BinaryIO, *, size_limit: int = MAX_BYTES) -> SanePhoto:
    """Read an upload of at most `size_limit` bytes and make a clean picture of it.

    Raises PhotoUnreadable, PhotoUnsupported, PhotoTooLarge or PhotoTooSmall.
    """
    return sanitise_bytes(read(source, size_limit))


def read(source: BinaryIO, size_limit: int) -> bytes:
    """Everything in `source`, refusing more than `size_limit` bytes without reading on."""
    data = BytesIO()  # hands its bytes over without a copy, as a bytearray cannot
    while chunk := source.read(min(READ_BYTES, size_limit + 1 - data.tell())):
        data.write(chunk)
        if data.tell() > size_limit:
            raise PhotoTooLarge
    return data.getvalue()


def sanitise_bytes(data: bytes) -> SanePhoto:
    """The same for bytes that are already here."""
    image = _upright(data)
    return SanePhoto(
        jpeg=_encoded(image),
        width=image.width,
        height=image.height,
        sha256=hashlib.sha256(data).hexdigest(),
        hints=_hints(image),
    )


def _upright(data: bytes) -> Image.Image:
    decoded = decode(data)
    # Turned last: a quarter turn costs as much as a decode on the full picture and next to nothing on the small one.
    image = to_srgb(_shrunk(resizable(decoded.image)), decoded.profile)
    return image.transpose(UPRIGHT[decoded.orientation]) if decoded.orientation in UPRIGHT else image


def _shrunk(image: Image.Image) -> Image.Image:
    size = fitted(*image.size, LONG_SIDE)
    if size == image.size:
        return image
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _encoded(image: Image.Image) -> bytes:
    # Comments and profiles ride along in Image.info through every copy; only a new image has none.
    fresh = Image.new("RGB", image.size)
    fresh.paste(image)
    jpeg = BytesIO()
    # 4:4:4: a halved 4:2:0 photo still has all its colour detail, and cut-outs need it at the edges.
    fresh.save(jpeg, "JPEG", quality=90, subsampling=0)
    return jpeg.getvalue()


def _hints(image: Image.Image) -> tuple[PhotoHint, ...]:
    grey = image.convert("L")
    grey = grey.resize(fitted(*grey.size, HINT_SIDE), Image.Resampling.BOX)
    # The filter leaves the outermost pixels as they were, which would pass for detail.
    edges = grey.filter(LAPLACIAN).crop((1, 1, max(2, grey.width - 1), max(2, grey.height - 1)))
    return hints(min(image.size), ImageStat.Stat(grey).mean[0], ImageStat.Stat(edges).stddev[0])
