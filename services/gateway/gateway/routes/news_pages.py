"""/news/stop: where the link in a piece of news leads, and where a mail program's own button sends its request.

Neither asks anybody to sign in (RFC 8058): the key in the address is the authority. To look at the page changes
nothing, since mail scanners follow links too.
"""

from http import HTTPStatus

from flask import Blueprint, Response, request

from common.current import Current
from common.erasure import PersonGone
from gateway.adapters.links import Links
from gateway.domain.announcements import LinkNotWhole
from gateway.routes.context import unit
from gateway.routes.pages import show_page
from gateway.routes.translating import said
from gateway.use_cases import news

pages = Blueprint("news_pages", __name__)
links = Current(Links)


@pages.get("/news/stop")
def ask_to_stop() -> Response:
    """One button. What is shown is the same for everybody, and says nothing of whose letter it is."""
    try:
        links().read_stop_news(request.args.get("key", ""))
    except LinkNotWhole as refusal:
        return _not_whole(refusal)
    return show_page("news_stop.html", key=request.args["key"])


@pages.post("/news/stop")
def stop() -> Response:
    """No more news. The answer is the same whether she had said so before, and whether she is still here."""
    try:
        account_id, announcement_id = links().read_stop_news(request.args.get("key", ""))
    except LinkNotWhole as refusal:
        return _not_whole(refusal)
    try:
        with unit.begin(person=account_id) as work:
            news.unsubscribe(work, account_id, announcement_id)
    except PersonGone:
        # Whoever leaves gets no letters.
        pass
    return show_page("news_stopped.html")


def _not_whole(refusal: LinkNotWhole) -> Response:
    return show_page("news_refused.html", HTTPStatus.BAD_REQUEST, sentence=said(refusal.sentence))
