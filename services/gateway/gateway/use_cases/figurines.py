"""Ordering figurines, and following what becomes of them."""

import base64
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from common.contracts.billing import BalanceMoved, CreditsHeld
from common.contracts.gateway import FigurineEditOrdered, ImageUploaded
from common.contracts.generation import (
    FigurineDeleted,
    FigurineFailed,
    FigurineGenerated,
    FigurineRequested,
    FigurineStarted,
)
from common.contracts.words import Word
from gateway.domain.allowances import check_allowed
from gateway.domain.figurines import (
    UPLOAD_LIFETIME,
    Figurine,
    InsufficientCredits,
    NoSuchFigurine,
    Order,
    Picture,
    State,
    failed_state,
)
from gateway.domain.photo import UploadKeys
from gateway.domain.styles import NoSuchStyle, check_available, price_of, settle_options
from gateway.domain.usage import Facts
from gateway.domain.versions import Parent
from gateway.domain.webhooks import Happening
from gateway.repository import Work
from gateway.use_cases.consents import require_consent_for, require_saving, require_unrestricted
from gateway.use_cases.usage import observe_order


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """An order with a choice for every option, and what it costs in credits."""

    order: Order
    price: int
    # Which change of what the person may do it was held against.
    allowance_version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """A checked order whose photo lies sealed in the store."""

    figurine_id: UUID
    upload_id: UUID
    order: Order
    price: int
    seed: int
    # Whether the photo is to be kept for next time.
    save: bool = False
    # What it is a version of.
    parent: Parent | None = None
    allowance_version: int = 0
    # What opens the photo and the words; nothing until they are stored.
    keys: UploadKeys | None = None
    # What may be told of the device it was ordered from; None where its browser wants nothing told.
    facts: Facts | None = None

    @property
    def goes_on(self) -> bool:
        """Whether it is made of its parent's picture: no photo lies under `upload_id`, only the words."""
        return self.parent is not None and self.parent.goes_on


def quote(work: Work, account_id: UUID, order: Order) -> Quote:
    """What an order would be.

    Raises Restricted, NoSuchStyle, StyleUnavailable, ConsentRequired, PlanNeeded, Invalid, InsufficientCredits. The
    balance is the last one heard of; when none was, billing decides.
    """
    require_unrestricted(work, account_id)
    style = work.styles.find(order.style)
    if style is None:
        raise NoSuchStyle
    check_available(style)
    settled = replace(order, options=settle_options(style, order.options))
    allowed = work.allowances.of(account_id)
    check_allowed(allowed.what, style, settled.options, order.variants)
    price = price_of(style, settled.options, delivery=order.delivery) * order.variants
    require_consent_for(work, account_id, style, delivery=order.delivery)
    available = work.figurines.available_credits(account_id)
    if available is not None and available < price:
        raise InsufficientCredits
    return Quote(order=settled, price=price, allowance_version=allowed.version)


def place_order(work: Work, account_id: UUID, placement: Placement) -> Figurine:
    """Write the order down and tell generation that its photo has come, or that it needs none.

    What the person allows goes along as it stands now: its own news may still be on its way when the order arrives.
    Raises Restricted, SavingNotAllowed when she took something back while her photo was being read.
    """
    require_unrestricted(work, account_id)
    if placement.save:
        require_saving(work, account_id)
    now = work.clock.now()
    words = work.consents.words(account_id)
    parent = placement.parent
    figurine = Figurine(
        id=placement.figurine_id,
        account_id=account_id,
        upload_id=None if placement.goes_on else placement.upload_id,
        state=State.RECEIVED,
        style=placement.order.style,
        variants=placement.order.variants,
        aspect_ratio=placement.order.aspect_ratio,
        title=placement.order.title,
        price=placement.price,
        engine=None,
        pictures=(),
        failure_code=None,
        created_at=now,
        finished_at=None,
        options=placement.order.options,
        parent_id=parent.id if parent else None,
        parent_picture=parent.picture if parent else None,
        root_id=parent.root_id if parent else None,
        note=placement.order.note if parent else "",
        seed=placement.seed,
        delivery=placement.order.delivery,
    )
    work.figurines.add(figurine)
    observe_order(work, account_id, figurine.id, placement.facts)
    if parent is not None and parent.goes_on:
        work.outbox.add(_edit_ordered(figurine, placement, parent, now, words))
        return figurine
    work.outbox.add(
        ImageUploaded(
            figurine_id=figurine.id,
            upload_id=placement.upload_id,
            user_id=account_id,
            style=figurine.style,
            variants=figurine.variants,
            aspect_ratio=figurine.aspect_ratio,
            seed=placement.seed,
            unit_price=placement.price // placement.order.variants,
            uploaded_at=now,
            delete_by=now + UPLOAD_LIFETIME,
            options=dict(figurine.options),
            parent_id=figurine.parent_id,
            parent_picture=figurine.parent_picture,
            save=placement.save,
            delivery=figurine.delivery,
            allowance_version=placement.allowance_version,
            words=words,
            upload_key=_told(placement.keys and placement.keys.photo),
            words_key=_told(placement.keys and placement.keys.words),
        )
    )
    return figurine


def read_figurine(work: Work, account_id: UUID, figurine_id: UUID) -> Figurine:
    """One of the person's own figurines; raises NoSuchFigurine."""
    figurine = work.figurines.find(account_id, figurine_id)
    if figurine is None:
        raise NoSuchFigurine
    return figurine


def mark_favourite(work: Work, account_id: UUID, figurine_id: UUID, *, favourite: bool) -> Figurine:
    """Make a figurine a favourite, or no longer; raises NoSuchFigurine."""
    work.figurines.mark(account_id, figurine_id, favourite=favourite)
    return read_figurine(work, account_id, figurine_id)


def forget_figurine(work: Work, account_id: UUID, figurine_id: UUID) -> None:
    """Generation has deleted it: show it no more."""
    if work.figurines.remove(account_id, figurine_id):
        work.webhooks.tell(account_id, Happening.DELETED, figurine_id)


def note_deleted(work: Work, event: FigurineDeleted) -> None:
    """Nothing of it is left; also when whoever asked for it never heard the answer."""
    forget_figurine(work, event.user_id, event.figurine_id)


def note_priced(work: Work, event: FigurineRequested) -> None:
    """Generation has priced the job."""
    work.figurines.move(event.figurine_id, State.PRICED)


def note_queued(work: Work, event: CreditsHeld) -> None:
    """The credits are set aside: the job waits for a renderer."""
    note_balance(work, event)
    _move(work, event.user_id, event.figurine_id, State.QUEUED, "figurine.queued")


def note_started(work: Work, event: FigurineStarted) -> None:
    """An engine paints."""
    _move(work, event.user_id, event.figurine_id, State.RENDERING, "figurine.started")


def note_generated(work: Work, event: FigurineGenerated) -> None:
    """The pictures are there."""
    state = State.SUCCEEDED if len(event.pictures) >= event.requested else State.PARTLY_SUCCEEDED
    pictures = [Picture(**picture.model_dump()) for picture in event.pictures]
    if work.figurines.move(event.figurine_id, state, engine=event.engine, pictures=pictures):
        data = _news(event.figurine_id, state) | {"pictures": len(pictures)}
        work.feed.add(event.user_id, "figurine.generated", data)
        work.webhooks.tell(event.user_id, Happening.GENERATED, event.figurine_id)


def note_failed(work: Work, event: FigurineFailed) -> None:
    """There will be no picture."""
    state = failed_state(event.code)
    if work.figurines.move(event.figurine_id, state, failure_code=event.code):
        work.feed.add(event.user_id, "figurine.failed", _news(event.figurine_id, state) | {"code": event.code})
        work.webhooks.tell(event.user_id, Happening.FAILED, event.figurine_id)


def note_balance(work: Work, event: BalanceMoved) -> None:
    """The person's credits have moved."""
    moved = work.figurines.move_balance(
        event.user_id, available=event.available, held=event.held, version=event.balance_version
    )
    if moved:
        work.feed.add(event.user_id, "credits.changed", {"available": event.available, "held": event.held})
        work.webhooks.tell(event.user_id, Happening.CREDITS, None)


def _edit_ordered(
    figurine: Figurine, placement: Placement, parent: Parent, now: datetime, words: dict[str, Word]
) -> FigurineEditOrdered:
    return FigurineEditOrdered(
        figurine_id=figurine.id,
        words_id=placement.upload_id,
        user_id=figurine.account_id,
        parent_id=parent.id,
        parent_picture=parent.picture,
        style=figurine.style,
        variants=figurine.variants,
        aspect_ratio=figurine.aspect_ratio,
        seed=placement.seed,
        unit_price=placement.price // figurine.variants,
        ordered_at=now,
        delete_by=now + UPLOAD_LIFETIME,
        options=dict(figurine.options),
        allowance_version=placement.allowance_version,
        words=words,
        words_key=_told(placement.keys and placement.keys.words),
    )


def _told(wrapped_key: bytes | None) -> str:
    return base64.b64encode(wrapped_key or b"").decode()


def _move(work: Work, account_id: UUID, figurine_id: UUID, state: State, news: str) -> None:
    if work.figurines.move(figurine_id, state):
        work.feed.add(account_id, news, _news(figurine_id, state))


def _news(figurine_id: UUID, state: State) -> dict[str, object]:
    return {"figurine_id": str(figurine_id), "state": state}
