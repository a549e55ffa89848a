"""Events and values as tests need them: every field has a sensible value, the ones that matter are given."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from common.clock import SYSTEM_CLOCK
from common.contracts import Envelope, Event
from common.contracts.billing import CreditsCaptured, CreditsGranted, CreditsHeld, CreditsRefused, CreditsReleased
from common.contracts.gateway import FigurineEditOrdered, ImageUploaded, UserRegistered
from common.contracts.generation import (
    FigurineFailed,
    FigurineGenerated,
    FigurineRequested,
    FigurineStarted,
    ImageDeleted,
    PictureSize,
)
from common.contracts.privacy import ConsentChanged

DAY = timedelta(hours=24)


def envelope(event: Event) -> Envelope:
    """The event as it arrives; each call is another message."""
    return Envelope(id=SYSTEM_CLOCK.new_id(), source="/services/test", time=SYSTEM_CLOCK.now(), event=event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One figurine of one person, and the events that tell of it."""

    user_id: UUID = field(default_factory=SYSTEM_CLOCK.new_id)
    figurine_id: UUID = field(default_factory=SYSTEM_CLOCK.new_id)
    upload_id: UUID = field(default_factory=SYSTEM_CLOCK.new_id)
    hold_id: UUID = field(default_factory=SYSTEM_CLOCK.new_id)
    began: datetime = field(default_factory=SYSTEM_CLOCK.now)
    style: str = "window-box"
    variants: int = 2
    unit_price: int = 2
    credits: int = 10
    seed: int = 7
    options: dict[str, str] = field(default_factory=dict[str, str])
    save: bool = False
    delivery: str = "now"
    # What the person was shown, where the order says it.
    agreed: int | None = None
    # What opens the photo and the words, as the gateway was told when it stored them.
    upload_key: str = ""
    words_key: str = ""

    @property
    def price(self) -> int:
        return self.unit_price * self.variants

    def registered(self) -> UserRegistered:
        return UserRegistered(user_id=self.user_id, registered_at=self.began)

    def uploaded(self) -> ImageUploaded:
        return ImageUploaded(
            figurine_id=self.figurine_id,
            upload_id=self.upload_id,
            user_id=self.user_id,
            style=self.style,
            variants=self.variants,
            aspect_ratio="1:1",
            seed=self.seed,
            uploaded_at=self.began,
            delete_by=self.began + DAY,
            options=self.options,
            save=self.save,
            delivery=self.delivery,
            unit_price=self.agreed,
            upload_key=self.upload_key,
            words_key=self.words_key,
        )

    def edit_ordered(self, parent: "Life", *, picture: int = 1) -> FigurineEditOrdered:
        """A version of a picture, without a photo: what lies under the upload's id are words."""
        return FigurineEditOrdered(
            figurine_id=self.figurine_id,
            words_id=self.upload_id,
            user_id=self.user_id,
            parent_id=parent.figurine_id,
            parent_picture=picture,
            style=self.style,
            variants=self.variants,
            aspect_ratio="1:1",
            seed=self.seed,
            unit_price=self.unit_price,
            ordered_at=self.began,
            delete_by=self.began + DAY,
            options=self.options,
            words_key=self.words_key,
        )

    def requested(self) -> FigurineRequested:
        return FigurineRequested(
            figurine_id=self.figurine_id, user_id=self.user_id, unit_price=self.unit_price, variants=self.variants
        )

    def granted(self) -> CreditsGranted:
        return CreditsGranted(
            user_id=self.user_id,
            credits=self.credits,
            reason="trial",
            available=self.credits,
            held=0,
            balance_version=1,
        )

    def held(self) -> CreditsHeld:
        return CreditsHeld(
            user_id=self.user_id,
            figurine_id=self.figurine_id,
            hold_id=self.hold_id,
            credits=self.price,
            available=self.credits - self.price,
            held=self.price,
            balance_version=2,
        )

    def refused(self) -> CreditsRefused:
        return CreditsRefused(figurine_id=self.figurine_id, user_id=self.user_id, reason="insufficient_credits")

    def started(self, attempt: int = 1) -> FigurineStarted:
        return FigurineStarted(figurine_id=self.figurine_id, user_id=self.user_id, attempt=attempt)

    def generated(self, pictures: int | None = None) -> FigurineGenerated:
        count = self.variants if pictures is None else pictures
        return FigurineGenerated(
            figurine_id=self.figurine_id,
            user_id=self.user_id,
            style=self.style,
            engine="studio",
            requested=self.variants,
            pictures=tuple(PictureSize(n=n, width=8, height=8) for n in range(1, count + 1)),
            requested_at=self.began,
            generated_at=self.began + timedelta(seconds=9),
            rendering_ms=5,
        )

    def failed(self, code: str = "no_picture") -> FigurineFailed:
        return FigurineFailed(
            figurine_id=self.figurine_id,
            user_id=self.user_id,
            style=self.style,
            code=code,
            failed_at=self.began + timedelta(seconds=9),
        )

    def captured(self, pictures: int) -> CreditsCaptured:
        return CreditsCaptured(
            user_id=self.user_id,
            figurine_id=self.figurine_id,
            hold_id=self.hold_id,
            credits=self.unit_price * pictures,
            pictures=pictures,
            available=self.credits - self.unit_price * pictures,
            held=0,
            balance_version=3,
        )

    def released(self, code: str = "no_picture") -> CreditsReleased:
        return CreditsReleased(
            user_id=self.user_id,
            figurine_id=self.figurine_id,
            hold_id=self.hold_id,
            credits=self.price,
            reason=code,
            available=self.credits,
            held=0,
            balance_version=3,
        )

    def consented(self, at: datetime, *, granted: bool = True, purpose: str = "google_gemini") -> ConsentChanged:
        return ConsentChanged(user_id=self.user_id, purpose=purpose, granted=granted, changed_at=at)

    def photo_deleted(self, reason: str = "generated") -> ImageDeleted:
        return ImageDeleted(
            upload_id=self.upload_id,
            figurine_id=self.figurine_id,
            user_id=self.user_id,
            reason=reason,
            deleted_at=self.began + timedelta(seconds=10),
        )
