"""What a route works with, handed in by the application it runs in.

    unit = CurrentUnit[Work]()           with unit.begin() as work: ...
    pictures = Current(PictureStore)     pictures().open(...)

The application has what `Service.unit` and `Service.ports` gave it; routes stay plain functions.
"""

from contextlib import AbstractContextManager
from typing import Generic, TypeVar, cast
from uuid import UUID

from flask import Flask, current_app, request

from common.clock import Clock
from common.service import Service
from common.work import UnitOfWork

T = TypeVar("T")
W = TypeVar("W")

_EXTENSION = "figurine"
_PERSON = "figurine.who"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Current(Generic[T]):
    """One of the service's ports, by its type (a class, or a runtime-checkable Protocol)."""

    def __init__(self, kind: type[T]) -> None:
        self._kind = kind

    def __call__(self) -> T:
        """The port. Raises LookupError if the wiring gave none of this type."""
        for port in current_service().ports:
            if isinstance(port, self._kind):
                return port
        message = f"no {self._kind.__name__} among Service.ports"
        raise LookupError(message)


class CurrentUnit(Generic[W]):
    """The service's unit of work."""

    def begin(self, *, person: UUID | None = None) -> AbstractContextManager[W]:
        """One transaction; see UnitOfWork.begin. Whoever asks for something to be done begins it herself."""
        return self.bound().begin(person=person or _who_begins())

    @property
    def clock(self) -> Clock:
        """The service's clock."""
        return self.bound().clock

    def bound(self) -> UnitOfWork[W]:
        """The unit of work itself, for an answer that goes on after the request."""
        # The wiring pairs routes and unit; a route names the type of the rooms it expects.
        return cast("UnitOfWork[W]", current_service().unit)


def note_person(user_id: UUID | None) -> None:
    """Remember, with the request, who makes it."""
    request.environ[_PERSON] = user_id


def _who_begins() -> UUID | None:
    """Who makes this request, where it may change something."""
    return None if request.method in _SAFE else request.environ.get(_PERSON)


def bind(app: Flask, service: Service[W]) -> None:
    """Hand the service to the routes of an application."""
    app.extensions[_EXTENSION] = service


def current_service() -> Service[object]:
    """The service that answers this request."""
    return cast("Service[object]", current_app.extensions[_EXTENSION])
