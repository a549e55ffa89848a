"""A name set as large as its place allows, on one to three lines."""

from collections.abc import Iterator
from itertools import combinations, pairwise

import numpy as np
from PIL import Image, ImageDraw

from .fonts import drawable, runs, sized
from .pixels import Plane, Size

LONGEST_TITLE = 60
_LEADING = 1.12
_CAP_HEIGHT = 0.72
_TAIL = 0.28
"""Room below the baseline for a g, and above the capitals for an accent, in ems."""
_EM = 200
"""Pixels per em at which text is measured; its size then follows by proportion."""


def lettered(title: str, size: Size, *, lines: int = 2, largest: float = 1.0) -> Plane | None:
    """An opacity mask of the title centred in `size`, or None when nothing of it can be drawn.

    `largest` caps the letters' em, as a share of the height.
    """
    text = drawable(title[:LONGEST_TITLE])
    if not text:
        return None
    width, height = size
    setting, em = _fitted(text, width, height, lines)
    pixels = max(6, int(min(em, largest * height)))
    sheet = Image.new("L", size, 0)
    pen = ImageDraw.Draw(sheet)
    step = pixels * _LEADING
    baseline = height / 2 + pixels * _CAP_HEIGHT / 2 - step * (len(setting) - 1) / 2
    for line in setting:
        _draw(pen, line, width / 2, baseline, pixels)
        baseline += step
    return np.asarray(sheet, np.float32) / np.float32(255.0)


def _draw(pen: ImageDraw.ImageDraw, line: str, centre: float, baseline: float, pixels: int) -> None:
    x = centre - _width(line, pixels) / 2
    for face, run in runs(line):
        font = sized(face, pixels)
        pen.text((x, baseline), run, fill=255, font=font, anchor="ls")
        x += font.getlength(run)


def _fitted(text: str, width: int, height: int, lines: int) -> tuple[list[str], float]:
    """The way to break the text that lets its letters be largest, and their em in pixels."""

    def em(setting: list[str]) -> tuple[float, float]:
        widest = max(_width(line, _EM) for line in setting) / _EM
        tallest = height / (_CAP_HEIGHT + 2 * _TAIL + _LEADING * (len(setting) - 1))
        return min(width / max(widest, 1e-6), tallest), -widest  # of equal sizes, the most even lines

    best = max(_settings(text, lines), key=em)
    return best, em(best)[0]


def _settings(text: str, lines: int) -> Iterator[list[str]]:
    """Every way to set the text on up to `lines` lines, whole words kept together."""
    words = text.split(" ")
    joint = " "
    if len(words) == 1 and len(text) > 14:  # scripts without spaces, or one very long word
        words, joint = list(text), ""
    for count in range(1, min(lines, len(words)) + 1):
        for breaks in combinations(range(1, len(words)), count - 1):
            edges = (0, *breaks, len(words))
            yield [joint.join(words[a:b]) for a, b in pairwise(edges)]


def _width(line: str, pixels: int) -> float:
    return sum(sized(face, pixels).getlength(run) for face, run in runs(line))
