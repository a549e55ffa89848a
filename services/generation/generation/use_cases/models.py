"""Printable models: asked for, made, delivered, and why not."""

from uuid import UUID

from common.contracts.consents import PROCESSING
from generation.domain import (
    FAILURE_STANDS,
    MODEL_ATTEMPTS,
    SECONDS_EACH,
    SENTENCES,
    STORE_PAUSE,
    UNDER_WAY,
    Model,
    ModelFailed,
    ModelFailure,
    ModelReport,
    ModelState,
    NoSuchFigurine,
    NoSuchPicture,
    NothingToModel,
    Restricted,
    TooManyModels,
)
from generation.repository import Work


def find_model(work: Work, user_id: UUID, figurine_id: UUID, picture: int, height_mm: int) -> Model | None:
    """A model of one of the person's own pictures, if it was ever asked for.

    Raises NoSuchFigurine, NoSuchPicture, NothingToModel.
    """
    if work.pictures.find(figurine_id, picture, owner=user_id) is None:
        figurine = work.jobs.find(figurine_id)
        if figurine is None or figurine.user_id != user_id or figurine.deleted:
            raise NoSuchFigurine
        if work.pictures.find(figurine_id, 1, owner=user_id) is None:
            raise NothingToModel
        raise NoSuchPicture
    return work.models.find(figurine_id, picture, height_mm)


def ask_for_model(
    work: Work, user_id: UUID, figurine_id: UUID, picture: int, height_mm: int, *, in_the_making: int
) -> Model:
    """The model, from now on in the making if it is not there.

    Raises what find_model raises, Restricted, ModelFailed for as long as a failure stands, and TooManyModels.
    """
    model = find_model(work, user_id, figurine_id, picture, height_mm)
    if model is not None and model.state is ModelState.READY:
        return model
    if not work.consents.allows(user_id, PROCESSING):
        raise Restricted
    work.models.one_ask_at_a_time(user_id)
    model = work.models.find(figurine_id, picture, height_mm)
    if model is not None and (model.state in UNDER_WAY or model.state is ModelState.READY):
        return model
    _let_failure_stand(work, model)
    if work.models.under_way(user_id) >= in_the_making:
        raise TooManyModels
    work.models.ask(figurine_id, picture, height_mm)
    work.wake_makers()
    asked = work.models.find(figurine_id, picture, height_mm)
    if asked is None:
        raise NoSuchPicture
    return asked


def seconds_to_model(work: Work, model: Model) -> int:
    """About how long until the model is there."""
    return SECONDS_EACH * (work.models.ahead(model) + 1)


def claim_model(work: Work) -> Model | None:
    """Take the next model to make; one that silenced every maker so far has failed."""
    while (claim := work.models.claim()) is not None:
        if claim.lapses < MODEL_ATTEMPTS:
            return claim
        work.models.fail(claim, ModelFailure.BROKE_OFF)
    return None


def deliver_model(work: Work, claim: Model, report: ModelReport) -> bool:
    """The files are stored. False when the claim was lost."""
    return work.models.deliver(claim, report)


def fail_model(work: Work, claim: Model, failure: ModelFailure) -> None:
    """There is no model, and this is why."""
    work.models.fail(claim, failure)


def postpone_model(work: Work, claim: Model) -> None:
    """The store or the makers are away, which is nobody's failure."""
    work.models.postpone(claim, not_before=work.clock.now() + STORE_PAUSE)


def _let_failure_stand(work: Work, model: Model | None) -> None:
    if model is None or model.failure is None or model.finished_at is None:
        return
    left = model.finished_at + FAILURE_STANDS - work.clock.now()
    if left.total_seconds() > 0:
        raise ModelFailed(SENTENCES[model.failure], retry_after_seconds=int(left.total_seconds()) + 1)
