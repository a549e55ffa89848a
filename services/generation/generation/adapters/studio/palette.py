"""The colours a picture is dressed in, taken from its subject."""

from dataclasses import dataclass

import cv2
import numpy as np

from .cutout import Subject
from .pixels import Colour

_GREY_CHROMA = 9.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Hues in CIELAB degrees (as radians): the subject's most telling one, and the one that sets it off."""

    accent: float
    ground: float


# A subject without colour: indigo before warm sand.
_GREY = Palette(accent=float(np.deg2rad(280.0)), ground=float(np.deg2rad(70.0)))


def lab(lightness: float, chroma: float, hue: float) -> Colour:
    """sRGB of a CIELAB colour (L 0..100), with as much chroma as the gamut allows."""
    pixel = np.asarray([[[lightness, chroma * np.cos(hue), chroma * np.sin(hue)]]], np.float32)
    red, green, blue = np.clip(np.asarray(cv2.cvtColor(pixel, cv2.COLOR_Lab2RGB), np.float32)[0, 0], 0.0, 1.0).tolist()
    return red, green, blue


def deep(lightness: float, chroma: float, hue: float) -> Colour:
    """A dark colour; yellows and limes turn to amber, for in the dark they would be olive."""
    degrees = float(np.rad2deg(hue)) % 360.0
    return lab(lightness, chroma, float(np.deg2rad(64.0)) if 64.0 < degrees < 125.0 else hue)


def palette_of(subject: Subject) -> Palette:
    """The subject's strongest colour by chroma and area; indigo for one without colour."""
    pixels = subject.colour[subject.alpha > 128]
    step = max(1, len(pixels) // 20_000)
    sample = (pixels[::step].astype(np.float32) / np.float32(255.0))[None]
    if sample.shape[1] < 8:
        return _GREY
    colours = np.asarray(cv2.cvtColor(sample, cv2.COLOR_RGB2Lab), np.float32)[0]
    cv2.setRNGSeed(20_260)
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.5)
    _, labels, centres = cv2.kmeans(colours, 5, np.empty(0, np.int32), criteria, 2, cv2.KMEANS_PP_CENTERS)
    means = np.asarray(centres, np.float32)
    share = np.bincount(np.asarray(labels).ravel(), minlength=5) / len(colours)
    chroma = np.hypot(means[:, 1], means[:, 2])
    best = int(np.argmax(chroma * np.sqrt(share)))
    if float(chroma[best]) < _GREY_CHROMA:
        return _GREY
    return _around(float(np.arctan2(means[best, 2], means[best, 1])))


def _around(hue: float) -> Palette:
    return Palette(accent=float(hue), ground=float(hue) + np.pi)
