"""/s/{token}: what a public link shows, to anybody who has it."""

import re
from http import HTTPStatus
from typing import Any

from flask import Response, make_response, render_template
from pydantic import BaseModel

from common.errors import NotFound
from common.problems import problems
from gateway.domain.figurines import NoSuchShare, RangeOutside
from gateway.routes.context import peers, public, studio, unit
from gateway.routes.counting import marks
from gateway.routes.pages import HEADERS, signed_in
from gateway.routes.pictures import PictureQuery, passed_on
from gateway.routes.speaking import tell_language

routes = public("shared")

# A link is for those who were given it: not for search engines, and it stays out of other sites' logs.
DISCREET = {"X-Robots-Tag": "noindex, noimageindex", "Referrer-Policy": "no-referrer"}


# What a token may look like; anything else is not even asked about.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class SharePath(BaseModel):
    """A link's token."""

    token: str


class SharedPicturePath(SharePath):
    """Which picture; pictures count from 1."""

    n: int


@routes.get(
    "/s/<token>",
    responses={
        200: {"description": "The page.", "content": {"text/html": {}}},
        404: {"description": "A page that says that the link leads nowhere.", "content": {"text/html": {}}},
    },
)
def show(path: SharePath) -> Response:
    """A page with the pictures and how they were made; no name, no title."""
    try:
        shared = peers().generation.get(_address(path.token), user_id=None)
    except NotFound:
        response = make_response(render_template("share_refused.html"), HTTPStatus.NOT_FOUND)
    else:
        response = make_response(render_template("shared.html", **_card(path.token, shared), **_marks()))
    response.headers.update({**HEADERS, **DISCREET})
    tell_language(response)
    return response


@routes.get(
    "/s/<token>/pictures/<n>",
    responses=problems(NoSuchShare, RangeOutside, statuses={RangeOutside: 416}),
)
def read_picture(path: SharedPicturePath, query: PictureQuery) -> Response:
    """A picture that a public link shows, whole or a range of it."""
    response = passed_on(f"{_address(path.token)}/pictures/{path.n}", user_id=None, query=query)
    # Taken back means taken back: whoever keeps a copy has to ask whether it is still shown.
    response.headers.update({**DISCREET, "Cache-Control": "private, no-cache"})
    return response


def _marks() -> dict[str, object]:
    """The page shows nobody as signed in; but who does not let herself be counted is not counted here, either."""
    account = signed_in()
    return marks(account.id if account else None)


def _address(token: str) -> str:
    if not _TOKEN.fullmatch(token):
        raise NoSuchShare
    return f"/v1/shares/{token}"


def _card(token: str, shared: dict[str, Any]) -> dict[str, object]:
    with unit.begin() as work:
        style = work.styles.find(shared["style"])
    return {
        "token": token,
        "address": f"{studio().public_url}/s/{token}",
        "pictures": shared["pictures"],
        "sizes": shared["sizes"],
        "style": style.name if style else "Figurine",
        "engine": shared["engine"],
    }
