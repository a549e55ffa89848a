"""Payment methods: cards and bank debits, each with the way it behaves; and setup intents, which keep one for later."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ops.emulators.stripe.errors import Json, declined, invalid
from ops.emulators.stripe.forms import Params
from ops.emulators.stripe.routing import LISTING, Route, listing
from ops.emulators.stripe.world import World


class Way(StrEnum):
    """What a payment method does when money is asked of it."""

    PAYS = "pays"
    DECLINED = "card_declined"
    INSUFFICIENT = "insufficient_funds"
    EXPIRED = "expired_card"
    AUTHENTICATES = "authenticates"  # every time, with the person there
    ONCE = "authenticates_once"  # when it is set up or first used; then it pays by itself
    KEPT_ONLY = "kept_only"  # can be kept, then declines
    PAYS_LATER = "pays_later"
    FAILS_LATER = "fails_later"
    DISPUTED = "disputed"  # pays, and is disputed at once
    REFUND_FAILS = "refund_fails"  # pays; a refund fails after it seemed to succeed


@dataclass(frozen=True, slots=True)
class Sample:
    """A test payment method; `token` is what tests name it by."""

    token: str
    way: Way
    last4: str
    label: str = ""
    brand: str = "visa"


SAMPLES = (
    Sample("pm_card_visa", Way.PAYS, "4242", "Card that pays"),
    Sample("pm_card_visa_chargeDeclined", Way.DECLINED, "0002", "Card that is declined"),
    Sample("pm_card_visa_chargeDeclinedInsufficientFunds", Way.INSUFFICIENT, "9995", "Card without enough money"),
    Sample("pm_card_authenticationRequired", Way.AUTHENTICATES, "3184", "Card that asks the bank (3-D Secure)"),
    Sample("pm_sepa_debit_pays", Way.PAYS_LATER, "3201", "Bank debit that is paid later", "sepa_debit"),
    Sample("pm_sepa_debit_fails", Way.FAILS_LATER, "3202", "Bank debit that fails later", "sepa_debit"),
    Sample("pm_card_mastercard", Way.PAYS, "4444", brand="mastercard"),
    Sample("pm_card_chargeDeclined", Way.DECLINED, "0002"),
    Sample("pm_card_chargeDeclinedInsufficientFunds", Way.INSUFFICIENT, "9995"),
    Sample("pm_card_chargeDeclinedExpiredCard", Way.EXPIRED, "0069"),
    Sample("pm_card_threeDSecure2Required", Way.AUTHENTICATES, "3220"),
    Sample("pm_card_authenticationRequiredOnSetup", Way.ONCE, "3155"),
    Sample("pm_card_chargeCustomerFail", Way.KEPT_ONLY, "0341", "Card that can be kept, then declines"),
    Sample("pm_card_createDispute", Way.DISPUTED, "0259"),
    Sample("pm_card_refundFail", Way.REFUND_FAILS, "5126"),
)
DEFAULT_SAMPLE = SAMPLES[0].token
BY_TOKEN: Mapping[str, Sample] = {sample.token: sample for sample in SAMPLES}
_REFUSALS: Mapping[Way, tuple[str, str, str]] = {
    Way.DECLINED: ("card_declined", "generic_decline", "Your card was declined."),
    Way.INSUFFICIENT: ("card_declined", "insufficient_funds", "Your card has insufficient funds."),
    Way.EXPIRED: ("expired_card", "expired_card", "Your card has expired."),
    Way.KEPT_ONLY: ("card_declined", "generic_decline", "Your card was declined."),
    Way.AUTHENTICATES: (
        "authentication_required", "authentication_required",
        "Your card was declined. This transaction requires authentication.",
    ),
    Way.ONCE: (
        "authentication_required", "authentication_required",
        "Your card was declined. This transaction requires authentication.",
    ),
    Way.FAILS_LATER: ("payment_method_provider_decline", "generic_decline", "The bank returned the debit."),
}  # fmt: skip


def refusal(way: Way) -> Json:
    """The error with which a payment method refuses."""
    code, decline, message = _REFUSALS[way]
    return {
        "type": "card_error", "code": code, "decline_code": decline, "message": message,
        "doc_url": f"https://docs.stripe.com/error-codes/{code.replace('_', '-')}",
    }  # fmt: skip


def way_of(method: Json) -> Way:
    """How it behaves."""
    return Way(method["_way"])


def make(world: World, sample: Sample, customer: str | None = None) -> Json:
    """A payment method like the sample."""
    card = {
        "brand": sample.brand, "checks": {"address_line1_check": None, "address_postal_code_check": None,
        "cvc_check": "pass"}, "country": "US", "display_brand": sample.brand, "exp_month": 12, "exp_year": 2034,
        "fingerprint": f"emulated{sample.last4}", "funding": "credit", "generated_from": None, "last4": sample.last4,
        "networks": {"available": [sample.brand], "preferred": None}, "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True}, "wallet": None,
    }  # fmt: skip
    debit = {
        "bank_code": "37040044", "branch_code": "", "country": "DE", "fingerprint": f"emulated{sample.last4}",
        "generated_from": {"charge": None, "setup_attempt": None}, "last4": sample.last4,
    }  # fmt: skip
    kind = "sepa_debit" if sample.brand == "sepa_debit" else "card"
    return world.add(
        "payment_method", "pm", type=kind, customer=customer, metadata={}, allow_redisplay="unspecified",
        billing_details={"address": None, "email": None, "name": None, "phone": None, "tax_id": None},
        _way=sample.way, **{kind: card if kind == "card" else debit},
    )  # fmt: skip


def named(world: World, name: str, param: str = "payment_method") -> Json:
    """A payment method by its id, or a new one by the token of a sample."""
    sample = BY_TOKEN.get(name)
    return world.get("payment_method", name, param) if sample is None else make(world, sample)


def owned(world: World, customer: str) -> list[Json]:
    """A customer's payment methods, the oldest first."""
    return [each for each in world.every("payment_method") if each["customer"] == customer]


def attach(world: World, params: Params, ident: str) -> Json:
    """POST /v1/payment_methods/{id}/attach."""
    customer = world.get("customer", params.need("customer"), "customer")
    method = named(world, ident, "id")
    if way_of(method) in (Way.DECLINED, Way.INSUFFICIENT, Way.EXPIRED):
        raise declined(refusal(way_of(method)))
    if method["customer"] not in (None, customer["id"]):
        raise invalid("customer", "The payment method you provided is already attached to a different customer.")
    world.change(method, customer=customer["id"])
    world.emit("payment_method.attached", method)
    return method


def detach(world: World, _params: Params, ident: str) -> Json:
    """POST /v1/payment_methods/{id}/detach."""
    method = world.get("payment_method", ident)
    before = world.change(method, customer=None)
    world.emit("payment_method.detached", method, before)
    return method


def update(world: World, params: Params, ident: str) -> Json:
    """POST /v1/payment_methods/{id}: whose it is said to be; only of one that is a customer's."""
    method = world.get("payment_method", ident)
    if method["customer"] is None:
        raise invalid("id", "You must save this PaymentMethod to a customer before you can update it.")
    told = params.within("billing_details")
    details = {name: told.text(name) for name in ("email", "name", "phone") if told.has(name)}
    before = world.change(method, billing_details=method["billing_details"] | details)
    if before:
        world.emit("payment_method.updated", method, before)
    return method


def retrieve(world: World, _params: Params, ident: str) -> Json:
    """GET /v1/payment_methods/{id}."""
    return world.get("payment_method", ident)


def show_all(world: World, params: Params, _ident: str) -> Json:
    """GET /v1/payment_methods."""
    rows = owned(world, params.need("customer"))
    kind = params.text("type")
    return listing([each for each in rows if kind in (None, each["type"])], params, "/v1/payment_methods")


def create_setup(world: World, params: Params, _ident: str) -> Json:
    """POST /v1/setup_intents."""
    customer = params.text("customer")
    if customer is not None:
        world.get("customer", customer, "customer")
    intent = world.add(
        "setup_intent", "seti", application=None, cancellation_reason=None, customer=customer, description=None,
        last_setup_error=None, latest_attempt=None, mandate=None, metadata=params.metadata(), next_action=None,
        on_behalf_of=None, payment_method=params.text("payment_method"), payment_method_options={},
        payment_method_types=params.texts("payment_method_types") or ["card"], single_use_mandate=None,
        status="requires_payment_method", usage=params.text("usage") or "off_session",
    )  # fmt: skip
    intent["client_secret"] = f"{intent['id']}_secret_{world.id('s')[2:]}"
    world.emit("setup_intent.created", intent)
    return confirm_setup(world, params, intent["id"]) if params.flag("confirm") else intent


def confirm_setup(world: World, params: Params, ident: str) -> Json:
    """POST /v1/setup_intents/{id}/confirm. A card that authenticates waits for the person."""
    intent = world.get("setup_intent", ident)
    method = named(world, params.text("payment_method") or intent["payment_method"] or params.need("payment_method"))
    way = way_of(method)
    if way in (Way.DECLINED, Way.INSUFFICIENT, Way.EXPIRED):
        world.change(intent, last_setup_error=refusal(way))
        world.emit("setup_intent.setup_failed", intent)
        raise declined(refusal(way))
    waits = way in (Way.AUTHENTICATES, Way.ONCE)
    world.change(intent, payment_method=method["id"], status="requires_action" if waits else "succeeded")
    if not waits:
        world.change(method, customer=intent["customer"])
        world.emit("setup_intent.succeeded", intent)
    return intent


def retrieve_setup(world: World, _params: Params, ident: str) -> Json:
    """GET /v1/setup_intents/{id}."""
    return world.get("setup_intent", ident)


_SETUP = (
    "customer",
    "payment_method",
    "metadata",
    "usage",
    "payment_method_types",
    "confirm",
    "description",
    "return_url",
)
ROUTES = (
    Route("GET", "/v1/payment_methods", show_all, (*LISTING, "customer", "type")),
    Route("GET", "/v1/payment_methods/{id}", retrieve),
    Route("POST", "/v1/payment_methods/{id}", update, ("billing_details",)),
    Route("POST", "/v1/payment_methods/{id}/attach", attach, ("customer",)),
    Route("POST", "/v1/payment_methods/{id}/detach", detach),
    Route("POST", "/v1/setup_intents", create_setup, _SETUP),
    Route("GET", "/v1/setup_intents/{id}", retrieve_setup, ("client_secret",)),
    Route("POST", "/v1/setup_intents/{id}/confirm", confirm_setup, ("payment_method", "return_url")),
)
