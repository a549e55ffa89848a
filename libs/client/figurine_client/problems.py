"""Problems (RFC 9457) as exceptions."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2
from pydantic import BaseModel, ValidationError

from figurine_client.errors import Problem, Refused, refusal


class _FieldError(BaseModel):
    field: str
    message: str


class _Body(BaseModel):
    code: str
    detail: str
    request_id: str | None = None
    errors: list[_FieldError] | None = None


def problem_of(response: httpx2.Response) -> Refused:
    """What a refusal says; one that is none of the studio's (a proxy's page, a redirect) says its status."""
    try:
        body = _Body.model_validate_json(response.content)
    except ValidationError:
        asked = f"{response.request.method} {response.request.url.path}"
        body = _Body(code="unknown", detail=f"{asked} was answered with {response.status_code}, and nothing else.")
    problem = Problem(
        status=response.status_code,
        code=body.code,
        sentence=body.detail,
        retry_after=retry_after(response.headers),
        request_id=body.request_id,
        errors=tuple((each.field, each.message) for each in body.errors or ()),
    )
    return refusal(problem)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Retry-After in seconds (RFC 9110, section 10.2.3: a number or a date); None where it is missing or malformed."""
    said = headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit():
        return float(said)
    try:
        moment = parsedate_to_datetime(said)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    # The server's clock, where it says what it shows, rather than ours.
    now = _date(headers.get("Date")) or datetime.now(UTC)  # noqa: TID251 - an answer's age, nothing kept
    return max(0.0, (moment - now).total_seconds())


def _date(said: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(said) if said else None
    except ValueError:
        return None
