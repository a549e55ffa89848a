"""The pure roots of every refusal: the docstring is what a person reads."""

import inspect
from typing import ClassVar


class Refused(Exception):
    """This cannot be done."""

    code: ClassVar[str] = "refused"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or inspect.cleandoc(type(self).__doc__ or "").splitlines()[0])

    @property
    def sentence(self) -> str:
        """What happened and what to do, for a person."""
        return str(self)


class Invalid(Refused):
    """Something in the request is missing or malformed."""

    code = "invalid_request"


class Unauthenticated(Refused):
    """Sign in first, then try again."""

    code = "unauthenticated"


class Forbidden(Refused):
    """You may not do this."""

    code = "forbidden"


class NotFound(Refused):
    """There is no such thing, or it is not yours."""

    code = "not_found"


class Conflict(Refused):
    """This clashes with what is already there."""

    code = "conflict"


class Unavailable(Refused):
    """This part of the studio is away for a moment; try again shortly."""

    code = "temporarily_unavailable"

    def __init__(self, message: str | None = None, *, retry_after_seconds: int = 5) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class NotYet(Exception):
    """An event came before its cause: take it again later."""
