"""What left the house, to whom and what for, in words a person understands. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

# Events carry codes; a code nobody has words for is shown as it came, rather than not at all.
PARTNERS: Final[Mapping[str, str]] = {"google_gemini": "Google Gemini"}
KINDS: Final[Mapping[str, str]] = {
    "photo_and_prompt": "Your photo and your wishes for the picture",
    "picture_and_prompt": "A picture that was made for you, and your wishes for the next one",
}
# By the ids of the promises.
REASONS: Final[Mapping[str, str]] = {"U2": "To paint the figurine you asked for"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """A partner was given something of a person's, for one figurine."""

    id: UUID
    figurine_id: UUID
    partner: str
    kind: str
    purpose: str
    disclosed_at: datetime

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
