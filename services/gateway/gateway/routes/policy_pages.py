"""/policy: what the studio promises, made to be read; signed out, on paper and without a script too."""

import hmac
from datetime import datetime
from http import HTTPStatus

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from common.policy import Policy
from gateway.domain.people import ForgedRequest, csrf_token
from gateway.domain.policies import NoSuchPolicy
from gateway.routes.context import COOKIE, policy_of_today, studio, unit
from gateway.routes.pages import show_page, signed_in
from gateway.routes.policy import changes_of, find_policy, in_force_today, telling_of, versions_of_today
from gateway.routes.speaking import our_place
from gateway.use_cases import policies

pages = Blueprint("policy_pages", __name__)


@pages.get("/policy")
def show_policy() -> Response:
    """The newest policy."""
    return _page(policy_of_today())


@pages.get("/policy/<version>")
def show_version(version: str) -> Response:
    """One version, however old."""
    try:
        return _page(find_policy(version))
    except NoSuchPolicy:
        return show_page(
            "policy_missing.html", HTTPStatus.NOT_FOUND, versions=versions_of_today(), day=policies.in_words
        )


@pages.post("/policy/acknowledge")
def acknowledge() -> BaseResponse:
    """The button of the notice, where no script presses it; leads back to where it stood."""
    account = signed_in()
    sent = request.form.get("csrf_token", "").encode()
    if account is None or not hmac.compare_digest(sent, csrf_token(request.cookies.get(COOKIE, "")).encode()):
        raise ForgedRequest
    with unit.begin(person=account.id) as work:
        policies.acknowledge(work, studio().policies, account.id, request.form.get("version", ""), how="studio page")
    return redirect(our_place(request.form.get("next", ""), otherwise="/policy"), HTTPStatus.SEE_OTHER)


def _page(policy: Policy) -> Response:
    counting = in_force_today()
    return show_page(
        "policy.html",
        policy=policy,
        before=studio().policies.before(policy),
        changes=changes_of(policy),
        versions=versions_of_today(),
        newest=policy_of_today(),
        in_force=counting,
        ahead=policy.in_force_from > unit.clock.now().date(),
        telling=telling_of(policy),
        day=policies.in_words,
        moment=_moment,
    )


def _moment(at: datetime) -> str:
    """As in '3 March 2026, 14:02 UTC'."""
    return f"{policies.in_words(at.date())}, {at:%H:%M} UTC"
