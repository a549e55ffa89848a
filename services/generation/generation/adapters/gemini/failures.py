"""What can go wrong with one call, in our words: which code, whether to call again, whether it may have been billed."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

import httpx2
import structlog
from google.genai import errors

from generation.ports import PaintingFailed

SHORT_PAUSE = 10.0
"""Seconds that are waited out within an attempt; whoever asks for more is asked again later."""

_BUSY = frozenset({408, 500, 502, 503, 504})
_TOO_MANY = 429
# Never on the wire, so nobody can have received or billed it.
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)
_SIGNATURE = re.compile(r"thought[_ ]?signature", re.IGNORECASE)
_SECONDS = re.compile(r"(\d{1,7}(?:\.\d{1,9})?)s?")

_log = structlog.stdlib.get_logger("generation.gemini")


class CallFailed(PaintingFailed):
    """One call gave no picture.

    `again`: the same call may be made once more. `ill`: the partner or the way to it is out of order, which the
    circuit breaker counts. `unknown`: it may have been received and billed.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        retry_after: float | None = None,
        again: bool = False,
        ill: bool = False,
        unknown: bool = False,
    ) -> None:
        super().__init__(code, detail, retry_after=retry_after)
        self.again = again
        self.ill = ill
        self.unknown = unknown


class ModelRetired(CallFailed):
    """The partner no longer knows this model."""

    def __init__(self) -> None:
        super().__init__("model_retired", "model_retired")


class TurnsRefused(CallFailed):
    """The partner does not take its own earlier turns any more: worth another call without them."""

    def __init__(self) -> None:
        super().__init__("no_picture", "turns_refused", again=True)


class AnswerTooLarge(ValueError):
    """The answer is longer than any picture."""


def failure_of(error: Exception) -> CallFailed:
    """What an exception of the client means. Its own text is not kept: it may quote what was sent."""
    if isinstance(error, errors.APIError):
        return _answered(error)
    if isinstance(error, _NOT_SENT):
        return CallFailed("engine_unavailable", "no_connection", again=True, ill=True)
    # The answer came and makes no sense. The JSON and pydantic errors are ValueErrors.
    if isinstance(error, (ValueError, httpx2.DecodingError)):
        return CallFailed("no_picture", "unreadable_answer", ill=True)
    if not isinstance(error, httpx2.HTTPError):
        _log.error("unforeseen error of the client", error=type(error).__name__)
    detail = "no_answer_in_time" if isinstance(error, httpx2.TimeoutException) else "connection_lost"
    return CallFailed("engine_timeout", detail, ill=True, unknown=True)


def _answered(error: errors.APIError) -> CallFailed:
    if error.code == _TOO_MANY:
        pause = _asked_pause(error)
        return CallFailed(
            "engine_unavailable", "too_many_calls", retry_after=pause, again=pause is None or pause <= SHORT_PAUSE
        )
    if error.code in _BUSY:
        return CallFailed("engine_unavailable", f"http_{error.code}", again=True, ill=True)
    if error.code == 404 and error.status == "NOT_FOUND":
        return ModelRetired()
    if _is_about_us(error):
        _log.error("Gemini refuses the key: check the key, its project and its billing", status=error.code)
        return CallFailed("engine_unavailable", "key_refused")
    if error.code in {400, 413, 422}:
        about_turns = _SIGNATURE.search(error.message or "")
        return TurnsRefused() if about_turns else CallFailed("no_picture", "request_refused")
    return CallFailed("engine_unavailable", f"http_{error.code}", ill=error.code >= 500)


def _is_about_us(error: errors.APIError) -> bool:
    """Whether the key, the project or the region is refused, rather than this order."""
    reasons = {detail.get("reason") for detail in _details(error)}
    return error.code in {401, 403} or error.status == "FAILED_PRECONDITION" or "API_KEY_INVALID" in reasons


def _asked_pause(error: errors.APIError) -> float | None:
    """Seconds from google.rpc.RetryInfo, else from the header Retry-After (RFC 9110, 10.2.3)."""
    for detail in _details(error):
        if str(detail.get("@type", "")).endswith("google.rpc.RetryInfo"):
            return _seconds(detail.get("retryDelay"))
    # The client leaves the type of its answers open.
    headers = cast("Mapping[str, str]", getattr(vars(error).get("response"), "headers", {}))
    return _seconds(headers.get("retry-after"))


def _seconds(text: object) -> float | None:
    found = _SECONDS.fullmatch(text) if isinstance(text, str) else None
    return float(found[1]) if found else None


def _details(error: errors.APIError) -> Sequence[Mapping[str, Any]]:
    """`error.details` of the body, whatever the body is."""
    body = cast("object", error.details)
    inner = cast("Mapping[str, object]", body).get("error") if isinstance(body, dict) else None
    details = cast("Mapping[str, object]", inner).get("details") if isinstance(inner, dict) else None
    if not isinstance(details, list):
        return ()
    return [cast("Mapping[str, Any]", each) for each in cast("list[object]", details) if isinstance(each, dict)]
