"""A sphere of clear glass around a little world."""

import cv2
import numpy as np

from .looks import Look
from .pixels import Picture, Plane, Window, blur, coverage, flat, grid, mix, resize, smoothstep


def behind_glass(scene: Picture, world: Picture, window: Window, look: Look) -> Picture:
    """The scene with the globe in a square window of it: the world seen through glass, the room in its rim."""
    side = world.shape[0]
    x, y = grid(side, side)
    u, v = (x + 0.5) * 2.0 / side - 1.0, (y + 0.5) * 2.0 / side - 1.0
    away = np.hypot(u, v)
    inner = _bent(world, u, v, away)
    inner = inner * (1.0 - 0.30 * smoothstep(0.62, 1.0, away))[..., None]
    around = _room_in_the_rim(scene, window, u, v)
    inner = mix(inner, around, 0.86 * smoothstep(0.855, 0.995, away))
    inner = _rims(inner, u, v, away, look)
    inner = _lights(inner, u, v, away, look)
    done = scene.copy()
    done[window] = mix(scene[window], inner, coverage((1.0 - away) * (side / 2) - 1.0))
    return done


def _bent(world: Picture, u: Plane, v: Plane, away: Plane) -> Picture:
    """Water magnifies what is in the middle and crowds the rest towards the rim."""
    side = world.shape[0]
    stretch = 0.955 + 0.045 * away**4 + 0.10 * smoothstep(0.80, 1.0, away)
    where_x = ((u * stretch + 1.0) * side / 2 - 0.5).astype(np.float32)
    where_y = ((v * stretch + 1.0) * side / 2 - 0.5).astype(np.float32)
    return np.asarray(cv2.remap(world, where_x, where_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT), np.float32)


def _room_in_the_rim(scene: Picture, window: Window, u: Plane, v: Plane) -> Picture:
    """The room upside down, as the edge of a ball of water shows it."""
    side = window[0].stop - window[0].start
    small = 96
    around = blur(resize(scene, (small, small)), 1.6)
    cx = (window[1].start + window[1].stop) / 2 / scene.shape[1]
    cy = (window[0].start + window[0].stop) / 2 / scene.shape[0]
    turn = 0.30 + 0.30 * np.hypot(u, v)
    where_x = np.clip((cx - u * turn * side / scene.shape[1]) * small, 0, small - 1).astype(np.float32)
    where_y = np.clip((cy - v * turn * side / scene.shape[0]) * small, 0, small - 1).astype(np.float32)
    return np.asarray(cv2.remap(around, where_x, where_y, cv2.INTER_LINEAR), np.float32)


def _rims(inner: Picture, u: Plane, v: Plane, away: Plane, look: Look) -> Picture:
    """A dark line where the glass turns away, a bright one where it faces the lamp."""
    towards = (u * look.side * 0.62 - v * 0.78) / np.maximum(away, 1e-3)
    dark = np.exp(-(((away - 0.965) / 0.022) ** 2)) * (0.34 - 0.16 * towards)
    inner = mix(inner, flat(look.shade), np.clip(dark, 0.0, 1.0))
    edge = np.exp(-(((away - 0.988) / 0.007) ** 2)) * np.clip(0.42 + 0.48 * towards, 0.0, 1.0)
    second = np.exp(-(((away - 0.93) / 0.012) ** 2)) * np.clip(-towards - 0.15, 0.0, 1.0) * 0.55
    inner = mix(inner, flat(look.glow), np.clip(second * look.shine, 0.0, 1.0))
    return mix(inner, np.ones_like(inner), np.clip(edge * look.shine, 0.0, 1.0))


def _lights(inner: Picture, u: Plane, v: Plane, away: Plane, look: Look) -> Picture:
    """A window mirrored near the rim, its second image opposite, a spark."""
    turn = np.arctan2(-v, u * look.side)
    window = _panes(turn, away, middle=0.86, half=0.30, inside=0.715, outside=0.875)
    again = _panes(turn, away, middle=0.86 - np.pi, half=0.26, inside=0.80, outside=0.90)
    spark = np.exp(-(((u * look.side - 0.30) / 0.018) ** 2) - ((v + 0.80) / 0.012) ** 2)
    veil = 0.10 * np.clip(-v + 0.25 * u * look.side - 0.15, 0.0, 1.0) * (1.0 - away**6)
    fade = 0.58 + 0.34 * smoothstep(0.60, 0.90, away)
    screen = (look.shine * np.clip(0.82 * window * fade + 0.22 * again + 0.8 * spark + veil, 0.0, 1.0))[..., None]
    return inner + screen * (1.0 - inner)


def _panes(turn: Plane, away: Plane, *, middle: float, half: float, inside: float, outside: float) -> Plane:
    """A window of four panes bent along the rim."""
    off = np.abs(np.mod(turn - middle + np.pi, 2.0 * np.pi) - np.pi)
    length = (half - off) * 0.75
    width = np.minimum(away - inside, outside - away)
    corner = 0.03
    dx, dy = np.maximum(corner - length, 0.0), np.maximum(corner - width, 0.0)
    frame = smoothstep(0.0, 0.022, corner - np.hypot(dx, dy)) * (length > -0.001)
    bars = np.minimum(np.abs(off) * 0.75, np.abs(away - (inside + outside) / 2))
    return frame * smoothstep(0.006, 0.016, bars)
