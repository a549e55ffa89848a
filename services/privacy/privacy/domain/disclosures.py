"""What left the house, to whom and what for, in words a person understands. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

# Events carry codes; a code nobody has words for is shown as it came, rather than not at all.
PARTNERS: Final[Mapping[str, str]] = {
    "google_gemini": "Google Gemini",
    "stripe": "Stripe",
    "mail_relay": "the mail server that delivers the studio's letters",
}
KINDS: Final[Mapping[str, str]] = {
    "photo_and_prompt": "Your photo and your wishes for the picture",
    "picture_and_prompt": "A picture that was made for you, and your wishes for the next one",
    "address_and_letter": "Your e-mail address and the letter to you",
    "address_letter_and_invoice": "Your e-mail address, the letter to you and an invoice of yours",
    "customer_id": "An id of yours without a name, by which it knows you again",
    "order": "What you wanted to buy and its price, under such an id",
    "plan": "Which plan you have or want, under such an id",
    "refund": "How much of a payment you get back",
}
# By the ids of the promises.
REASONS: Final[Mapping[str, str]] = {
    "U1": "To keep your account working",
    "U2": "To paint the figurine you asked for",
    "U4": "To answer what you asked the studio",
    "U6": "To send you the news you allowed",
    "U7": "To take your payment and manage your plan",
    "N1": "To tell you that the policy has changed",
}
# On which terms. The paid terms of Gemini forbid training: https://ai.google.dev/gemini-api/terms.
TIERS: Final[Mapping[str, str]] = {
    "paid": "Under paid terms: it may not use it for itself",
    "unpaid": "Under unpaid terms: it may use it for itself, as in a studio that only tries things out",
    "processor": "Under a contract: it may use it for this alone",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """A partner was given something of a person's, or may have been; `expires_at` is when it has to be rid of it."""

    id: UUID
    figurine_id: UUID | None
    partner: str
    kind: str
    purpose: str
    disclosed_at: datetime
    tier: str = ""
    expires_at: datetime | None = None

    @property
    def partner_name(self) -> str:
        """Who it is."""
        return PARTNERS.get(self.partner, self.partner)

    @property
    def what(self) -> str:
        """What was given."""
        return KINDS.get(self.kind, self.kind)

    @property
    def why(self) -> str:
        """What for."""
        return REASONS.get(self.purpose, self.purpose)

    @property
    def terms(self) -> str:
        """On which terms; empty where nothing is said about it."""
        return TIERS.get(self.tier, self.tier)
