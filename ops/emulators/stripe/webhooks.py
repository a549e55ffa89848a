"""Bringing events to whoever wants them: signed, again after a while when nobody said yes, and with mishaps."""

import asyncio
import hashlib
import hmac
import json
import random
import ssl
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import aiohttp

from ops.emulators.stripe.errors import Json
from ops.emulators.stripe.script import Delivery, Mishap, Script, WebhookFault
from ops.emulators.stripe.world import World, shown

_MOST_ATTEMPTS = 16
_LONGEST_PAUSE = 3600.0
_TIMEOUT = aiohttp.ClientTimeout(total=20)
_OLD_SECONDS = 600
_KEPT = 10_000


@dataclass(slots=True)
class _Parcel:
    """An event on its way to one endpoint."""

    event: str
    endpoint: str
    attempt: int = 1
    mishap: Mishap | None = None


class Webhooks:
    """The way out. Parcels leave in the order of their events, one after another; a second try waits aside."""

    def __init__(self, world: World, *, backoff: float, tls: ssl.SSLContext | None) -> None:
        self.script = Script()
        self.deliveries: deque[Delivery] = deque(maxlen=_KEPT)
        self._world = world
        self._backoff = backoff
        self._tls = tls
        self._queue: asyncio.Queue[_Parcel] = asyncio.Queue()
        self._held: list[_Parcel] = []
        self._waiting: set[asyncio.Task[None]] = set()
        world.on_event = self.send

    def send(self, event: Json) -> None:
        """An event happened."""
        for endpoint in self._world.every("webhook_endpoint"):
            wanted = endpoint["status"] == "enabled"
            if wanted and any(fnmatchcase(event["type"], each) for each in endpoint["enabled_events"]):
                event["pending_webhooks"] += 1
                self._dispatch(_Parcel(event["id"], endpoint["id"]), self.script.next_webhook(event["type"]))

    def _dispatch(self, parcel: _Parcel, fault: WebhookFault | None) -> None:
        kind = fault.kind if fault else None
        if kind is Mishap.DROP:
            self._note(parcel, "dropped", None)
        elif kind is Mishap.HOLD:
            self._held.append(parcel)
        elif kind is Mishap.DELAY and fault is not None:
            self._later(parcel, fault.seconds)
        else:
            parcel.mishap = kind
            self._queue.put_nowait(parcel)
            if kind is Mishap.DUPLICATE:
                self._queue.put_nowait(_Parcel(parcel.event, parcel.endpoint))

    def release(self, order: str, seed: int) -> int:
        """Send what was held: `kept`, `reversed`, or `shuffled`."""
        held, self._held = self._held, []
        if order == "reversed":
            held.reverse()
        elif order == "shuffled":
            random.Random(seed).shuffle(held)  # noqa: S311 - chance that can be had again
        for parcel in held:
            self._queue.put_nowait(parcel)
        return len(held)

    def resend(self, ident: str) -> int:
        """Send an event once more, to everybody who wants it; as `stripe events resend` does."""
        event = self._world.get("event", ident)
        endpoints = list(self._world.every("webhook_endpoint"))
        for endpoint in endpoints:
            self._queue.put_nowait(_Parcel(event["id"], endpoint["id"]))
        return len(endpoints)

    async def settled(self) -> None:
        """Return when nothing is on its way; what waits for another try, or is held, does not count."""
        await self._queue.join()

    def forget(self) -> None:
        """Nothing is on its way any more."""
        self.script = Script()
        self.deliveries.clear()
        self._held.clear()
        for task in self._waiting:
            task.cancel()
        with suppress(asyncio.QueueEmpty):
            while True:
                self._queue.get_nowait()
                self._queue.task_done()

    async def run(self) -> None:
        """Deliver until cancelled."""
        async with aiohttp.ClientSession(timeout=_TIMEOUT, cookie_jar=aiohttp.DummyCookieJar()) as http:
            while True:
                parcel = await self._queue.get()
                try:
                    await self._deliver(http, parcel)
                finally:
                    self._queue.task_done()

    async def _deliver(self, http: aiohttp.ClientSession, parcel: _Parcel) -> None:
        event, endpoint = self._world.find(parcel.event), self._world.find(parcel.endpoint)
        if event is None or endpoint is None or endpoint.get("deleted"):
            return
        body = json.dumps(self._content(event, parcel)).encode()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks) emulated",
            "Stripe-Signature": signature(body, endpoint["secret"], parcel.mishap),
        }
        try:
            async with http.post(
                endpoint["url"], data=body, headers=headers, ssl=self._tls or True, allow_redirects=False
            ) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            status = None
        self._received(parcel, event, status)

    def _content(self, event: Json, parcel: _Parcel) -> Json:
        content = self._world.rendered(shown(event))
        return {**content, "livemode": True} if parcel.mishap is Mishap.LIVEMODE else content

    def _received(self, parcel: _Parcel, event: Json, status: int | None) -> None:
        taken = status is not None and 200 <= status < 300
        self._note(parcel, "delivered" if taken else "refused", status)
        if taken:
            self._world.change(event, pending_webhooks=max(0, event["pending_webhooks"] - 1))
        elif parcel.attempt < _MOST_ATTEMPTS:
            pause = min(self._backoff * 2 ** (parcel.attempt - 1), _LONGEST_PAUSE)
            self._later(_Parcel(parcel.event, parcel.endpoint, parcel.attempt + 1), pause)

    def _note(self, parcel: _Parcel, outcome: str, status: int | None) -> None:
        event: Any = self._world.find(parcel.event) or {"type": "?"}
        self.deliveries.append(
            Delivery(
                event=parcel.event, type=event["type"], endpoint=parcel.endpoint, attempt=parcel.attempt,
                outcome=outcome, status=status,
            )
        )  # fmt: skip
        # Once delivered, an event stays so, whatever happens to a duplicate.
        if not event.get("_delivered"):
            event["_delivered"] = outcome == "delivered"

    def _later(self, parcel: _Parcel, seconds: float) -> None:
        async def wait() -> None:
            await asyncio.sleep(seconds)
            self._queue.put_nowait(parcel)

        task = asyncio.get_running_loop().create_task(wait())
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)


def signature(body: bytes, secret: str, mishap: Mishap | None = None) -> str:
    """The header that proves who sent it, by the machine's own clock, as the receiver's is."""
    moment = int(time.time()) - (_OLD_SECONDS if mishap is Mishap.OLD_TIMESTAMP else 0)
    key = secret + "?" if mishap is Mishap.WRONG_SIGNATURE else secret
    digest = hmac.new(key.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"
