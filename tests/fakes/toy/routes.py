"""Routes that show every way a request can end."""

from uuid import UUID

import psycopg
from flask_openapi3.models.file import FileStorage
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from common.callers import current_user_id, internal_blueprint
from common.current import Current, CurrentUnit
from common.errors import Conflict, Forbidden, NotFound, Refused, Unavailable
from common.problems import problems
from common.routing import Routes
from tests.fakes.toy.rooms import Gate, Work


class InsufficientMarbles(Refused):
    """There are not enough marbles for this."""

    code = "insufficient_marbles"


class TooManyMarbles(Refused):
    """You asked for marbles too often; wait a little."""

    code = "rate_limited"
    retry_after_seconds = 7


STATUSES: dict[type[Refused], int] = {InsufficientMarbles: 402, TooManyMarbles: 429}
REFUSALS: dict[str, type[Exception]] = {
    kind.__name__.lower(): kind
    for kind in (
        NotFound,
        Forbidden,
        Conflict,
        Unavailable,
        InsufficientMarbles,
        TooManyMarbles,
        psycopg.OperationalError,
        psycopg.DataError,
        ZeroDivisionError,
    )
}

public = Routes("public", __name__)
private = internal_blueprint("private", __name__)
unit = CurrentUnit[Work]()
gate = Current(Gate)


class Marble(BaseModel):
    """One marble."""

    model_config = ConfigDict(extra="forbid")

    colour: str = Field(max_length=10, pattern="^[a-z]+$")
    size: int = Field(ge=1, le=9)
    seen_at: AwareDatetime | None = None


class ById(BaseModel):
    """One thing, by its id."""

    id: UUID


class Kind(BaseModel):
    """A way to fail."""

    kind: str


class Label(BaseModel):
    """A form: text, a number, several words, and a file."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    title: str = Field(max_length=40)
    copies: int = 1
    words: list[str] = []
    photo: FileStorage | None = None


class LabelAnswer(BaseModel):
    """What was understood of a form."""

    title: str
    copies: int
    words: list[str]
    bytes: int


class Owner(BaseModel):
    """Whose it is."""

    user_id: UUID


@public.post("/marbles", responses={201: Marble, **problems(InsufficientMarbles, Conflict, statuses=STATUSES)})
def add_marble(body: Marble) -> tuple[Marble, int]:
    """Take a marble and show it."""
    return body, 201


@public.get("/marbles/<id>", responses={200: ById, **problems(NotFound)})
def marble(path: ById) -> ById:
    """One marble."""
    return path


@public.get("/failures/<kind>", responses={200: Kind})
def fail(path: Kind) -> None:
    """Fail in the way that was asked for."""
    raise REFUSALS[path.kind]


@public.post("/marks", responses={200: Kind})
def slow_mark() -> Kind:
    """Say that a request is here, wait until it may go on, and leave a mark."""
    gate().wait("request")
    with unit.begin() as work:
        work.leave("request")
    return Kind(kind="request")


@public.post("/unhurried-marks", responses={201: Kind})
def mark(body: Kind) -> tuple[Kind, int]:
    """Leave a mark of any kind."""
    with unit.begin() as work:
        work.leave(body.kind)
    return body, 201


@public.post("/labels", responses={200: LabelAnswer})
def read_label(form: Label) -> LabelAnswer:
    """Say what was understood of a form."""
    size = len(form.photo.stream.read()) if form.photo else 0
    return LabelAnswer(title=form.title, copies=form.copies, words=form.words, bytes=size)


@private.get("/owner", responses={200: Owner})
def owner() -> Owner:
    """Who asks."""
    return Owner(user_id=current_user_id())
