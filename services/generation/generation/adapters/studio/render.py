"""From a photo to an encoded picture: what a worker process is asked to do."""

from collections.abc import Callable, Mapping
from io import BytesIO
from types import MappingProxyType

from PIL import Image

from generation.ports import Painting

from .badge import badge
from .big_head import big_head_vinyl
from .bobble_head import bobble_head
from .brief import Brief
from .cutout import Subject, lift, open_photo
from .enamel_pin import enamel_pin
from .frames import frame
from .keychain import keychain
from .looks import Backdrop, Look, look_for
from .palette import palette_of
from .pixels import Picture, Size, to_bytes
from .segmentation import subject_mask
from .snow_globe import snow_globe
from .standee import acrylic_standee
from .statuette import statuette
from .window_box import window_box

_JPEG_QUALITY = 92

STYLES: Mapping[str, Callable[[Subject, Look, Size, Brief], Picture]] = MappingProxyType(
    {
        "acrylic-standee": acrylic_standee,
        "window-box": window_box,
        "enamel-pin": enamel_pin,
        "keychain": keychain,
        "snow-globe": snow_globe,
        "statuette": statuette,
        "big-head-vinyl": big_head_vinyl,
        "bobble-head": bobble_head,
    }
)
"""Every style this engine knows, by its public id."""


def cut_out(photo: bytes, scale: float = 1.0) -> Subject:
    """The photo's subject, or the photo on a badge, for a picture of that scale; raises PhotoUnreadable."""
    pixels = open_photo(photo, scale)
    # From the standard size always: both sizes of a picture show the same subject.
    mask = subject_mask(pixels if scale == 1 else open_photo(photo))
    return lift(pixels, mask) or badge(pixels, mask, scale)


def render(subject: Subject, brief: Brief) -> Painting:
    """The picture as JPEG without any metadata."""
    size = frame(brief.aspect_ratio, brief.scale)
    look = look_for(palette_of(subject), brief.variant, brief.seed, brief.choice("backdrop", *Backdrop))
    picture = STYLES[brief.style](subject, look, size, brief)
    sink = BytesIO()
    Image.fromarray(to_bytes(picture)).save(sink, "JPEG", quality=_JPEG_QUALITY, subsampling=0, optimize=True)
    return Painting(image=sink.getvalue(), media_type="image/jpeg", width=size[0], height=size[1])
