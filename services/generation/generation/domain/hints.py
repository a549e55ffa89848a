"""What is worth saying about a photo before it costs anything: warnings, never refusals. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

# Judgements, as the studio engine makes them when it cuts a subject out: below the one there is nothing that could
# stand alone, above the other nothing around it.
_NO_SUBJECT: Final = 0.015
_NOTHING_ELSE: Final = 0.93
# The longer side of what the subject takes up, as a share of the photo's.
_TINY: Final = 0.30
# Shares of an edge that run through the subject. A portrait ends at the lower edge and may lose an elbow at a side.
_TOUCHED: Final = 0.04
_HEAD_CUT: Final = 0.125
_SIDE_CUT: Final = 0.45
# Somebody in the background is much smaller, and so is a face that is none.
_AS_LARGE: Final = 0.5


class PhotoHint(StrEnum):
    """Why a figurine may turn out badly."""

    NO_SUBJECT = "no_subject"
    TINY_SUBJECT = "tiny_subject"
    CUT_OFF = "cut_off"
    SEVERAL_PEOPLE = "several_people"
    SEVERAL_SUBJECTS = "several_subjects"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was measured on a photo; everything but `faces` as a share of the photo or of its edge.

    `parts` are the areas of the subject's pieces and `faces` the widths of frontal faces in pixels, largest first.
    """

    cover: float
    extent: float = 0.0
    top: float = 0.0
    left: float = 0.0
    right: float = 0.0
    parts: tuple[float, ...] = ()
    faces: tuple[float, ...] = ()

    @property
    def cut_off(self) -> bool:
        """Whether the photo ends where the subject does not."""
        side = max(self.left, self.right)
        above = self.top > _HEAD_CUT or (self.top > _TOUCHED and side > _TOUCHED)
        return above or side > _SIDE_CUT or self.cover > _NOTHING_ELSE


def hints_of(seen: Seen) -> tuple[PhotoHint, ...]:
    """What to warn about."""
    if seen.cover < _NO_SUBJECT:
        # A face is somebody, whatever else was not made out.
        return () if seen.faces else (PhotoHint.NO_SUBJECT,)
    return tuple(_warnings(seen))


def _warnings(seen: Seen) -> Iterator[PhotoHint]:
    if seen.extent < _TINY:
        yield PhotoHint.TINY_SUBJECT
    if seen.cut_off:
        yield PhotoHint.CUT_OFF
    if _equals(seen.faces) > 1:
        yield PhotoHint.SEVERAL_PEOPLE
    elif _equals(seen.parts) > 1:
        yield PhotoHint.SEVERAL_SUBJECTS


def _equals(sizes: tuple[float, ...]) -> int:
    """How many are about as large as the largest."""
    return sum(size >= _AS_LARGE * sizes[0] for size in sizes)
