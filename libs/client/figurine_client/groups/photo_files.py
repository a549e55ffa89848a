"""A photo, wherever it is."""

from pathlib import Path
from typing import TypeAlias

PhotoFile: TypeAlias = Path | str | bytes


def read_photo(photo: PhotoFile) -> tuple[str, bytes]:
    """A file's name and bytes, from a path or from the bytes themselves. Raises OSError.

    The name tells the studio nothing: a photo's own may say who is in it.
    """
    return "photo", photo if isinstance(photo, bytes) else Path(photo).read_bytes()
