"""/v1/photos/check: what is worth saying about a photo before it is ordered with. Nothing of it is stored."""

from flask import request

from common.answers import Answer
from common.callers import internal_blueprint
from common.errors import Unavailable
from common.problems import problems
from generation.domain.hints import PhotoHint
from generation.routes.context import looker

# What the gateway's clean picture of a photo has at most, and a little.
MAX_PHOTO_BYTES = 12 * 1024 * 1024

routes = internal_blueprint("photo_check", __name__)


class HintsAnswer(Answer):
    """What to warn about."""

    hints: tuple[PhotoHint, ...]


@routes.before_request
def allow_photos() -> None:
    """A photo is larger than anything else the gateway sends."""
    request.max_content_length = MAX_PHOTO_BYTES


@routes.post("/v1/photos/check", responses={200: HintsAnswer, **problems(Unavailable)})
def check() -> HintsAnswer:
    """Look at the photo in the body, a clean JPEG from the gateway."""
    return HintsAnswer(hints=looker().hints(request.get_data(cache=False)))
