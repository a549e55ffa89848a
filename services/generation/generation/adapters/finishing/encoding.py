"""Pixels as files that hold nothing but the picture and our own mark."""

import io

from PIL import Image, PngImagePlugin

from generation.domain import Format


def encoded(picture: Image.Image, kind: Format, xmp: bytes, *, quality: int = 92) -> bytes:
    """The file; PNG keeps every pixel as it is. `quality` is for the other kinds."""
    # A comment would follow a copy; onto a new sheet only pixels go.
    sheet = Image.new("RGB", picture.size)
    sheet.paste(picture)
    buffer = io.BytesIO()
    match kind:
        case Format.JPEG:
            sheet.save(buffer, "JPEG", quality=quality, optimize=True, xmp=xmp)
        case Format.WEBP:
            sheet.save(buffer, "WEBP", quality=quality, method=4, xmp=xmp)
        case Format.PNG:
            marks = PngImagePlugin.PngInfo()
            marks.add_itxt("XML:com.adobe.xmp", xmp.decode())
            sheet.save(buffer, "PNG", pnginfo=marks, compress_level=6)
    return buffer.getvalue()


def opened(image: bytes) -> Image.Image:
    """The pixels of one of our own files."""
    with Image.open(io.BytesIO(image), formats=("JPEG", "PNG", "WEBP")) as file:
        return file.convert("RGB")
