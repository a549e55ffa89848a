"""What becomes of a painting before it is stored."""

from collections.abc import Mapping

from PIL import Image

from generation.adapters.finishing.encoding import encoded
from generation.adapters.finishing.jpeg import cleaned
from generation.adapters.finishing.signatures import RESIZED, Signatures
from generation.adapters.finishing.verification import examined
from generation.adapters.finishing.xmp import packet
from generation.domain import Format, Origin
from generation.ports import Finished, Painting, PictureBroken, Size

LONG_SIDES: Mapping[Size, int] = {Size.PREVIEW: 1024, Size.THUMB: 384}
_SMALLER_QUALITY = 85


class Finisher:
    """Checks a painting, and makes of it the files that are stored: clean, marked with XMP, signed last."""

    def __init__(self, signatures: Signatures) -> None:
        self._signatures = signatures

    def __call__(self, painting: Painting, origin: Origin) -> Finished:
        """Every size; of a generative engine also its own bytes, with whatever marks it left. Raises PictureBroken."""
        pixels, kind, plain = examined(painting)
        mark = packet(origin)
        parent = self._parent(painting, origin)
        full = self._clean(painting.image, pixels, kind, mark, plain=plain)
        files = {
            Size.FULL: self._signatures.sign(full, kind, origin, parent=parent),
            **{size: self._smaller(pixels, side, mark, origin) for size, side in LONG_SIDES.items()},
        }
        if origin.making.generative:
            files[Size.ORIGINAL] = painting.image
        return Finished(
            media_type=kind.media_type,
            width=pixels.width,
            height=pixels.height,
            files=files,
            original_type=painting.media_type if Size.ORIGINAL in files else None,
        )

    def _parent(self, painting: Painting, origin: Origin) -> tuple[bytes, str] | None:
        """What ours derives from: the painting itself, when its engine signed it."""
        signed = origin.making.generative and self._signatures.carries_manifest(painting.image, painting.media_type)
        return (painting.image, painting.media_type) if signed else None

    @staticmethod
    def _clean(image: bytes, pixels: Image.Image, kind: Format, mark: bytes, *, plain: bool) -> bytes:
        if kind is not Format.JPEG or not plain:
            return encoded(pixels, kind, mark, quality=95)
        try:
            return cleaned(image, mark)
        except ValueError as error:
            raise PictureBroken(str(error)) from error

    def _smaller(self, pixels: Image.Image, side: int, mark: bytes, origin: Origin) -> bytes:
        copy = pixels.copy()
        copy.thumbnail((side, side), Image.Resampling.LANCZOS)
        image = encoded(copy, Format.JPEG, mark, quality=_SMALLER_QUALITY)
        return self._signatures.sign(image, Format.JPEG, origin, step=RESIZED)
