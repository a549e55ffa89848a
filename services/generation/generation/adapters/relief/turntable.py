"""The turntable: one page that holds the model and turns it, without asking anybody for anything."""

import base64
import json
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .surface import Surface, texture_jpeg

_STEPS = 65_535


def turntable(surface: Surface, *, height_mm: float) -> bytes:
    """The page, with a coarse model and its picture inside, as UTF-8."""
    page = (files("generation.adapters.relief") / "data" / "turntable.html").read_text(encoding="utf-8")
    return page.replace("/*MODEL*/null", json.dumps(_model(surface, height_mm))).encode()


def _model(surface: Surface, height_mm: float) -> dict[str, object]:
    """Corner by corner: places on a grid of 16 bits, and places in the picture; outside it, plain plastic."""
    low = surface.vertices.min(axis=0)
    reach = float(np.ptp(surface.vertices, axis=0).max())
    grid = np.asarray(np.round((surface.vertices - low) / reach * _STEPS), np.uint16)
    places = np.round(np.clip(surface.places(), 0.0, 1.0) * _STEPS).astype(np.uint16)
    return {
        "low": [round(float(part), 3) for part in low],
        "reach": round(reach, 3),
        "height": round(height_mm),
        "vertices": _text(grid),
        "places": _text(places),
        "faces": _text(surface.faces.astype(np.uint32)),
        "printed": _text(np.packbits(surface.printed, bitorder="little")),
        "picture": "data:image/jpeg;base64," + base64.b64encode(texture_jpeg(surface)).decode(),
    }


def _text(array: NDArray[Any]) -> str:
    return base64.b64encode(array.tobytes()).decode()
