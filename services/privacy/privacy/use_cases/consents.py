"""What a person allows: given and taken back in the same way, and told to whoever acts on it."""

from uuid import UUID

from common.contracts.consents import allowed
from common.contracts.privacy import ConsentChanged
from privacy.domain import HISTORY_SHOWN, PURPOSES, Consent, How, Kind, Objected, check_policy, find_purpose
from privacy.domain.consents import OBJECTIONABLE
from privacy.repository import Work


def read_consents(work: Work, user_id: UUID) -> list[Consent]:
    """Everything she can allow, with what she said about it."""
    history = work.consents.history(user_id, each=HISTORY_SHOWN)
    return [
        Consent(purpose=purpose, history=[change for change in history if change.purpose == purpose.id])
        for purpose in PURPOSES.values()
    ]


def change_consent(
    work: Work, user_id: UUID, purpose_id: str, *, granted: bool, policy_version: str, how: How
) -> Consent:
    """Give consent or take it back. What already stands like that is neither written nor told.

    Raises NoSuchConsent, UnknownPolicy, Objected.
    """
    purpose = find_purpose(purpose_id)
    check_policy(policy_version)
    latest = work.consents.lock(user_id, purpose.id)
    # Asked under the lock, which an objection takes as well: whichever of the two is second knows of the first.
    if granted and purpose.id in OBJECTIONABLE and work.requests.open_of(user_id, Kind.OBJECTION):
        raise Objected
    if granted != allowed(purpose.id, said=None if latest is None else latest.granted):
        change = work.consents.add(
            user_id, purpose.id, granted=granted, policy_version=policy_version, how=how, after=latest
        )
        # The lock lasts until the commit: events get their place in the outbox in the order of the history.
        work.outbox.add(
            ConsentChanged(user_id=user_id, purpose=purpose.id, granted=granted, changed_at=change.changed_at)
        )
    (consent,) = [consent for consent in read_consents(work, user_id) if consent.purpose is purpose]
    return consent
