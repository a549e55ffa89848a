"""/v1/figurines: ordering, following, cancelling."""

import secrets
from contextlib import suppress
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Annotated, BinaryIO, cast
from uuid import UUID

from flask import Response, request
from pydantic import BaseModel, Field

from common.answers import Answer
from common.errors import Conflict, Invalid, NotFound, Refused, Unavailable
from common.problems import problems
from gateway.domain.consents import ConsentRequired
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
from gateway.domain.photo import PhotoTooLarge, PhotoTooSmall, PhotoUnreadable, PhotoUnsupported
from gateway.domain.styles import NoSuchStyle, StyleUnavailable, delivery_said, options_said
from gateway.repository import Work
from gateway.routes.context import current_person, intake, peers, personal, unit, uploads
from gateway.routes.once import Made, answered, once
from gateway.routes.order_form import OrderForm
from gateway.use_cases import figurines
from gateway.use_cases.figurines import Placement

# The photo, and a little for the rest of the form.
MAX_UPLOAD_BYTES = 22 * 1024 * 1024

routes = personal("figurines")


class PictureAnswer(Answer):
    """One picture, in pixels; pictures count from 1."""

    n: int
    width: int
    height: int


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

    `ready_by` is when one with `delivery` `batch` is there at the latest.
    """

    id: UUID
    upload_id: UUID
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
    versions: list[UUID]
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
            StyleUnavailable,
            PhotoUnreadable,
            PhotoTooSmall,
            NotSignedIn,
            ForgedRequest,
            ConsentRequired,
            IdempotencyMismatch,
        ),
        **problems(
            InsufficientCredits,
            PhotoTooLarge,
            PhotoUnsupported,
            statuses={InsufficientCredits: 402, PhotoTooLarge: 413, PhotoUnsupported: 415},
        ),
    },
)
def order(form: OrderForm) -> Response:
    """Order a figurine. The photo is cleaned, sealed and stored before this answers."""
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
    with unit.begin() as work:
        quote = figurines.quote(work, person.account_id, wanted)
    photo = intake().sanitise(_stream(form))
    placement = Placement(
        figurine_id=unit.clock.new_id(),
        upload_id=unit.clock.new_id(),
        order=quote.order,
        price=quote.price,
        seed=secrets.randbits(31),
    )
    return _place(person.account_id, placement, photo.jpeg, parts)


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
    return FigurinesAnswer(
        items=[figurine_answer(figurine) for figurine in page],
        next_cursor=str(page[-1].id) if len(page) == query.limit else None,
    )


@routes.get("/v1/figurines/<figurine_id>", responses={200: FigurineAnswer, **problems(NoSuchFigurine)})
def read_figurine(path: FigurinePath) -> FigurineAnswer:
    """One figurine; readable from the moment it was ordered."""
    person = current_person()
    with unit.begin() as work:
        figurine = figurines.read_figurine(work, person.account_id, path.figurine_id)
    answer = figurine_answer(figurine)
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


def figurine_answer(figurine: Figurine) -> FigurineAnswer:
    """A figurine as its owner sees it."""
    code = figurine.failure_code
    return FigurineAnswer(
        id=figurine.id,
        upload_id=figurine.upload_id,
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
        versions=[figurine.id],
        failure=FailureAnswer(code=code, sentence=failure_sentence(code)) if code else None,
        created_at=figurine.created_at,
        finished_at=figurine.finished_at,
        favourite=figurine.favourite,
    )


def _stream(form: OrderForm) -> BinaryIO:
    """The photo from its first byte; small ones are in memory, larger ones in an unnamed file."""
    stream = cast("BinaryIO", form.photo.stream)
    stream.seek(0)
    return stream


def _said(form: OrderForm, wanted: Order) -> tuple[str, ...]:
    """What the request says, the photo included."""
    digest = sha256()
    for piece in iter(partial(_stream(form).read, 65_536), b""):
        digest.update(piece)
    said = (digest.hexdigest(), wanted.style, str(wanted.variants), wanted.aspect_ratio, wanted.title, wanted.note)
    return said + options_said(wanted.options) + delivery_said(wanted.delivery)


def _place(account_id: UUID, placement: Placement, jpeg: bytes, parts: tuple[str, ...]) -> Response:
    """Store the photo first, then the order; a photo whose order was not written goes again."""
    words = placement.order

    def make(work: Work) -> Made:
        return Made(answer=figurine_answer(figurines.place_order(work, account_id, placement)), owner=account_id)

    try:
        uploads().put(placement.upload_id, jpeg, title=words.title, note=words.note, owner=account_id)
        response = once(str(account_id), parts, make, status=202)
    except Refused:
        # Only a refusal is known to have written nothing. After a commit whose answer was lost the
        # order may stand, and with it the photo; if it does not, the sweep of strays takes the photo.
        _take_back(placement.upload_id)
        raise
    if "Idempotency-Replayed" in response.headers:
        _take_back(placement.upload_id)
    return response


def _take_back(upload_id: UUID) -> None:
    # If the store is away too, the sweep of strays gets it within the day.
    with suppress(Unavailable):
        uploads().delete(upload_id)


def _queue(account_id: UUID, figurine_id: UUID) -> QueueAnswer | None:
    """The place in the queue, if generation can tell right now."""
    try:
        place = peers().generation.get(f"/v1/figurines/{figurine_id}/queue", user_id=account_id)
    except (Unavailable, NotFound):
        return None
    return QueueAnswer(**place) if place["place"] else None
