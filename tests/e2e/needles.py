"""Somebody who gives the studio a value of her own in every field there is, and uses all there is to use."""

import json
import subprocess
import sys
from collections.abc import Mapping
from urllib.parse import urlsplit
from uuid import uuid4

from ops.embedded.waiting import until
from ops.emulators.stripe.control import Control
from tests.fixtures.customer import Answer, Customer, expect
from tests.fixtures.leaver import Erasure
from tests.fixtures.photo_files import SECRET, turned
from tests.fixtures.stack import RunningStack

SECONDS = 60
# One word of each would be found in nothing else: neither in code, nor by chance in what is sealed.
SEALED: Mapping[str, str] = {
    "name": "Zwiebelhilde Quastenflosser",
    "title": "Murmeltierkaiserin",
    "version": "and a hat of gorgonzolafelt",
    "comment": "Her earlobes are knackebrodesque",
    "company": "Schnurrpfeiferei Kaltwasserfall",
    "address": "Hinterdupfingerweg 4711",
    "vat_number": "XQ887766554433",
    "question": "Why does my grandfather look like a sauerkrautbaron?",
    "answer": "He wears the hat of a dampfnudelduke",
}
# What is never written down, and what she comes with, which only the security log keeps: sealed, and told in words.
NEVER_KEPT: Mapping[str, str] = {
    "user agent": "Pampelmusenbrowser/77.4",
    "address on the net": "203.0.113.177",
    "password": "vier quietschende Wortgurken",
    "place in the photo": SECRET.decode(),
}
# What was wished of a first figurine is not told again: it is sealed beside the photo, and goes with it.
WISH = "with a bassoon of rhubarbwood"
GIFT = 50


class Woman:
    """She, and what came of all she did; everything through the public door, but what only an operator can do."""

    def __init__(self, stack: RunningStack) -> None:
        self.stack = stack
        self.email = f"quastenflosser.{uuid4().hex}@zwiebelpost.example"
        self.http_headers = {
            "User-Agent": NEVER_KEPT["user agent"],
            "X-Forwarded-For": NEVER_KEPT["address on the net"],
        }
        self.customer = Customer(
            stack,
            name=SEALED["name"],
            email=self.email,
            password=NEVER_KEPT["password"],
            headers=self.http_headers,
        )
        self.http = self.customer.http
        self.customer.wait_for_credits()

    @property
    def id(self) -> str:
        """Her user id."""
        return self.customer.id

    @property
    def needles(self) -> Mapping[str, str]:
        """What must be found nowhere as it is, by what it is."""
        return {**SEALED, **NEVER_KEPT, "wish": WISH, "e-mail": self.email, "gift code": self.gift, "share": self.token}

    def live(self) -> None:
        """Everything there is to do."""
        expect(200, self.http.post("/v1/accounts/verify", json={"token": self.customer.letter().token}))
        for purpose in ("google_gemini", "quality_feedback", "photo_training", "news"):
            self._put(f"consents/{purpose}", {"granted": True})
        self.redeem()
        self.orders = [self.buy_by_card("pack-20-eur"), self.buy_by_transfer(), self.buy_by_card("studio-month-eur")]
        self.figurine = self._first()
        self._say_so()
        self.version = self._second()
        self.ticket = self._ask()
        self.customer.wait_until_ended(self.version)
        until(
            lambda: all(self.is_paid(order) for order in (self.orders[0], self.orders[2])), "The money", seconds=SECONDS
        )
        until(self._has_a_model, "The printable model", seconds=SECONDS)
        self.copy = expect(202, self._post("privacy/requests", {"kind": "access"}))["id"]
        until(self._has_a_copy, "The copy of everything", seconds=SECONDS)

    def close(self) -> None:
        self.customer.close()

    def redeem(self) -> None:
        asked = [sys.executable, "-m", "billing.operator", "code", "gift", str(GIFT), "--label", "test"]
        environment = self.stack.environments.of("billing")
        made = subprocess.run(asked, env=environment, capture_output=True, text=True, check=True)
        self.gift = made.stdout.split()[-1]
        expect(201, self._post("credits/codes", {"code": self.gift}))

    def buy_by_card(self, price: str) -> Answer:
        """Pay as one does at Stripe's own page."""
        order = expect(201, self._post("checkout", {"price_id": price, "provider": "stripe"}))
        with self.bank() as bank:
            assert bank.pay(urlsplit(order["url"]).path.rsplit("/", 1)[1]) is None
        return order

    def buy_by_transfer(self) -> Answer:
        details = {name: SEALED[name] for name in ("company", "vat_number")}
        self._put("billing-details", {**details, "address": [SEALED["address"]], "country": "DE"})
        return expect(201, self._post("checkout", {"price_id": "pack-60-eur", "provider": "invoice"}))

    def is_paid(self, order: Answer) -> bool:
        """Whether the books say so."""
        orders = {each["id"]: each["state"] for each in self.customer.get("orders")["items"]}
        return orders.get(order["order_id"]) == "paid"

    def provider_holds(self) -> bytes:
        """Everything the Stripe emulator has written down, but what it told: it keeps that, and says for how long."""
        state = json.loads((self.stack.site.home("stripe-emulator") / "state.json").read_text())
        kinds = {kind: each for kind, each in state["world"]["kinds"].items() if kind != "event"}
        return json.dumps(kinds).encode()

    def bank(self) -> Control:
        """The door for control of the Stripe emulator."""
        return Control(self.stack.endpoints["emulators"]["stripe"], ca_file=self.stack.ca)

    def _first(self) -> str:
        made = self.http.post(
            "/v1/figurines",
            data={
                "style": "acrylic-standee",
                "title": SEALED["title"],
                "note": WISH,
                "save_photo": "true",
            },
            files={"photo": (f"{SECRET.decode()}.jpg", turned(6))},
            headers={"Idempotency-Key": uuid4().hex},
        )
        figurine = expect(202, made)["id"]
        self.customer.wait_until_ended(figurine)
        until(lambda: self.customer.get("photos")["saved"], "The saved photo", seconds=SECONDS)
        self.photo = self.customer.get("photos")["saved"][0]["id"]
        return figurine

    def _say_so(self) -> None:
        self._put(f"figurines/{self.figurine}/rating", {"stars": 4, "comment": SEALED["comment"]})
        self._put(f"figurines/{self.figurine}/favourite", None)
        shared = expect(200, self.http.post(f"/v1/figurines/{self.figurine}/share"))
        self.token = urlsplit(shared["url"]).path.rsplit("/", 1)[1]

    def _ask(self) -> str:
        """A question, which somebody of the studio reads and answers."""
        asked = expect(201, self._post("support/tickets", {"topic": "figurine", "message": SEALED["question"]}))
        self._operator("show", asked["reference"], "--because", "To answer what was asked")
        self._operator("answer", asked["reference"], text=SEALED["answer"])
        return asked["id"]

    def _operator(self, command: str, reference: str, *more: str, text: str = "") -> None:
        told = [sys.executable, "-m", "gateway.operator", command, reference, "--as", "mira", *more]
        environment = self.stack.environments.of("gateway")
        subprocess.run(told, env=environment, input=text, capture_output=True, text=True, check=True)

    def _second(self) -> str:
        wish = {"note": SEALED["version"], "saved_photo_id": self.photo, "variants": 2}
        return expect(202, self._post(f"figurines/{self.figurine}/edits", wish))["id"]

    def _has_a_model(self) -> bool:
        return self.http.get(f"/v1/figurines/{self.figurine}/model.stl").status_code == 200

    def _has_a_copy(self) -> bool:
        return self.customer.get(f"privacy/requests/{self.copy}")["state"] == "ready"

    def _post(self, path: str, body: Answer):
        return self.http.post(f"/v1/{path}", json=body, headers={"Idempotency-Key": uuid4().hex})

    def _put(self, path: str, body: Answer | None) -> None:
        expect(200, self.http.put(f"/v1/{path}", json=body))

    def leave(self) -> Answer:
        """Ask to be forgotten; how it stood in the end."""
        return Erasure(self.customer).wait()
