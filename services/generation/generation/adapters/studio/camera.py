"""A pinhole camera on a box: where its corners fall in the picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians, sin

Point = tuple[float, float, float]
"""Right, up, towards the viewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """Turned by `yaw` and raised by `pitch` (degrees), `distance` away, in the unit of the points.

    It looks at what is `height` above the origin.
    """

    yaw: float
    pitch: float
    distance: float
    height: float = 0.0
    scale: float = 1.0
    x: float = 0.0
    y: float = 0.0

    def pixel(self, point: Point) -> tuple[float, float]:
        """Where a point falls, in pixels."""
        right, up, near = point
        up -= self.height
        turn, tip = radians(self.yaw), radians(self.pitch)
        right, near = right * cos(turn) + near * sin(turn), near * cos(turn) - right * sin(turn)
        up, near = up * cos(tip) - near * sin(tip), near * cos(tip) + up * sin(tip)
        size = self.scale * self.distance / (self.distance - near)
        return self.x + right * size, self.y - up * size

    def pixels(self, points: Sequence[Point]) -> list[tuple[float, float]]:
        """Where each point falls, in pixels."""
        return [self.pixel(point) for point in points]

    def fitted(self, points: Sequence[Point], window: tuple[float, float, float, float]) -> "Camera":
        """The same camera, moved so that the points fill the window (left, top, right, bottom)."""
        seen = Camera(yaw=self.yaw, pitch=self.pitch, distance=self.distance, height=self.height).pixels(points)
        xs, ys = [x for x, _ in seen], [y for _, y in seen]
        left, top, right, bottom = window
        scale = min((right - left) / (max(xs) - min(xs)), (bottom - top) / (max(ys) - min(ys)))
        return Camera(
            yaw=self.yaw, pitch=self.pitch, distance=self.distance, height=self.height, scale=scale,
            x=(left + right) / 2 - scale * (max(xs) + min(xs)) / 2,
            y=(top + bottom) / 2 - scale * (max(ys) + min(ys)) / 2,
        )  # fmt: skip
