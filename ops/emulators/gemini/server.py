"""The API and the door for control, as an aiohttp application."""

import asyncio
import hmac
import json
from collections.abc import Callable
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from ops.emulators.gemini.batches import BatchDesk
from ops.emulators.gemini.delivery import Delivery
from ops.emulators.gemini.errors import ApiError, invalid, key_invalid, key_missing, model_not_found
from ops.emulators.gemini.ledger import RUNNING, Call, Ledger
from ops.emulators.gemini.models import MODELS, Model
from ops.emulators.gemini.pictures import Painter
from ops.emulators.gemini.requests import understood
from ops.emulators.gemini.script import Behaviour, Director, Script

HEADER = "x-emulator-behaviour"
"""A behaviour as JSON, for the call it stands on; goes before the script."""

_LARGEST_REQUEST = 100_000_000
_Parsed = TypeVar("_Parsed", bound=BaseModel)


class Emulator:
    """Answers as the API does, unless the script says otherwise."""

    def __init__(self, *, key: str, painter: Painter, script: Script | None = None) -> None:
        self._key = key
        self._first = script or Script()
        self._director = Director(self._first)
        self._ledger = Ledger()
        self._delivery = Delivery(painter)
        self._batches = BatchDesk(self._delivery)

    def application(self) -> web.Application:
        """Ready to be served."""
        app = web.Application(client_max_size=_LARGEST_REQUEST)
        app.add_routes(
            [
                web.post(r"/{version:v1|v1beta}/models/{model:[^/:]+}:generateContent", self.generate),
                web.post(r"/{version:v1|v1beta}/models/{model:[^/:]+}:batchGenerateContent", self.create_batch),
                web.get(r"/{version:v1|v1beta}/batches", self.list_batches),
                web.get(r"/{version:v1|v1beta}/batches/{batch:[^/:]+}", self.show_batch),
                web.post(r"/{version:v1|v1beta}/batches/{batch:[^/:]+}:cancel", self.cancel_batch),
                web.delete(r"/{version:v1|v1beta}/batches/{batch:[^/:]+}", self.delete_batch),
                web.post("/_emulator/batches:finish", self.finish_batches),
                web.get(r"/{version:v1|v1beta}/models", self.list_models),
                web.get(r"/{version:v1|v1beta}/models/{model:[^/:]+}", self.show_model),
                web.put("/_emulator/script", self.take_script),
                web.get("/_emulator/calls", self.show_calls),
                web.delete("/_emulator", self.reset),
            ]
        )
        return app

    async def generate(self, request: web.Request) -> web.StreamResponse:
        """One call."""
        # A reset gives the next calls a ledger of their own.
        ledger = self._ledger
        call = ledger.begin(request.match_info["model"])
        try:
            return await self._answered(request, call)
        except ApiError as error:
            call.status = error.code
            if call.outcome == RUNNING:
                call.outcome = error.status.lower()
            return _json(error.body(), status=error.code)
        finally:
            ledger.end()

    async def _answered(self, request: web.Request, call: Call) -> web.StreamResponse:
        body = await request.read()
        model = self._checked(request)
        asked = understood(body, model)
        call.understood(asked)
        behaviour = self._behaviour(request)
        call.outcome = behaviour.kind
        await asyncio.sleep(self._director.pause(behaviour))
        return await self._delivery.answer(request, call, asked, model, behaviour)

    def _checked(self, request: web.Request) -> Model:
        """The model, for somebody who may ask it."""
        self._admit(request)
        name = request.match_info["model"]
        if name not in MODELS or name in self._director.retired:
            raise model_not_found(name, request.match_info["version"])
        return MODELS[name]

    def _admit(self, request: web.Request) -> None:
        key = request.headers.get("x-goog-api-key") or request.query.get("key")
        if not key:
            raise key_missing()
        if not hmac.compare_digest(key.encode(), self._key.encode()):
            raise key_invalid()

    def _behaviour(self, request: web.Request) -> Behaviour:
        wish = request.headers.get(HEADER)
        return self._director.next() if wish is None else _parsed(Behaviour, wish)

    async def create_batch(self, request: web.Request) -> web.StreamResponse:
        """Take a batch."""
        body = await request.read()
        try:
            model = self._checked(request)
            return await self._batches.create(request, body, model, self._director, self._ledger)
        except ApiError as error:
            return _json(error.body(), status=error.code)

    async def list_batches(self, request: web.Request) -> web.Response:
        """A page of the batches there are."""
        return self._open(request, lambda: self._batches.listed(request.query))

    async def show_batch(self, request: web.Request) -> web.Response:
        """One batch, with its answers once it has ended."""
        try:
            self._admit(request)
            return _json(await self._batches.shown(request.match_info["batch"]))
        except ApiError as error:
            return _json(error.body(), status=error.code)

    async def cancel_batch(self, request: web.Request) -> web.Response:
        """Stop one."""
        return self._open(request, lambda: self._batches.cancel(request.match_info["batch"]))

    async def delete_batch(self, request: web.Request) -> web.Response:
        """Forget one."""
        return self._open(request, lambda: self._batches.delete(request.match_info["batch"]))

    async def finish_batches(self, _request: web.Request) -> web.Response:
        """Every batch that waits for it is ready now."""
        self._batches.finish()
        return web.Response(status=204)

    async def list_models(self, request: web.Request) -> web.Response:
        """Every model that answers."""
        return self._open(request, lambda: {"models": [_described(name) for name in self._living()]})

    async def show_model(self, request: web.Request) -> web.Response:
        """One model."""
        return self._open(request, lambda: _described(self._checked(request).id))

    async def take_script(self, request: web.Request) -> web.Response:
        """From now on, do this; the ledger stays."""
        try:
            self._director = Director(_parsed(Script, await request.text()))
        except ApiError as error:
            return _json(error.body(), status=error.code)
        return web.Response(status=204)

    async def show_calls(self, _request: web.Request) -> web.Response:
        """The ledger."""
        return web.json_response(self._ledger.model_dump())

    async def reset(self, _request: web.Request) -> web.Response:
        """As just started. Calls that still run stay in the old ledger."""
        self._director, self._ledger = Director(self._first), Ledger()
        self._batches = BatchDesk(self._delivery)
        return web.Response(status=204)

    def _living(self) -> list[str]:
        return [name for name in MODELS if name not in self._director.retired]

    def _open(self, request: web.Request, answer: Callable[[], object]) -> web.Response:
        try:
            self._admit(request)
            return _json(answer())
        except ApiError as error:
            return _json(error.body(), status=error.code)


def _parsed(kind: type[_Parsed], text: str) -> _Parsed:
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        raise invalid(f"The emulator does not understand this {kind.__name__.lower()}: {error}") from error


def _described(name: str) -> dict[str, object]:
    return {
        "name": f"models/{name}",
        "displayName": name,
        "description": "Emulated.",
        "inputTokenLimit": 32768,
        "outputTokenLimit": 32768,
        "supportedGenerationMethods": ["generateContent", "batchGenerateContent"],
    }


def _json(body: object, *, status: int = 200) -> web.Response:
    return web.Response(text=json.dumps(body, indent=2), status=status, content_type="application/json")
