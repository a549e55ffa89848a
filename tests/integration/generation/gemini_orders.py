"""Orders for engines, small ones, and what came of them."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from uuid import UUID

from PIL import Image

from generation.ports import ImageEngine, Painting, PaintingFailed, PaintOrder
from tests.fixtures.photo_files import cornered, encoded

PHOTO = encoded(cornered(96, 120), "JPEG")
PROMPT = "A chibi figurine of whoever is in the photo, whose name is 'Quillfeather'."


def order(**changes: object) -> PaintOrder:
    wishes = {"figurine_id": UUID(int=7), "style": "acrylic-standee", "photo": PHOTO, "prompt": PROMPT, "seed": 3}
    return PaintOrder(**(wishes | changes))


def attempt(engine: ImageEngine, wish: PaintOrder) -> "list[Painting] | PaintingFailed":
    """What came of an order; every other exception is a mistake of the engine."""
    try:
        return list(engine.paint(wish))
    except PaintingFailed as failed:
        return failed


def attempts(engine: ImageEngine, wishes: list[PaintOrder]) -> "list[list[Painting] | PaintingFailed]":
    """All of them at once."""
    with ThreadPoolExecutor(len(wishes)) as threads:
        return list(threads.map(lambda wish: attempt(engine, wish), wishes))


def opened(painting: Painting) -> Image.Image:
    """The picture, whole; the painting must say about it what is true."""
    picture = Image.open(BytesIO(painting.image))
    picture.load()
    assert picture.get_format_mimetype() == painting.media_type
    assert picture.size == (painting.width, painting.height)
    return picture
