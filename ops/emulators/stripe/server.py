"""The API over HTTP: keys, faults, idempotency, errors, and the shape of every answer."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
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
_Answer = tuple[int, Json, Mapping[str, str]]
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
            kept = json.loads(state.read_text())
            self.world.load(kept["world"])
            self.keys.load(kept["keys"])

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
            fresh = self._state.with_suffix(".new")
            fresh.touch(mode=0o600)
            fresh.write_text(json.dumps({"world": self.world.dump(), "keys": self.keys.dump()}))
            fresh.replace(self._state)

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
        call.key, call.version = request.headers.get("Idempotency-Key"), request.headers.get("Stripe-Version")
        asked = _Asked(
            route=route, call=call, params=Params({}), ident=request.match_info.get("id", ""),
            fault=self.script.next_call(request.method, request.path), request_id=self.world.id("req", 14),
        )  # fmt: skip
        body = await request.text()
        try:
            _drop(asked, "drop_before")
            self._admit(request)
            text = request.query_string if request.method == "GET" else body or request.query_string
            answer = await self._once(replace(asked, params=Params(parsed(text))))
        except StripeError as error:
            answer = error.status, error.body(), error.headers
        _drop(asked, "drop_after")
        return _response(*answer, asked)

    def _admit(self, request: web.Request) -> None:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "basic":
            raise StripeError("The emulator takes its key as `Authorization: Bearer`.", status=401)
        if not hmac.compare_digest(key.encode(), self._key.encode()):
            raise unauthorized(key)

    async def _once(self, asked: "_Asked") -> _Answer:
        """The answer; from before, if the key was used before."""
        call = asked.call
        meant = f"{call.method} {call.path} {asked.params.digest_text()}"
        call.digest = hashlib.sha256(meant.encode()).hexdigest()
        if call.key is None or call.method != "POST":
            return 200, await self._done(asked), {}
        kept = self.keys.begin(call.key, call.digest, asked.request_id)
        told = {"Idempotency-Key": call.key}
        if kept is None:
            return *await self._remembered(asked, call.key), told
        call.replayed = True
        return (
            kept.status,
            kept.body or {},
            {**told, "Idempotent-Replayed": "true", "Original-Request": kept.request_id},
        )

    async def _remembered(self, asked: "_Asked", key: str) -> tuple[int, Json]:
        try:
            answer = await self._done(asked)
        except StripeError as error:
            if asked.call.processed and error.is_remembered():
                self.keys.end(key, error.status, error.body())
            else:
                self.keys.forget(key)
            raise
        except BaseException:
            self.keys.forget(key)
            raise
        self.keys.end(key, 200, answer)
        return 200, answer

    async def _done(self, asked: "_Asked") -> Json:
        await _suffer(asked.fault)
        if asked.route is None:
            raise no_such_path(asked.call.method, asked.call.path)
        asked.params.only((*asked.route.params, *_EVERYWHERE))
        self.world.catch_up()
        self.world.request = {"id": asked.request_id, "idempotency_key": asked.call.key}
        asked.call.processed = True
        try:
            made = asked.route.handler(self.world, asked.params, asked.ident)
        finally:
            self.world.request = None
        asked.call.object = made.get("id")
        return self.world.rendered(expanding.answer(self.world, made, asked.params.texts("expand")))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A call on its way through."""

    route: Route | None
    call: Call
    params: Params
    ident: str
    fault: Fault | None
    request_id: str


def _drop(asked: _Asked, kind: str) -> None:
    if asked.fault is not None and asked.fault.kind == kind:
        raise Dropped


async def _suffer(fault: Fault | None) -> None:
    if fault is not None and fault.kind == "delay":
        await asyncio.sleep(fault.seconds)
    if fault is None or fault.kind != "error":
        return
    headers = {} if fault.should_retry is None else {"Stripe-Should-Retry": str(fault.should_retry).lower()}
    if fault.code == 429:
        message = "Too many requests hit the API too quickly. We recommend an exponential backoff of your requests."
        raise StripeError(message, status=429, code="rate_limit", headers=headers)
    message = "An unknown error occurred."
    raise StripeError(message, status=fault.code, kind="api_error", headers=headers)


def _response(status: int, answer: Json, headers: Mapping[str, str], asked: _Asked) -> web.Response:
    asked.call.status = status
    if "error" in answer:
        asked.call.error = answer["error"].get("code") or answer["error"]["type"]
    told = {
        "Stripe-Version": asked.call.version or VERSION, "Cache-Control": "no-cache, no-store",
        "Request-Id": asked.request_id, **headers,
    }  # fmt: skip
    return web.Response(text=json.dumps(answer, indent=2), status=status, headers=told, content_type="application/json")
