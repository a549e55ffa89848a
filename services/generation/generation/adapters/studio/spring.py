"""The coil spring of a bobble figure."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from .looks import Look
from .materials import STEEL, ramped
from .pixels import Picture, Plane, blur, flat, grid, mix

_STEPS = 40
"""Straight pieces per turn of wire."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spring:
    """An upright coil: its axis at the foot and at the head (px), radius, turns and wire."""

    foot: tuple[float, float]
    head: tuple[float, float]
    radius: float
    turns: int

    @property
    def wire(self) -> float:
        """Thickness of the wire in pixels."""
        length = max(1.0, self.foot[1] - self.head[1])
        return max(2.0, min(0.20 * self.radius, 0.42 * length / self.turns))


def coiled(scene: Picture, spring: Spring, look: Look) -> Picture:
    """The spring in the scene: its far half dark, its near half bright."""
    left, top, right, bottom = _around(spring, scene)
    if right - left < 4 or bottom - top < 4:
        return scene
    view = scene[top:bottom, left:right]
    moved = replace(
        spring, foot=(spring.foot[0] - left, spring.foot[1] - top), head=(spring.head[0] - left, spring.head[1] - top)
    )
    x = grid(right - left, 1)[0]
    middle = (moved.foot[0] + moved.head[0]) / 2
    u = np.clip((x - middle) / spring.radius, -1.3, 1.3) * look.side
    steel = 0.40 + 0.44 * np.exp(-(((u - 0.40) / 0.34) ** 2)) + 0.18 * np.exp(-(((u + 0.75) / 0.2) ** 2))
    for near in (False, True):
        wire = _strokes(moved, (right - left, bottom - top), near=near)
        edge = np.clip(blur(wire, 0.55 * spring.wire) * 1.25, 0.0, 1.0)
        tone = (steel if near else 0.45 * steel) * (0.45 + 0.55 * edge * wire)
        view = mix(view, flat(look.shade), 0.35 * blur(wire, 1.2 * spring.wire))
        view = mix(view, ramped(tone, STEEL), wire)
    wound = scene.copy()
    wound[top:bottom, left:right] = view
    return wound


def _around(spring: Spring, scene: Picture) -> tuple[int, int, int, int]:
    """The part of the scene that the coil and its shade can touch: left, top, right, bottom."""
    height, width = scene.shape[:2]
    reach = 1.4 * spring.radius + 5.0 * spring.wire
    (ax, ay), (bx, by) = spring.foot, spring.head
    return (
        max(0, int(min(ax, bx) - reach)), max(0, int(min(ay, by) - reach)),
        min(width, int(max(ax, bx) + reach)), min(height, int(max(ay, by) + reach)),
    )  # fmt: skip


def _strokes(spring: Spring, size: tuple[int, int], *, near: bool) -> Plane:
    """The half turns of wire towards the viewer, or those away from him."""
    canvas = np.zeros((size[1], size[0]), np.uint8)
    count = spring.turns * _STEPS
    t = np.linspace(0.0, 1.0, count + 1)
    angle = 2.0 * np.pi * spring.turns * t
    x = spring.foot[0] + (spring.head[0] - spring.foot[0]) * t + spring.radius * np.cos(angle)
    y = spring.foot[1] + (spring.head[1] - spring.foot[1]) * t + 0.26 * spring.radius * np.sin(angle)
    points = np.stack([x, y], axis=1)
    facing = np.sin(angle) >= 0.0
    for a in range(count):
        if bool(facing[a]) == near:
            ends = np.round(points[a : a + 2] * 16.0).astype(np.int32)
            cv2.line(canvas, ends[0].tolist(), ends[1].tolist(), (255,), round(spring.wire), cv2.LINE_AA, 4)
    return canvas.astype(np.float32) / np.float32(255.0)
