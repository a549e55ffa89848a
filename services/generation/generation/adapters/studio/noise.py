"""Clouds and veins, the same for the same dice."""

import numpy as np

from .pixels import Plane, Size, resize


def clouds(size: Size, dice: np.random.Generator, *, cells: float, octaves: int = 4) -> Plane:
    """Smooth noise around 0, about -1 to 1, with `cells` lumps across the longer side."""
    total = np.zeros((size[1], size[0]), np.float32)
    strength, longest = 1.0, max(size)
    for _ in range(octaves):
        coarse = (max(2, round(cells * size[0] / longest) + 1), max(2, round(cells * size[1] / longest) + 1))
        lumps = dice.uniform(-1.0, 1.0, (coarse[1], coarse[0])).astype(np.float32)
        total += np.float32(strength) * resize(lumps, size)
        cells, strength = cells * 2.0, strength * 0.5
    return total


def veins(size: Size, dice: np.random.Generator, *, cells: float, sharpness: float) -> Plane:
    """Thin meandering lines, 1 in their middle, broken up where the stone is calm."""
    slant = np.linspace(0.0, 1.4, size[1], dtype=np.float32)[:, None] + np.linspace(0.0, 0.8, size[0], dtype=np.float32)
    field = clouds(size, dice, cells=cells) + slant
    calm = np.clip(clouds(size, dice, cells=cells * 0.8, octaves=2) + 0.25, 0.0, 1.0)
    return np.exp(-((np.sin(field * np.float32(np.pi * 1.6)) * sharpness) ** 2)) * calm
