"""Charges, and what each leaves on the balance."""

from ops.emulators.stripe.errors import Json
from ops.emulators.stripe.forms import Params
from ops.emulators.stripe.methods import Way, way_of
from ops.emulators.stripe.routing import LISTING, Route, listing, matching
from ops.emulators.stripe.world import World

_FEE_SHARE, _FEE_FIXED = 0.015, 25
_OF_METHOD = ("display_brand", "generated_from", "networks", "three_d_secure_usage")


def make(world: World, intent: Json, method: Json, error: Json | None) -> Json:
    """The charge of an attempt: failed with an error, pending with a bank debit, else paid."""
    later = way_of(method) in (Way.PAYS_LATER, Way.FAILS_LATER)
    status = "failed" if error else "pending" if later else "succeeded"
    charge = world.add(
        "charge", "py" if later else "ch", amount=intent["amount"], amount_captured=intent["amount"],
        amount_refunded=0, application=None, application_fee=None, application_fee_amount=None,
        balance_transaction=None, billing_details=method["billing_details"],
        calculated_statement_descriptor="FIGURINE STUDIO", captured=error is None, currency=intent["currency"],
        customer=intent["customer"], description=intent["description"], disputed=False,
        failure_balance_transaction=None, failure_code=error and error["code"],
        failure_message=error and error["message"], fraud_details={}, metadata=dict(intent["metadata"]),
        on_behalf_of=None, outcome=_outcome(error), paid=status == "succeeded", payment_intent=intent["id"],
        payment_method=method["id"], payment_method_details={"type": method["type"], method["type"]: _details(method)},
        radar_options={}, receipt_email=intent["receipt_email"], receipt_number=None, receipt_url=None, refunded=False,
        review=None, shipping=None, source=None, source_transfer=None, statement_descriptor=None,
        statement_descriptor_suffix=None, status=status, transfer=None, transfer_data=None, transfer_group=None,
    )  # fmt: skip
    if status == "succeeded":
        charge["balance_transaction"] = booked(world, charge, charge["amount"])
        charge["receipt_url"] = f"{world.base_url}/receipts/{charge['id']}"
    return charge


def _details(method: Json) -> Json:
    details: Json = method[method["type"]]
    if method["type"] != "card":
        return {**details, "mandate": None}
    told = {name: value for name, value in details.items() if name not in _OF_METHOD}
    more = ("mandate", "network_transaction_id", "setup_credential_usage", "stored_credential_usage", "three_d_secure")
    return {**told, **dict.fromkeys(more), "installments": None, "network": details["brand"]}


def _outcome(error: Json | None) -> Json:
    if error is None:
        return {
            "advice_code": None, "network_advice_code": None, "network_decline_code": None,
            "network_status": "approved_by_network", "reason": None, "risk_level": "normal", "rule": None,
            "seller_message": "Payment complete.", "type": "authorized",
        }  # fmt: skip
    return {
        "advice_code": "try_again_later", "network_advice_code": None, "network_decline_code": "05",
        "network_status": "declined_by_network", "reason": error["decline_code"], "risk_level": "normal", "rule": None,
        "seller_message": "The bank did not return any further details with this decline.", "type": "issuer_declined",
    }  # fmt: skip


def booked(world: World, source: Json, amount: int) -> str:
    """The balance transaction of money that came (or, below zero, went)."""
    kind = {"charge": "charge", "refund": "refund", "dispute": "adjustment"}[source["object"]]
    fee = round(amount * _FEE_SHARE) + _FEE_FIXED if kind == "charge" else 0
    entry = world.add(
        "balance_transaction", "txn", amount=amount, available_on=world.now + 2 * 86400, balance_type="payments",
        currency=source["currency"], description=None, exchange_rate=None, fee=fee, fee_details=[], net=amount - fee,
        reporting_category="dispute" if kind == "adjustment" else kind, source=source["id"], status="available",
        type=kind,
    )  # fmt: skip
    return entry["id"]


def list_charges(world: World, params: Params, _ident: str) -> Json:
    """GET /v1/charges."""
    return listing(matching(params, world, "charge", ("customer", "payment_intent")), params, "/v1/charges")


def list_transactions(world: World, params: Params, _ident: str) -> Json:
    """GET /v1/balance_transactions."""
    found = matching(params, world, "balance_transaction", ("type", "source", "currency"))
    return listing(found, params, "/v1/balance_transactions")


def _shows(kind: str) -> Route:
    def retrieve(world: World, _params: Params, ident: str) -> Json:
        return world.get(kind, ident)

    return Route("GET", f"/v1/{kind}s/{{id}}", retrieve)


ROUTES = (
    Route("GET", "/v1/charges", list_charges, (*LISTING, "customer", "payment_intent", "created")),
    Route("GET", "/v1/balance_transactions", list_transactions, (*LISTING, "type", "source", "currency", "created")),
    *(_shows(kind) for kind in ("charge", "balance_transaction")),
)
