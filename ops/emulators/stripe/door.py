"""The door for control: time, faults, disputes, and what was seen. Not part of Stripe's API."""

import json
from collections.abc import Callable
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ops.emulators.stripe import checkout, event_doors, paying, portal, refunds, shapes
from ops.emulators.stripe.api import new_world
from ops.emulators.stripe.errors import Json, StripeError
from ops.emulators.stripe.idempotency import Keys
from ops.emulators.stripe.ledger import books
from ops.emulators.stripe.methods import DEFAULT_SAMPLE
from ops.emulators.stripe.script import Script
from ops.emulators.stripe.server import Emulator
from ops.emulators.stripe.webhooks import Webhooks

_Parsed = TypeVar("_Parsed", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Time(_Strict):
    """A second to be at; `frozen` stands still there, None leaves that as it is. Never earlier than now."""

    to: int
    frozen: bool | None = None


class Release(_Strict):
    """In which order held webhooks go."""

    order: str = Field(default="kept", pattern="^(kept|reversed|shuffled)$")
    seed: int = 0


class Settings(_Strict):
    """How the account is set up; None leaves it as it is."""

    old_shapes: bool | None = None
    retry_days: list[int] | None = None
    after_retries: str | None = Field(default=None, pattern="^(canceled|unpaid|past_due)$")
    bank_seconds: int | None = None


class Endpoint(_Strict):
    """A webhook endpoint with a secret of the caller's choice."""

    url: str
    secret: str
    events: list[str] = Field(default_factory=lambda: ["*"])


class Dispute(_Strict):
    """A bank takes a charge back."""

    charge: str
    reason: str = "fraudulent"
    amount: int | None = None


class Method(_Strict):
    """What a customer pays with from now on: the token of a sample."""

    customer: str
    token: str


class Payment(_Strict):
    """Somebody pays a Checkout session with a sample; what they say when the bank asks them."""

    session: str
    token: str = DEFAULT_SAMPLE
    authenticates: bool = True


class Door:
    """The door for control of one emulator."""

    def __init__(self, emulator: Emulator, webhooks: Webhooks) -> None:
        self._emulator = emulator
        self._webhooks = webhooks

    def routes(self) -> list[web.RouteDef]:
        """Its addresses."""
        at = "/_emulator"
        return [
            web.put(f"{at}/script", self.take_script),
            web.put(f"{at}/clock", self.move_clock),
            web.get(f"{at}/clock", self.show_clock),
            web.put(f"{at}/settings", self.take_settings),
            web.post(f"{at}/endpoints", self.add_endpoint),
            web.post(f"{at}/disputes", self.open_dispute),
            web.post(f"{at}/disputes/{{id}}/{{outcome:won|lost}}", self.close_dispute),
            web.post(f"{at}/refunds/{{id}}/fail", self.fail_refund),
            web.post(f"{at}/methods", self.use_method),
            web.post(f"{at}/payments", self.pay),
            web.post(f"{at}/webhooks/release", self.release),
            web.post(f"{at}/webhooks/resend/{{id}}", self.resend),
            web.post(f"{at}/webhooks/settled", self.settled),
            web.get(f"{at}/webhooks", self.show_deliveries),
            web.get(f"{at}/calls", self.show_calls),
            web.get(f"{at}/books", self.show_books),
            web.delete(at, self.reset),
        ]

    async def take_script(self, request: web.Request) -> web.Response:
        """From now on, this goes wrong."""
        script = await _parsed(Script, request)
        self._emulator.script = script
        self._webhooks.script = script
        return _nothing()

    async def move_clock(self, request: web.Request) -> web.Response:
        """Be at a time; what is due until then is done, each at its own."""
        wanted = await _parsed(Time, request)
        world = self._emulator.world
        if wanted.to < world.now:
            raise web.HTTPBadRequest(text=f"The clock only goes forward; it is {world.now}.")
        done = world.catch_up(wanted.to, frozen=wanted.frozen)
        return web.json_response({"now": world.now, "done": done})

    async def show_clock(self, _request: web.Request) -> web.Response:
        """What time it is."""
        clock = self._emulator.world.clock
        return web.json_response({"now": clock.now(), "frozen": clock.stands_at is not None})

    async def take_settings(self, request: web.Request) -> web.Response:
        """Set the account up."""
        wanted, world = await _parsed(Settings, request), self._emulator.world
        if wanted.old_shapes is not None:
            world.rendered = (lambda it: shapes.old(world, it)) if wanted.old_shapes else (lambda it: it)
        if wanted.retry_days is not None:
            world.retry_days = tuple(wanted.retry_days)
        world.after_retries = wanted.after_retries or world.after_retries
        world.bank_seconds = world.bank_seconds if wanted.bank_seconds is None else wanted.bank_seconds
        return _nothing()

    async def add_endpoint(self, request: web.Request) -> web.Response:
        """Send webhooks there as well."""
        wanted = await _parsed(Endpoint, request)
        made = event_doors.endpoint(self._emulator.world, wanted.url, wanted.events, wanted.secret)
        return web.json_response({"id": made["id"]})

    async def open_dispute(self, request: web.Request) -> web.Response:
        """A person's bank takes money back."""
        wanted = await _parsed(Dispute, request)
        world = self._emulator.world
        made = _told(lambda: refunds.dispute(world, wanted.charge, reason=wanted.reason, amount=wanted.amount))
        return web.json_response({"id": made["id"]})

    async def close_dispute(self, request: web.Request) -> web.Response:
        """The bank decided."""
        won = request.match_info["outcome"] == "won"
        made = _told(lambda: refunds.close(self._emulator.world, request.match_info["id"], won=won))
        return web.json_response({"id": made["id"], "status": made["status"]})

    async def fail_refund(self, request: web.Request) -> web.Response:
        """The bank sends a refund back."""
        refunds.fail(self._emulator.world, request.match_info["id"])
        return _nothing()

    async def use_method(self, request: web.Request) -> web.Response:
        """A customer pays with something else from now on, subscriptions as well; as if in the portal."""
        wanted, world = await _parsed(Method, request), self._emulator.world
        customer = _told(lambda: world.get("customer", wanted.customer))
        method = _told(lambda: portal.use_method(world, customer, wanted.token))
        return web.json_response({"id": method["id"]})

    async def pay(self, request: web.Request) -> web.Response:
        """Pay a session as a person at its page would."""
        wanted, world = await _parsed(Payment, request), self._emulator.world
        session = _told(lambda: world.get(checkout.KIND, wanted.session))
        error = _told(lambda: paying.pay(world, session, wanted.token) or {})
        asked = paying.asked(world, session)
        if asked is not None:
            error = paying.answer(world, asked, success=wanted.authenticates) or {}
        return web.json_response({"status": session["status"], "error": error.get("message")})

    async def release(self, request: web.Request) -> web.Response:
        """Send what was held."""
        wanted = await _parsed(Release, request)
        return web.json_response({"released": self._webhooks.release(wanted.order, wanted.seed)})

    async def resend(self, request: web.Request) -> web.Response:
        """Send an event once more."""
        return web.json_response({"sent": _told(lambda: {"n": self._webhooks.resend(request.match_info["id"])})["n"]})

    async def settled(self, _request: web.Request) -> web.Response:
        """Answer when no webhook is on its way."""
        await self._webhooks.settled()
        return _nothing()

    async def show_deliveries(self, _request: web.Request) -> web.Response:
        """Every try to deliver."""
        return web.json_response([each.model_dump() for each in self._webhooks.deliveries])

    async def show_calls(self, _request: web.Request) -> web.Response:
        """Every call."""
        return web.json_response([each.model_dump() for each in self._emulator.calls])

    async def show_books(self, _request: web.Request) -> web.Response:
        """Everybody's money."""
        return web.json_response(books(self._emulator.world).model_dump())

    async def reset(self, _request: web.Request) -> web.Response:
        """As just started, with the endpoint it was started with."""
        emulator, old = self._emulator, self._emulator.world
        first = [each for each in old.every("webhook_endpoint") if each.get("_first")]
        fresh = new_world()
        old.__dict__.update(
            {name: value for name, value in fresh.__dict__.items() if name not in ("base_url", "on_event")}
        )
        for each in first:
            old.keep(each)
        emulator.keys, emulator.script = Keys(), Script()
        emulator.calls.clear()
        self._webhooks.forget()
        return _nothing()


async def _parsed(kind: type[_Parsed], request: web.Request) -> _Parsed:
    try:
        return kind.model_validate_json(await request.text() or "{}")
    except ValidationError as error:
        raise web.HTTPBadRequest(
            text=f"The emulator does not understand this {kind.__name__.lower()}: {error}"
        ) from error


def _told(work: Callable[[], Json]) -> Json:
    try:
        return work()
    except StripeError as error:
        raise web.HTTPBadRequest(text=json.dumps(error.body())) from error


def _nothing() -> web.Response:
    return web.Response(status=204)
