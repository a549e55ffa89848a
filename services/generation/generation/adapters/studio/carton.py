"""Printed cardboard: the faces of a window box, drawn flat."""

from dataclasses import dataclass

import numpy as np

from .lettering import lettered
from .looks import Look
from .pixels import Picture, Plane, Size, blend, blur, coverage, flat, grid, mix, shift


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """The front panel: its print, and where the window is cut out of it."""

    colour: Picture
    window: Plane


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """The arched window of a front panel, in pixels of the panel."""

    left: float
    top: float
    right: float
    bottom: float

    def distance(self, size: Size) -> Plane:
        """Signed distance to the outline, positive inside."""
        x, y = grid(*size)
        half = (self.right - self.left) / 2
        rise = min(half, 0.42 * (self.bottom - self.top))
        corner = 0.16 * half
        centre = (self.left + self.right) / 2
        across = np.abs(x - centre)
        # An elliptical arch above (distance by its gradient), small round corners below.
        u, v = across / half, np.maximum(self.top + rise - y, 0.0) / rise
        radius = np.maximum(np.hypot(u, v), 1e-4)
        arch = (1.0 - radius) * radius / np.maximum(np.hypot(u / half, v / rise), 1e-6)
        dx, dy = across - (half - corner), y - (self.bottom - corner)
        box = corner - np.hypot(np.maximum(dx, 0.0), np.maximum(dy, 0.0)) - np.minimum(np.maximum(dx, dy), 0.0)
        return np.where(y < self.top + rise, arch, box)


def window_cut(size: Size) -> Cut:
    """Where the window of a panel of this size goes: above a band for the name."""
    width, height = size
    margin = 0.085 * min(width, 1.1 * height)
    band = 0.175 * height
    return Cut(left=margin, top=margin * 0.95, right=width - margin, bottom=height - band)


def front_panel(size: Size, look: Look, title: str) -> Front:
    """Card with a halftone fade, a fine line, an arched window and the name below it."""
    width, height = size
    cut = window_cut(size)
    outline = cut.distance(size)
    card = card_stock(size, look)
    line = 0.006 * min(size)
    trim = np.exp(-(((outline + 3.4 * line) / (0.8 * line)) ** 2))
    card = mix(card, flat(look.card_light), 0.9 * trim)
    card = mix(card, flat(look.card_light), 0.75 * frame_line(size, line))
    band = (round(width * 0.80), round((height - cut.bottom) * 0.60))
    name = lettered(title, band, largest=0.92)
    middle = cut.bottom + (height - cut.bottom) * 0.50
    mark = placed(name, size, middle) if name is not None else ornament(size, middle)
    card = mix(card, flat(look.card_light), mark)
    return Front(colour=card, window=coverage(outline))


def side_panel(size: Size, look: Look, title: str) -> Picture:
    """The narrow side: the same card, with the name running upwards."""
    width, height = size
    card = card_stock(size, look)
    name = lettered(title, (round(height * 0.62), round(width * 0.40)), lines=1, largest=0.80)
    if name is not None:
        upright = np.ascontiguousarray(np.rot90(name))
        mark = np.zeros((height, width), np.float32)
        top, left = (height - upright.shape[0]) // 2, (width - upright.shape[1]) // 2
        mark[top : top + upright.shape[0], left : left + upright.shape[1]] = upright
        card = mix(card, flat(look.card_light), 0.92 * mark)
    return card


def back_card(size: Size, look: Look) -> Picture:
    """What is behind the figure: rays from its middle, paler towards the centre."""
    width, height = size
    x, y = grid(width, height)
    u, v = (x - width / 2) / height, (y - height * 0.56) / height
    rays = 0.5 + 0.5 * np.cos(np.arctan2(v, u) * 26.0)
    sharp = np.clip((rays - 0.5) * 9.0 + 0.5, 0.0, 1.0)
    away = np.hypot(u, v)
    glow = np.exp(-((away / 0.34) ** 2))
    tone = blend(look.inside, (1.0, 1.0, 1.0), 0.34)
    picture = mix(flat(look.inside), flat(tone), 0.62 * sharp * np.clip(away * 5.0, 0.0, 1.0))
    return mix(
        picture,
        flat(blend(look.inside, look.glow, 0.75)),
        (0.62 * glow),
    )


def card_stock(size: Size, look: Look) -> Picture:
    """Matt card with a diagonal halftone fade in a neighbouring tone."""
    width, height = size
    x, y = grid(width, height)
    pitch = max(7.0, 0.0165 * height)
    u, v = (x + y) / pitch * 0.7071, (x - y) / pitch * 0.7071
    away = np.hypot(u - np.floor(u) - 0.5, v - np.floor(v) - 0.5) * pitch
    fade = np.clip((y / height - 0.46) * 1.5 + (x / width - 0.5) * 0.7 * look.side, 0.0, 1.0)
    dots = coverage(fade * 0.50 * pitch - away - 0.4)
    tone = blend(look.card, look.card_light, 0.13)
    shade = (1.03 - 0.10 * (y / height))[..., None]
    return mix(
        np.broadcast_to(flat(look.card) * shade, (height, width, 3)),
        flat(tone),
        dots,
    )


def frame_line(size: Size, line: float) -> Plane:
    """A fine rule set in from the panel's edges."""
    x, y = grid(*size)
    inset = 0.026 * min(size)
    edge = np.minimum(np.minimum(x, size[0] - 1 - x), np.minimum(y, size[1] - 1 - y))
    return np.clip(0.55 * line + 0.5 - np.abs(edge - inset), 0.0, 1.0)


def placed(name: Plane, size: Size, middle: float) -> Plane:
    """A mask centred across a panel of that size, around the row `middle`."""
    mark = np.zeros((size[1], size[0]), np.float32)
    top, left = round(middle - name.shape[0] / 2), (size[0] - name.shape[1]) // 2
    mark[top : top + name.shape[0], left : left + name.shape[1]] = name
    return mark


def ornament(size: Size, middle: float) -> Plane:
    """A rule with a lozenge, for a box without a name."""
    x, y = grid(*size)
    across, off = np.abs(x - size[0] / 2), np.abs(y - middle)
    lozenge = coverage(0.016 * size[1] - across - off)
    reach = (across > 0.035 * size[1]) & (across < 0.24 * size[0])
    rule = np.clip(0.0022 * size[1] + 0.5 - off, 0.0, 1.0) * reach
    return np.maximum(lozenge, rule)


def card_edge(window: Plane, look: Look, pixels: float) -> tuple[Plane, Plane]:
    """Inside a window: the lit thickness of the card, and the shadow it throws inwards."""
    lit = np.clip(window - shift(window, look.side * -0.7 * pixels, pixels), 0.0, 1.0)
    hole = 1.0 - window
    inner = blur(shift(hole, -look.side * 2.4 * pixels, 3.4 * pixels), 3.2 * pixels)
    return lit, np.clip(inner, 0.0, 1.0)
