"""What the tests of the Stripe emulator have in common: a shop's calls, and somebody who receives webhooks."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from ops.embedded.waiting import until
from ops.emulators.stripe.methods import DEFAULT_SAMPLE

DAY = 86_400
SUCCESS = "https://shop.example/thanks?session={CHECKOUT_SESSION_ID}"
PACK = [
    {
        "price_data": {"currency": "eur", "unit_amount": 500, "product_data": {"name": "10 credits"}},
        "quantity": 1,
    }
]


def buy(client, **more):
    """A Checkout session for ten credits."""
    wish = {"mode": "payment", "line_items": PACK, "success_url": SUCCESS, "metadata": {"order": "o-1"}}
    return client.v1.checkout.sessions.create({**wish, **more})


def plan(client, *, interval="month", amount=900, **more):
    """A price that recurs."""
    product = client.v1.products.create({"name": f"Plan by the {interval}"})
    return client.v1.prices.create(
        {"product": product.id, "currency": "eur", "unit_amount": amount, "recurring": {"interval": interval}, **more}
    )


def subscribe(client, price, *, token=DEFAULT_SAMPLE, **more):
    """A customer with a subscription."""
    customer = client.v1.customers.create({})
    return client.v1.subscriptions.create(
        {
            "customer": customer.id,
            "items": [{"price": price.id}],
            "default_payment_method": token,
            "expand": ["latest_invoice"],
            **more,
        }
    )


def period(subscription):
    item = subscription["items"].data[0]
    return item.current_period_start, item.current_period_end


@dataclass
class Mailbox:
    """An endpoint: keeps what it is sent, and answers with the next of `answers`, else 200."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    received: list[tuple[str, bytes]] = field(default_factory=list)

    def take(self, signature: str, body: bytes) -> int:
        self.received.append((signature, body))
        return self.answers.pop(0) if self.answers else 200

    def wait_for(self, count: int) -> list[tuple[str, bytes]]:
        until(lambda: len(self.received) >= count, f"{count} webhooks", seconds=20)
        return self.received


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(box.take(self.headers["Stripe-Signature"], body))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *said: object) -> None:
            del said

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        box.url = f"http://127.0.0.1:{server.server_address[1]}/webhook"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
