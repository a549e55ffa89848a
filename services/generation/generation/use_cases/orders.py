"""Orders: taken, set in the queue, refused, called off."""

from collections.abc import Mapping
from uuid import UUID

import structlog

from common.contracts.billing import CreditsHeld, CreditsRefused, EntitlementsChanged
from common.contracts.consents import PROCESSING, SAVING
from common.contracts.gateway import FigurineEditOrdered, ImageUploaded
from common.contracts.generation import (
    FigurineRequested,
)
from common.errors import NotYet
from generation.domain import (
    SAVED_PHOTOS,
    AlreadyEnded,
    FailureCode,
    Figurine,
    NoSuchFigurine,
    State,
    Style,
)
from generation.repository import Work
from generation.use_cases.consents import note_words
from generation.use_cases.endings import end
from generation.use_cases.photos import own_keys

Catalogue = Mapping[str, Style]
log = structlog.get_logger(__name__)


def accept_order(work: Work, event: ImageUploaded, *, catalogue: Catalogue, saved_photos: int = SAVED_PHOTOS) -> None:
    """A photo has come with an order: price it and ask for its credits. At most so many are saved for one person."""
    note_words(work, event.user_id, event.words)
    new = work.uploads.add(
        event.upload_id,
        event.figurine_id,
        event.user_id,
        uploaded_at=event.uploaded_at,
        delete_by=event.delete_by,
        keys=own_keys(work, event.user_id, photo=event.upload_key, words=event.words_key),
    )
    # Whatever becomes of the order; and told again, it brings nothing back that was deleted meanwhile.
    if new and event.save and work.consents.allows(event.user_id, SAVING):
        _save(work, event, limit=saved_photos)
    style = catalogue.get(event.style)
    figurine = _priced(event, style)
    if not work.jobs.add(figurine):
        _drop_words_of_cancelled_order(work, event.figurine_id)
    elif style is None or figurine.unit_price < 1:
        # What is not in the catalogue cannot be made, and nothing is made for a price that no catalogue ever said.
        end(work, figurine, State.FAILED, FailureCode.REFUSED_BY_ENGINE)
    elif not _is_allowed(work, figurine, style, event.allowance_version):
        end(work, figurine, State.REJECTED, FailureCode.PLAN_NEEDED)
    else:
        _ask_for_credits(work, figurine)


def accept_edit(work: Work, event: FigurineEditOrdered, *, catalogue: Catalogue) -> None:
    """A version without a photo is ordered: price it, unless there is nothing (any more) to go on from."""
    note_words(work, event.user_id, event.words)
    work.uploads.add(
        event.words_id,
        event.figurine_id,
        event.user_id,
        uploaded_at=event.ordered_at,
        delete_by=event.delete_by,
        keys=own_keys(work, event.user_id, words=event.words_key),
        words_only=True,
    )
    figurine = _version(event)
    if not work.jobs.add(figurine):
        _drop_words_of_cancelled_order(work, event.figurine_id)
    elif (style := catalogue.get(event.style)) is None:
        end(work, figurine, State.FAILED, FailureCode.REFUSED_BY_ENGINE)
    elif not _is_allowed(work, figurine, style, event.allowance_version):
        end(work, figurine, State.REJECTED, FailureCode.PLAN_NEEDED)
    elif not work.pictures.history(figurine):
        end(work, figurine, State.FAILED, FailureCode.PARENT_MISSING)
    else:
        _ask_for_credits(work, figurine)


def note_allowance(work: Work, event: EntitlementsChanged) -> None:
    """What a person may do has changed: it counts for orders that come from now on."""
    work.allowances.note(event)


def _is_allowed(work: Work, figurine: Figurine, style: Style, known_version: int) -> bool:
    """Whether an order is within what its owner may do. Raises NotYet when the gateway knew more of that than we do."""
    allowed = work.allowances.of(figurine.user_id)
    if allowed.covers(style, figurine.options, figurine.variants):
        return True
    if allowed.version < known_version:
        raise NotYet
    return False


def queue_job(work: Work, event: CreditsHeld) -> None:
    """The credits are set aside: the job may be painted."""
    figurine = work.jobs.find(event.figurine_id)
    if figurine is None:
        raise NotYet
    if figurine.state is State.PRICED:
        work.jobs.queue(figurine)
        work.wake_renderers()


def reject_job(work: Work, event: CreditsRefused) -> None:
    """There are not enough credits: the order ends here and costs nothing."""
    figurine = work.jobs.find(event.figurine_id)
    if figurine is None:
        raise NotYet
    if figurine.may_become(State.REJECTED):
        end(work, figurine, State.REJECTED, FailureCode.INSUFFICIENT_CREDITS)


def cancel_figurine(work: Work, user_id: UUID, figurine_id: UUID) -> State:
    """End a job at its owner's wish. A cancellation may overtake the order it cancels."""
    figurine = expected(work, user_id, figurine_id)
    if figurine.deleted:
        raise NoSuchFigurine
    if figurine.state is State.CANCELLED:
        return figurine.state
    if not figurine.may_become(State.CANCELLED):
        raise AlreadyEnded
    end(work, figurine, State.CANCELLED, FailureCode.CANCELLED)
    return State.CANCELLED


def expected(work: Work, user_id: UUID, figurine_id: UUID) -> Figurine:
    """The person's figurine, also when its order is still on its way; raises NoSuchFigurine."""
    figurine = work.jobs.find(figurine_id)
    if figurine is None:
        figurine = _ended_before_arrival(work, user_id, figurine_id)
    if figurine.user_id != user_id:
        raise NoSuchFigurine
    return figurine


def _priced(event: ImageUploaded, style: Style | None) -> Figurine:
    return Figurine(
        id=event.figurine_id,
        user_id=event.user_id,
        upload_id=event.upload_id,
        style=event.style,
        variants=event.variants,
        aspect_ratio=event.aspect_ratio,
        seed=event.seed,
        unit_price=_agreed_price(event, style),
        state=State.PRICED,
        attempt=0,
        failures=0,
        requested_at=event.uploaded_at,
        options=event.options,
        parent_id=event.parent_id,
        parent_picture=event.parent_picture,
        delivery=event.delivery,
    )


def _agreed_price(event: ImageUploaded, style: Style | None) -> int:
    """What the person was shown, whatever the catalogue says by now; its price for orders that do not say.

    A difference is what a catalogue leaves behind that changed meanwhile; the operator sees it, nobody pays it.
    """
    own = style.unit_price(event.options, delivery=event.delivery) if style else 0
    if event.unit_price is None:
        return own
    if style is not None and event.unit_price != own:
        log.warning(
            "the price was agreed under another catalogue",
            figurine_id=str(event.figurine_id),
            style=style.id,
            agreed=event.unit_price,
            catalogue=own,
        )
    return event.unit_price


def _version(event: FigurineEditOrdered) -> Figurine:
    return Figurine(
        id=event.figurine_id,
        user_id=event.user_id,
        upload_id=event.words_id,
        style=event.style,
        variants=event.variants,
        aspect_ratio=event.aspect_ratio,
        seed=event.seed,
        unit_price=event.unit_price,
        state=State.PRICED,
        attempt=0,
        failures=0,
        requested_at=event.ordered_at,
        options=event.options,
        parent_id=event.parent_id,
        parent_picture=event.parent_picture,
        goes_on=True,
    )


def _save(work: Work, event: ImageUploaded, *, limit: int) -> None:
    if work.saved_photos.ask(event.upload_id, event.user_id, limit=limit):
        work.wake_album()


def _ask_for_credits(work: Work, figurine: Figurine) -> None:
    if not work.consents.allows(figurine.user_id, PROCESSING):
        end(work, figurine, State.FAILED, FailureCode.RESTRICTED)
        return
    work.outbox.add(
        FigurineRequested(
            figurine_id=figurine.id,
            user_id=figurine.user_id,
            unit_price=figurine.unit_price,
            variants=figurine.variants,
        )
    )


def _drop_words_of_cancelled_order(work: Work, figurine_id: UUID) -> None:
    """The photo too, where there is one."""
    figurine = work.jobs.find(figurine_id)
    if figurine and figurine.state is State.CANCELLED:
        work.uploads.dismiss(figurine_id, FailureCode.CANCELLED)
        work.wake_deletion()


def _ended_before_arrival(work: Work, user_id: UUID, figurine_id: UUID) -> Figurine:
    """A row that the late order will find, as if it had been priced and not yet ended."""
    figurine = Figurine(
        id=figurine_id,
        user_id=user_id,
        upload_id=None,
        style="",
        variants=0,
        aspect_ratio="",
        seed=0,
        unit_price=0,
        state=State.PRICED,
        attempt=0,
        failures=0,
        requested_at=work.clock.now(),
    )
    work.jobs.add(figurine)
    return work.jobs.find(figurine_id) or figurine
