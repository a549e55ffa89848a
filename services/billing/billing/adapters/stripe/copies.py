"""What Stripe keeps of how a person is called and reached: put right where it can be, named where it cannot."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

import stripe

from billing.domain.corrections import Copies, Copy
from common.corrections import OldValues

from .client import changing, missing, reading
from .shapes import Json, object_of

CUSTOMER: Final = "Your customer record at the payment provider"
CARDS: Final = "A way to pay, kept at the payment provider"
BILLS: Final = "Bills the payment provider has issued"
PAGES: Final = "Records of payments at the payment provider"
ISSUED: Final = "Issued bills stay as they were issued: the law on keeping accounting records asks for that."
RECORDED: Final = "What was given on the payment page stays with the payment, as the law on accounting records asks."
STILL: Final = "The payment provider still shows it. Change it on its page for cards and bills, or write to us."

# Fields of a customer that are one text; the person gives them on Stripe's pages, never through us.
_TEXTS: Final = ("email", "name", "phone")


class StripeCopies:
    """Looks for old values at Stripe. Nothing is told to Stripe that it did not hold before: copies follow, no more."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._v1 = client.v1

    def correct(self, customer: str, old: OldValues, new: Mapping[str, str]) -> Copies:
        """Replace the old values, read everything back, and say what keeps them. Doing it twice changes nothing."""
        found = self._customer(customer)
        if found is None:
            return Copies()
        changes = _changes(found, _TEXTS, old, new)
        if changes:
            with changing():
                self._v1.customers.update(customer, cast("Any", changes))
        cards = self._correct_cards(customer, old, new)
        after = self._customer(customer) or {}
        corrected = {(CUSTOMER, field) for name in changes for field in old.fields_in(found[name])}
        kept = [(CUSTOMER, field, STILL) for field in _fields(after, old)]
        kept.extend((BILLS, field, ISSUED) for field in self._issued(customer, old))
        kept.extend((PAGES, field, RECORDED) for field in self._pages(customer, old))
        return Copies(
            corrected=tuple(Copy(place=place, field=field) for place, field in sorted(corrected | cards)),
            kept=tuple(Copy(place=place, field=field, why=why) for place, field, why in kept),
        )

    def _correct_cards(self, customer: str, old: OldValues, new: Mapping[str, str]) -> set[tuple[str, str]]:
        with reading():
            methods = self._v1.customers.payment_methods.list(customer, {"limit": 100}).data
        corrected: set[tuple[str, str]] = set()
        for method in methods:
            details = object_of(method.to_dict().get("billing_details"))
            changes = _changes(details, _TEXTS, old, new)
            if changes:
                with changing():
                    self._v1.payment_methods.update(method.id, cast("Any", {"billing_details": changes}))
                corrected |= {(CARDS, field) for name in changes for field in old.fields_in(details[name])}
        return corrected

    def _customer(self, customer: str) -> Json | None:
        """The customer; None when Stripe has none of that name, or deleted it."""
        with reading():
            try:
                found: Json = self._v1.customers.retrieve(customer).to_dict()
            except stripe.InvalidRequestError as error:
                if missing(error):
                    return None
                raise
        return None if found.get("deleted") else found

    def _issued(self, customer: str, old: OldValues) -> list[str]:
        with reading():
            invoices = self._v1.invoices.list({"customer": customer, "limit": 100})
            return _in_any((each.to_dict() for each in invoices.auto_paging_iter()), old, but="draft")

    def _pages(self, customer: str, old: OldValues) -> list[str]:
        with reading():
            sessions = self._v1.checkout.sessions.list({"customer": customer, "limit": 100})
            return _in_any((each.to_dict() for each in sessions.auto_paging_iter()), old)


def _changes(found: Json, names: Iterable[str], old: OldValues, new: Mapping[str, str]) -> dict[str, str]:
    texts = {name: text for name in names if isinstance(text := found.get(name), str) and old.fields_in(text)}
    return {name: old.replaced(text, new) for name, text in texts.items()}


def _in_any(found: Iterable[Json], old: OldValues, *, but: str = "") -> list[str]:
    return sorted({field for each in found if each.get("status") != but for field in _fields(each, old)})


def _fields(value: object, old: OldValues) -> set[str]:
    """The fields whose old value stands anywhere in an object of Stripe's."""
    match value:
        case str():
            return set(old.fields_in(value))
        case Mapping():
            return {field for each in cast("Json", value).values() for field in _fields(each, old)}
        case list():
            return {field for each in cast("list[object]", value) for field in _fields(each, old)}
        case _:
            return set()
