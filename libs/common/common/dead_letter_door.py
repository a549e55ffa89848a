"""The dead letters of a service for its operators; only the gateway asks, and it has written down who does what.

routes                           the blueprint for a service behind the gateway
listed, read, replay, drop       the same for whoever is the service, as the gateway is for its own letters

What lies in the letter is shown for a reason only; the lists hold ids, types, and what went wrong.
"""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from common.answers import Answer
from common.callers import current_caller, staff_blueprint
from common.current import current_service
from common.dead_letter_sweep import person_of
from common.dead_letters import DeadLetter, DeadLetters
from common.errors import Invalid, NotFound, Unavailable
from common.problems import problems
from common.service import Service, W

OPERATOR = "operator"
# What one page shows; whoever has more of them looks at the first ones first.
AT_MOST = 200

routes = staff_blueprint("dead letters", __name__, OPERATOR)


class NoSuchLetter(NotFound):
    """That letter is not among the dead ones any more: it was played again, dropped, or went with somebody's data."""


class LetterPath(BaseModel):
    """Which letter."""

    letter_id: Annotated[str, Field(max_length=100)]


class LetterAnswer(Answer):
    """A letter without what it says; `person` is whom it is about, for the one line that tells her of a look."""

    id: str
    type: str
    reason: str
    error: str
    attempts: int
    first_failed_at: str
    person: UUID | None


class LettersAnswer(Answer):
    """The oldest letters, and how many there are of each type among all of them."""

    items: list[LetterAnswer]
    by_type: dict[str, int]


class LetterBodyAnswer(LetterAnswer):
    """A letter with the message as it came; what is no text is written as escapes."""

    body: str


class LettersBody(BaseModel):
    """Which letters: the one with this id, or all of a type."""

    id: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    type: Annotated[str, Field(min_length=1, max_length=100)] | None = None


class LetterCountAnswer(Answer):
    """How many letters that was; 0 when it had been done before."""

    count: int


@routes.get("/v1/operator/dead-letters", responses={200: LettersAnswer, **problems(Unavailable)})
def list_letters() -> LettersAnswer:
    """The letters; they stay where they are."""
    return listed(current_service())


def listed(service: Service[W]) -> LettersAnswer:
    """The letters of a service. Raises Unavailable."""
    letters = _letters(service).all()
    by_type: dict[str, int] = {}
    for letter in letters:
        by_type[letter.type] = by_type.get(letter.type, 0) + 1
    return LettersAnswer(items=[_answer(letter) for letter in letters[:AT_MOST]], by_type=by_type)


@routes.get(
    "/v1/operator/dead-letters/<letter_id>",
    responses={200: LetterBodyAnswer, **problems(NoSuchLetter, Invalid, Unavailable)},
)
def read_letter(path: LetterPath) -> LetterBodyAnswer:
    """One letter with what it says; the token names the reason."""
    if not current_caller().reason:
        raise Invalid("Say why you look at what the letter says.")
    return read(current_service(), path.letter_id)


def read(service: Service[W], letter_id: str) -> LetterBodyAnswer:
    """One letter of a service with what it says. Raises NoSuchLetter, Unavailable."""
    letter = next((each for each in _letters(service).all() if each.id == letter_id), None)
    if letter is None:
        raise NoSuchLetter
    return LetterBodyAnswer(**_answer(letter).model_dump(), body=letter.body.decode(errors="backslashreplace"))


@routes.post("/v1/operator/dead-letters/replay", responses={200: LetterCountAnswer, **problems(Invalid, Unavailable)})
def replay_letters(body: LettersBody) -> LetterCountAnswer:
    """Send one of them, or all of a type, back to the service. An event that was handled after all is handled once."""
    return replay(current_service(), body)


def replay(service: Service[W], body: LettersBody) -> LetterCountAnswer:
    """Play letters of a service again. Raises Invalid, Unavailable."""
    return LetterCountAnswer(count=_letters(service).replay(_chosen(body)))


@routes.post("/v1/operator/dead-letters/drop", responses={200: LetterCountAnswer, **problems(Invalid, Unavailable)})
def drop_letter(body: LettersBody) -> LetterCountAnswer:
    """Remove one of them for good; never a whole type, for what is gone is gone."""
    return drop(current_service(), body)


def drop(service: Service[W], body: LettersBody) -> LetterCountAnswer:
    """Drop one letter of a service. Raises Invalid, Unavailable."""
    if body.id is None or body.type is not None:
        raise Invalid("One letter is dropped at a time: name it by its id.")
    return LetterCountAnswer(count=_letters(service).drop(_chosen(body)))


def _letters(service: Service[W]) -> DeadLetters:
    settings = service.settings
    return DeadLetters(service.name, broker_url=settings.broker_url.get_secret_value(), ca_file=settings.ca_file)


def _chosen(body: LettersBody) -> Callable[[DeadLetter], bool]:
    if (body.id is None) == (body.type is None):
        raise Invalid("Say which: the id of one letter, or a type.")
    return lambda letter: letter.id == body.id if body.id is not None else letter.type == body.type


def _answer(letter: DeadLetter) -> LetterAnswer:
    return LetterAnswer(
        id=letter.id,
        type=letter.type,
        reason=letter.reason,
        error=letter.error,
        attempts=letter.attempts,
        first_failed_at=letter.first_failed_at,
        person=person_of(letter.body),
    )
