"""The billing portal and the invoices, for a person with a browser."""

from collections.abc import Callable, Mapping

from aiohttp import web

from ops.emulators.stripe import documents, invoices, portal, renewals, subscriptions
from ops.emulators.stripe.errors import Json, StripeError
from ops.emulators.stripe.methods import DEFAULT_SAMPLE, SAMPLES, make, named
from ops.emulators.stripe.pages import OFFERED
from ops.emulators.stripe.periods import day
from ops.emulators.stripe.server import Emulator
from ops.emulators.stripe.showing import gone, money, page
from ops.emulators.stripe.world import ACCOUNT

_STATES = {
    "active": "active", "trialing": "on trial", "past_due": "payment failed", "unpaid": "not paid",
    "incomplete": "waits for its first payment",
}  # fmt: skip
_DONE = {
    "end": "The plan ends with its period.", "resume": "The plan goes on.", "change": "The plan is changed.",
    "method": "This is what you pay with from now on.",
}  # fmt: skip


class PortalPages:
    """Where a customer looks after plan, card and invoices."""

    def __init__(self, emulator: Emulator) -> None:
        self._world = emulator.world

    def routes(self) -> list[web.RouteDef]:
        """Its addresses."""
        return [
            web.get("/p/session/{id}", self.show),
            web.post("/p/session/{id}", self.act),
            web.get(f"/i/{ACCOUNT}/{{id}}", self.show_invoice),
            web.post(f"/i/{ACCOUNT}/{{id}}", self.pay_invoice),
            web.get(f"/i/{ACCOUNT}/{{id}}/pdf", self.invoice_pdf),
            web.get("/receipts/{id}", self.receipt),
        ]

    async def show(self, request: web.Request) -> web.StreamResponse:
        """The portal."""
        session = self._found(portal.KIND, request)
        if session is None:
            return gone()
        return self._portal(session, notice=_DONE.get(request.query.get("done", "")))

    async def act(self, request: web.Request) -> web.StreamResponse:
        """Somebody pressed a button."""
        session = self._found(portal.KIND, request)
        if session is None:
            return gone()
        given = {name: str(value) for name, value in (await request.post()).items()}
        action = given.get("action", "")
        try:
            self._do(session, action, given)
        except StripeError as refused:
            return self._portal(session, error=f"{refused} Nothing was changed.")
        raise web.HTTPSeeOther(f"/p/session/{session['id']}?done={action}")

    def _do(self, session: Json, action: str, given: Mapping[str, str]) -> None:
        world = self._world
        if action == "method":
            portal.use_method(world, world.get("customer", session["customer"]), given.get("method", ""))
            return
        subscription = world.get("subscription", given.get("subscription", ""))
        if subscription["customer"] != session["customer"]:
            raise StripeError("This plan is somebody else's.")
        steps: Mapping[str, Callable[[], None]] = {
            "end": lambda: portal.set_ending(world, subscription, ends=True),
            "resume": lambda: portal.set_ending(world, subscription, ends=False),
            "change": lambda: portal.change_plan(world, subscription, given.get("price", "")),
        }
        if action not in steps:
            raise StripeError("The emulator does not know this button.")
        steps[action]()

    async def show_invoice(self, request: web.Request) -> web.StreamResponse:
        """An invoice."""
        invoice = self._found("invoice", request)
        return gone() if invoice is None else self._invoice(invoice)

    async def pay_invoice(self, request: web.Request) -> web.StreamResponse:
        """Somebody pays an open invoice."""
        invoice = self._found("invoice", request)
        if invoice is None:
            return gone()
        token = str((await request.post()).get("method", ""))
        sample = next((each for each in SAMPLES if each.token == token), SAMPLES[0])
        method = make(self._world, sample, invoice["customer"])
        error = invoices.collect(self._world, invoice, method["id"], off_session=False)
        if error is not None:
            return self._invoice(invoice, error=error["message"])
        intent = self._world.get("payment_intent", invoice["_intent"])
        if intent["status"] == "requires_action":
            intent["_return_url"] = invoice["hosted_invoice_url"]
            raise web.HTTPSeeOther(f"/authenticate/{intent['id']}")
        raise web.HTTPSeeOther(f"/i/{ACCOUNT}/{invoice['id']}")

    async def invoice_pdf(self, request: web.Request) -> web.StreamResponse:
        """An invoice to keep."""
        invoice = self._found("invoice", request)
        if invoice is None:
            return gone()
        name = f'inline; filename="{invoice["number"]}.pdf"'
        body = documents.invoice_pdf(invoice)
        return web.Response(body=body, content_type="application/pdf", headers={"Content-Disposition": name})

    async def receipt(self, request: web.Request) -> web.StreamResponse:
        """That a charge was paid."""
        charge = self._found("charge", request)
        if charge is None:
            return gone()
        amount = money(charge["amount"], charge["currency"])
        rows = [{"name": charge["description"] or "Payment", "amount": amount}]
        if charge["amount_refunded"]:
            rows.append({"name": "Refunded", "amount": money(-charge["amount_refunded"], charge["currency"])})
        return page(
            "invoice.html", heading="Receipt", day=day(charge["created"]), rows=rows, total=amount,
            discount=None, credit=None, samples=None, pdf=None, state=charge["status"],
        )  # fmt: skip

    def _found(self, kind: str, request: web.Request) -> Json | None:
        self._world.catch_up()
        return self._world.kinds.get(kind, {}).get(request.match_info["id"])

    def _portal(self, session: Json, *, notice: str | None = None, error: str | None = None) -> web.Response:
        world, owner = self._world, session["customer"]
        alive = [
            each for each in world.every("subscription") if each["customer"] == owner and each["status"] in _STATES
        ]
        bills = [each for each in world.every("invoice") if each["customer"] == owner]
        kept = world.get("customer", owner)["invoice_settings"]["default_payment_method"]
        method = kept or next((each["default_payment_method"] for each in alive[::-1]), None)
        return page(
            "portal.html", notice=notice, error=error, return_url=session["return_url"],
            plans=[self._plan(each) for each in alive], method=method and _said(named(world, method)),
            invoices=[_row(each) for each in bills[::-1]], samples=OFFERED, chosen=DEFAULT_SAMPLE,
        )  # fmt: skip

    def _plan(self, subscription: Json) -> Json:
        item = subscriptions.items_of(subscription)[0]
        ends, until = subscription["cancel_at_period_end"], day(item["current_period_end"])
        return {
            "id": subscription["id"], "name": self._name(item["price"]), "status": subscription["status"],
            "state": "ends soon" if ends else _STATES[subscription["status"]],
            "amount": money(item["price"]["unit_amount"] * item["quantity"], item["price"]["currency"]),
            "every": item["price"]["recurring"]["interval"], "ends": ends,
            "sentence": f"Ends on {until}." if ends else f"Renews on {until}.",
            "others": [
                {"id": each["id"], "words": f"{self._name(each)}, {_price(each)}"}
                for each in portal.others(self._world, subscription)
            ],
        }  # fmt: skip

    def _name(self, price: Json) -> str:
        return self._world.get("product", price["product"])["name"]

    def _invoice(self, invoice: Json, *, error: str | None = None) -> web.Response:
        currency = invoice["currency"]
        off = sum(each["amount"] for each in invoice["total_discount_amounts"])
        credit = max(invoice["total"], 0) - invoice["amount_due"]
        open_ = invoice["status"] == "open" and renewals.subscription_of(self._world, invoice) is not None
        given: Json = {
            "heading": f"Invoice {invoice['number'] or '(draft)'}", "day": day(invoice["created"]),
            "rows": [
                {"name": row["description"], "amount": money(row["amount"], currency)}
                for row in invoice["lines"]["data"]
            ],
            "discount": money(off, currency) if off else None, "credit": money(credit, currency) if credit else None,
            "total": money(invoice["amount_due"], currency), "samples": OFFERED if open_ else None,
            "chosen": DEFAULT_SAMPLE, "pdf": invoice["invoice_pdf"], "error": error, "state": invoice["status"],
        }  # fmt: skip
        return page("invoice.html", **given)


def _price(price: Json) -> str:
    return f"{money(price['unit_amount'], price['currency'])} per {price['recurring']['interval']}"


def _said(method: Json) -> str:
    if method["type"] == "card":
        return f"{method['card']['brand'].capitalize()} card ending in {method['card']['last4']}"
    return f"Bank account ending in {method['sepa_debit']['last4']}"


def _row(invoice: Json) -> Json:
    return {
        "day": day(invoice["created"]), "number": invoice["number"], "status": invoice["status"],
        "amount": money(invoice["total"], invoice["currency"]), "url": invoice["hosted_invoice_url"],
        "pdf": invoice["invoice_pdf"],
    }  # fmt: skip
