"""/operator/policy: versions of the policy, looked at as people will see them, and let out. Works without a script."""

from typing import Final
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as BaseResponse

from common.clock import SYSTEM_CLOCK
from common.errors import Invalid
from gateway.domain.idempotency import check_key
from gateway.domain.rooms import POLICY
from gateway.routes import desk_policies
from gateway.routes.announcements_page import PREVIEW_POLICY
from gateway.routes.context import unit
from gateway.routes.desk import back_to, colleague, desk_pages, reason_given, show_room
from gateway.routes.desk_policies import letter_about, preview, stands, written
from gateway.routes.promises_page import ago, lasting
from gateway.use_cases.policies import in_words

pages = desk_pages("console policy page", *POLICY.roles)
PATH: Final = POLICY.path
_DONE: Final = {"approve": "approved", "decline": "declined", "recall": "recalled"}


@pages.get(PATH)
def show_versions() -> Response:
    """Every version, the newest first."""
    return show_room("operator/policies.html", found=stands(), now=SYSTEM_CLOCK.now(), ago=ago, day=in_words)


@pages.get(f"{PATH}/<version>")
def show_one(version: str) -> Response:
    """One version: how it stands, what it changes, who is told, the letter, and what can be done now."""
    return show_room(
        "operator/policy.html",
        found=preview(version),
        me=colleague().account_id,
        key=unit.clock.new_id(),
        now=SYSTEM_CLOCK.now(),
        ago=ago,
        lasting=lasting,
        day=in_words,
    )


@pages.get(f"{PATH}/<version>/letter")
def show_letter(version: str) -> Response:
    """The letter alone, for the frame in which it is shown."""
    response = Response(letter_about(written(version)).html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = PREVIEW_POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response


@pages.post(f"{PATH}/<version>/test")
def try_out(version: str) -> BaseResponse:
    """A letter to whoever presses the button."""
    desk_policies.send_test(version)
    return back_to(f"{PATH}/{version}", "tested")


@pages.post(f"{PATH}/<version>/propose")
def propose(version: str) -> BaseResponse:
    """Propose to let it come out, or let it, where one is enough."""
    key = check_key(request.form.get("key"))
    if key is None:
        raise Invalid("The form lost its key; open the version again.")
    word = desk_policies.propose(version, request.form.get("sha256", ""), reason_given(), key=key)
    return back_to(f"{PATH}/{version}", "proposed" if word.state == "proposed" else "approved")


@pages.post(f"{PATH}/<version>/words/<uuid:word_id>/<any(approve, decline, recall):how>")
def decide(version: str, word_id: UUID, how: str) -> BaseResponse:
    """Approve what somebody else proposed, let it be, or take back what was agreed to."""
    desk_policies.decide(word_id, how, sha256=request.form.get("sha256") if how == "approve" else None)
    return back_to(f"{PATH}/{written(version).version}", _DONE[how])
