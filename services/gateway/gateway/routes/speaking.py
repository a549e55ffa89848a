"""In which language a page is: what the templates need to speak it, and the switch in the footer."""

import hmac
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final, cast
from urllib.parse import quote, urlencode, urlsplit

from flask import Blueprint, Response, has_request_context, redirect, request
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response as BaseResponse

from gateway.adapters.catalogues import Speech, speech
from gateway.adapters.formats import FILTERS, Format
from gateway.domain.languages import DEFAULT, NAMES, Language, choose, known, wished
from gateway.domain.people import ForgedRequest, NotSignedIn, csrf_token
from gateway.routes.context import COOKIE, unit
from gateway.use_cases import people

LANGUAGE_COOKIE: Final = "language"
_LIFETIME: Final = timedelta(days=365)
_SPEECH: Final = "figurine.speech"
# What is for programs says in its headers what it speaks, and the console speaks English.
_NO_PAGES: Final = ("/v1/", "/static/")
_ENGLISH_ONLY: Final = ("/operator",)

speaking = Blueprint("speaking", __name__)


def spoken() -> Speech:
    """How whoever asks is spoken to; found out once for a request. Where nobody asks it is English."""
    if not has_request_context():
        return speech(DEFAULT)
    said: Speech | None = request.environ.get(_SPEECH)
    return speak(_language_of_account()) if said is None else said


def speak(said: str | None) -> Speech:
    """The same, where it is known already what her account says; None where nobody is signed in, or she never said."""
    language = choose(said, request.cookies.get(LANGUAGE_COOKIE), request.headers.get("Accept-Language"))
    if request.path.startswith(_ENGLISH_ONLY):
        language = DEFAULT
    return request.environ.setdefault(_SPEECH, speech(language))


def wish() -> Language | None:
    """What the browser that asks says of its language, whoever is signed in."""
    return wished(request.cookies.get(LANGUAGE_COOKIE), request.headers.get("Accept-Language"))


def say(message: str) -> str:
    """A sentence of the catalogue, for a route to put into a page; holes stay as they are."""
    return spoken().words.gettext(message)


def say_many(one: str, many: str, n: int) -> str:
    """The same with a number in it: as it is said of so many."""
    return spoken().words.ngettext(one, many, n)


def tell_language(response: Response) -> None:
    """What a page tells of its language to whoever keeps it."""
    response.headers["Content-Language"] = spoken().tag
    response.vary.update(("Accept-Language", "Cookie"))


def keep_language(response: BaseResponse, language: Language) -> None:
    """This browser is spoken to in that language from now on. The cookie holds the two letters, and nothing else."""
    response.set_cookie(
        LANGUAGE_COOKIE, language, max_age=_LIFETIME, path="/", secure=True, httponly=True, samesite="Lax"
    )


@speaking.record
def teach_templates(state: BlueprintSetupState) -> None:
    """Give the pages' templates their words, their dates and the switch."""
    environment = state.app.jinja_env
    environment.add_extension("jinja2.ext.i18n")
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        say, say_many, newstyle=True
    )
    # Jinja names the type of what it has there itself, and of nothing else.
    known_there = cast("dict[str, object]", environment.globals)
    known_there.update({"speech": spoken, "languages": NAMES, "address_in": address_in, "here": here})
    environment.filters |= {name: _spoken(write) for name, write in FILTERS.items()}


@speaking.post("/language")
def change() -> BaseResponse:
    """The switch in the footer of who is signed in: her account says it from now on, on every device and in mails."""
    token = request.cookies.get(COOKIE, "")
    language = known(request.form.get("language"))
    if not hmac.compare_digest(request.form.get("csrf_token", "").encode(), csrf_token(token).encode()):
        raise ForgedRequest
    response = redirect(our_place(request.form.get("next", ""), otherwise="/account"), HTTPStatus.SEE_OTHER)
    with unit.begin() as work:
        account_id = people.recognise(work, token).account_id
    if language is not None:
        with unit.begin(person=account_id) as work:
            work.accounts.say_language(account_id, language)
        # The pages speak it after she has signed out, too.
        keep_language(response, language)
    return response


@speaking.before_app_request
def switch() -> BaseResponse | None:
    """`?lang=` keeps the language in a cookie, and leads to the same page without it.

    Nothing but a cookie of one's own browser changes, so following a link is enough; what an account says is changed
    by a form of its page.
    """
    language = known(request.args.get("lang"))
    if language is None or request.method != "GET" or request.path.startswith(_NO_PAGES) or request.url_rule is None:
        return None
    response = redirect(here(), HTTPStatus.SEE_OTHER)
    keep_language(response, language)
    return response


def address_in(language: str) -> str:
    """Where this page is in that language."""
    return here(lang=language)


def our_place(path: str, *, otherwise: str) -> str:
    """The path where it leads to a page of ours, else the other one."""
    parts = urlsplit(path)
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.netloc and path.isprintable()
    return path if ours else otherwise


def here(**more: str) -> str:
    """This page's own path and what it was asked with, but for the language; never another site's address."""
    asked = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"] + list(more.items())
    path = "/" + quote(request.path).lstrip("/\\")
    return f"{path}?{urlencode(asked)}" if asked else path


def _spoken(write: Format) -> Callable[[Any], str]:
    return lambda value: write(value, spoken().locale)


def _language_of_account() -> str | None:
    try:
        with unit.begin() as work:
            session = people.recognise(work, request.cookies.get(COOKIE, ""))
            return work.accounts.language_of(session.account_id)
    except NotSignedIn:
        return None
