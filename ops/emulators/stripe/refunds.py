"""Refunds and disputes: money that goes back."""

from ops.emulators.stripe.charges import booked
from ops.emulators.stripe.errors import Json, StripeError, invalid, required
from ops.emulators.stripe.forms import Params
from ops.emulators.stripe.methods import Way, way_of
from ops.emulators.stripe.routing import LISTING, Route, listing, matching
from ops.emulators.stripe.world import World

_REASONS = ("duplicate", "fraudulent", "requested_by_customer")
_EVIDENCE_DAYS = 9
_FEE = 1500
_DAY = 86400


def create(world: World, params: Params, _ident: str) -> Json:
    """POST /v1/refunds, of a charge or of what a payment intent charged."""
    reason = params.choice("reason", _REASONS)
    charge = _charged(world, params)
    left = charge["amount"] - charge["amount_refunded"]
    if charge["disputed"]:
        raise StripeError(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed"
        )
    if left == 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise StripeError(message, code="charge_already_refunded")
    amount = params.integer("amount", least=1) or left
    if amount > left:
        message = f"Refund amount ({_money(amount)}) is greater than unrefunded amount on charge ({_money(left)})"
        raise invalid("amount", message)
    return _refund(world, charge, amount, reason, params.metadata())


def _charged(world: World, params: Params) -> Json:
    intent_id = params.text("payment_intent")
    if intent_id is not None:
        intent = world.get("payment_intent", intent_id, "payment_intent")
        if intent["status"] != "succeeded":
            message = f"This PaymentIntent ({intent_id}) does not have a successful charge to refund."
            raise invalid("payment_intent", message, code="payment_intent_unexpected_state")
        return world.get("charge", intent["latest_charge"])
    if not params.has("charge"):
        raise required("charge")
    charge = world.get("charge", params.need("charge"), "charge")
    if charge["status"] != "succeeded":
        raise invalid("charge", f"Charge {charge['id']} was not paid; there is nothing to refund.")
    return charge


def _refund(world: World, charge: Json, amount: int, reason: str | None, metadata: dict[str, str]) -> Json:
    refund = world.add(
        "refund", "re", amount=amount, balance_transaction=None, failure_balance_transaction=None,
        charge=charge["id"], currency=charge["currency"],
        customer=charge["customer"],
        destination_details={"card": {"reference_status": "pending", "type": "refund"}, "type": "card"},
        metadata=metadata, payment_intent=charge["payment_intent"], payment_method=charge["payment_method"],
        pending_reason=None, reason=reason, receipt_number=None, source_transfer_reversal=None, status="succeeded",
        transfer_reversal=None,
    )  # fmt: skip
    refund["balance_transaction"] = booked(world, refund, -amount)
    refunded = charge["amount_refunded"] + amount
    before = world.change(charge, amount_refunded=refunded, refunded=refunded == charge["amount"])
    world.emit("charge.refunded", charge, before)
    world.emit("refund.created", refund)
    if way_of(world.get("payment_method", charge["payment_method"])) is Way.REFUND_FAILS:
        world.at(world.now + _DAY, "fail_refund", refund["id"])
    return refund


def fail(world: World, ident: str) -> None:
    """The bank gave the money back to us: the person has nothing."""
    refund = world.get("refund", ident)
    if refund["status"] != "succeeded":
        return
    before = world.change(
        refund, status="failed", failure_reason="expired_or_canceled_card",
        failure_balance_transaction=booked(world, refund, refund["amount"]),
    )  # fmt: skip
    charge = world.get("charge", refund["charge"])
    world.change(charge, amount_refunded=charge["amount_refunded"] - refund["amount"], refunded=False)
    world.emit("refund.updated", refund, before)
    world.emit("refund.failed", refund)


def update(world: World, params: Params, ident: str) -> Json:
    """POST /v1/refunds/{id}."""
    refund = world.get("refund", ident)
    before = world.change(refund, metadata=params.metadata(refund["metadata"]))
    world.emit("refund.updated", refund, before)
    return refund


def dispute(world: World, charge_id: str, *, reason: str = "fraudulent", amount: int | None = None) -> Json:
    """A person's bank takes the money back while it looks into the matter."""
    charge = world.get("charge", charge_id)
    if charge["status"] != "succeeded" or charge["disputed"]:
        raise StripeError(f"Charge {charge_id} cannot be disputed: it was not paid, or is disputed.")
    disputed = world.add(
        "dispute", "du", amount=amount or charge["amount"], balance_transactions=[], charge=charge_id,
        currency=charge["currency"], enhanced_eligibility_types=[], evidence={},
        evidence_details={
            "due_by": world.now + _EVIDENCE_DAYS * _DAY, "enhanced_eligibility": {}, "has_evidence": False,
            "past_due": False, "submission_count": 0, "submission_method": "not_submitted",
        },
        is_charge_refundable=False, metadata={}, network_reason_code="10.4", payment_intent=charge["payment_intent"],
        payment_method_details={"card": {"brand": "visa", "case_type": "chargeback"}, "type": "card"}, reason=reason,
        status="needs_response",
    )  # fmt: skip
    world.change(charge, disputed=True)
    _move(world, disputed, -disputed["amount"])
    world.emit("charge.dispute.created", disputed)
    world.emit("charge.dispute.funds_withdrawn", disputed)
    return disputed


def open_dispute(world: World, ident: str) -> None:
    """A charge is disputed as fraudulent."""
    dispute(world, ident)


def close(world: World, ident: str, *, won: bool) -> Json:
    """The bank decided. Won: the money is back with us."""
    disputed = world.get("dispute", ident)
    if disputed["status"] in ("won", "lost"):
        raise StripeError(f"Dispute {ident} is closed already.")
    before = world.change(disputed, status="won" if won else "lost")
    if won:
        _move(world, disputed, disputed["amount"])
        world.emit("charge.dispute.funds_reinstated", disputed)
    world.emit("charge.dispute.closed", disputed, before)
    return disputed


def _move(world: World, disputed: Json, amount: int) -> None:
    entry = world.get("balance_transaction", booked(world, disputed, amount))
    disputed["balance_transactions"] = [*disputed["balance_transactions"], entry]


def _close_lost(world: World, _params: Params, ident: str) -> Json:
    """POST /v1/disputes/{id}/close: give up."""
    return close(world, ident, won=False)


def _money(amount: int) -> str:
    return f"{amount / 100:.2f}"


def _lists(kind: str) -> Route:
    def show_all(world: World, params: Params, _ident: str) -> Json:
        return listing(matching(params, world, kind, ("charge", "payment_intent")), params, f"/v1/{kind}s")

    return Route("GET", f"/v1/{kind}s", show_all, (*LISTING, "charge", "payment_intent", "created"))


def _shows(kind: str) -> Route:
    def retrieve(world: World, _params: Params, ident: str) -> Json:
        return world.get(kind, ident)

    return Route("GET", f"/v1/{kind}s/{{id}}", retrieve)


ROUTES = (
    Route("POST", "/v1/refunds", create, ("charge", "payment_intent", "amount", "reason", "metadata")),
    Route("POST", "/v1/refunds/{id}", update, ("metadata",)),
    Route("POST", "/v1/disputes/{id}/close", _close_lost),
    *(_lists(kind) for kind in ("refund", "dispute")),
    *(_shows(kind) for kind in ("refund", "dispute")),
)
