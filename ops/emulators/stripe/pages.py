"""The payment page and the bank's, for a person with a browser."""

from aiohttp import web

from ops.emulators.stripe import checkout, paying
from ops.emulators.stripe.errors import Json, StripeError
from ops.emulators.stripe.methods import DEFAULT_SAMPLE, SAMPLES
from ops.emulators.stripe.server import Emulator
from ops.emulators.stripe.showing import ASSETS, SELLER, gone, message, money, page

_BY_BANK = "Your bank did not approve the payment. Choose another way to pay, or try again."
OFFERED = [sample for sample in SAMPLES if sample.label]


class Pages:
    """Where a customer pays."""

    def __init__(self, emulator: Emulator) -> None:
        self._world = emulator.world

    def routes(self) -> list[web.AbstractRouteDef]:
        """Its addresses."""
        return [
            web.static("/assets", ASSETS),
            web.get("/c/pay/{id}", self.show),
            web.post("/c/pay/{id}", self.pay),
            web.get("/authenticate/{id}", self.ask),
            web.post("/authenticate/{id}", self.answer),
        ]

    async def show(self, request: web.Request) -> web.StreamResponse:
        """What there is to pay, and with what."""
        session = self._session(request)
        error = _BY_BANK if request.query.get("refused") == "bank" else None
        return gone() if session is None else self._checkout(session, error=error)

    async def pay(self, request: web.Request) -> web.StreamResponse:
        """Somebody chose."""
        session = self._session(request)
        if session is None:
            return gone()
        chosen = str((await request.post()).get("method", ""))
        try:
            error = paying.pay(self._world, session, chosen)
        except StripeError as refused:
            return self._checkout(session, error=str(refused), status=400)
        if error is not None:
            return self._checkout(session, error=f"{error['message']} Choose another way to pay.", chosen=chosen)
        return self._onward(session)

    async def ask(self, request: web.Request) -> web.StreamResponse:
        """The bank's question."""
        intent = self._intent(request)
        if intent is None:
            return gone()
        return page("authenticate.html", amount=money(intent["amount"], intent["currency"]))

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """The person's answer."""
        intent = self._intent(request)
        if intent is None:
            return gone()
        success = (await request.post()).get("answer") == "yes"
        error = paying.answer(self._world, intent, success=success)
        session = intent["_session"] and self._world.get(checkout.KIND, intent["_session"])
        if session is None:
            raise web.HTTPSeeOther(intent.get("_return_url") or "/")
        if error is not None:
            raise web.HTTPSeeOther(f"/c/pay/{session['id']}?refused=bank")
        return self._onward(session)

    def _onward(self, session: Json) -> web.StreamResponse:
        waiting = paying.asked(self._world, session)
        if waiting is not None:
            raise web.HTTPSeeOther(f"/authenticate/{waiting['id']}")
        raise web.HTTPSeeOther(_success(session))

    def _session(self, request: web.Request) -> Json | None:
        self._world.catch_up()
        return self._world.kinds.get(checkout.KIND, {}).get(request.match_info["id"])

    def _intent(self, request: web.Request) -> Json | None:
        intent = self._world.kinds.get("payment_intent", {}).get(request.match_info["id"])
        return intent if intent and intent["status"] == "requires_action" else None

    def _checkout(
        self, session: Json, *, error: str | None = None, chosen: str = DEFAULT_SAMPLE, status: int = 200
    ) -> web.Response:
        if session["status"] == "complete":
            words = "This payment is complete. Nothing more is needed."
            return message("Paid", words, link=_success(session), link_words=f"Back to {SELLER}")
        if session["status"] == "expired":
            return message(
                "This page has expired", "Nothing was paid. Start again where you came from.",
                link=session["cancel_url"], link_words=f"Back to {SELLER}", status=410,
            )  # fmt: skip
        return page(
            "checkout.html", status=status, error=error, chosen=chosen, samples=OFFERED,
            cancel_url=session["cancel_url"], **_described(session),
        )  # fmt: skip


def _success(session: Json) -> str:
    return session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])


def _described(session: Json) -> Json:
    rows = session["_more"]["line_items"]["data"]
    recurring = rows[0]["price"]["recurring"] if rows else None
    currency, trial = session["currency"], session["_data"]["trial_days"]
    return {
        "rows": [
            {"name": row["description"], "quantity": row["quantity"], "amount": money(row["amount_subtotal"], currency)}
            for row in rows
        ],
        "discount": money(session["total_details"]["amount_discount"], currency)
        if session["total_details"]["amount_discount"] else None,
        "first": money(0 if trial else session["amount_total"] or 0, currency),
        "total": money(session["amount_subtotal" if recurring else "amount_total"] or 0, currency),
        "every": recurring and _every(recurring),
    }  # fmt: skip


def _every(recurring: Json) -> str:
    count = recurring["interval_count"]
    return recurring["interval"] if count == 1 else f"{count} {recurring['interval']}s"
