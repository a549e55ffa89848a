"""/account and the pages that the mails about a new address lead to; those need no script."""

from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from common.current import Current
from common.erasure import PersonGone
from common.errors import Refused
from gateway.adapters.links import Links
from gateway.domain.corrections import ChangeMade, ChangeOver
from gateway.domain.languages import Language
from gateway.domain.people import AddressTaken
from gateway.repository import Work
from gateway.routes.arrivals import providers_of
from gateway.routes.context import unit
from gateway.routes.pages import show_page, signed_in
from gateway.routes.speaking import say
from gateway.routes.translating import said
from gateway.use_cases import corrections

pages = Blueprint("account_pages", __name__)
links = Current(Links)


@pages.get("/account")
def show_account() -> BaseResponse:
    """A person's own data, where she is signed in, her password, and what she corrected."""
    account = signed_in()
    if account is None:
        return redirect("/signin?next=/account")
    with unit.begin() as work:
        language, paused = work.accounts.language_of(account.id), work.news.paused_since(account.id)
    return show_page(
        "account.html", language=language or Language.ENGLISH, news_paused_since=paused, **providers_of(account.id)
    )


@pages.get("/account/email/confirm")
def ask_to_confirm() -> Response:
    """Where the link to the new address leads: one button, since mail scanners follow links too."""
    return _ask("address_confirm.html", links().read_confirmation)


@pages.post("/account/email/confirm")
def confirm() -> Response:
    """Confirm the new address. The token is the authority, so it does not matter which page sent it."""
    return _act("address_confirmed.html", links().read_confirmation, corrections.confirm_address)


@pages.get("/account/email/stop")
def ask_to_stop() -> Response:
    """Where the link to the old address leads."""
    return _ask("address_stop.html", links().read_stopping)


@pages.post("/account/email/stop")
def stop() -> Response:
    """Stop the change."""
    return _act("address_stopped.html", links().read_stopping, corrections.stop_address)


def _ask(template: str, read: Callable[[str], tuple[UUID, UUID]]) -> Response:
    token = request.args.get("token", "")
    try:
        read(token)
    except ChangeOver as refusal:
        return _over(refusal, HTTPStatus.BAD_REQUEST)
    return show_page(template, token=token)


def _act(template: str, read: Callable[[str], tuple[UUID, UUID]], do: Callable[[Work, UUID, UUID], None]) -> Response:
    try:
        account_id, change_id = read(request.form.get("token", ""))
        with unit.begin(person=account_id) as work:
            do(work, account_id, change_id)
    except ChangeOver as refusal:
        return _over(refusal, HTTPStatus.BAD_REQUEST)
    except PersonGone as refusal:
        return _over(refusal, HTTPStatus.FORBIDDEN)
    except ChangeMade as refusal:
        return _over(refusal, HTTPStatus.CONFLICT, heading=say("It is changed already"))
    except AddressTaken as refusal:
        return _over(refusal, HTTPStatus.CONFLICT, heading=say("This address is taken"))
    return show_page(template)


def _over(refusal: Refused, status: HTTPStatus, *, heading: str = "") -> Response:
    return show_page(
        "address_over.html", status, heading=heading or say("This link leads nowhere"), sentence=said(refusal.sentence)
    )
