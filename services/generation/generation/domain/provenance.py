"""What a picture says about how it came to be. Pure."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

# http://cv.iptc.org/newscodes/digitalsourcetype/, the vocabulary that XMP and C2PA share.
_VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """How pictures come to be: IPTC's term for it, and a sentence for people."""

    source_type: str
    sentence: str
    generative: bool


# "Mix or composite of several elements": a photo cut out, and things drawn around it. Not `compositeSynthetic`,
# which says since 2024 that a part is the work of generative AI.
COMPOSED = Making(
    source_type=f"{_VOCABULARY}composite",
    sentence="Composed from a photo by the studio engine, without generative AI.",
    generative=False,
)
GENERATED = Making(source_type=f"{_VOCABULARY}trainedAlgorithmicMedia", sentence="Made with AI.", generative=True)
_COMPOSERS = frozenset({"studio"})


def making_of(engine: str) -> Making:
    """How this engine makes pictures; one nobody has described counts as generative, the stricter label."""
    return COMPOSED if engine in _COMPOSERS else GENERATED


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a picture comes from: all that its metadata may tell. No title, no name, no photo."""

    figurine_id: UUID
    engine: str
    model: str | None
    painted_at: datetime | None

    @property
    def making(self) -> Making:
        """How it came to be."""
        return making_of(self.engine)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What a manifest says was done to a file."""

    action: str
    digital_source_type: str | None = None
    software: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What a file's manifest says, and whether it holds: `Trusted`, `Valid`, `Invalid`, `Unsigned`, `Missing`.

    `Valid` is a sound signature of somebody whom this deployment does not know.
    """

    state: str
    problems: tuple[str, ...] = ()
    generator: str | None = None
    actions: tuple[Action, ...] = ()
    parents: int = 0
    issuer: str | None = None
    serial: str | None = None
    algorithm: str | None = None
