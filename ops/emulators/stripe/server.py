"""The API over HTTP: keys, faults, idempotency, errors, and the shape of every answer."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from aiohttp import web

from ops.emulators.stripe import expanding
from ops.emulators.stripe.api import ROUTES, new_world
from ops.emulators.stripe.errors import Json, StripeError, no_such_path, unauthorized
from ops.emulators.stripe.forms import Params, parsed
from ops.emulators.stripe.idempotency import Keys
from ops.emulators.stripe.ledger import Call
from ops.emulators.stripe.routing import Route
from ops.emulators.stripe.script import Fault, Script
from ops.emulators.stripe.world import VERSION

_EVERYWHERE = ("expand",)
_TICK_SECONDS = 0.2
_Door = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Dropped(Exception):
    """The connection ends here."""


class Emulator:
    """One account in test mode."""

    def __init__(self, *, key: str, state: Path | None = None) -> None:
        self.world = new_world()
        self.keys = Keys()
        self.script = Script()
        self.calls: list[Call] = []
        self._key = key
        self._state = state
        self._saved = 0
        if state is not None and state.exists():
            self.world.load(state)

    def routes(self) -> list[web.RouteDef]:
        """Every door of the API; what is none of them is answered as Stripe does."""
        doors = [web.route(route.method, route.path, self._door(route)) for route in ROUTES]
        return [*doors, web.route("*", "/{path:v[12]/.*}", self._door(None))]

    async def tick(self) -> None:
        """Do what is due, and keep the state, until cancelled."""
        with suppress(asyncio.CancelledError):
            while True:
                self.world.catch_up()
                self.save()
                await asyncio.sleep(_TICK_SECONDS)
        self.save()

    def save(self) -> None:
        """Write the state down when it changed."""
        if self._state is not None and self._saved != self.world.changes:
            self._saved = self.world.changes
            self.world.save(self._state)

    def _door(self, route: Route | None) -> _Door:
        async def door(request: web.Request) -> web.StreamResponse:
            call = Call(n=len(self.calls) + 1, method=request.method, path=request.path)
            self.calls.append(call)
            try:
                return await self._answered(request, route, call)
            except Dropped:
                if request.transport is not None:
                    request.transport.close()
                return web.Response(status=499)

        return door

    async def _answered(self, request: web.Request, route: Route | None, call: Call) -> web.Response:
        request_id = self.world.id("req", 14)
        call.key, call.version = request.headers.get("Idempotency-Key"), request.headers.get("Stripe-Version")
        body = await request.text()
        fault = self.script.next_call(request.method, request.path)
        headers: dict[str, str] = {}
        try:
            if fault is not None and fault.kind == "drop_before":
                raise Dropped
            self._admit(request)
            status, answer, headers = await self._once(request, route, call, body, fault, request_id)
        except StripeError as error:
            status, answer, headers = error.status, error.body(), error.headers
        if fault is not None and fault.kind == "drop_after":
            raise Dropped
        call.status = status
        call.error = answer["error"].get("code") or answer["error"]["type"] if "error" in answer else None
        return _response(status, answer, {"Request-Id": request_id, **headers}, call)

    def _admit(self, request: web.Request) -> None:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "basic":
            raise StripeError("The emulator takes its key as `Authorization: Bearer`.", status=401)
        if not hmac.compare_digest(key.encode(), self._key.encode()):
            raise unauthorized(key)

    async def _once(
        self, request: web.Request, route: Route | None, call: Call, body: str, fault: Fault | None, request_id: str
    ) -> tuple[int, Json, dict[str, str]]:
        """The answer; from before, if the key was used before."""
        if route is None:
            raise no_such_path(request.method, request.path)
        params = Params(parsed(request.query_string if request.method == "GET" else body or request.query_string))
        call.digest = hashlib.sha256(f"{request.method} {request.path} {params.digest_text()}".encode()).hexdigest()
        key = call.key if request.method == "POST" else None
        if key is None:
            return 200, await self._done(request, route, call, params, fault, request_id), {}
        kept = self.keys.begin(key, call.digest, request_id)
        if kept is not None and kept.body is not None:
            call.replayed = True
            replay = {"Idempotency-Key": key, "Idempotent-Replayed": "true", "Original-Request": kept.request_id}
            return kept.status, kept.body, replay
        return *await self._remembered(request, route, call, params, fault, request_id, key), {"Idempotency-Key": key}

    async def _remembered(
        self, request: web.Request, route: Route, call: Call, params: Params, fault: Fault | None, request_id: str,
        key: str,
    ) -> tuple[int, Json]:  # fmt: skip
        try:
            answer = await self._done(request, route, call, params, fault, request_id)
        except StripeError as error:
            if call.processed and error.is_remembered():
                self.keys.end(key, error.status, error.body())
            else:
                self.keys.forget(key)
            raise
        except BaseException:
            self.keys.forget(key)
            raise
        self.keys.end(key, 200, answer)
        return 200, answer

    async def _done(
        self, request: web.Request, route: Route, call: Call, params: Params, fault: Fault | None, request_id: str
    ) -> Json:
        if fault is not None:
            await _suffer(fault)
        params.only((*route.params, *_EVERYWHERE))
        self.world.catch_up()
        self.world.request = {"id": request_id, "idempotency_key": call.key}
        call.processed = True
        try:
            made = route.handler(self.world, params, request.match_info.get("id", ""))
        finally:
            self.world.request = None
        call.object = made.get("id")
        return self.world.rendered(expanding.answer(self.world, made, params.texts("expand")))


async def _suffer(fault: Fault) -> None:
    if fault.kind == "delay":
        await asyncio.sleep(fault.seconds)
    if fault.kind != "error":
        return
    headers = {} if fault.should_retry is None else {"Stripe-Should-Retry": str(fault.should_retry).lower()}
    if fault.code == 429:
        message = "Too many requests hit the API too quickly. We recommend an exponential backoff of your requests."
        raise StripeError(message, status=429, code="rate_limit", headers=headers)
    message = "An unknown error occurred."
    raise StripeError(message, status=fault.code, kind="api_error", headers=headers)


def _response(status: int, answer: Json, headers: dict[str, str], call: Call) -> web.Response:
    told = {"Stripe-Version": call.version or VERSION, "Cache-Control": "no-cache, no-store", **headers}
    return web.Response(text=json.dumps(answer, indent=2), status=status, headers=told, content_type="application/json")
