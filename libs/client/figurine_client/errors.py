"""What can go wrong, each with a sentence for people. Everything is a StudioError."""

from dataclasses import dataclass, field


class StudioError(Exception):
    """Something went wrong; the message is a sentence for people."""


class StudioAway(StudioError):
    """No answer came. Whether what was asked for happened is unknown; with the same key it may be asked again."""


class WaitedTooLong(StudioError):
    """What was waited for did not happen in time. It goes on by itself."""


class DownloadBroken(StudioError):
    """A file did not arrive whole. What did arrive is kept; the next try goes on from there where it can."""


class AnswerNotUnderstood(StudioError):
    """What answered does not speak the studio's language: another program, or another version of the API."""


class NotGenuine(StudioError):
    """A call that pretends to be a webhook of the studio's, or is too old to be believed."""


class SecondFactorNeeded(StudioError):
    """The account is protected by a second factor, and no code was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What the studio said (RFC 9457): `retry_after` in seconds; `errors` are fields and what is wrong with them."""

    status: int
    code: str
    sentence: str
    retry_after: float | None = None
    request_id: str | None = None
    errors: tuple[tuple[str, str], ...] = field(default=())


class Refused(StudioError):
    """The studio said no, and why: `code` is stable, the sentence is for people."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.sentence)
        self.problem = problem

    @property
    def code(self) -> str:
        """The stable name of the refusal, as in `insufficient_credits`."""
        return self.problem.code

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.problem.status

    @property
    def retry_after(self) -> float | None:
        """In how many seconds it may work; None when waiting does not help, or nobody knows."""
        return self.problem.retry_after


class NotSignedIn(Refused):
    """There is no key or session, or it is over (401)."""


class NotAllowed(Refused):
    """A key without the scope, or something no key may do (403)."""


class CreditsNeeded(Refused):
    """There are not enough credits, or the plan does not include it (402)."""


class NotFound(Refused):
    """It does not exist, or belongs to somebody else (404)."""


class Busy(Refused):
    """Too many requests, or a part of the studio is away for a moment (429, 502, 503, 504)."""


_KINDS: dict[int, type[Refused]] = {
    401: NotSignedIn,
    402: CreditsNeeded,
    403: NotAllowed,
    404: NotFound,
    429: Busy,
    502: Busy,
    503: Busy,
    504: Busy,
}


def refusal(problem: Problem) -> Refused:
    """The exception for a problem, by its status."""
    return _KINDS.get(problem.status, Refused)(problem)
