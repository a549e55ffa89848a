"""The words of the modules, as a script that a page in another language than English loads before them."""

from typing import Final

from flask import Blueprint, request
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from gateway.adapters.phrasebooks import script_words
from gateway.domain.languages import known
from gateway.routes.static_files import packed_bytes

words = Blueprint("script_words", __name__)

_FIRST: Final = "-first"
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_SHORTLY: Final = "public, max-age=300"


@words.record
def tell_pages(state: BlueprintSetupState) -> None:
    """Pages ask for the address by what they say their language is."""
    state.app.add_template_global(address_of_words)


def address_of_words(tag: str, *, first: bool = False) -> str | None:
    """Where the words of a language are, with their version, so that they may be kept; None where modules need none.

    `first` is for the page a visitor sees first, which needs few of them.
    """
    language = known(tag)
    made = script_words(language, first=first) if language else None
    return f"/static/words/{tag}{_FIRST if first else ''}.js?v={made[1]}" if made else None


@words.get("/static/words/<name>.js")
def give_words(name: str) -> Response:
    """The words of one language, packed for whoever takes them so."""
    language = known(name.removesuffix(_FIRST))
    made = script_words(language, first=name.endswith(_FIRST)) if language else None
    if made is None:
        raise NotFound
    script, version = made
    response = packed_bytes(script, mimetype="text/javascript")
    response.headers["Cache-Control"] = _FOR_EVER if request.args.get("v") == version else _SHORTLY
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
