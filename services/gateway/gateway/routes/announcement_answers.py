"""What is said to and by /v1/operator/announcements."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from common.answers import Answer
from common.errors import Invalid
from gateway.domain.announcements import (
    MAX_SUBJECT,
    MAX_WORDS,
    Announcement,
    AnnouncementState,
    Text,
    check_text,
)
from gateway.domain.languages import Language


class AnnouncementPath(BaseModel):
    """Which announcement."""

    announcement_id: UUID


class AnnouncementQuery(BaseModel):
    """How many, and those before which one."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: UUID | None = None


class PreviewQuery(BaseModel):
    """In which language; where it is not written in that, English."""

    language: Language = Language.ENGLISH


class TextBody(BaseModel):
    """What is said in one language: `words` may have paragraphs, lists, emphasis and https links, as in Markdown."""

    language: Language
    subject: Annotated[str, Field(max_length=2 * MAX_SUBJECT, examples=["A new style: stained glass"])]
    words: Annotated[
        str, Field(max_length=2 * MAX_WORDS, examples=["It is *there*. [See it](https://studio.example)."])
    ]


class AnnouncementBody(BaseModel):
    """An announcement, in English at least."""

    texts: Annotated[list[TextBody], Field(min_length=1, max_length=len(Language))]


class RewriteBody(AnnouncementBody):
    """Other words, in the place of those of this `revision`."""

    revision: Annotated[int, Field(ge=1)]


class SendBody(BaseModel):
    """To how many people it goes, as `readers.reached` said; another number by much is refused."""

    people: Annotated[int, Field(ge=0, examples=[1200])]


class AnnouncementText(Answer):
    """What is said in one language."""

    language: Language
    subject: str
    words: str


class AnnouncementTally(Answer):
    """How many people it was written for so far, and what became of their letters.

    `refused`: no mail server takes them. `uncertain`: the mail server went away in the middle, and nobody gets a second
    letter for that. `passed_over`: they took their yes back, or left, before it went. `bounced` of those that were sent
    came back; `unsubscribed` wanted no more news after it.
    """

    entitled: int
    waiting: int
    sent: int
    refused: int
    uncertain: int
    passed_over: int
    bounced: int
    unsubscribed: int


class ReadersAnswer(Answer):
    """How many people it would reach now, and how many want news and are left out since theirs come back."""

    reached: int
    paused: int


class AnnouncementAnswer(Answer):
    """An announcement; `tested` is the revision that was last sent as a test, `readers` is there until it is sent."""

    id: UUID
    state: AnnouncementState
    revision: int
    tested: int | None
    texts: list[AnnouncementText]
    tally: AnnouncementTally
    readers: ReadersAnswer | None
    created_at: datetime
    changed_at: datetime
    began_at: datetime | None
    ended_at: datetime | None


class AnnouncementsAnswer(Answer):
    """Announcements, the newest first; how many each would reach says only each itself."""

    items: list[AnnouncementAnswer]
    next_cursor: UUID | None = None


class PreviewAnswer(Answer):
    """The letter as whoever asks would get it."""

    language: Language
    subject: str
    text: str
    html: str


def announcement_answer(found: Announcement, readers: tuple[int, int] | None) -> AnnouncementAnswer:
    """An announcement as whoever works on it sees it."""
    return AnnouncementAnswer(
        id=found.id,
        state=found.state,
        revision=found.revision,
        tested=found.tested,
        texts=[
            AnnouncementText(language=language, subject=text.subject, words=text.words)
            for language, text in found.texts.items()
        ],
        tally=AnnouncementTally.model_validate(found.tally),
        readers=None if readers is None else ReadersAnswer(reached=readers[0], paused=readers[1]),
        created_at=found.created_at,
        changed_at=found.changed_at,
        began_at=found.began_at,
        ended_at=found.ended_at,
    )


def texts_of(body: AnnouncementBody) -> dict[Language, Text]:
    """Raises Invalid for what cannot be sent, and for a language that comes twice."""
    texts = {each.language: check_text(each.subject, each.words) for each in body.texts}
    if len(texts) != len(body.texts):
        raise Invalid("Each language once.")
    return texts
