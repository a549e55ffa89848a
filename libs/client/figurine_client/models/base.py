"""What every answer is made of."""

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

T = TypeVar("T")


class Answer(BaseModel):
    """Something the studio said. It does not change; fields that this client does not know are left out."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Page(Answer, Generic[T]):
    """A piece of a list, and where the next begins."""

    items: tuple[T, ...]
    next_cursor: str | int | None = None
