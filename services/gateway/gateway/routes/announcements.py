"""/v1/operator/announcements: news of the studio's, written, looked at, sent once to everybody who wants it."""

from uuid import UUID

from flask import Response

from common.current import Current
from common.errors import Invalid, NotFound
from common.problems import problems
from gateway.adapters.letters import JinjaLetters
from gateway.domain.announcements import (
    AnnouncementState,
    ChangedMeanwhile,
    NoSuchAnnouncement,
    OtherNumber,
    TooManyTests,
    WrongMoment,
)
from gateway.domain.idempotency import IdempotencyMismatch
from gateway.domain.languages import Language
from gateway.domain.people import NotSignedIn
from gateway.domain.rooms import ANNOUNCEMENTS
from gateway.domain.staff import SecondFactorRequired
from gateway.ports import Letter
from gateway.repository import Work
from gateway.routes.announcement_answers import (
    AnnouncementAnswer,
    AnnouncementBody,
    AnnouncementPath,
    AnnouncementQuery,
    AnnouncementsAnswer,
    PreviewAnswer,
    PreviewQuery,
    RewriteBody,
    SendBody,
    announcement_answer,
    texts_of,
)
from gateway.routes.context import unit
from gateway.routes.desk import colleague, desk_routes
from gateway.routes.once import Made, answered, once
from gateway.use_cases import acts, announcements, people
from gateway.use_cases.news import NEWS_MAIL

routes = desk_routes("announcements", *ANNOUNCEMENTS.roles)
letters = Current(JinjaLetters)
# Before anything can be sent, there is none under this id.
_NOBODYS = UUID(int=0)
_MAY_BE_REFUSED = (NotSignedIn, NotFound, SecondFactorRequired)


@routes.get("/v1/operator/announcements", responses={200: AnnouncementsAnswer, **problems(*_MAY_BE_REFUSED)})
def list_announcements(query: AnnouncementQuery) -> AnnouncementsAnswer:
    """What was written and sent, the newest first."""
    with unit.begin() as work:
        found = work.announcements.newest(limit=query.limit + 1, before=query.cursor)
    shown = found[: query.limit]
    return AnnouncementsAnswer(
        items=[announcement_answer(each, None) for each in shown],
        next_cursor=shown[-1].id if len(found) > query.limit else None,
    )


@routes.post(
    "/v1/operator/announcements",
    responses={201: AnnouncementAnswer, **problems(*_MAY_BE_REFUSED, Invalid, IdempotencyMismatch)},
)
def write_announcement(body: AnnouncementBody) -> Response:
    """Begin an announcement, as a draft."""
    who = colleague()
    parts = (body.model_dump_json(),)
    repeated = answered(str(who.account_id), parts)
    if repeated is not None:
        return repeated
    texts = texts_of(body)

    def make(work: Work) -> Made:
        announcement_id = announcements.draft(work, texts)
        acts.note(work, who, "announcement.write", thing=str(announcement_id))
        return Made(answer=_read(work, announcement_id), owner=who.account_id)

    return once(str(who.account_id), parts, make)


@routes.get(
    "/v1/operator/announcements/<announcement_id>",
    responses={200: AnnouncementAnswer, **problems(*_MAY_BE_REFUSED, NoSuchAnnouncement)},
)
def read_announcement(path: AnnouncementPath) -> AnnouncementAnswer:
    """One announcement, and to how many people it would go now."""
    with unit.begin() as work:
        return _read(work, path.announcement_id)


@routes.put(
    "/v1/operator/announcements/<announcement_id>",
    responses={
        200: AnnouncementAnswer,
        **problems(*_MAY_BE_REFUSED, NoSuchAnnouncement, WrongMoment, ChangedMeanwhile, Invalid),
    },
)
def rewrite_announcement(path: AnnouncementPath, body: RewriteBody) -> AnnouncementAnswer:
    """Change a draft. Saying the same again changes nothing."""
    texts = texts_of(body)
    with unit.begin() as work:
        announcements.rewrite(work, path.announcement_id, texts, revision=body.revision)
        acts.note(work, colleague(), "announcement.rewrite", thing=str(path.announcement_id))
        return _read(work, path.announcement_id)


@routes.delete(
    "/v1/operator/announcements/<announcement_id>",
    responses={204: {"description": "It is gone."}, **problems(*_MAY_BE_REFUSED, NoSuchAnnouncement, WrongMoment)},
)
def discard_announcement(path: AnnouncementPath) -> Response:
    """Throw one away that was not sent."""
    with unit.begin() as work:
        announcements.discard(work, path.announcement_id)
        acts.note(work, colleague(), "announcement.discard", thing=str(path.announcement_id))
    return Response(status=204)


@routes.get(
    "/v1/operator/announcements/<announcement_id>/preview",
    responses={200: PreviewAnswer, **problems(*_MAY_BE_REFUSED, NoSuchAnnouncement)},
)
def preview_announcement(path: AnnouncementPath, query: PreviewQuery) -> PreviewAnswer:
    """The letter as HTML and as text, as it would be for whoever asks."""
    language, letter = previewed(path.announcement_id, query.language)
    return PreviewAnswer(language=language, subject=letter.subject, text=letter.text, html=letter.html)


@routes.post(
    "/v1/operator/announcements/<announcement_id>/test",
    responses={
        202: AnnouncementAnswer,
        **problems(*_MAY_BE_REFUSED, NoSuchAnnouncement, TooManyTests, statuses={TooManyTests: 429}),
    },
)
def test_announcement(path: AnnouncementPath) -> tuple[AnnouncementAnswer, int]:
    """Send it to whoever asks, in every language it is written in, and to nobody else."""
    with unit.begin() as work:
        announcements.try_out(work, path.announcement_id, colleague().account_id)
        acts.note(work, colleague(), "announcement.tested", thing=str(path.announcement_id))
        return _read(work, path.announcement_id), 202


@routes.post(
    "/v1/operator/announcements/<announcement_id>/ready",
    responses={200: AnnouncementAnswer, **problems(*_MAY_BE_REFUSED, NoSuchAnnouncement, WrongMoment)},
)
def finish_announcement(path: AnnouncementPath) -> AnnouncementAnswer:
    """Its words stay as they are from now on; then it can be sent."""
    with unit.begin() as work:
        announcements.finish(work, path.announcement_id)
        acts.note(work, colleague(), "announcement.ready", thing=str(path.announcement_id))
        return _read(work, path.announcement_id)


@routes.post(
    "/v1/operator/announcements/<announcement_id>/draft",
    responses={200: AnnouncementAnswer, **problems(*_MAY_BE_REFUSED, NoSuchAnnouncement, WrongMoment)},
)
def reopen_announcement(path: AnnouncementPath) -> AnnouncementAnswer:
    """Its words are to be changed after all."""
    with unit.begin() as work:
        announcements.reopen(work, path.announcement_id)
        acts.note(work, colleague(), "announcement.draft", thing=str(path.announcement_id))
        return _read(work, path.announcement_id)


@routes.post(
    "/v1/operator/announcements/<announcement_id>/send",
    responses={202: AnnouncementAnswer, **problems(*_MAY_BE_REFUSED, NoSuchAnnouncement, WrongMoment, OtherNumber)},
)
def send_announcement(path: AnnouncementPath, body: SendBody) -> tuple[AnnouncementAnswer, int]:
    """Send it to everybody who wants news at the moment their letter goes. Asked twice, it is sent once."""
    with unit.begin() as work:
        announcements.send(work, path.announcement_id, shown=body.people)
        acts.note(work, colleague(), "announcement.send", thing=str(path.announcement_id))
        return _read(work, path.announcement_id), 202


@routes.post(
    "/v1/operator/announcements/<announcement_id>/stop",
    responses={200: AnnouncementAnswer, **problems(*_MAY_BE_REFUSED, NoSuchAnnouncement, WrongMoment)},
)
def stop_announcement(path: AnnouncementPath) -> AnnouncementAnswer:
    """Send it to nobody more. What is on its way arrives."""
    with unit.begin() as work:
        announcements.stop(work, path.announcement_id)
        acts.note(work, colleague(), "announcement.stop", thing=str(path.announcement_id))
        return _read(work, path.announcement_id)


def previewed(announcement_id: UUID, language: Language) -> tuple[Language, Letter]:
    """The letter as whoever looks at it would get it. Raises NoSuchAnnouncement."""
    with unit.begin() as work:
        found = announcements.read(work, announcement_id)
        account = people.read_account(work, colleague().account_id)
    language, text = found.text_for(language)
    said = {"announcement": str(_NOBODYS), "subject": text.subject, "words": text.words, "language": language.value}
    return language, letters().write(NEWS_MAIL, account, said)


def _read(work: Work, announcement_id: UUID) -> AnnouncementAnswer:
    found = announcements.read(work, announcement_id)
    unsent = found.state in {AnnouncementState.DRAFT, AnnouncementState.READY}
    return announcement_answer(found, work.news.readers() if unsent else None)
