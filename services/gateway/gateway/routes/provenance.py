"""/v1/figurines/{id}/provenance: how one's pictures came to be, and whether their signatures hold."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from common.answers import Answer
from common.errors import NotFound, Unavailable
from common.problems import problems
from gateway.domain.figurines import NoSuchFigurine
from gateway.routes.context import current_person, peers, personal, unit
from gateway.routes.figurines import FigurinePath
from gateway.use_cases import figurines

routes = personal("provenance", counted=False)


class ActionAnswer(Answer):
    """What the signed manifest says was done, by which software."""

    action: str
    digital_source_type: str | None = None
    software: str | None = None
    version: str | None = None


class SignatureAnswer(Answer):
    """Who signed, and with which certificate."""

    issuer: str | None
    serial: str | None
    algorithm: str | None


class ManifestAnswer(Answer):
    """What the signed manifest says; `parents` counts the files it derives from, never the photo."""

    generator: str
    actions: list[ActionAnswer]
    parents: int
    signature: SignatureAnswer


class ValidationAnswer(Answer):
    """Whether the signature holds now; `Valid` is a sound one of somebody this studio does not know."""

    state: Literal["Trusted", "Valid", "Invalid", "Unsigned", "Missing"]
    problems: list[str]
    checked_at: datetime


class PictureProvenanceAnswer(Answer):
    """How one picture came to be; `original` says whether the engine's own file is kept besides."""

    n: int
    engine: str | None
    model: str | None
    made_at: datetime | None
    digital_source_type: str | None
    sentence: str
    made_with_ai: bool
    original: bool
    manifest: ManifestAnswer | None
    validation: ValidationAnswer


class ProvenanceAnswer(Answer):
    """Each picture, and the authorities (PEM) with which anybody can check the signatures."""

    figurine_id: UUID
    items: list[PictureProvenanceAnswer]
    authority: str | None = None


@routes.get(
    "/v1/figurines/<figurine_id>/provenance",
    responses={200: ProvenanceAnswer, **problems(NoSuchFigurine, Unavailable)},
)
def read_provenance(path: FigurinePath) -> ProvenanceAnswer:
    """Engine, model, source type and signature of each picture; the stored files are verified for this answer."""
    person = current_person()
    with unit.begin() as work:
        figurines.read_figurine(work, person.account_id, path.figurine_id)
    try:
        answer = peers().generation.get(f"/v1/figurines/{path.figurine_id}/provenance", user_id=person.account_id)
    except NotFound:
        # Ordered a moment ago: generation has not heard of it yet.
        return ProvenanceAnswer(figurine_id=path.figurine_id, items=[])
    return ProvenanceAnswer.model_validate(answer)
