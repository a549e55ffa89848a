"""/gallery, /figurines/{id} and /styles: what was made, and what can be; each readable without a script."""

from datetime import datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from gateway.domain.figurines import NoSuchFigurine, State
from gateway.domain.people import Account
from gateway.domain.ratings import REASON_WORDS
from gateway.routes.context import unit
from gateway.routes.figurines import figurine_answers
from gateway.routes.pages import show_page, signed_in
from gateway.routes.styles import style_answer
from gateway.use_cases import figurines

pages = Blueprint("gallery_pages", __name__)

PAGE: Final = 24
DELIVERED: Final = frozenset({State.SUCCEEDED, State.PARTLY_SUCCEEDED})
ENDED: Final = DELIVERED | {State.FAILED, State.REJECTED, State.CANCELLED}


@pages.get("/gallery")
def show_gallery() -> BaseResponse:
    """Every figurine that has pictures, the newest first, a page at a time; of one style or favourites if wanted."""
    account = signed_in()
    if account is None:
        return _to_sign_in()
    style, favourite = request.args.get("style") or None, request.args.get("favourite") == "true"
    with unit.begin() as work:
        shown = work.figurines.page(
            account.id,
            before=_id(request.args.get("cursor", "")),
            limit=PAGE + 1,
            style=style,
            state=None,
            favourite=True if favourite else None,
            delivered=True,
        )
        styles = {each.id: each.name for each in work.styles.all()}
    rest = {"style": style or "", "favourite": "true" if favourite else ""}
    more = f"/gallery?{urlencode({**rest, 'cursor': str(shown[PAGE - 1].id)})}" if len(shown) > PAGE else None
    return show_page(
        "gallery.html", items=shown[:PAGE], more=more, styles=styles, style=style, favourite=favourite, day=_day
    )


@pages.get("/figurines/<uuid:figurine_id>")
def show_figurine(figurine_id: UUID) -> BaseResponse:
    """One's own figurine: its pictures, how it was made, its versions, and what one may do with it."""
    account = signed_in()
    return _to_sign_in() if account is None else _figurine_page(account, figurine_id)


def _figurine_page(account: Account, figurine_id: UUID) -> BaseResponse:
    try:
        with unit.begin() as work:
            figurine = figurines.read_figurine(work, account.id, figurine_id)
            (answer,) = figurine_answers(work, account.id, [figurine])
            style = work.styles.find(figurine.style)
    except NoSuchFigurine as refusal:
        return show_page("figurine_missing.html", HTTPStatus.NOT_FOUND, sentence=refusal.sentence)
    return show_page(
        "figurine.html",
        figurine=answer,
        versions=[version for version in answer.versions if version.state not in ENDED - DELIVERED],
        style_name=style.name if style else figurine.style,
        options=[
            (option.name, choice.name)
            for option in (style.options if style else ())
            for choice in option.choices
            if choice.id == answer.options.get(option.id)
        ],
        reasons=REASON_WORDS,
        delivered=figurine.state in DELIVERED,
        ended=figurine.state in ENDED,
        day=_day,
    )


@pages.get("/styles")
def show_styles() -> BaseResponse:
    """Every kind of figurine, with what it costs and who paints it."""
    with unit.begin() as work:
        styles = [style_answer(style) for style in work.styles.all()]
    return show_page("styles.html", styles=styles)


def _to_sign_in() -> BaseResponse:
    return redirect(f"/signin?{urlencode({'next': request.full_path.rstrip('?')})}")


def _id(text: str) -> UUID | None:
    """An address that somebody changed by hand begins at the beginning."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"
