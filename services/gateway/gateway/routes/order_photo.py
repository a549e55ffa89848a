"""The photo of an order: one that came with it, or one that was saved before."""

from functools import partial
from hashlib import sha256
from typing import BinaryIO, Protocol, cast
from uuid import UUID

from werkzeug.datastructures import FileStorage

from common.errors import Unavailable
from gateway.domain.photo import TooManySavedPhotos
from gateway.routes.context import intake, peers, unit
from gateway.routes.photos import saved_photo_bytes
from gateway.use_cases.consents import require_saving


class WithPhoto(Protocol):
    """A form a photo comes with, or the id of a saved one."""

    @property
    def photo(self) -> object:
        """The file that was sent."""
        ...

    @property
    def saved_photo_id(self) -> UUID | None:
        """Which saved photo, instead of one that is sent."""
        ...

    @property
    def save_photo(self) -> bool:
        """Whether to keep it."""
        ...


def said(form: WithPhoto) -> tuple[str, ...]:
    """What an order says about its photo, as a part of its fingerprint: which one, and whether to save it."""
    if form.saved_photo_id is not None:
        return (f"saved {form.saved_photo_id}",)
    digest = sha256()
    for piece in iter(partial(_stream(form).read, 65_536), b""):
        digest.update(piece)
    # Nothing more when nothing is to be saved: so an order from before that could be chosen is still the same.
    return (digest.hexdigest(), "save") if form.save_photo else (digest.hexdigest(),)


def is_to_be_saved(form: WithPhoto, account_id: UUID) -> bool:
    """Whether the photo is to be kept; a saved one is already. Raises SavingNotAllowed, TooManySavedPhotos.

    While generation is away nobody knows how many there are: the order is taken, and generation saves no more
    than it may.
    """
    if form.saved_photo_id is not None or not form.save_photo:
        return False
    with unit.begin() as work:
        require_saving(work, account_id)
    try:
        there = peers().generation.get("/v1/photos", user_id=account_id)
    except Unavailable:
        return True
    if len(there["saved"]) >= there["saved_limit"]:
        raise TooManySavedPhotos
    return True


def jpeg_of(form: WithPhoto, account_id: UUID) -> bytes:
    """The photo, clean. Raises the refusals of domain.photo, NotFound, Unavailable."""
    if form.saved_photo_id is None:
        return intake().sanitise(_stream(form)).jpeg
    # It was cleaned when it was saved; cleaned again, it would only lose quality.
    return saved_photo_bytes(account_id, form.saved_photo_id)


def _stream(form: WithPhoto) -> BinaryIO:
    """The photo from its first byte; small ones are in memory, larger ones in an unnamed file."""
    stream = cast("BinaryIO", cast("FileStorage", form.photo).stream)
    stream.seek(0)
    return stream
