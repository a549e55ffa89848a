"""/v1/figurines: ordering, following, cancelling."""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from flask import Response, request
from pydantic import BaseModel, Field

from common.answers import Answer
from common.errors import Conflict, Invalid, NotFound, Unavailable
from common.problems import problems
from gateway.domain.allowances import PlanNeeded
from gateway.domain.consents import ConsentRequired, Restricted
from gateway.domain.figurines import (
    Figurine,
    InsufficientCredits,
    NoSuchFigurine,
    Order,
    State,
    check_order,
    failure_sentence,
)
from gateway.domain.idempotency import IdempotencyMismatch
from gateway.domain.people import ForgedRequest, NotSignedIn
from gateway.domain.photo import (
    NoSuchPhoto,
    PhotoTooLarge,
    PhotoTooSmall,
    PhotoUnreadable,
    PhotoUnsupported,
    TooManySavedPhotos,
)
from gateway.domain.styles import NoSuchStyle, StyleUnavailable, delivery_said, options_said
from gateway.repository import Work
from gateway.routes import order_photo
from gateway.routes.context import current_person, peers, personal, unit
from gateway.routes.counting import facts_of_device
from gateway.routes.once import Made, answered
from gateway.routes.order_form import OrderForm
from gateway.routes.placing import place
from gateway.routes.planned import naming_the_plan
from gateway.routes.versions import VersionAnswer, version_answers
from gateway.use_cases import figurines
from gateway.use_cases.figurines import Placement
from gateway.use_cases.versions import trees

# The photo, and a little for the rest of the form.
MAX_UPLOAD_BYTES = 22 * 1024 * 1024

routes = personal("figurines")


class PictureAnswer(Answer):
    """One picture, in pixels; pictures count from 1. `editable`: a version can be made of it without the photo."""

    n: int
    width: int
    height: int
    editable: bool = False


class FailureAnswer(Answer):
    """Why there is no picture, and what it cost: nothing."""

    code: str
    sentence: str
    cost: int = 0


class QueueAnswer(Answer):
    """The place in the queue (1 is next), and the seconds until the picture."""

    place: int
    estimate_seconds: int


class FigurineAnswer(Answer):
    """A figurine; `price` is what was set aside for it, in credits; `upload_id` is its photo's, in `GET /v1/photos`.

    `versions` are all figurines of its tree, itself among them; `ready_by` is when one with `delivery` `batch` is
    there at the latest.
    """

    id: UUID
    upload_id: UUID | None
    parent_id: UUID | None = None
    state: State
    style: str
    title: str
    engine: str | None
    variants: int
    aspect_ratio: str
    options: dict[str, str]
    delivery: str = "now"
    ready_by: datetime | None = None
    price: int
    queue: QueueAnswer | None = None
    pictures: list[PictureAnswer]
    versions: list[VersionAnswer]
    failure: FailureAnswer | None
    created_at: datetime
    finished_at: datetime | None
    favourite: bool = False


class FigurinesAnswer(Answer):
    """Figurines, the newest first."""

    items: list[FigurineAnswer]
    next_cursor: str | None


class FigurinesQuery(BaseModel):
    """Which figurines, and which page of them."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: UUID | None = None
    style: str | None = None
    state: State | None = None
    favourite: bool | None = None


class FigurinePath(BaseModel):
    """Which figurine."""

    figurine_id: UUID


class CancelAnswer(Answer):
    """The state the figurine ended in."""

    id: UUID
    state: State


@routes.before_request
def allow_photos() -> None:
    """A photo is larger than anything else people send."""
    request.max_content_length = MAX_UPLOAD_BYTES


@routes.post(
    "/v1/figurines",
    responses={
        202: FigurineAnswer,
        **problems(
            Invalid,
            NoSuchStyle,
            NoSuchPhoto,
            StyleUnavailable,
            TooManySavedPhotos,
            PhotoUnreadable,
            PhotoTooSmall,
            NotSignedIn,
            ForgedRequest,
            ConsentRequired,
            Restricted,
            IdempotencyMismatch,
        ),
        **problems(
            InsufficientCredits,
            PlanNeeded,
            PhotoTooLarge,
            PhotoUnsupported,
            statuses={InsufficientCredits: 402, PlanNeeded: 402, PhotoTooLarge: 413, PhotoUnsupported: 415},
        ),
    },
)
def order(form: OrderForm) -> Response:
    """Order a figurine. The photo, sent now or saved before, is cleaned, sealed and stored before this answers."""
    person = current_person()
    wanted = check_order(
        style=form.style,
        variants=form.variants,
        aspect_ratio=form.aspect_ratio,
        title=form.title,
        note=form.note,
        options=form.options,
        delivery=form.delivery,
    )
    parts = _said(form, wanted)
    repeated = answered(str(person.account_id), parts)
    if repeated is not None:
        return repeated
    with naming_the_plan(person.account_id), unit.begin() as work:
        quote = figurines.quote(work, person.account_id, wanted)
    save = order_photo.is_to_be_saved(form, person.account_id)
    jpeg = order_photo.jpeg_of(form, person.account_id)
    placement = Placement(
        figurine_id=unit.clock.new_id(),
        upload_id=unit.clock.new_id(),
        order=quote.order,
        price=quote.price,
        seed=secrets.randbits(31),
        save=save,
        allowance_version=quote.allowance_version,
        facts=facts_of_device(),
    )
    return place(person.account_id, placement, jpeg, parts, partial(made, figurines.place_order, person.account_id))


@routes.get("/v1/figurines", responses={200: FigurinesAnswer})
def list_figurines(query: FigurinesQuery) -> FigurinesAnswer:
    """One's own figurines, the newest first."""
    person = current_person()
    with unit.begin() as work:
        page = work.figurines.page(
            person.account_id,
            before=query.cursor,
            limit=query.limit,
            style=query.style,
            state=query.state,
            favourite=query.favourite,
        )
        items = figurine_answers(work, person.account_id, page)
    return FigurinesAnswer(
        items=items,
        next_cursor=str(page[-1].id) if len(page) == query.limit else None,
    )


@routes.get("/v1/figurines/<figurine_id>", responses={200: FigurineAnswer, **problems(NoSuchFigurine)})
def read_figurine(path: FigurinePath) -> FigurineAnswer:
    """One figurine; readable from the moment it was ordered."""
    person = current_person()
    with unit.begin() as work:
        figurine = figurines.read_figurine(work, person.account_id, path.figurine_id)
        (answer,) = figurine_answers(work, person.account_id, [figurine])
    if figurine.state is State.QUEUED:
        answer.queue = _queue(person.account_id, figurine.id)
    return answer


@routes.post("/v1/figurines/<figurine_id>/cancel", responses={200: CancelAnswer, **problems(NoSuchFigurine, Conflict)})
def cancel(path: FigurinePath) -> CancelAnswer:
    """Stop a figurine that is not finished; it costs nothing."""
    person = current_person()
    with unit.begin() as work:
        figurines.read_figurine(work, person.account_id, path.figurine_id)
    ended = peers().generation.post(f"/v1/figurines/{path.figurine_id}/cancel", user_id=person.account_id)
    return CancelAnswer(id=path.figurine_id, state=State(ended["state"]))


def figurine_answers(work: Work, account_id: UUID, shown: Sequence[Figurine]) -> list[FigurineAnswer]:
    """Figurines as their owner sees them, each with its tree."""
    grown = trees(work, account_id, shown)
    return [_answer(figurine, version_answers(grown[figurine.root])) for figurine in shown]


def _answer(figurine: Figurine, versions: list[VersionAnswer]) -> FigurineAnswer:
    code = figurine.failure_code
    return FigurineAnswer(
        id=figurine.id,
        upload_id=figurine.upload_id,
        parent_id=figurine.parent_id,
        state=figurine.state,
        style=figurine.style,
        title=figurine.title,
        engine=figurine.engine,
        variants=figurine.variants,
        aspect_ratio=figurine.aspect_ratio,
        options=dict(figurine.options),
        delivery=figurine.delivery,
        ready_by=figurine.ready_by,
        price=figurine.price,
        pictures=[PictureAnswer.model_validate(picture) for picture in figurine.pictures],
        versions=versions,
        failure=FailureAnswer(code=code, sentence=failure_sentence(code)) if code else None,
        created_at=figurine.created_at,
        finished_at=figurine.finished_at,
        favourite=figurine.favourite,
    )


def _said(form: OrderForm, wanted: Order) -> tuple[str, ...]:
    """What the request says, the photo included."""
    photo, *saving = order_photo.said(form)
    said = (photo, wanted.style, str(wanted.variants), wanted.aspect_ratio, wanted.title, wanted.note)
    return (*said, *options_said(wanted.options), *delivery_said(wanted.delivery), *saving)


def made(
    write: Callable[[Work, UUID, Placement], Figurine], account_id: UUID, placement: Placement
) -> Callable[[Work], Made]:
    """Writes an order down and answers with its figurine."""

    def make(work: Work) -> Made:
        (answer,) = figurine_answers(work, account_id, [write(work, account_id, placement)])
        return Made(answer=answer, owner=account_id)

    return make


def _queue(account_id: UUID, figurine_id: UUID) -> QueueAnswer | None:
    """The place in the queue, if generation can tell right now."""
    try:
        place = peers().generation.get(f"/v1/figurines/{figurine_id}/queue", user_id=account_id)
    except (Unavailable, NotFound):
        return None
    return QueueAnswer(**place) if place["place"] else None
