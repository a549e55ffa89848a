"""What the gateway publishes."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from common.contracts.base import Event
from common.contracts.words import Word


class UserRegistered(Event):
    """A person opened an account."""

    type: ClassVar[str] = "user.registered"

    user_id: UUID
    registered_at: datetime


class UserCorrected(Event):
    """A person corrected her own data; every copy follows.

    `fields` names what she corrected, `name`, `contact` or `email`; what it was and is stays with the gateway.
    """

    type: ClassVar[str] = "user.corrected"

    user_id: UUID
    fields: tuple[str, ...]
    # Under which the copies follow, each once.
    correction_id: UUID | None = None


class ImageUploaded(Event):
    """A sanitised photo lies sealed in the store, with an order for figurines.

    The person's words (title, note) lie sealed beside the photo, not in the event.
    """

    type: ClassVar[str] = "image.uploaded"

    figurine_id: UUID
    upload_id: UUID
    user_id: UUID
    style: str
    variants: int
    aspect_ratio: str
    seed: int
    # Credits per picture, as the person was shown them.
    unit_price: int | None = None
    uploaded_at: datetime
    delete_by: datetime
    # What was chosen with the style: ids of the catalogue, never words of the person.
    options: dict[str, str] = Field(default_factory=dict[str, str])
    # Of which figurine, and of which of its pictures, this becomes a version.
    parent_id: UUID | None = None
    parent_picture: int | None = None
    # Whether the person wants the photo kept for next time.
    save: bool = False
    # `now`, or `batch` for who can wait a day and pays half.
    delivery: str = "now"
    # Which change of what the person may do the order was held against: generation may hear of it later.
    allowance_version: int = 0
    # What the person last said about each purpose, as of the order: it may be newer than the news of it.
    words: dict[str, Word] = Field(default_factory=dict[str, Word])
    # The data keys of the photo and of the words beside it, wrapped under the upload keyring, in base64: they lie
    # nowhere near the objects. Empty from a gateway that put them there.
    upload_key: str = ""
    words_key: str = ""


class FigurineEditOrdered(Event):
    """A version of a figurine is ordered that needs no photo: its engine goes on from the picture.

    The person's words (title, note) lie sealed under `words_id`, where those of a photo would, and are gone by
    `delete_by` as a photo would be.
    """

    type: ClassVar[str] = "figurine.edit_ordered"

    figurine_id: UUID
    words_id: UUID
    user_id: UUID
    parent_id: UUID
    parent_picture: int
    style: str
    variants: int
    aspect_ratio: str
    seed: int
    unit_price: int
    ordered_at: datetime
    delete_by: datetime
    options: dict[str, str] = Field(default_factory=dict[str, str])
    allowance_version: int = 0
    # As in `image.uploaded`.
    words: dict[str, Word] = Field(default_factory=dict[str, Word])
    words_key: str = ""


class UsageObserved(Event):
    """A page was used for some seconds, or a figurine was ordered; whose device it was stays coarse.

    Only of people who let themselves be counted, and of visitors without an account who did not ask not to be followed.
    """

    type: ClassVar[str] = "usage.observed"

    # None: of somebody who is not signed in nothing is known but this.
    user_id: UUID | None
    # The route as it is written, never with an id in it: `/studio`, `/s/{token}`.
    page: str
    seconds: int
    # `page` or `order`; with an order come its figurine and the person's plan.
    kind: str = "page"
    figurine_id: UUID | None = None
    plan: str = ""
    # From a gateway that did not say, the moment of the event.
    observed_at: datetime | None = None
    # `desktop`, `phone`, `tablet`, `bot`, `other` or `unknown`.
    device: str = "unknown"
    # Families without versions, such as `Windows` and `Firefox`.
    os: str = "unknown"
    browser: str = "unknown"
    # An IPv4 address cut to 24 bits, an IPv6 one to 48: `203.0.113.0/24`.
    network: str | None = None
    # ISO 3166-1, of that network; None without a database on the studio's own disk.
    country: str | None = None
    # What the person last said about being counted; it may be newer than the news of it.
    words: dict[str, Word] = Field(default_factory=dict[str, Word])


class SignalsCounted(Event):
    """How often something was noticed in an hour that faults or threats are told by; of whom stays unknown.

    `count` is all of that hour so far: of two that are told of the same hour the larger one holds.
    """

    type: ClassVar[str] = "signals.counted"

    # Such as `sign_in_failed`, `rate_limited`, `upload_refused.photo_too_large`.
    signal: str
    # When it began, in UTC.
    hour: datetime
    count: int


class PolicyTold(Event):
    """How many people were told of a significant version of the policy, counted anew.

    `entitled` had an account when it was published and have one now. Of those, `told` had a letter that the mail server
    took, `undeliverable` one that nobody takes, `departed` are leaving, and `waiting` still wait for theirs; the rest
    has not been come to. `completed` once nobody waits.
    """

    type: ClassVar[str] = "policy.told"

    policy_version: str
    entitled: int
    told: int
    undeliverable: int
    departed: int
    waiting: int
    completed: bool
    counted_at: datetime


EVENTS: tuple[type[Event], ...] = (
    UserRegistered,
    UserCorrected,
    ImageUploaded,
    FigurineEditOrdered,
    UsageObserved,
    SignalsCounted,
    PolicyTold,
)
