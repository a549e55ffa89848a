"""The language of the API: its sentences as whoever asks wants to read them (Accept-Language, RFC 9110, 12.5.4).

The services speak English to each other, and to whoever asks for no other language. At this door refusals are
translated, and in a few answers the studio's own words; codes, names of fields and what people wrote stay as they are.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from flask import Blueprint, Response, request
from flask.blueprints import BlueprintSetupState

from common.problems import MEDIA_TYPE
from gateway.adapters.phrasebooks import phrasebook
from gateway.domain.languages import DEFAULT, Language, choose, known
from gateway.routes.speaking import spoken

translating = Blueprint("translating", __name__)

_OF_PROBLEMS: Final = frozenset({"title", "detail", "message"})
# What the studio itself says in its answers, by where they are asked for. Somebody's own title is in none of them.
_SPOKEN: Final[Mapping[str, frozenset[str]]] = {
    "/v1/styles": frozenset({"name", "description", "unavailable_because"}),
    "/v1/catalogue": frozenset({"name"}),
    "/v1/figurines": frozenset({"sentence"}),
    "/v1/photos": frozenset({"sentence"}),
    "/v1/credits/statement": frozenset({"reason"}),
    "/v1/account/security": frozenset({"sentence", "device"}),
    "/v1/sessions": frozenset({"device"}),
    "/v1/privacy/disclosures": frozenset({"partner_name", "what", "why", "terms"}),
}
_NOTHING: Final = frozenset[str]()
_LARGEST_BYTES: Final = 1_048_576


@translating.record
def teach_templates(state: BlueprintSetupState) -> None:
    """`{{ sentence | said }}` in a page is what a service said, in the language of the page."""
    state.app.add_template_filter(said)


def said(text: str) -> str:
    """A sentence or a name of a service in the language of the page that is being made."""
    return phrasebook(known(spoken().tag) or DEFAULT).say(text)


@translating.after_app_request
def translate(response: Response) -> Response:
    """Say in the language that is asked for what people read in this answer."""
    keys = _keys_read_in(response)
    if not keys:
        return response
    response.vary.add("Accept-Language")
    language = choose(None, None, request.headers.get("Accept-Language"))
    if not _translated(response, keys, language):
        language = DEFAULT
    response.headers["Content-Language"] = language
    return response


def _keys_read_in(response: Response) -> frozenset[str]:
    if response.mimetype == MEDIA_TYPE:
        return _OF_PROBLEMS
    if response.mimetype != "application/json" or response.is_streamed or response.direct_passthrough:
        return _NOTHING
    found = (keys for address, keys in _SPOKEN.items() if f"{request.path}/".startswith(f"{address}/"))
    return next(found, _NOTHING)


def _translated(response: Response, keys: frozenset[str], language: Language) -> bool:
    """False where there is nothing to translate into, or from."""
    body = response.get_data()
    if language is DEFAULT or not body or len(body) > _LARGEST_BYTES:
        return False
    told = _told(json.loads(body), keys, phrasebook(language).say)
    response.set_data(json.dumps(told, ensure_ascii=False, separators=(",", ":")))
    return True


def _told(part: Any, keys: frozenset[str], say: Callable[[str], str]) -> Any:
    match part:
        case dict():
            names = cast("dict[str, Any]", part)
            return {
                key: say(value) if key in keys and isinstance(value, str) else _told(value, keys, say)
                for key, value in names.items()
            }
        case list():
            several = cast("list[Any]", part)
            return [_told(each, keys, say) for each in several]
        case _:
            return part
