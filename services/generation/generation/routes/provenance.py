"""/v1/figurines/{id}/provenance: how each picture came to be, and whether its signature holds."""

from datetime import datetime
from uuid import UUID

from common.answers import Answer
from common.callers import current_user_id, internal_blueprint
from common.problems import problems
from common.sealing import Unsealable
from common.storage import ObjectMissing
from generation import use_cases
from generation.domain import Inspection, NoSuchFigurine, StoredPicture
from generation.ports import Size
from generation.routes.context import inspector, pictures, unit
from generation.routes.figurines import FigurinePath

routes = internal_blueprint("provenance", __name__)


class ActionAnswer(Answer):
    """What the manifest says was done, by which software."""

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
    """Whether the signature holds now: `Trusted`, `Valid` (by somebody unknown), `Invalid`, `Unsigned`, `Missing`."""

    state: str
    problems: list[str]
    checked_at: datetime


class PictureProvenanceAnswer(Answer):
    """How one picture came to be; `original` says whether the engine's own bytes are kept besides."""

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
    authority: str


@routes.get("/v1/figurines/<figurine_id>/provenance", responses={200: ProvenanceAnswer, **problems(NoSuchFigurine)})
def provenance(path: FigurinePath) -> ProvenanceAnswer:
    """What the stored files say of themselves, verified now; owner only."""
    owner = current_user_id()
    with unit.begin() as work:
        stored = use_cases.find_pictures(work, owner, path.figurine_id)
    return ProvenanceAnswer(
        figurine_id=path.figurine_id,
        items=[_item(each, path.figurine_id, owner) for each in stored],
        authority=inspector().authority,
    )


def _item(stored: StoredPicture, figurine_id: UUID, owner: UUID) -> PictureProvenanceAnswer:
    found = _inspected(stored, owner)
    making = stored.origin(figurine_id).making
    return PictureProvenanceAnswer(
        n=stored.n,
        engine=stored.engine,
        model=stored.model,
        made_at=stored.signed_at,
        digital_source_type=stored.source_type,
        sentence=making.sentence,
        made_with_ai=making.generative,
        original=stored.original_type is not None,
        manifest=_manifest(found),
        validation=ValidationAnswer(state=found.state, problems=list(found.problems), checked_at=unit.clock.now()),
    )


def _inspected(stored: StoredPicture, owner: UUID) -> Inspection:
    """What the file in the store says; one that cannot be read is told as that, not as an error of ours."""
    try:
        opened = pictures().open(stored.prefix, Size.FULL, owner=owner)
        try:
            image = b"".join(opened)
        finally:
            opened.close()
    except ObjectMissing:
        return Inspection(state="Missing", problems=("object.missing",))
    except Unsealable:
        return Inspection(state="Invalid", problems=("seal.broken",))
    return inspector().inspect(image, stored.media_type)


def _manifest(found: Inspection) -> ManifestAnswer | None:
    if found.generator is None:
        return None
    return ManifestAnswer(
        generator=found.generator,
        actions=[ActionAnswer.model_validate(action) for action in found.actions],
        parents=found.parents,
        signature=SignatureAnswer.model_validate(found),
    )
