"""Following a person's correction: her billing details, what is looked for, and what stays by law."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from billing.domain.corrections import Copies, Copy
from billing.domain.invoices import BillingDetails, check_details
from billing.inventory import INVENTORY
from billing.repository import Work
from common.contracts.gateway import UserCorrected
from common.corrections import OldValues
from common.errors import Invalid, NotFound
from common.inventory import Withheld
from common.inventory.searching import Found
from common.inventory.terms import Period

DETAILS: Final = "billing_details"
UNPRINTABLE: Final = (
    "It cannot stand on an invoice as it is now, with the letters or the length it has. Change your billing details "
    "to what should stand there."
)
OWN_WORDS: Final = "You wrote this yourself in another place. It stays until you change or delete it there."


# The characters of a text that no document can show.
Unprintable = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What recognises the old values, what they are now, and what the provider did about it."""

    old: OldValues
    new: Mapping[str, str]
    at_providers: Copies
    unprintable: Unprintable


def note_correction(work: Work, event: UserCorrected) -> None:
    """Remember that something has to follow; what it is now comes from the gateway, which alone knows it."""
    if event.correction_id is not None:
        work.corrections.add(event.correction_id, event.user_id, event.fields)


def begin(work: Work, correction_id: UUID, user_id: UUID, fields: Sequence[str]) -> Copies | None:
    """Take the correction up; what came of it, where it was followed before. Raises NotFound for somebody else's."""
    work.corrections.add(correction_id, user_id, fields)
    told = work.corrections.find(correction_id)
    if told is None or told.user_id != user_id:
        raise NotFound
    return told.outcome


def follow(work: Work, correction_id: UUID, user_id: UUID, wish: Wish) -> Copies:
    """Put the billing details right, look for the old values in everything else, and write down what came of it.

    Of two that follow at once the first counts; the second gets its outcome.
    """
    told = work.corrections.find(correction_id)
    if told is None or told.user_id != user_id:
        raise NotFound
    if told.outcome is not None:
        return told.outcome
    before = work.corrections.places(INVENTORY, user_id, wish.old, work.personal)
    if any(found.table.name == DETAILS for found in before):
        _correct_details(work, user_id, wish)
    after = work.corrections.places(INVENTORY, user_id, wish.old, work.personal)
    stays = _copies(after)
    were = [copy for copy in _copies(before) if all(copy.place != each.place for each in stays)]
    corrected = tuple(Copy(place=copy.place, field=copy.field) for copy in were)
    outcome = wish.at_providers + Copies(corrected=corrected, kept=stays)
    work.corrections.settle(correction_id, outcome)
    return outcome


def _correct_details(work: Work, user_id: UUID, wish: Wish) -> None:
    details = work.invoices.details(user_id)
    if details is None:
        return
    address = wish.old.replaced("\n".join(details.address), wish.new)
    try:
        corrected: BillingDetails = check_details(
            company=wish.old.replaced(details.company, wish.new),
            address=[line for line in address.split("\n") if line],
            vat_number=details.vat_number,
            country=details.country,
        )
    except Invalid:
        return  # It stays as it is, and the answer says so.
    if not wish.unprintable("\n".join([corrected.company, *corrected.address])):
        work.invoices.keep_details(user_id, corrected)


def _copies(found: Iterable[Found]) -> tuple[Copy, ...]:
    places = {(each.table.what, each.field, _why(each)) for each in found}
    return tuple(Copy(place=place, field=field, why=why) for place, field, why in sorted(places))


def _why(found: Found) -> str:
    """What the inventory says keeps it: a refusal to erase, or the law that asks for its period."""
    table = found.table
    if table.name == DETAILS:
        return UNPRINTABLE
    if isinstance(table.erase, Withheld):
        return table.erase.because
    if isinstance(table.retain, Period) and table.retain.ground:
        return table.retain.ground
    return OWN_WORDS
