"""Who asks, for the services behind the gateway: nobody trusts a header, only its signature.

routes = internal_blueprint("billing", __name__)    every route of it wants the gateway's token
routes = staff_blueprint("refunds", __name__, "finance")    likewise, for whoever works for the studio as that
current_caller() -> Caller                          who asks; raises Unauthenticated
current_user_id() -> UUID                           the person who asks; raises Unauthenticated
"""

import re
from functools import lru_cache, partial
from uuid import UUID

import structlog
from flask import g, request
from flask_openapi3.models.tag import Tag

from common.clock import Clock
from common.current import current_service, note_person
from common.errors import NotFound, Unauthenticated
from common.routing import Routes
from common.tokens import Caller, TokenVerifier

SERVICE_TOKEN = "service_token"  # noqa: S105 - the name of a scheme, not a secret
# Kept with the request itself: flask.g belongs to an application context, which a stream may share.
_CALLER = "figurine.caller"
REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}", re.ASCII)


def internal_blueprint(name: str, import_name: str, *, url_prefix: str | None = None) -> Routes:
    """A blueprint whose every route answers 401 unless the gateway vouches for the caller."""
    blueprint = Routes(
        name, import_name, url_prefix=url_prefix, abp_tags=[Tag(name=name)], abp_security=[{SERVICE_TOKEN: []}]
    )
    blueprint.before_request(_require_caller)
    return blueprint


def staff_blueprint(name: str, import_name: str, *roles: str) -> Routes:
    """A blueprint whose every route wants one of these roles in the gateway's token, or there is nothing here."""
    blueprint = internal_blueprint(name, import_name)
    blueprint.before_request(partial(_require_role, frozenset(roles)))
    return blueprint


def current_caller() -> Caller:
    """Who asks, as the gateway signed it; verified once per request. Raises Unauthenticated."""
    caller: Caller | None = request.environ.get(_CALLER)
    if caller is None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthenticated
        request.environ[_CALLER] = caller = _verifier().verify(token)
        note_person(caller.user_id)
        _adopt_request_id()
    return caller


def current_user_id() -> UUID:
    """The person who asks. Raises Unauthenticated for somebody not signed in."""
    user_id = current_caller().user_id
    if user_id is None:
        raise Unauthenticated
    return user_id


def _require_caller() -> None:
    current_caller()


def _require_role(roles: frozenset[str]) -> None:
    caller = current_caller()
    if caller.user_id is None or not caller.roles & roles:
        raise NotFound


def _adopt_request_id() -> None:
    # Only who proved to be one of us may name the request.
    sent = request.headers.get("X-Request-Id", "")
    if REQUEST_ID.fullmatch(sent):
        g.request_id = sent
        structlog.contextvars.bind_contextvars(request_id=sent)


def _verifier() -> TokenVerifier:
    service = current_service()
    return _verifier_of(service.settings.token_public_key, service.name, service.unit.clock)


@lru_cache(maxsize=8)
def _verifier_of(public_key: str, audience: str, clock: Clock) -> TokenVerifier:
    return TokenVerifier(public_key, audience, clock=clock)
