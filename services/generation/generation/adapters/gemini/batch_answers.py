"""Reading what Gemini says about a batch: how far it is, and of each picture the same as of a call of its own."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

import structlog
from google.genai import types

from generation.ports import BatchNews, Painting, PaintingFailed

from .failures import CallFailed
from .measures import CALLS
from .results import found_in, painting_of

# The states that are the end, in the API's words and in the client's; in all others something may still come.
_GOOD: Final = frozenset({"SUCCEEDED", "PARTIALLY_SUCCEEDED"})
_BAD: Final = frozenset({"FAILED", "CANCELLED", "EXPIRED"})
_ENDED: Final[Mapping[str, str]] = {"EXPIRED": "engine_timeout", "CANCELLED": "engine_unavailable"}
# google.rpc.Code and its likeness in HTTP: what one request of a batch may fail with.
_ABOUT_THE_REQUEST: Final = frozenset({3, 9, 11, 400, 413, 422})
_TOO_LATE: Final = frozenset({1, 4, 499, 504})

_log = structlog.stdlib.get_logger("generation.gemini")
Json = Mapping[str, Any]


def news(operation: object, ratios: Mapping[int, str], *, of_one: bool = False) -> BatchNews:
    """What became of the pictures with these numbers, each ordered in that shape."""
    metadata = _members(_members(operation).get("metadata"))
    state = str(metadata.get("state") or "").removeprefix("BATCH_STATE_").removeprefix("JOB_STATE_")
    model = str(metadata.get("model") or "").removeprefix("models/")
    over = _members(operation).get("done") is True or bool(_members(operation).get("error"))
    if not over and state not in _GOOD and state not in _BAD:
        # Also what Google may call a state some day: an order waits for its day, not for a word.
        return BatchNews(done=False)
    if state not in _GOOD:
        _log.error("batch ended without success", state=state[:40])
        failure = CallFailed(_ENDED.get(state, "engine_unavailable"), f"batch_{state.lower()[:40] or 'failed'}")
        CALLS.labels(model, failure.code, failure.detail).inc(len(ratios))
        return BatchNews(done=True, failure=failure)
    answers = list(_answers(operation, metadata))
    pictures = {
        number: _picture(answer, model, ratios[number]) for number, answer in _numbered(answers, ratios, of_one)
    }
    return BatchNews(done=True, pictures=pictures)


def _answers(operation: object, metadata: Json) -> Iterator[Json]:
    """The answers, which stand in the operation's result, in its metadata, or in both."""
    for place in (metadata.get("output"), _members(operation).get("response")):
        inner = _members(_members(place).get("inlinedResponses")).get("inlinedResponses")
        if isinstance(inner, list) and inner:
            yield from (_members(each) for each in cast("list[object]", inner))
            return


def _numbered(answers: list[Json], ratios: Mapping[int, str], of_one: bool) -> Iterator[tuple[int, Json]]:  # noqa: FBT001
    """Each answer with the number of the picture it is.

    Answers come in any order, and some come without what was sent along to tell them apart. A place in a list proves
    nothing: a picture that may be somebody else's is dropped. Where all are of one order, it does not matter.
    """
    if of_one and len(answers) == len(ratios) and not any(answer.get("metadata") for answer in answers):
        yield from zip(sorted(ratios), answers, strict=True)
        return
    nameless = 0
    seen: set[int] = set()
    for answer in answers:
        key = _members(answer.get("metadata")).get("key")
        number = int(key) if isinstance(key, str) and key.isascii() and key.isdigit() and len(key) < 6 else None
        if number is None:
            nameless += 1
        elif number in ratios and number not in seen:
            seen.add(number)
            yield number, answer
    if nameless:
        _log.error("answers of a batch came without their numbers and were dropped", answers=nameless)


def _picture(answer: Json, model: str, aspect_ratio: str) -> Painting | PaintingFailed:
    """The picture, or why there is none; whatever one answer is, the others are read."""
    try:
        if answer.get("error"):
            raise _refusal(_members(answer["error"]))
        found = found_in(_response(answer.get("response")), model)
    except CallFailed as failure:
        CALLS.labels(model, failure.code, failure.detail).inc()
        return failure
    CALLS.labels(model, "painted", "batch").inc()
    return painting_of(found, aspect_ratio)


def _response(body: object) -> types.GenerateContentResponse:
    if not isinstance(body, dict):
        raise CallFailed("no_picture", "unreadable_answer")
    try:
        return types.GenerateContentResponse.model_validate(body)
    except ValueError:
        # Outside, so that the error, which quotes what came, is not carried along.
        pass
    raise CallFailed("no_picture", "unreadable_answer")


def _refusal(error: Json) -> CallFailed:
    code = error.get("code")
    if code in _ABOUT_THE_REQUEST:
        return CallFailed("no_picture", "request_refused")
    if code in _TOO_LATE:
        return CallFailed("engine_timeout", f"batch_error_{code}")
    return CallFailed("engine_unavailable", f"batch_error_{code if isinstance(code, int) else 'unknown'}")


def _members(value: object) -> Json:
    return cast("Json", value) if isinstance(value, dict) else {}
