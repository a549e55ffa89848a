"""Idempotency-Key: the same key and the same request get the first answer again."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from flask import Response, request
from pydantic import BaseModel

from common.errors import Conflict
from gateway.domain.idempotency import AnsweredMeanwhile, IdempotencyMismatch, check_key, fingerprint
from gateway.repository import Work
from gateway.repository.answers import Answer
from gateway.routes.context import studio, unit

CREATED = 201


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a request brought about, and whom it belongs to."""

    answer: BaseModel
    owner: UUID
    # What a repeated request is answered with, where the first answer holds what is shown once.
    kept: BaseModel | None = None


def once(scope: str, parts: tuple[str, ...], make: Callable[[Work], Made], *, status: int = CREATED) -> Response:
    """Do what `make` does and answer with it, once per key.

    `parts` are what the request says; without a key every request counts as a new one.
    """
    key = check_key(request.headers.get("Idempotency-Key"))
    if key is None:
        with unit.begin() as work:
            return _response(make(work).answer.model_dump_json().encode(), status)
    said = fingerprint(studio().fingerprint_key, request.path, *parts)
    try:
        with unit.begin() as work:
            made = make(work)
            body = made.answer.model_dump_json().encode()
            kept = body if made.kept is None else made.kept.model_dump_json().encode()
            answer = Answer(account_id=made.owner, request=said, status=status, body=kept)
            work.answers.keep(scope, key, answer)
    except (AnsweredMeanwhile, Conflict):
        # What was made is rolled back. If the same request was faster, its answer is there now.
        repeated = answered(scope, parts)
        if repeated is None:
            raise
        return repeated
    return _response(body, status)


def answered(scope: str, parts: tuple[str, ...]) -> Response | None:
    """The answer this request had before, if it had one; raises IdempotencyMismatch."""
    key = check_key(request.headers.get("Idempotency-Key"))
    if key is None:
        return None
    with unit.begin() as work:
        return _repeat(work.answers.find(scope, key), fingerprint(studio().fingerprint_key, request.path, *parts))


def _repeat(answer: Answer | None, said: bytes) -> Response | None:
    if answer is None:
        return None
    if answer.request != said:
        raise IdempotencyMismatch
    response = _response(answer.body, answer.status)
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _response(body: bytes, status: int) -> Response:
    return Response(body, status, mimetype="application/json")
