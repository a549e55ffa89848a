"""The web studio's pages: rendered here, brought to life by small scripts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response as BaseResponse

from common.current import Current
from common.errors import NotFound, Unavailable
from common.policy import Policy
from gateway.adapters.links import Links
from gateway.adapters.providers import Providers
from gateway.domain.allowances import EVERYBODY
from gateway.domain.consents import GEMINI, consents_asked_by, consents_needed_for
from gateway.domain.people import Account, LinkExpired, NotSignedIn, csrf_token
from gateway.domain.ratings import REASON_WORDS
from gateway.domain.styles import Style
from gateway.routes.context import COOKIE, peers, policy_of_today, studio, unit
from gateway.routes.counting import marks
from gateway.routes.speaking import speak, tell_language
from gateway.routes.static_files import static_file
from gateway.routes.styles import style_answer
from gateway.routes.translating import said
from gateway.use_cases import people, policies

WEB = Path(__file__).parent.parent / "web"

pages = Blueprint("pages", __name__, template_folder=str(WEB / "templates"))
links = Current(Links)
providers = Current(Providers)

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "Cache-Control": "private, no-cache",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GeminiSwitch:
    """What the switch in the studio starts from: styles only Gemini paints, those it may paint, and how it stands."""

    only: tuple[str, ...]
    also: tuple[str, ...]
    allowed: bool

    @classmethod
    def of(cls, styles: Iterable[Style], *, allowed: bool) -> "GeminiSwitch | None":
        """None where Gemini paints nothing, so that there is nothing to allow.

        What it alone paints can be ordered only where the studio is connected to it.
        """
        ordered = [style for style in styles if style.unavailable_because is None]
        asking = [style for style in ordered if GEMINI in consents_asked_by(style.engines)]
        only = tuple(style.id for style in asking if consents_needed_for(style.engines))
        also = tuple(style.id for style in asking if style.id not in only)
        return cls(only=only, also=also, allowed=allowed) if only else None


@pages.record
def serve_static(state: BlueprintSetupState) -> None:
    """Style sheets, scripts and pictures under the name that url_for('static', …) knows."""
    state.app.add_url_rule("/static/<path:filename>", endpoint="static", view_func=static_file)


@pages.get("/")
def landing() -> Response:
    """What this place is."""
    return show_page("landing.html")


@pages.get("/studio")
def make() -> Response:
    """Where figurines are made."""
    account = signed_in()
    with unit.begin() as work:
        styles = work.styles.all()
        allowed = work.consents.granted(account.id) if account else frozenset[str]()
        plan = (work.allowances.of(account.id) if account else EVERYBODY).what
    return show_page(
        "studio.html",
        styles=[style_answer(style) for style in styles],
        gemini=GeminiSwitch.of(styles, allowed=GEMINI in allowed),
        reasons=REASON_WORDS,
        allowance=plan,
    )


@pages.get("/privacy")
def show_privacy() -> Response:
    """What a person allows, what became of her photos, and who was given what."""
    return show_page("privacy.html")


@pages.get("/credits")
def show_credits() -> Response:
    """What a person has, what can be bought, and every movement with its reason."""
    return show_page("credits.html")


@pages.get("/invoices/<uuid:invoice_id>")
def show_invoice(invoice_id: UUID) -> BaseResponse:
    """One's own invoice, how its payment stands, and where to send the money."""
    account = signed_in()
    if account is None:
        return redirect(f"/signin?next=/invoices/{invoice_id}")
    try:
        invoice = peers().billing.get(f"/v1/invoices/{invoice_id}", user_id=account.id)
    except NotFound as refusal:
        return show_page("invoice_refused.html", HTTPStatus.NOT_FOUND, sentence=said(refusal.sentence))
    except Unavailable as refusal:
        return show_page("invoice_refused.html", HTTPStatus.SERVICE_UNAVAILABLE, sentence=said(refusal.sentence))
    return show_page("invoice.html", invoice=invoice)


@pages.get("/signup")
def sign_up() -> BaseResponse:
    """Where accounts are opened."""
    return redirect("/studio") if signed_in() else show_page("signup.html", providers=providers().all)


@pages.get("/signin")
def sign_in() -> BaseResponse:
    """Where people sign in."""
    return redirect("/studio") if signed_in() else show_page("signin.html", providers=providers().all)


@pages.get("/verify")
def ask_to_verify() -> Response:
    """Where the link of the verification mail leads: one button, since mail scanners follow links too."""
    token = request.args.get("token", "")
    try:
        links().read_verification(token)
    except LinkExpired as refusal:
        return _link_refused(refusal)
    return show_page("verify.html", token=token)


@pages.post("/verify")
def verify() -> Response:
    """Confirm the address. The token is the authority, so it does not matter which page sent it."""
    try:
        account_id = links().read_verification(request.form.get("token", ""))
        with unit.begin() as work:
            people.verify_address(work, account_id)
    except LinkExpired as refusal:
        return _link_refused(refusal)
    return show_page("verified.html")


def _link_refused(refusal: LinkExpired) -> Response:
    response = show_page("link_refused.html", sentence=said(refusal.sentence))
    response.status_code = HTTPStatus.BAD_REQUEST
    return response


def show_page(template: str, status: HTTPStatus = HTTPStatus.OK, **values: object) -> Response:
    """A page, as whoever asks for it sees it."""
    account, news, works_here = _reader()
    speak(account.language if account else None)
    token = request.cookies.get(COOKIE, "")
    html = render_template(
        template,
        person=account,
        csrf_token=csrf_token(token) if account else "",
        policy_version=policy_of_today().version,
        policy_news=news,
        works_here=works_here,
        **marks(account.id if account else None),
        **values,
    )
    response = make_response(html, status)
    response.headers.update(HEADERS)
    tell_language(response)
    return response


def signed_in() -> Account | None:
    """Whose page it is, if anybody's; to show it changes nothing, so the cookie alone will do after a form too."""
    return _reader()[0]


def _reader() -> tuple[Account | None, Policy | None, bool]:
    """Whose page it is, the policy she has yet to read, and whether the console opens for her."""
    try:
        with unit.begin() as work:
            session = people.recognise(work, request.cookies.get(COOKIE, ""))
            account = people.read_account(work, session.account_id)
            unread = policies.unread(work, studio().policies, account.id)
            return account, unread, bool(work.staff.roles_of(account.id))
    except NotSignedIn:
        return None, None, False
