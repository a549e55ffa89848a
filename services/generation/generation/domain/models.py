"""Printable models: how they are asked for and made, and what is known of one. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from common.errors import Conflict, Refused

HEIGHT_MM = 80
LOWEST_MM, HIGHEST_MM = 40, 150
# Longer than a model can take: the makers' own limit, and storing it with a slow store.
MODEL_LEASE = timedelta(minutes=3)
# Whoever made it so often and went silent every time will not come back with it.
MODEL_ATTEMPTS = 3
# A failure stands so long; whoever asks after that has it tried anew.
FAILURE_STANDS = timedelta(minutes=1)
# About what one model takes, for those who wait.
SECONDS_EACH = 4


class ModelState(StrEnum):
    """The life of a model."""

    ASKED = "asked"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"


# A model goes when its figurine does; a failed one may be asked for again.
MODEL_TRANSITIONS: Mapping[ModelState, frozenset[ModelState]] = {
    ModelState.ASKED: frozenset({ModelState.MAKING}),
    ModelState.MAKING: frozenset({ModelState.ASKED, ModelState.READY, ModelState.FAILED}),
    ModelState.READY: frozenset(),
    ModelState.FAILED: frozenset({ModelState.ASKED}),
}
UNDER_WAY = frozenset({ModelState.ASKED, ModelState.MAKING})


class ModelPart(StrEnum):
    """The files of a model: three to print or look at, a preview, and a turntable to turn it on."""

    GLB = "glb"
    STL = "stl"
    THREE_MF = "3mf"
    PREVIEW = "preview"
    TURNTABLE = "turntable"


PRINTABLE = (ModelPart.GLB, ModelPart.STL, ModelPart.THREE_MF)
MEDIA_TYPES: Mapping[ModelPart, str] = {
    ModelPart.GLB: "model/gltf-binary",
    ModelPart.STL: "model/stl",
    ModelPart.THREE_MF: "model/3mf",
    ModelPart.PREVIEW: "image/jpeg",
    ModelPart.TURNTABLE: "text/html; charset=utf-8",
}
SUFFIXES: Mapping[ModelPart, str] = {ModelPart.PREVIEW: "jpg", ModelPart.TURNTABLE: "html"}


class ModelFailure(StrEnum):
    """Why there is no model."""

    UNREADABLE = "picture_unreadable"
    NOT_PRINTABLE = "not_printable"
    TOO_LARGE = "too_large"
    TOOK_TOO_LONG = "took_too_long"
    BROKE_OFF = "broke_off"


SENTENCES: Mapping[ModelFailure, str] = {
    ModelFailure.UNREADABLE: "The picture could not be opened, so no model was made. Try another picture.",
    ModelFailure.NOT_PRINTABLE: (
        "The figure would not print: it came out too thin, in pieces or unsteady. Try another picture or height."
    ),
    ModelFailure.TOO_LARGE: "The model grew too large for a printer's software. Try another picture or less height.",
    ModelFailure.TOOK_TOO_LONG: "Making the model took too long and was stopped. Ask again in a minute.",
    ModelFailure.BROKE_OFF: "Making the model broke off. Ask again in a minute.",
}


class ModelFailed(Refused):
    """No model could be made of this picture. Ask again in a minute, or try another picture."""

    code = "model_failed"

    def __init__(self, message: str | None = None, *, retry_after_seconds: int = 60) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class TooManyModels(Refused):
    """You have several models in the making. Wait until one of them is ready, then ask again."""

    code = "rate_limited"

    def __init__(self, message: str | None = None, *, retry_after_seconds: int = 10) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class NothingToModel(Conflict):
    """This figurine has no pictures, so there is nothing to model. Ask when it is finished."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReport:
    """What was measured on the finished model: millimetres, cubic centimetres, degrees."""

    width_mm: float
    depth_mm: float
    height_mm: float
    volume_cm3: float
    min_wall_mm: float
    tipping_degrees: float
    triangles: int
    watertight: bool
    bytes: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model of one picture in one height.

    `lapses` counts makers that went silent, `prefix` is where the picture lies, `scene` the studio engine's style.
    """

    figurine_id: UUID
    picture: int
    height_mm: int
    owner: UUID
    state: ModelState
    attempt: int
    lapses: int
    failure: ModelFailure | None
    report: ModelReport | None
    finished_at: datetime | None
    prefix: str
    scene: str

    @property
    def place(self) -> str:
        """Where the files of this attempt lie: below the picture's own place, and so whoever owns that owns them."""
        return f"{self.stem}{self.attempt}"

    @property
    def stem(self) -> str:
        """What the places of all attempts begin with."""
        return f"{self.prefix}-model-{self.height_mm}-"
