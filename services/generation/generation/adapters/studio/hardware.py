"""What a charm hangs by: rings, links, a peg in the wall; and the name plate that hangs below it."""

from dataclasses import dataclass

import cv2
import numpy as np

from .carton import placed
from .lettering import lettered
from .looks import Look
from .metal import cast, metal_of, reflected
from .pixels import Picture, Plane, Size, Window, around, blend, blur, coverage, flat, grid, mix, shift


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """A ring of round wire, facing the viewer or turned aside: centre, radii, the wire's own radius, in pixels."""

    x: float
    y: float
    rx: float
    ry: float
    thick: float

    def window(self, size: Size) -> Window:
        """The part of a scene it can cover."""
        reach = self.thick + 3.0
        return around(self.x, self.y, self.rx + reach, self.ry + reach, size)

    def distance(self, window: Window) -> Plane:
        """Signed distance to the middle of the wire within the window; positive outside the ring."""
        x, y = grid(window[1].stop - window[1].start, window[0].stop - window[0].start)
        u, v = (x - (self.x - window[1].start)) / self.rx, (y - (self.y - window[0].start)) / self.ry
        radius = np.maximum(np.hypot(u, v), 1e-4)
        return (radius - 1.0) * radius / np.maximum(np.hypot(u / self.rx, v / self.ry), 1e-6)


def mark(shape: Size, wires: tuple[Wire, ...]) -> Plane:
    """The wires' outline in a scene of that size, for their shadow."""
    outline = np.zeros((shape[1], shape[0]), np.float32)
    for wire in wires:
        window = wire.window(shape)
        outline[window] = np.maximum(outline[window], coverage(wire.thick - np.abs(wire.distance(window))))
    return outline


def bent(scene: Picture, wire: Wire, look: Look, *, turns: int = 1, above: float | None = None) -> Picture:
    """The scene with a wire in it, wound several times or once; only what is above a row, if one is given."""
    size = (scene.shape[1], scene.shape[0])
    window = wire.window(size)
    d = wire.distance(window)
    across = np.asarray(cv2.Sobel(d, cv2.CV_32F, 1, 0), np.float32)
    down = np.asarray(cv2.Sobel(d, cv2.CV_32F, 0, 1), np.float32)
    steep = np.maximum(np.hypot(across, down), 1e-3)
    turn = wire.thick / turns
    t = np.clip((np.mod(d + wire.thick, 2.0 * turn) - turn) / turn, -0.999, 0.999)
    light = reflected(across / steep * t, down / steep * t, np.sqrt(1.0 - t * t), look)
    alpha = coverage(wire.thick - np.abs(d))
    if above is not None:
        alpha = alpha * coverage(above - np.arange(window[0].start, window[0].stop, dtype=np.float32)[:, None])
    drawn = scene.copy()
    drawn[window] = mix(scene[window], metal_of(look).shaded(light), alpha)
    return drawn


def peg(scene: Picture, x: float, y: float, radius: float, look: Look) -> Picture:
    """A turned knob on the wall, seen from the front."""
    window = around(x, y, radius + 3.0, radius + 3.0, (scene.shape[1], scene.shape[0]))
    column, row = grid(window[1].stop - window[1].start, window[0].stop - window[0].start)
    away = np.hypot(column - (x - window[1].start), row - (y - window[0].start))
    knob = scene.copy()
    knob[window] = mix(scene[window], cast(radius - away, 0.62 * radius, look, metal_of(look)), coverage(radius - away))
    return knob


def slab(x: Plane, y: Plane, box: tuple[float, float, float, float], corner: float) -> Plane:
    """Signed distance to a rectangle (left, top, right, bottom) with round corners, positive inside."""
    left, top, right, bottom = box
    dx = np.abs(x - (left + right) / 2) - ((right - left) / 2 - corner)
    dy = np.abs(y - (top + bottom) / 2) - ((bottom - top) / 2 - corner)
    return corner - np.hypot(np.maximum(dx, 0.0), np.maximum(dy, 0.0)) - np.minimum(np.maximum(dx, dy), 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plate:
    """A name plate: an enamelled bar in a metal frame, hung by its upper edge."""

    x: float
    top: float
    width: float
    height: float
    unit: float

    @property
    def ear(self) -> float:
        """The row of the hole it hangs by."""
        return self.top - 5.0 * self.unit

    def distance(self, window: Window) -> Plane:
        """Signed distance to its outline, ear and hole included."""
        x, y = grid(window[1].stop - window[1].start, window[0].stop - window[0].start)
        x, y = x + np.float32(window[1].start), y + np.float32(window[0].start)
        box = (self.x - self.width / 2, self.top, self.x + self.width / 2, self.top + self.height)
        away = np.hypot(x - self.x, y - self.ear)
        body = np.maximum(slab(x, y, box, 0.30 * self.height), 17.0 * self.unit - away)
        return np.minimum(body, away - 7.5 * self.unit)

    def window(self, size: Size) -> Window:
        """The part of a scene it can cover."""
        reach = 26.0 * self.unit
        return around(self.x, self.top + self.height / 2, self.width / 2 + reach, self.height / 2 + reach, size)


def plate_for(title: str, x: float, top: float, widest: float, unit: float) -> Plate | None:
    """A plate as wide as the name needs, or None when nothing of it can be drawn."""
    height = 88.0 * unit
    name = lettered(title, (round(widest), round(height * 0.66)), largest=0.80)
    if name is None:
        return None
    inked = np.flatnonzero(name.max(axis=0) > 0.1)
    width = float(inked[-1] - inked[0]) + 76.0 * unit
    return Plate(x=x, top=top, width=max(width, 190.0 * unit), height=height, unit=unit)


def engraved(scene: Picture, plate: Plate, title: str, look: Look) -> Picture:
    """The scene with the plate in it."""
    size = (scene.shape[1], scene.shape[0])
    window = plate.window(size)
    depth, unit = plate.distance(window), plate.unit
    rim = cast(depth, 3.4 * unit, look, metal_of(look))
    body = mix(scene[window], rim, coverage(depth))
    x, y = grid(depth.shape[1], depth.shape[0])
    x, y = x + np.float32(window[1].start), y + np.float32(window[0].start)
    inset = 7.5 * unit
    box = (
        plate.x - plate.width / 2 + inset,
        plate.top + inset,
        plate.x + plate.width / 2 - inset,
        plate.top + plate.height - inset,
    )
    inner = slab(x, y, box, 0.30 * plate.height - inset)
    body = mix(body, _enamel(inner, y, plate, look), coverage(inner))
    name = lettered(title, (round(plate.width - 44.0 * unit), round(plate.height * 0.66)), largest=0.80)
    if name is not None:
        across, down = window[1].stop - window[1].start, window[0].stop - window[0].start
        ink = placed(name, (across, down), plate.top + plate.height / 2 - window[0].start)
        body = mix(body, flat(look.card_light if _coloured(look) else look.letters), ink)
    done = scene.copy()
    done[window] = _glazed(body, inner, x, plate, look)
    return done


def _coloured(look: Look) -> bool:
    """Whether the card's colour is one for enamel, rather than paper."""
    return sum(look.card) < 2.2


def _enamel(inner: Plane, y: Plane, plate: Plate, look: Look) -> Picture:
    tone = look.card if _coloured(look) else look.base
    sunk = np.exp(-((np.maximum(inner, 0.0) / (4.0 * plate.unit)) ** 2)) * np.where(
        y < plate.top + plate.height / 2, 1.0, 0.35
    )
    fall = 1.04 - 0.16 * (y - plate.top) / plate.height
    return flat(blend(tone, (0.0, 0.0, 0.0), 0.05)) * (fall * (1.0 - 0.34 * sunk))[..., None]


def _glazed(body: Picture, inner: Plane, x: Plane, plate: Plate, look: Look) -> Picture:
    row = grid(1, inner.shape[0])[1] / inner.shape[0]
    t = (x - plate.x) / plate.width * -look.side + 0.16 * row
    band = np.exp(-(((t - 0.20) / 0.10) ** 4)) * 0.13 + np.exp(-(((t - 0.36) / 0.022) ** 4)) * 0.09
    screen = (look.shine * band * coverage(inner))[..., None]
    return body + screen * (1.0 - body)


def hung_shadow(outline: Plane, look: Look, unit: float) -> Plane:
    """How much of the lamp's light is kept from the wall behind."""
    away = -look.side
    near = blur(shift(outline, away * 30.0 * unit, 30.0 * unit), 7.0 * unit)
    far = blur(shift(outline, away * 44.0 * unit, 46.0 * unit), 30.0 * unit)
    return 1.0 - (1.0 - 0.46 * near) * (1.0 - 0.24 * far)
