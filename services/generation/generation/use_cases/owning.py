"""What an owner does with a figurine: deletes it, shares it, rates it."""

from collections.abc import Iterable
from uuid import UUID

from common.contracts.consents import ANALYTICS, PROCESSING
from common.contracts.generation import FigurineDeleted, FigurineRated
from generation.domain import FailureCode, Figurine, NoSuchFigurine, State
from generation.domain.allowances import PlanNeeded
from generation.domain.quality import QUALITY_CONSENT, Reason, distinct
from generation.domain.sharing import (
    NoSuchShare,
    NothingToShow,
    NotRated,
    Rating,
    Share,
    SharedFigurine,
    new_token,
    token_digest,
)
from generation.repository import Work
from generation.use_cases.endings import end, last_words
from generation.use_cases.orders import expected

_DELIVERED = frozenset({State.SUCCEEDED, State.PARTLY_SUCCEEDED})
_TOKEN = "shares.token"  # noqa: S105 - the column's name
_COMMENT = "ratings.comment"


def delete_figurine(work: Work, user_id: UUID, figurine_id: UUID) -> None:
    """Gone for everybody at once, whatever became of it; its pictures are destroyed right after. Twice is once."""
    figurine = expected(work, user_id, figurine_id)
    if figurine.may_become(State.CANCELLED):
        end(work, figurine, State.CANCELLED, FailureCode.CANCELLED)
    if work.leaving.begin(figurine.id):
        work.shares.remove(figurine.id)
        if work.ratings.remove(figurine.id):
            _tell_of_rating(work, figurine, stars=0)
        work.wake_deletion()


def record_gone(work: Work, figurine_id: UUID) -> None:
    """Nothing of a deleted figurine is left in the store: say so, once."""
    user_id = work.leaving.end(figurine_id)
    if user_id is not None:
        work.outbox.add(FigurineDeleted(figurine_id=figurine_id, user_id=user_id))


def share_figurine(work: Work, user_id: UUID, figurine_id: UUID) -> str:
    """The token of the figurine's link: the one that is given out, or a new one. Raises NothingToShow, PlanNeeded.

    Links that were given out under a plan stay when it ends; new ones have to wait until there are fewer.
    """
    figurine = _shown(work, user_id, figurine_id)
    share = work.shares.find(figurine.id)
    if share is not None:
        return work.seals.open(share.token, owner=user_id, purpose=_TOKEN)
    if work.shares.given_out(user_id) >= work.allowances.of(user_id).shares:
        raise PlanNeeded
    token = new_token()
    sealed = work.seals.seal(token, owner=user_id, purpose=_TOKEN)
    share = Share(figurine_id=figurine.id, user_id=user_id, token=sealed, created_at=work.clock.now())
    work.shares.add(share, digest=token_digest(token))
    return token


def find_share(work: Work, user_id: UUID, figurine_id: UUID) -> str:
    """The token of the link that is given out; raises NoSuchShare."""
    _owned(work, user_id, figurine_id)
    share = work.shares.find(figurine_id)
    if share is None:
        raise NoSuchShare
    return work.seals.open(share.token, owner=user_id, purpose=_TOKEN)


def unshare_figurine(work: Work, user_id: UUID, figurine_id: UUID) -> None:
    """Take the link back: from now on it leads nowhere. Twice is once."""
    _owned(work, user_id, figurine_id)
    work.shares.remove(figurine_id)


def open_share(work: Work, token: str) -> SharedFigurine:
    """The figurine a link leads to; raises NoSuchShare."""
    shared = work.shares.shown(token_digest(token))
    if shared is None:
        raise NoSuchShare
    return shared


def rate_figurine(
    work: Work,
    user_id: UUID,
    figurine_id: UUID,
    *,
    stars: int,
    comment: str,
    reasons: Iterable[Reason] = (),
) -> Rating:
    """Remember what the owner thinks; the last word counts. Raises NothingToShow."""
    figurine = _shown(work, user_id, figurine_id)
    rating = Rating(
        figurine_id=figurine.id,
        user_id=user_id,
        stars=stars,
        comment=work.seals.seal(comment, owner=user_id, purpose=_COMMENT) if comment else None,
        rated_at=work.clock.now(),
        reasons=distinct(reasons),
    )
    work.ratings.keep(rating)
    _tell_of_rating(work, figurine, stars=stars)
    return rating


def find_rating(work: Work, user_id: UUID, figurine_id: UUID) -> tuple[Rating, str]:
    """What the owner thinks, and her words; raises NotRated."""
    _owned(work, user_id, figurine_id)
    rating = work.ratings.find(figurine_id)
    if rating is None:
        raise NotRated
    comment = rating.comment
    return rating, work.seals.open(comment, owner=user_id, purpose=_COMMENT) if comment is not None else ""


def _tell_of_rating(work: Work, figurine: Figurine, *, stars: int) -> None:
    """Whoever counts hears of it, where its owner agreed that her ratings are looked at, and lets herself be counted.

    A withdrawal that is heard meanwhile waits, and then takes back what was counted.
    """
    owner = figurine.user_id
    if not work.consents.given(owner, QUALITY_CONSENT):
        return
    if not all(work.consents.allows(owner, purpose) for purpose in (ANALYTICS, PROCESSING)):
        return
    work.outbox.add(
        FigurineRated(
            figurine_id=figurine.id,
            user_id=owner,
            style=figurine.style,
            engine=figurine.engine or "",
            stars=stars,
            rated_at=work.clock.now(),
            words=last_words(work, owner, ANALYTICS, PROCESSING, QUALITY_CONSENT),
        )
    )


def _shown(work: Work, user_id: UUID, figurine_id: UUID) -> Figurine:
    figurine = _owned(work, user_id, figurine_id)
    if figurine.state not in _DELIVERED:
        raise NothingToShow
    return figurine


def _owned(work: Work, user_id: UUID, figurine_id: UUID) -> Figurine:
    figurine = work.jobs.find(figurine_id)
    if figurine is None or figurine.user_id != user_id or figurine.deleted:
        raise NoSuchFigurine
    return figurine
