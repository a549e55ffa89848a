"""Twelve photos as different as customers' are, made from the examples alone."""

from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

from PIL import Image, ImageEnhance, ImageOps

from generation.adapters.studio.render import cut_out

EXAMPLES = Path(__file__).parents[2] / "examples"


def _example(name: str) -> Image.Image:
    return Image.open(EXAMPLES / name).convert("RGB")


def _low_light() -> Image.Image:
    dim = ImageEnhance.Brightness(_example("person.png")).enhance(0.22)
    return Image.blend(dim, Image.new("RGB", dim.size, (38, 20, 6)), 0.25)


def _cut_out_of(name: str) -> Image.Image:
    subject = cut_out((EXAMPLES / name).read_bytes())
    lifted = Image.fromarray(subject.colour)
    lifted.putalpha(Image.fromarray(subject.alpha))
    return lifted


def _group() -> Image.Image:
    """Two people and a cup before a wall, as if they had been photographed together."""
    picture = ImageOps.colorize(Image.linear_gradient("L").resize((900, 640)), (222, 217, 206), (178, 172, 164))
    person, cup = _cut_out_of("person.png"), _cut_out_of("coffee.png")
    for lifted, height, x in ((ImageOps.mirror(person), 500, 40), (person, 540, 380), (cup, 170, 350)):
        sized = lifted.resize((round(lifted.width * height / lifted.height), height), Image.Resampling.LANCZOS)
        picture.paste(sized, (x, 640 - height), sized)
    return picture


def _tilted() -> Image.Image:
    return _example("coffee.png").rotate(14, Image.Resampling.BICUBIC, expand=True, fillcolor=(196, 190, 180))


PHOTOS: Mapping[str, Callable[[], Image.Image]] = MappingProxyType(
    {
        "A person": lambda: _example("person.png"),
        "Close up": lambda: _example("person.png").crop((120, 0, 330, 230)),
        "Chelsea": lambda: _example("cat.png"),
        "Espresso": lambda: _example("coffee.png"),
        "Lift-off": lambda: _example("rocket.jpg"),
        "Low light": _low_light,
        "Black and white": lambda: ImageOps.grayscale(_example("person.png")).convert("RGB"),
        "Very small": lambda: _example("person.png").resize((80, 80), Image.Resampling.LANCZOS),
        "A group": _group,
        "Held askew": _tilted,
        "Only an eye": lambda: _example("cat.png").crop((120, 60, 260, 160)),
        "Mirrored, cropped": lambda: ImageOps.mirror(_example("person.png")).crop((60, 40, 512, 380)),
    }
)
"""Name of the photo, which is also its title, to the photo."""


def encoded(photo: Image.Image) -> bytes:
    """The photo as it would be uploaded."""
    sink = BytesIO()
    photo.save(sink, "PNG")
    return sink.getvalue()
