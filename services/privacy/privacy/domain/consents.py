"""What a person can allow, and how her word is kept: one row for each real change. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from common.contracts.consents import (
    ANALYTICS,
    GEMINI,
    NEWS,
    POLICY_VERSIONS,
    QUALITY,
    SAVING,
    TRAINING,
    UNTIL_WITHDRAWN,
)
from common.errors import Conflict, Invalid, NotFound

# Postgres keeps microseconds: the smallest step between two changes of the same consent.
STEP: Final = timedelta(microseconds=1)
# What is shown of one consent; the archive of a person's data has all of it.
HISTORY_SHOWN: Final = 50


class NoSuchConsent(NotFound):
    """There is nothing of that name to consent to. GET /v1/consents lists what there is."""


class UnknownPolicy(Invalid):
    """There is no policy of that version, so nobody can have read it. GET /v1/consents names those there are."""


class Objected(Conflict):
    """You have objected to this. Take your objection back first; then you can allow it again."""


class How(StrEnum):
    """By which way a person gave her word."""

    STUDIO_PAGE = "studio page"
    API = "api"
    # Requests that take something back, and their end.
    OBJECTION = "objection"
    OBJECTION_LIFTED = "objection lifted"
    RESTRICTION = "restriction"
    RESTRICTION_LIFTED = "restriction lifted"


# What an objection stops: what the studio does with her data for its own sake.
OBJECTIONABLE: Final = (ANALYTICS, NEWS, QUALITY, TRAINING)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentPurpose:
    """One thing that is done only for those who allow it.

    `sentence` is what is agreed to, `allows` what then happens, `withdrawn` what stops when it is taken back.
    """

    id: str
    title: str
    sentence: str
    allows: str
    withdrawn: str

    @property
    def until_withdrawn(self) -> bool:
        """Whether it is allowed before anything was said; the others only after a yes."""
        return self.id in UNTIL_WITHDRAWN


# The 55 days: https://ai.google.dev/gemini-api/docs/usage-policies; that a paid key keeps prompts and photos
# out of training: https://ai.google.dev/gemini-api/terms.
PURPOSES: Final[Mapping[str, ConsentPurpose]] = {
    purpose.id: purpose
    for purpose in (
        ConsentPurpose(
            id=GEMINI,
            title="Let Google Gemini paint",
            sentence="Your photo and your wishes go to Google, whose Gemini paints the picture you ask for. You are 18 "
            "or older.",
            allows="What goes there is the cleaned photo, without place and camera data, and never your name or "
            "address. The studio pays Google for it, so Google may not train on it. To look for abuse, Google keeps "
            "it up to 55 days; the studio cannot shorten that.",
            withdrawn="Nothing more goes to Google. The studio paints itself what it can, also of what you ordered and "
            "what still waits; the rest ends at no cost. What has been sent cannot be called back.",
        ),
        ConsentPurpose(
            id=SAVING,
            title="Keep photos you choose to save",
            sentence="A photo you ask to save is kept for your next figurines. Switching this off deletes every photo "
            "you have saved.",
            allows="Only photos for which you ticked it, sealed, until you delete them. All others go within 24 hours.",
            withdrawn="Saved photos are deleted at once and no more are kept. Figurines made of them stay.",
        ),
        ConsentPurpose(
            id=QUALITY,
            title="Learn from your ratings",
            sentence="The stars you give, and what you tick and write beside them, are used to make the styles better.",
            allows="They are counted by style and by engine, and stay in the studio.",
            withdrawn="Your ratings are left out of it, those already given too.",
        ),
        ConsentPurpose(
            id=TRAINING,
            title="Learn from your photos",
            sentence="Photos you save may be used to improve the studio's own models.",
            allows="Only photos you chose to save. Today the studio trains nothing on anybody's photos; if it ever "
            "does, it asks here first.",
            withdrawn="No photo of yours is used for it any more, and none is kept for it.",
        ),
        ConsentPurpose(
            id=ANALYTICS,
            title="Count how the studio is used",
            sentence="The studio counts your figurines by day and style, from what kind of device, and how long you "
            "use its pages, under pseudonyms that change every month or sooner.",
            allows="The numbers stay in the studio and follow nobody around: no cookies, no partners. You see yours on "
            "your account page, and nobody can link them to you after two years.",
            withdrawn="What was counted under your pseudonyms is deleted, and nothing new is. Sums of everybody, in "
            "which nobody can be found, stay.",
        ),
        ConsentPurpose(
            id=NEWS,
            title="News by e-mail",
            sentence="The studio writes to you when there is a new style or something worth knowing.",
            allows="A mail now and then, from the studio itself. Nobody else gets your address for it.",
            withdrawn="No more news. Mail that your account needs still comes.",
        ),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentChange:
    """A person gave or took back her consent: one row of its history."""

    id: UUID
    user_id: UUID
    purpose: str
    granted: bool
    policy_version: str
    how: str
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """How one consent of a person stands, and how it came to that: the latest change first."""

    purpose: ConsentPurpose
    history: Sequence[ConsentChange]

    @property
    def granted(self) -> bool:
        """Whether she allows it: her last word, or what stands without one."""
        return self.history[0].granted if self.history else self.purpose.until_withdrawn

    @property
    def changed_at(self) -> datetime | None:
        """Since when it stands like that; None for what she never touched."""
        return self.history[0].changed_at if self.history else None


def find_purpose(purpose_id: str) -> ConsentPurpose:
    """The purpose of this name; raises NoSuchConsent."""
    purpose = PURPOSES.get(purpose_id)
    if purpose is None:
        raise NoSuchConsent
    return purpose


def check_policy(version: str) -> str:
    """A policy that can have been read; raises UnknownPolicy."""
    if version not in POLICY_VERSIONS:
        raise UnknownPolicy
    return version


def next_moment(now: datetime, latest: ConsentChange | None) -> datetime:
    """When a change counts as made: after the one before it, whatever the clocks of two machines say.

    Whoever keeps a copy goes by this moment, so no two changes of one consent may share it.
    """
    return now if latest is None else max(now, latest.changed_at + STEP)
