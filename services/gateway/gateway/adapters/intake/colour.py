"""Brings every colour model a photo can arrive in to plain sRGB on white."""

from io import BytesIO

from PIL import Image, ImageCms

WIDE_GREY = ("I;16", "I;16B", "I;16L", "I;16N", "I")


def resizable(image: Image.Image) -> Image.Image:
    """The same picture as L, LA, RGB, RGBA or CMYK, which can be resampled without loss."""
    if image.mode in WIDE_GREY:
        return image.point(lambda level: level * (1 / 257)).convert("L")
    if image.has_transparency_data:
        return image.convert("LA" if image.mode in ("1", "L", "LA", "La") else "RGBA")
    if image.mode in ("L", "RGB", "CMYK"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Flatten transparency on white and convert from the ICC profile to sRGB."""
    flat = _on_white(image)
    if profile is not None:
        try:
            return _converted(flat, profile)
        except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
            # A damaged or mismatched profile costs some accuracy of colour, not the photo.
            return _as_rgb(flat)
    return _as_rgb(flat)


def _as_rgb(image: Image.Image) -> Image.Image:
    return image if image.mode == "RGB" else image.convert("RGB")  # converting to the same mode would copy it


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode not in ("LA", "RGBA"):
        return image
    flat = Image.new(image.mode.removesuffix("A"), image.size, "white")
    flat.paste(image.convert(flat.mode), mask=image.getchannel("A"))
    return flat


def _converted(image: Image.Image, profile: bytes) -> Image.Image:
    source = ImageCms.ImageCmsProfile(BytesIO(profile))
    target = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]: Pillow leaves the result untyped
    converted = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
    if converted is None:  # only when asked to work in place
        raise ValueError("no picture came back from the colour transform")
    return converted
