"""Telling a running emulator what to do, and asking what it saw."""

import ssl
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2
from pydantic import TypeAdapter

from ops.emulators.stripe.ledger import Books, Call
from ops.emulators.stripe.methods import DEFAULT_SAMPLE
from ops.emulators.stripe.script import Delivery, Fault, Script, WebhookFault

_DEADLINE = 60.0
_CALLS = TypeAdapter(list[Call])
_DELIVERIES = TypeAdapter(list[Delivery])


class Control:
    """The door for control of an emulator. Raises httpx2.HTTPError when it is not there or does not understand."""

    def __init__(self, base_url: str, *, ca_file: Path | None = None) -> None:
        verify = True if ca_file is None else ssl.create_default_context(cafile=str(ca_file))
        self._client = httpx2.Client(base_url=base_url, verify=verify, trust_env=False, timeout=_DEADLINE)

    def will(self, *faults: Fault | WebhookFault) -> None:
        """What goes wrong from now on, instead of what was said before; nothing without arguments."""
        calls = [each for each in faults if isinstance(each, Fault)]
        webhooks = [each for each in faults if isinstance(each, WebhookFault)]
        self._client.put(
            "/_emulator/script", content=Script(calls=calls, webhooks=webhooks).model_dump_json()
        ).raise_for_status()

    @property
    def now(self) -> int:
        """The emulator's time, in seconds since 1970."""
        return self._client.get("/_emulator/clock").raise_for_status().json()["now"]

    def advance(self, *, to: int, frozen: bool | None = None) -> int:
        """Be at a later time; how many things were due until then."""
        return self._put("clock", {"to": to, "frozen": frozen})["done"]

    def settings(self, **settings: Any) -> None:
        """Set the account up: `old_shapes`, `retry_days`, `after_retries`, `bank_seconds`."""
        self._client.put("/_emulator/settings", json=settings).raise_for_status()

    def endpoint(self, url: str, secret: str, events: list[str] | None = None) -> str:
        """Send webhooks there, signed with this secret; the endpoint's id."""
        return self._post("endpoints", {"url": url, "secret": secret, "events": events or ["*"]})["id"]

    def dispute(self, charge: str, **details: Any) -> str:
        """A person's bank takes a charge back; the dispute's id."""
        return self._post("disputes", {"charge": charge, **details})["id"]

    def close_dispute(self, dispute: str, *, won: bool) -> None:
        """The bank decided."""
        self._post(f"disputes/{dispute}/{'won' if won else 'lost'}", {})

    def fail_refund(self, refund: str) -> None:
        """The bank sends a refund back."""
        self._client.post(f"/_emulator/refunds/{refund}/fail").raise_for_status()

    def use_method(self, customer: str, token: str) -> str:
        """A customer pays with a sample from now on, as if changed in the portal; the payment method's id."""
        return self._post("methods", {"customer": customer, "token": token})["id"]

    def pay(self, session: str, token: str = DEFAULT_SAMPLE, *, authenticates: bool = True) -> str | None:
        """Pay a Checkout session as a person at its page would; what the page says when it does not work."""
        return self._post("payments", {"session": session, "token": token, "authenticates": authenticates})["error"]

    def release(self, order: str = "kept", *, seed: int = 0) -> int:
        """Send what was held, in the order `kept`, `reversed` or `shuffled`; how many."""
        return self._post("webhooks/release", {"order": order, "seed": seed})["released"]

    def resend(self, event: str) -> None:
        """Send an event once more."""
        self._post(f"webhooks/resend/{event}", {})

    def settled(self) -> None:
        """Return when no webhook is on its way; second tries and held ones do not count."""
        self._client.post("/_emulator/webhooks/settled").raise_for_status()

    def deliveries(self) -> list[Delivery]:
        """Every try to deliver a webhook."""
        return _DELIVERIES.validate_json(self._client.get("/_emulator/webhooks").raise_for_status().content)

    def calls(self) -> list[Call]:
        """Every call since the last reset."""
        return _CALLS.validate_json(self._client.get("/_emulator/calls").raise_for_status().content)

    def books(self) -> Books:
        """Everybody's money."""
        return Books.model_validate_json(self._client.get("/_emulator/books").raise_for_status().content)

    def reset(self) -> None:
        """As just started."""
        self._client.delete("/_emulator").raise_for_status()

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    def _put(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._client.put(f"/_emulator/{path}", json=body).raise_for_status().json()

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._client.post(f"/_emulator/{path}", json=body).raise_for_status().json()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
