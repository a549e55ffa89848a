"""Scripts of other sites: which of them a browser lets read answers (CORS, WHATWG Fetch, section 3.2).

They bring a token or a key of their own. Never a cookie: no answer says that credentials are allowed, and the cookie is
SameSite. Without a setting no site is let in.
"""

from dataclasses import dataclass

from flask import Blueprint, Response, request

from common.current import Current

METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
SENT = "Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID, Range, Ticket-Key"
READ = (
    "Content-Disposition, Content-Range, ETag, Idempotency-Replayed, RateLimit, RateLimit-Policy, Retry-After, "
    "X-Request-Id"
)
_A_DAY_SECONDS = 86_400

crossing = Blueprint("crossing", __name__)


@dataclass(frozen=True, slots=True)
class Origins:
    """The sites that are let in."""

    allowed: frozenset[str]


origins = Current(Origins)


@crossing.before_app_request
def answer_preflight() -> Response | None:
    """What a browser asks before it sends what a form could not; nobody has to be signed in for it."""
    if request.method != "OPTIONS" or "Access-Control-Request-Method" not in request.headers or not _let_in():
        return None
    return Response(
        status=204,
        headers={
            "Access-Control-Allow-Methods": METHODS,
            "Access-Control-Allow-Headers": SENT,
            "Access-Control-Max-Age": str(_A_DAY_SECONDS),
        },
    )


@crossing.after_app_request
def let_it_be_read(response: Response) -> Response:
    """Say which site may read this, if it is one that may."""
    if origins().allowed and request.path.startswith("/v1/"):
        response.vary.add("Origin")
        if _let_in():
            response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
            response.headers["Access-Control-Expose-Headers"] = READ
    return response


def _let_in() -> bool:
    return request.path.startswith("/v1/") and request.headers.get("Origin", "") in origins().allowed
