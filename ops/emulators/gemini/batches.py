"""Batches as the API keeps them: taken at once, ready later, read whole, stopped, forgotten."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from secrets import token_hex
from time import monotonic

from aiohttp import web

from ops.emulators.gemini.delivery import PAINTED, Delivery
from ops.emulators.gemini.errors import ApiError, ordered
from ops.emulators.gemini.ledger import BatchRecord, Call, Ledger
from ops.emulators.gemini.models import Model
from ops.emulators.gemini.requests import Asked, asked_by, inlined
from ops.emulators.gemini.script import Batching, Behaviour, Director, Kind

Json = dict[str, object]
_TYPE = "type.googleapis.com/google.ai.generativelanguage.v1main."
# google.rpc.Code for what a script says in HTTP.
_RPC: Mapping[int, int] = {400: 3, 403: 7, 404: 5, 429: 8, 500: 13, 503: 14, 504: 4}
# Of these nobody can tell whether the work has begun; here it has.
_BROKEN = frozenset({500, 502, 504})


@dataclass(slots=True, kw_only=True)
class _Item:
    asked: Asked
    metadata: dict[str, str]
    behaviour: Behaviour
    call: Call


@dataclass(slots=True, kw_only=True)
class _Batch:
    record: BatchRecord
    model: Model
    items: list[_Item]
    batching: Batching
    ready_at: float | None
    created: str = field(default_factory=lambda: datetime.now(UTC).isoformat().replace("+00:00", "Z"))
    unlisted: int = 0
    answers: list[Json] | None = None


class BatchDesk:
    """The batches of one key."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery
        self._batches: dict[str, _Batch] = {}

    async def create(
        self, request: web.Request, body: bytes, model: Model, director: Director, ledger: Ledger
    ) -> web.StreamResponse:
        """Take a batch, and answer as the script says. Raises ApiError."""
        behaviour = director.creates.popleft() if director.creates else Behaviour()
        if behaviour.kind is Kind.LOST:
            return _cut_off(request)
        if behaviour.kind is Kind.ERROR and behaviour.code not in _BROKEN:
            raise ordered(behaviour.code, status=behaviour.status, retry_seconds=behaviour.retry_seconds)
        batch = self._taken(body, model, director, ledger)
        match behaviour.kind:
            case Kind.DROP:
                return _cut_off(request)
            case Kind.ERROR:
                # The work has begun, and the answer says otherwise.
                raise ordered(behaviour.code, status=behaviour.status)
            case Kind.INVALID_JSON:
                return web.Response(text='{"name": "batch', content_type="application/json")
            case _:
                return _answer(self._operation(batch))

    def listed(self, query: Mapping[str, str]) -> Json:
        """A page of the list, the newest first; without the answers."""
        shown: list[_Batch] = []
        for batch in reversed(self._batches.values()):
            if batch.unlisted:
                batch.unlisted -= 1
            else:
                shown.append(batch)
        start, size = int(query.get("pageToken") or 0), int(query.get("pageSize") or 50)
        page: Json = {"operations": [self._operation(batch) for batch in shown[start : start + size]]}
        return page | ({"nextPageToken": str(start + size)} if start + size < len(shown) else {})

    async def shown(self, batch_id: str) -> Json:
        """One batch; what it answered stands in its metadata and in its response. Raises ApiError."""
        batch = self._found(batch_id)
        batch.record.reads += 1
        self._move_on(batch)
        if batch.record.state != "SUCCEEDED":
            return self._operation(batch)
        if batch.answers is None:
            batch.answers = [await self._answered(item, batch) for item in batch.items]
        inner: Json = {"inlinedResponses": {"inlinedResponses": _as_scripted(batch)}}
        operation = self._operation(batch, output=inner)
        return operation | {"response": {"@type": f"{_TYPE}GenerateContentBatchOutput", **inner}}

    def cancel(self, batch_id: str) -> Json:
        """Stop it. Raises ApiError."""
        batch = self._found(batch_id)
        self._move_on(batch)
        batch.record.cancelled = True
        if batch.record.state == "PENDING":
            batch.record.state = "CANCELLED"
        return {}

    def delete(self, batch_id: str) -> Json:
        """Forget it. Raises ApiError."""
        batch = self._found(batch_id)
        batch.record.deleted = True
        del self._batches[batch_id]
        return {}

    def finish(self) -> None:
        """All of them are ready now."""
        for batch in self._batches.values():
            batch.ready_at = monotonic()

    def _taken(self, body: bytes, model: Model, director: Director, ledger: Ledger) -> _Batch:
        title, requests = inlined(body)
        asked = [(asked_by(content, model), metadata) for content, metadata in requests]
        batching = director.batching
        name = f"batches/{token_hex(16)}"
        keys = [json.dumps(metadata, sort_keys=True) for _, metadata in asked]
        record = BatchRecord(name=name, display_name=title, model=model.id, requests=len(asked), keys=keys)
        ledger.batches.append(record)
        items = [
            _Item(asked=each, metadata=metadata, behaviour=director.next(), call=_call(ledger, model, name, each))
            for each, metadata in asked
        ]
        ready_at = None if batching.ready_seconds is None else monotonic() + batching.ready_seconds
        batch = _Batch(record=record, model=model, items=items, batching=batching, ready_at=ready_at)
        batch.unlisted = batching.unlisted
        self._batches[name.removeprefix("batches/")] = batch
        return batch

    def _found(self, batch_id: str) -> _Batch:
        if batch_id not in self._batches:
            raise ApiError(404, "Requested entity was not found.")
        return self._batches[batch_id]

    def _move_on(self, batch: _Batch) -> None:
        if batch.record.state == "PENDING" and batch.ready_at is not None and monotonic() >= batch.ready_at:
            batch.record.state = batch.batching.end

    async def _answered(self, item: _Item, batch: _Batch) -> Json:
        """One answer, with what was sent along."""
        item.call.outcome = item.behaviour.kind
        item.call.billed = item.behaviour.kind in PAINTED and item.asked.wants_picture
        named: Json = {} if batch.batching.nameless else {"metadata": item.metadata}
        if item.behaviour.kind is Kind.ERROR:
            code = item.behaviour.code
            error = ordered(code, status=item.behaviour.status, retry_seconds=1)
            details = list(error.details)
            return named | {"error": {"code": _RPC.get(code, 2), "message": error.message, "details": details}}
        if item.behaviour.kind is Kind.INVALID_JSON:
            return named | {"response": {"candidates": "of no use"}}
        return named | {"response": await self._delivery.body(item.asked, batch.model, item.behaviour)}

    def _operation(self, batch: _Batch, *, output: Json | None = None) -> Json:
        self._move_on(batch)
        ended = batch.record.state != "PENDING"
        metadata: Json = {
            "@type": f"{_TYPE}GenerateContentBatch",
            "model": f"models/{batch.model.id}",
            "displayName": batch.record.display_name,
            "createTime": batch.created,
            "updateTime": batch.created,
            "name": batch.record.name,
            "batchStats": {"requestCount": str(batch.record.requests)},
            "state": f"BATCH_STATE_{batch.record.state}",
        }
        operation: Json = {"name": batch.record.name, "metadata": metadata | ({"output": output} if output else {})}
        return operation | ({"done": True} if ended else {})


def _as_scripted(batch: _Batch) -> list[Json]:
    answers = batch.answers or []
    return [*answers[1:], *answers[:1]] if batch.batching.shuffled else answers


def _call(ledger: Ledger, model: Model, name: str, asked: Asked) -> Call:
    call = Call(n=len(ledger.calls) + 1, model=model.id, batch=name)
    call.understood(asked)
    ledger.calls.append(call)
    return call


def _cut_off(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.close()
    return web.Response()


def _answer(body: Json) -> web.Response:
    return web.Response(text=json.dumps(body, indent=2), content_type="application/json")
