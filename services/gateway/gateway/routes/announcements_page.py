"""/operator/announcements: news, from a draft to what became of each letter. Works without a script."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as BaseResponse

from common.errors import Conflict, Invalid, Refused
from gateway.domain.announcements import (
    MAX_SUBJECT,
    MAX_WORDS,
    NEEDED,
    Announcement,
    AnnouncementState,
    ChangedMeanwhile,
    Text,
    check_text,
)
from gateway.domain.languages import Language
from gateway.domain.rooms import ANNOUNCEMENTS
from gateway.repository import Work
from gateway.routes.announcements import previewed
from gateway.routes.context import unit
from gateway.routes.desk import back_to, colleague, desk_pages, show_room
from gateway.use_cases import acts, announcements

pages = desk_pages("announcements page", *ANNOUNCEMENTS.roles)

PATH: Final = ANNOUNCEMENTS.path
LANGUAGES: Final[Mapping[Language, str]] = {Language.ENGLISH: "English", Language.GERMAN: "German"}
SHOWN: Final = 20
# A letter is shown as mail programs show it: it has a style of its own, runs nothing, and leads nowhere.
PREVIEW_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into the form, whether it can be sent or not."""

    subject: str
    words: str


@pages.get(PATH)
def list_news() -> Response:
    """Every piece of news, the newest first."""
    before = _id_or_none(request.args.get("cursor", ""))
    with unit.begin() as work:
        found = work.announcements.newest(limit=SHOWN + 1, before=before)
        reached, paused = work.news.readers()
    shown = found[:SHOWN]
    following = shown[-1].id if len(found) > SHOWN else None
    return show_room(
        "operator/announcements.html",
        items=[(each, each.text_for(NEEDED)[1].subject) for each in shown],
        following=following,
        reached=reached,
        paused=paused,
    )


@pages.get(f"{PATH}/new")
def begin_news() -> Response:
    """An empty form."""
    return _form(None, {})


@pages.post(f"{PATH}/new")
def write_news() -> BaseResponse:
    """Keep a draft."""
    try:
        texts = _texts()
        with unit.begin() as work:
            announcement_id = announcements.draft(work, texts)
            acts.note(work, colleague(), "announcement.write", thing=str(announcement_id))
    except Invalid as refusal:
        return _form(None, _typed(), refusal=refusal)
    return back_to(f"{PATH}/{announcement_id}", "kept")


@pages.get(f"{PATH}/<uuid:announcement_id>")
def show_news(announcement_id: UUID) -> Response:
    """One piece of news: its letters, what can be done now, and what became of it."""
    with unit.begin() as work:
        found = announcements.read(work, announcement_id)
        reached, paused = work.news.readers()
    return show_room(
        "operator/announcement.html",
        news=found,
        languages=LANGUAGES,
        letters=[(each, previewed(announcement_id, each)[1]) for each in found.texts],
        reached=reached,
        paused=paused,
    )


@pages.get(f"{PATH}/<uuid:announcement_id>/words")
def change_news(announcement_id: UUID) -> Response:
    """The form with a draft's words in it."""
    with unit.begin() as work:
        found = announcements.read(work, announcement_id)
    return _form(found, {language: Typed(text.subject, text.words) for language, text in found.texts.items()})


@pages.post(f"{PATH}/<uuid:announcement_id>/words")
def rewrite_news(announcement_id: UUID) -> BaseResponse:
    """Change a draft. What was typed is not lost where it cannot be kept."""
    revision = request.form.get("revision", "")
    with unit.begin() as work:
        found = announcements.read(work, announcement_id)
    try:
        texts = _texts()
        with unit.begin() as work:
            announcements.rewrite(work, announcement_id, texts, revision=_number(revision))
            acts.note(work, colleague(), "announcement.rewrite", thing=str(announcement_id))
    except (Invalid, ChangedMeanwhile) as refusal:
        return _form(found, _typed(), refusal=refusal)
    return back_to(f"{PATH}/{announcement_id}", "kept")


@pages.get(f"{PATH}/<uuid:announcement_id>/letter/<any(en, de):language>")
def show_letter(announcement_id: UUID, language: str) -> Response:
    """The letter alone, for the frame in which it is shown."""
    _, letter = previewed(announcement_id, Language(language))
    response = Response(letter.html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = PREVIEW_POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response


@pages.post(f"{PATH}/<uuid:announcement_id>/test")
def try_out(announcement_id: UUID) -> BaseResponse:
    """A letter to whoever presses the button."""
    return _do(
        announcement_id, lambda work: announcements.try_out(work, announcement_id, colleague().account_id), "tested"
    )


@pages.post(f"{PATH}/<uuid:announcement_id>/ready")
def finish(announcement_id: UUID) -> BaseResponse:
    """The words stay as they are."""
    return _do(announcement_id, lambda work: announcements.finish(work, announcement_id), "ready")


@pages.post(f"{PATH}/<uuid:announcement_id>/draft")
def reopen(announcement_id: UUID) -> BaseResponse:
    """The words may be changed again."""
    return _do(announcement_id, lambda work: announcements.reopen(work, announcement_id), "draft")


@pages.post(f"{PATH}/<uuid:announcement_id>/discard")
def discard(announcement_id: UUID) -> BaseResponse:
    """Throw it away."""
    _do(announcement_id, lambda work: announcements.discard(work, announcement_id), "discard")
    return back_to(PATH, "discarded")


@pages.get(f"{PATH}/<uuid:announcement_id>/send")
def look_twice(announcement_id: UUID) -> Response:
    """What will happen, in a sentence, before it does."""
    return _second_look(announcement_id)


@pages.post(f"{PATH}/<uuid:announcement_id>/send")
def send(announcement_id: UUID) -> BaseResponse:
    """Send it to everybody who wants news. Where the number is another by now, it is shown anew."""
    shown = _number(request.form.get("people", ""))
    try:
        return _do(announcement_id, lambda work: announcements.send(work, announcement_id, shown=shown), "send")
    except Conflict as refusal:
        return _second_look(announcement_id, refusal=refusal)


@pages.post(f"{PATH}/<uuid:announcement_id>/stop")
def stop(announcement_id: UUID) -> BaseResponse:
    """Send it to nobody more."""
    return _do(announcement_id, lambda work: announcements.stop(work, announcement_id), "stop")


def _do(announcement_id: UUID, what: Callable[[Work], object], done: str) -> BaseResponse:
    with unit.begin() as work:
        what(work)
        acts.note(work, colleague(), f"announcement.{done}", thing=str(announcement_id))
    return back_to(f"{PATH}/{announcement_id}", done)


def _second_look(announcement_id: UUID, *, refusal: Refused | None = None) -> Response:
    with unit.begin() as work:
        found = announcements.read(work, announcement_id)
        reached, paused = work.news.readers()
    return show_room(
        "operator/announcement_send.html",
        HTTPStatus.CONFLICT if refusal else HTTPStatus.OK,
        news=found,
        languages=LANGUAGES,
        reached=reached,
        paused=paused,
        refusal=refusal,
        may_go=found.state is AnnouncementState.READY,
    )


def _form(found: Announcement | None, typed: Mapping[Language, Typed], *, refusal: Refused | None = None) -> Response:
    return show_room(
        "operator/announcement_words.html",
        HTTPStatus.OK if refusal is None else HTTPStatus.BAD_REQUEST,
        news=found,
        revision=request.form.get("revision", "") or (found.revision if found else ""),
        languages=LANGUAGES,
        needed=NEEDED,
        typed=typed,
        refusal=refusal,
        longest_subject=MAX_SUBJECT,
        longest_words=MAX_WORDS,
    )


def _typed() -> dict[Language, Typed]:
    return {
        language: Typed(request.form.get(f"subject-{language}", ""), request.form.get(f"words-{language}", ""))
        for language in Language
    }


def _texts() -> dict[Language, Text]:
    """What can be sent of what was typed; a language that was left empty is left out. Raises Invalid."""
    typed = {language: text for language, text in _typed().items() if text.subject.strip() or text.words.strip()}
    return {language: check_text(text.subject, text.words) for language, text in typed.items()}


def _number(given: str) -> int:
    """Raises Invalid."""
    if not (given.isascii() and given.isdecimal() and len(given) <= 9):
        raise Invalid("A number is missing. Load the page again.")
    return int(given)


def _id_or_none(given: str) -> UUID | None:
    try:
        return UUID(given)
    except ValueError:
        return None
