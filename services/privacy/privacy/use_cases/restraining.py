"""Restriction and objection: in force from the request until they are lifted, on record, and told to everybody."""

from common.contracts.consents import ANALYTICS, PROCESSING, allowed
from common.contracts.privacy import ConsentChanged, ProcessingRestricted, ProcessingResumed
from common.contracts.words import Word
from privacy.domain import How, Kind, Request, RequestState
from privacy.domain.consents import OBJECTIONABLE
from privacy.repository import Work


def begin_restriction(work: Work, request: Request) -> None:
    """Nothing is done with this person's data but keeping it, until she lifts that."""
    latest = work.consents.lock(request.user_id, PROCESSING)
    change = work.consents.add(
        request.user_id,
        PROCESSING,
        granted=False,
        policy_version=request.policy_version,
        how=How.RESTRICTION,
        after=latest,
    )
    work.outbox.add(ProcessingRestricted(user_id=request.user_id, request_id=request.id, changed_at=change.changed_at))
    work.requests.move(request, RequestState.EXECUTING)


def lift_restriction(work: Work, request: Request) -> None:
    """Her data may be worked with again."""
    latest = work.consents.lock(request.user_id, PROCESSING)
    change = work.consents.add(
        request.user_id,
        PROCESSING,
        granted=True,
        policy_version=request.policy_version,
        how=How.RESTRICTION_LIFTED,
        after=latest,
    )
    work.outbox.add(ProcessingResumed(user_id=request.user_id, request_id=request.id, changed_at=change.changed_at))
    work.requests.move(request, RequestState.CANCELLED)


def begin_objection(work: Work, request: Request) -> None:
    """What the studio does with her data for its own sake ends, each purpose as if she had taken it back."""
    for purpose in OBJECTIONABLE:
        latest = work.consents.lock(request.user_id, purpose)
        if allowed(purpose, said=None if latest is None else latest.granted):
            _say(work, request, purpose, granted=False, how=How.OBJECTION)
    work.requests.move(request, RequestState.EXECUTING)


def lift_objection(work: Work, request: Request) -> None:
    """Counting begins again if the objection ended it. What needs a yes waits for one: a lifting is none."""
    latest = work.consents.lock(request.user_id, ANALYTICS)
    if latest is not None and latest.how == How.OBJECTION:
        _say(work, request, ANALYTICS, granted=True, how=How.OBJECTION_LIFTED)
    work.requests.move(request, RequestState.CANCELLED)


def words_after(work: Work, request: Request) -> dict[str, Word]:
    """How what a request stops stands now, for whoever has to act on it before the news of it arrives."""
    touched = {Kind.RESTRICTION: (PROCESSING,), Kind.OBJECTION: OBJECTIONABLE}.get(request.kind, ())
    found = {purpose: work.consents.latest(request.user_id, purpose) for purpose in touched}
    return {
        purpose: Word(granted=change.granted, changed_at=change.changed_at)
        for purpose, change in found.items()
        if change is not None
    }


def _say(work: Work, request: Request, purpose: str, *, granted: bool, how: How) -> None:
    change = work.consents.add(
        request.user_id,
        purpose,
        granted=granted,
        policy_version=request.policy_version,
        how=how,
        after=work.consents.latest(request.user_id, purpose),
    )
    work.outbox.add(
        ConsentChanged(user_id=request.user_id, purpose=purpose, granted=granted, changed_at=change.changed_at)
    )
