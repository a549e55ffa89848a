"""/v1/sessions: signing in, one's devices, signing out."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from flask import Response, jsonify, request
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response as BaseResponse

from common.answers import Answer
from common.erasure import PersonGone
from common.errors import NotFound
from common.problems import problems
from gateway.domain.people import SESSION_LIFETIME, Account, ForgedRequest, NotSignedIn, WrongCredentials
from gateway.domain.security import NOBODY_KNOWS, Kind, agent_of, words_of
from gateway.domain.tries import TooManyTries
from gateway.repository import Work
from gateway.routes.context import COOKIE, SECURITY, check_origin, current_person, passwords, public, unit
from gateway.routes.guards import guard, known_device, remember_device
from gateway.routes.security import note_failure, origin
from gateway.use_cases import alerts, factors, people, security, tries
from gateway.use_cases.people import OpenedSession

routes = public("sessions")


class NoSuchSession(NotFound):
    """There is no such session, or it is not yours."""


class SignInBody(BaseModel):
    """Who signs in."""

    email: Annotated[str, Field(max_length=254, examples=["ada@example.org"])]
    password: Annotated[str, Field(max_length=200)]


class OpenedAnswer(Answer):
    """A fresh session; send the token as `Authorization: Bearer …`. It is shown this once."""

    id: UUID
    token: str
    expires_at: datetime


class StepAnswer(Answer):
    """The password was right, and a second factor is needed: send `step` with a code to `/v1/sessions/step`.

    Nobody is signed in by that. Where the person has a passkey, it may be used instead, and needs no step.
    """

    step: str
    expires_at: datetime
    ways: Annotated[list[Literal["code", "recovery_code", "passkey"]], Field(examples=[["code", "recovery_code"]])]


class SessionAnswer(Answer):
    """One signed-in device; `current` is the one that asks."""

    id: UUID
    device: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    current: bool


class SessionsAnswer(Answer):
    """The signed-in devices, the latest first."""

    items: list[SessionAnswer]
    next_cursor: str | None = None


class EndedAnswer(Answer):
    """How many devices were signed out."""

    ended: int


class SessionPath(BaseModel):
    """Which session."""

    session_id: UUID


@routes.post(
    "/v1/sessions",
    responses={
        201: OpenedAnswer,
        202: StepAnswer,
        **problems(WrongCredentials, ForgedRequest, PersonGone, TooManyTries, statuses={TooManyTries: 429}),
    },
)
def sign_in(body: SignInBody) -> Response:
    """Sign a device in: a token, and the same as a cookie for browsers. 202 where a second factor is needed.

    After several wrong passwords it takes a wait, for an address nobody has as well. A device that signed in before
    has tries of its own, so that nobody is locked out by what strangers try.
    """
    check_origin()
    with unit.begin() as work:
        account = work.accounts.find_by_address(body.email)
        watched = guard("sign-in", work.accounts.index_of(body.email).hex(), account)
        counted = tries.begin(work, watched)
    if not passwords().matches(body.password, account.password_hash if account else None) or account is None:
        if account is not None:
            note_failure(account.id)
        raise WrongCredentials
    fresh = passwords().hash(body.password) if passwords().outdated(account.password_hash) else None
    with unit.begin(person=account.id) as work:
        tries.succeed(work, watched, counted)
        if fresh:
            work.accounts.rehash(account.id, fresh)
            account = replace(account, password_hash=fresh)
        if factors.has_second_factor(work, account.id):
            response = jsonify(half_open(work, account).model_dump(mode="json"))
            response.status_code = 202
            return response
        return opened_response(work, account)


@routes.get("/v1/sessions", security=SECURITY, responses={200: SessionsAnswer, **problems(NotSignedIn)})
def list_sessions() -> SessionsAnswer:
    """One's signed-in devices."""
    person = current_person()
    with unit.begin() as work:
        sessions = work.sessions.of(person.account_id)
    return SessionsAnswer(
        items=[
            SessionAnswer(
                id=session.id,
                device=session.device,
                created_at=session.created_at,
                last_seen_at=session.last_seen_at,
                expires_at=session.expires_at,
                current=session.id == person.session.id,
            )
            for session in sessions
        ]
    )


@routes.delete("/v1/sessions", security=SECURITY, responses={200: EndedAnswer, **problems(NotSignedIn)})
def sign_out_others() -> EndedAnswer:
    """Sign every other device out; the one that asks stays."""
    person = current_person()
    with unit.begin() as work:
        ended = work.sessions.close_others(person.account_id, person.session.id)
        security.note_ended(work, person.account_id, ended, origin())
    return EndedAnswer(ended=len(ended))


@routes.delete("/v1/sessions/<session_id>", security=SECURITY, responses=problems(NotSignedIn, NoSuchSession))
def sign_out(path: SessionPath) -> Response:
    """Sign a device out."""
    person = current_person()
    with unit.begin() as work:
        if not work.sessions.close(person.account_id, path.session_id):
            raise NoSuchSession
        kind = Kind.SIGNED_OUT if path.session_id == person.session.id else Kind.SESSION_ENDED
        security.note(work, person.account_id, kind, origin(), session_id=path.session_id)
    response = Response(status=204)
    if path.session_id == person.session.id:
        response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Lax")
    return response


def opened_response(work: Work, account: Account, *, factor: bool = False) -> Response:
    """A session for the device that asks, by token and by cookie; and it is known from then on.

    `factor` says that a second factor was shown.
    """
    opened = open_here(work, account, factor=factor)
    answer = OpenedAnswer(id=opened.session.id, token=opened.token, expires_at=opened.session.expires_at)
    response = jsonify(answer.model_dump(mode="json"))
    response.status_code = 201
    let_in(response, account, opened)
    return response


def open_here(work: Work, account: Account, *, factor: bool = False) -> OpenedSession:
    """A session for the device that asks; its owner is told of a device that is not known."""
    if known_device(account) is None:
        alerts.tell_of_device(work, account, origin())
    return people.open_session(work, account.id, device=_device(), origin=origin(), factor=factor)


def let_in(response: BaseResponse, account: Account, opened: OpenedSession) -> None:
    """Give the browser its session, and know it from then on."""
    set_cookie(response, opened.token)
    remember_device(response, account.id, account.password_hash)


def half_open(work: Work, account: Account) -> StepAnswer:
    """Who it is was shown, and a second factor is waited for."""
    token, step = people.begin_step(work, account.id)
    found = work.factors.of(account.id)
    return StepAnswer(
        step=token,
        expires_at=step.expires_at,
        ways=[
            *(["code"] if found.totp_since else []),
            *(["recovery_code"] if found.codes_left else []),
            *(["passkey"] if found.passkeys else []),
        ],
    )


def set_cookie(response: BaseResponse, token: str) -> None:
    """Let the browser bring the token back: to this host only, over TLS only, never to scripts."""
    response.set_cookie(COOKIE, token, max_age=SESSION_LIFETIME, path="/", secure=True, httponly=True, samesite="Lax")


def _device() -> str:
    """What kind of device it is, in a few words, as in `Firefox on Windows`; the full user agent is not kept."""
    words = words_of(agent_of(request.headers.get("User-Agent", "")))
    return "Another device" if words == NOBODY_KNOWS else words
