"""Invoices: drafted, finalised, paid, or tried again."""

from collections.abc import Sequence
from typing import Any

from ops.emulators.stripe import payments
from ops.emulators.stripe.catalogue import discount
from ops.emulators.stripe.errors import Json, StripeError, declined
from ops.emulators.stripe.routing import sublist
from ops.emulators.stripe.world import ACCOUNT, World

_DAY = 86400


def draft(
    world: World, customer: Json, lines: Sequence[Json], *, reason: str, period: tuple[int, int],
    subscription: Json | None = None, coupon: Json | None = None, **members: Any,
) -> Json:  # fmt: skip
    """An invoice as it would be, kept by nobody yet."""
    subtotal = sum(each["amount"] for each in lines)
    off = discount(coupon, subtotal) if coupon and subtotal > 0 else 0
    total = subtotal - off
    currency = lines[0]["currency"] if lines else (subscription or {}).get("currency", "eur")
    details = subscription and {
        "metadata": dict(subscription["metadata"]), "subscription": subscription["id"],
        "subscription_proration_date": None,
    }  # fmt: skip
    parent = details and {"quote_details": None, "subscription_details": details, "type": "subscription_details"}
    discounts = [{"amount": off, "discount": subscription and (subscription["discounts"] or [None])[0]}] if off else []
    invoice = world.draft(
        "invoice", "in", account_country="DE", account_name="Figurine studio", account_tax_ids=None,
        amount_due=max(total, 0), amount_overpaid=0, amount_paid=0, amount_remaining=max(total, 0), amount_shipping=0,
        application=None, attempt_count=0, attempted=False, auto_advance=True,
        automatic_tax={"disabled_reason": None, "enabled": False, "liability": None, "provider": None, "status": None},
        automatically_finalizes_at=None, billing_reason=reason, collection_method="charge_automatically",
        currency=currency, custom_fields=None, customer=customer["id"], customer_address=customer["address"],
        customer_email=customer["email"], customer_name=customer["name"], customer_phone=customer["phone"],
        customer_shipping=None, customer_tax_exempt="none", customer_tax_ids=[], default_payment_method=None,
        default_source=None, default_tax_rates=[], description=None, discounts=[each["discount"] for each in discounts],
        due_date=None, effective_at=None, ending_balance=None, footer=None, from_invoice=None, hosted_invoice_url=None,
        invoice_pdf=None, issuer={"type": "self"}, last_finalization_error=None, latest_revision=None, metadata={},
        next_payment_attempt=None, number=None, on_behalf_of=None, parent=parent,
        payment_settings={"default_mandate": None, "payment_method_options": None, "payment_method_types": None},
        period_end=period[1], period_start=period[0], post_payment_credit_notes_amount=0,
        pre_payment_credit_notes_amount=0, receipt_number=None, rendering=None, shipping_cost=None,
        shipping_details=None, starting_balance=customer["balance"], statement_descriptor=None, status="draft",
        status_transitions=dict.fromkeys(("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")),
        subtotal=subtotal, subtotal_excluding_tax=subtotal, test_clock=None, total=total,
        total_discount_amounts=discounts, total_excluding_tax=total, total_pretax_credit_amounts=[], total_taxes=[],
        webhooks_delivered_at=None, _intent=None, _more={}, **members,
    )  # fmt: skip
    invoice["lines"] = sublist(
        [{**each, "invoice": invoice["id"]} for each in lines], f"/v1/invoices/{invoice['id']}/lines"
    )
    return invoice


def issue(world: World, invoice: Json) -> Json:
    """Keep a draft and say so."""
    world.keep(invoice)
    world.emit("invoice.created", invoice)
    return invoice


def finalize(world: World, invoice: Json) -> None:
    """From draft to open: a number, the customer's credit, and a payment intent for what is left."""
    if invoice["status"] != "draft":
        raise StripeError("This invoice is already finalized, you can't re-finalize a non-draft invoice.")
    customer = world.get("customer", invoice["customer"])
    total, balance = invoice["total"], customer["balance"]
    # Credit is a balance below zero: it pays first, and what an invoice gives back is added to it.
    used = min(max(total, 0), max(-balance, 0)) if total > 0 else total
    due = max(total, 0) - max(used, 0)
    number = f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04d}"
    world.change(customer, balance=balance + used, next_invoice_sequence=customer["next_invoice_sequence"] + 1)
    address = f"{world.base_url}/i/{ACCOUNT}/{invoice['id']}"
    times = {**invoice["status_transitions"], "finalized_at": world.now}
    world.change(
        invoice, status="open", number=number, amount_due=due, amount_remaining=due, ending_balance=balance + used,
        starting_balance=balance, effective_at=world.now, hosted_invoice_url=address, invoice_pdf=f"{address}/pdf",
        status_transitions=times, automatically_finalizes_at=None,
    )  # fmt: skip
    if due > 0:
        _ask(world, invoice)
    world.emit("invoice.finalized", invoice)
    if due == 0:
        _paid(world, invoice, None)


def _ask(world: World, invoice: Json) -> None:
    first = invoice["billing_reason"] == "subscription_create"
    intent = payments.make(
        world, invoice["amount_due"], invoice["currency"], customer=invoice["customer"],
        description="Subscription creation" if first else "Subscription update",
        setup_future_usage="off_session", _invoice=invoice["id"],
    )  # fmt: skip
    payment = world.add(
        "invoice_payment", "inpay", amount_paid=None, amount_requested=invoice["amount_due"],
        currency=invoice["currency"], invoice=invoice["id"], is_default=True,
        payment={"payment_intent": intent["id"], "type": "payment_intent"}, status="open",
        status_transitions={"canceled_at": None, "paid_at": None},
    )  # fmt: skip
    secret = {"client_secret": intent["client_secret"], "type": "payment_intent"}
    more = {"payments": sublist([payment], "/v1/invoice_payments"), "confirmation_secret": secret}
    world.change(invoice, _intent=intent["id"], _more=more)


def collect(world: World, invoice: Json, method: str | None, *, off_session: bool = True) -> Json | None:
    """Ask for what an open invoice costs; the error when the payment method refuses or there is none."""
    if invoice["status"] != "open":
        return None
    intent = world.get("payment_intent", invoice["_intent"])
    if method is None:
        error: Json = {
            "type": "invalid_request_error", "code": "resource_missing",
            "message": "This customer has no attached payment source or default payment method.",
        }  # fmt: skip
        _failed(world, invoice, intent)
        return error
    error_ = payments.attempt(world, intent, world.get("payment_method", method), off_session=off_session)
    if intent["status"] == "requires_action":
        world.change(invoice, attempted=True)
        world.emit("invoice.payment_action_required", invoice)
    return error_


def after_payment(world: World, intent: Json) -> None:
    """The payment intent of an invoice came to an end."""
    if intent["_invoice"] is None:
        return
    invoice = world.get("invoice", intent["_invoice"])
    if invoice["status"] != "open":
        return
    if intent["status"] == "succeeded":
        _paid(world, invoice, intent)
    else:
        _failed(world, invoice, intent)


def _paid(world: World, invoice: Json, intent: Json | None) -> None:
    amount = invoice["amount_due"]
    count = invoice["attempt_count"] + (0 if intent is None else 1)
    times = {**invoice["status_transitions"], "paid_at": world.now}
    world.change(
        invoice, status="paid", amount_paid=amount, amount_remaining=0, attempted=True, attempt_count=count,
        status_transitions=times, next_payment_attempt=None, auto_advance=False,
    )  # fmt: skip
    for payment in [each for each in world.every("invoice_payment") if each["invoice"] == invoice["id"]]:
        world.change(
            payment, status="paid", amount_paid=amount,
            status_transitions={"canceled_at": None, "paid_at": world.now},
        )  # fmt: skip
        world.emit("invoice_payment.paid", payment)
    world.emit("invoice.paid", invoice)
    world.emit("invoice.payment_succeeded", invoice)
    world.tasks["invoice_paid"](world, invoice["id"])


def _failed(world: World, invoice: Json, intent: Json) -> None:
    count: int = invoice["attempt_count"] + 1
    renews = invoice["billing_reason"] != "subscription_create"
    again = world.now + world.retry_days[count - 1] * _DAY if renews and count <= len(world.retry_days) else None
    world.change(invoice, attempt_count=count, attempted=True, next_payment_attempt=again)
    if again is not None:
        world.at(again, "retry_invoice", invoice["id"])
    error: Json = intent["last_payment_error"] or {}
    if error.get("code") == "authentication_required":
        world.emit("invoice.payment_action_required", invoice)
    world.emit("invoice.payment_failed", invoice)
    world.tasks["invoice_failed"](world, invoice["id"])


def void(world: World, invoice: Json) -> None:
    """Nobody has to pay it any more."""
    if invoice["status"] not in ("open", "uncollectible"):
        raise StripeError("You can only pass in open or uncollectible invoices. This invoice isn't open.")
    times = {**invoice["status_transitions"], "voided_at": world.now}
    world.change(invoice, status="void", status_transitions=times, next_payment_attempt=None, auto_advance=False)
    if invoice["_intent"]:
        intent = world.get("payment_intent", invoice["_intent"])
        world.change(intent, status="canceled", canceled_at=world.now, cancellation_reason="void_invoice")
        world.emit("payment_intent.canceled", intent)
    world.emit("invoice.voided", invoice)


def refuse(world: World, invoice: Json, error: Json) -> StripeError:
    """The answer to a call whose invoice could not be paid."""
    if error["type"] != "card_error":
        return StripeError(error["message"], status=400, code=error["code"])
    intent = world.get("payment_intent", invoice["_intent"])
    return declined({**error, "charge": intent["latest_charge"], "payment_intent": intent})
