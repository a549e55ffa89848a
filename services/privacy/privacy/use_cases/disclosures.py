"""What partners were given of a person's."""

from uuid import UUID

from common.contracts.generation import PartnerDisclosed
from privacy.domain import Disclosure
from privacy.repository import Work


def file_disclosure(work: Work, event: PartnerDisclosed) -> None:
    """A partner was given something: she can read it from now on."""
    work.disclosures.add(event)


def read_disclosures(work: Work, user_id: UUID, *, before: UUID | None, limit: int) -> list[Disclosure]:
    """What partners were given of hers, the newest first."""
    return work.disclosures.page(user_id, before=before, limit=limit)
