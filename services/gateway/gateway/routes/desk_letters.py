"""/v1/operator/dead-letters: events that services gave up, in one list, for operators."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BaseModel, Field

from common import dead_letter_door
from common.answers import Answer
from common.current import current_service
from common.dead_letter_door import LettersBody
from common.errors import Invalid, NotFound, Unavailable
from common.problems import problems
from gateway.domain.refunds import NotConfirmed
from gateway.domain.rooms import LETTERS
from gateway.domain.tickets import check_reason
from gateway.routes.context import peers
from gateway.routes.desk import desk_routes
from gateway.routes.desk_acts import Why, asked_of, without_person, write_down

routes = desk_routes("console letters", *LETTERS.roles)
_PATH: Final = "/v1/operator/dead-letters"

LetterId = Annotated[str, Field(min_length=1, max_length=100, examples=["01a21ae1-2b00-709c-9728-51839d4b0658"])]
EventType = Annotated[str, Field(min_length=1, max_length=100, examples=["figurine.generated"])]


class Owner(StrEnum):
    """Whose letters they are."""

    GATEWAY = "gateway"
    GENERATION = "generation"
    BILLING = "billing"
    PRIVACY = "privacy"
    ANALYTICS = "analytics"


class OwnerPath(BaseModel):
    """Whose letters."""

    service: Owner


class DeadLetterAnswer(Answer):
    """An event that a service gave up: why, after how many attempts, and since when. Nothing of what it says."""

    service: Owner
    id: str
    type: str
    reason: str
    error: str
    attempts: int
    first_failed_at: str


class DeadLettersOfAnswer(Answer):
    """One service: whether it answered, and how many letters it has of each type."""

    service: Owner
    away: bool
    count: int
    by_type: dict[str, int]


class DeadLettersAnswer(Answer):
    """The letters of every service that answered (the oldest 200 of each), and how each of them stands."""

    items: list[DeadLetterAnswer]
    services: list[DeadLettersOfAnswer]


class OpenedLetterAnswer(DeadLetterAnswer):
    """A letter with the message as it came."""

    body: str


class OpenLetterBody(BaseModel):
    """Which letter is opened, and why."""

    id: LetterId
    reason: Why


class ReplayLettersBody(BaseModel):
    """Which letters: one by its id, or all of a type."""

    id: LetterId | None = None
    type: EventType | None = None


class DropLetterBody(BaseModel):
    """Which letter is dropped for good, why, and its type, typed by hand."""

    id: LetterId
    confirm: EventType
    reason: Why


class LettersMovedAnswer(Answer):
    """How many letters that was; 0 when it had been done before."""

    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """A letter without what it says, and whom it is about."""

    type: str
    person: UUID | None


@routes.get(_PATH, responses={200: DeadLettersAnswer})
def list_dead_letters() -> DeadLettersAnswer:
    """The letters of all five services, asked side by side; one that is away says so and keeps nobody waiting."""
    return look_through()


def look_through() -> DeadLettersAnswer:
    """The letters of all services."""
    readers = [_reader(owner) for owner in Owner]
    with ThreadPoolExecutor(len(readers)) as at_once:
        found = list(at_once.map(_patiently, readers))
    told = dict(zip(Owner, found, strict=True))
    return DeadLettersAnswer(
        items=[
            DeadLetterAnswer(service=owner, **without_person(item))
            for owner, answer in told.items()
            for item in (answer or {}).get("items", ())
        ],
        services=[
            DeadLettersOfAnswer(
                service=owner,
                away=answer is None,
                count=sum((answer or {}).get("by_type", {}).values()),
                by_type=(answer or {}).get("by_type", {}),
            )
            for owner, answer in told.items()
        ],
    )


@routes.post(f"{_PATH}/<service>/open", responses={200: OpenedLetterAnswer, **problems(NotFound, Invalid, Unavailable)})
def open_letter(path: OwnerPath, body: OpenLetterBody) -> OpenedLetterAnswer:
    """What a letter says, for a reason; whom it is about reads that somebody looked."""
    return open_one(path.service, body.id, body.reason)


def open_one(owner: Owner, letter_id: str, reason: str) -> OpenedLetterAnswer:
    """Open a letter. Raises NotFound, Invalid, Unavailable."""
    reason = check_reason(reason)
    head = _head(owner, letter_id)
    what = "A message between services about you that could not be handled"
    write_down("letter.open", thing=f"{owner}:{letter_id}", person=head.person, what=what, reason=reason)
    if owner is Owner.GATEWAY:
        told = dead_letter_door.read(current_service(), letter_id).model_dump(mode="json")
    else:
        peer, account_id = asked_of(getattr(peers(), owner), reason=reason)
        told = peer.get(f"{_PATH}/{letter_id}", user_id=account_id)
    return OpenedLetterAnswer(service=owner, **without_person(told))


@routes.post(f"{_PATH}/<service>/replay", responses={200: LettersMovedAnswer, **problems(Invalid, Unavailable)})
def replay_letters(path: OwnerPath, body: ReplayLettersBody) -> LettersMovedAnswer:
    """Send one letter, or all of a type, back to their service. What was handled after all is handled once."""
    return replay_some(path.service, letter_id=body.id, event_type=body.type)


def replay_some(owner: Owner, *, letter_id: str | None, event_type: str | None) -> LettersMovedAnswer:
    """Play letters again. Raises Invalid, Unavailable."""
    if (letter_id is None) == (event_type is None):
        raise Invalid("Say which: the id of one letter, or a type.")
    write_down("letter.replay", thing=f"{owner}:{letter_id or event_type}")
    return _move(owner, "replay", LettersBody(id=letter_id, type=event_type))


@routes.post(
    f"{_PATH}/<service>/drop",
    responses={200: LettersMovedAnswer, **problems(NotFound, Invalid, NotConfirmed, Unavailable)},
)
def drop_dead_letter(path: OwnerPath, body: DropLetterBody) -> LettersMovedAnswer:
    """Remove one letter for good, when its type was typed by hand."""
    return drop_one(path.service, body.id, typed=body.confirm, reason=body.reason)


def drop_one(owner: Owner, letter_id: str, *, typed: str, reason: str) -> LettersMovedAnswer:
    """Drop a letter. Raises NotFound, Invalid, NotConfirmed, Unavailable."""
    reason = check_reason(reason)
    head = _head(owner, letter_id)
    if typed.strip() != head.type:
        raise NotConfirmed
    what = "A message between services about you, which was dropped"
    write_down("letter.drop", thing=f"{owner}:{letter_id}", person=head.person, what=what, reason=reason)
    return _move(owner, "drop", LettersBody(id=letter_id))


def _move(owner: Owner, how: str, body: LettersBody) -> LettersMovedAnswer:
    if owner is Owner.GATEWAY:
        move = dead_letter_door.replay if how == "replay" else dead_letter_door.drop
        return LettersMovedAnswer(count=move(current_service(), body).count)
    peer, account_id = asked_of(getattr(peers(), owner))
    return LettersMovedAnswer(**peer.post(f"{_PATH}/{how}", user_id=account_id, body=body.model_dump()))


def _reader(owner: Owner) -> Callable[[], dict[str, Any]]:
    """What lists the letters of a service, in a thread that knows of no request."""
    if owner is Owner.GATEWAY:
        service = current_service()
        return lambda: dead_letter_door.listed(service).model_dump(mode="json")
    peer, account_id = asked_of(getattr(peers(), owner))
    return lambda: peer.get(_PATH, user_id=account_id)


def _patiently(read: Callable[[], dict[str, Any]]) -> dict[str, Any] | None:
    try:
        return read()
    except Unavailable:
        return None


def _head(owner: Owner, letter_id: str) -> _Head:
    for item in _reader(owner)()["items"]:
        if item["id"] == letter_id:
            return _Head(type=item["type"], person=UUID(item["person"]) if item["person"] else None)
    raise NotFound("That letter is not among the dead ones any more: it was played again or dropped.")
