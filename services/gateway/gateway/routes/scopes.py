"""What each route asks for: nobody, a signed-in person, or a key with a scope. The one place that says so.

A key opens what stands here with a scope, and nothing else: a route that is forgotten is closed to keys. A test holds
the table against the routes there are, and the OpenAPI document is completed from it.
"""

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, Final, TypeAlias

from flask import Request

from common.erasure import PersonGone
from common.errors import NotFound, Refused
from common.problems import problems
from gateway.domain.allowances import RateLimited
from gateway.domain.keys import SCOPES, Scope, ScopeMissing
from gateway.domain.people import ForgedRequest, NotSignedIn
from gateway.domain.staff import SecondFactorRequired
from gateway.routes.examples import add_examples


class Needs(Enum):
    """What a route asks for that no key can be made for."""

    NOBODY = "nobody"
    # Account, keys, devices, payment, privacy: a person herself, signed in.
    PERSON = "person"
    # A person herself, or the key of a link in a letter.
    LETTER = "letter"
    # A person of the studio's with a role; for everybody else there is nothing there.
    STAFF = "staff"


Need: TypeAlias = Needs | Scope

NOBODY, PERSON, LETTER, STAFF = Needs.NOBODY, Needs.PERSON, Needs.LETTER, Needs.STAFF
_PLACE = re.compile(r"<(?:\w+:)?(\w+)>")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

NEEDS: Final[Mapping[str, Need]] = {
    "POST /v1/accounts": NOBODY,
    "POST /v1/accounts/verify": NOBODY,
    "POST /v1/accounts/recover": NOBODY,
    "POST /v1/accounts/reset": NOBODY,
    "GET /v1/account": PERSON,
    "PATCH /v1/account": PERSON,
    "PUT /v1/account/password": PERSON,
    "GET /v1/account/corrections": PERSON,
    "GET /v1/account/security": PERSON,
    "GET /v1/account/factors": PERSON,
    "POST /v1/account/totp": PERSON,
    "POST /v1/account/totp/confirm": PERSON,
    "DELETE /v1/account/totp": PERSON,
    "POST /v1/account/recovery-codes": PERSON,
    "POST /v1/account/passkeys/options": PERSON,
    "POST /v1/account/passkeys": PERSON,
    "DELETE /v1/account/passkeys/{passkey_id}": PERSON,
    "POST /v1/account/email/confirm": NOBODY,
    "POST /v1/account/email/stop": NOBODY,
    "POST /v1/sessions": NOBODY,
    "GET /v1/sessions": PERSON,
    "POST /v1/sessions/step": NOBODY,
    "POST /v1/sessions/proof": PERSON,
    "POST /v1/sessions/factor": PERSON,
    "POST /v1/sessions/factor/passkey": PERSON,
    "POST /v1/sessions/passkey/options": NOBODY,
    "POST /v1/sessions/passkey": NOBODY,
    "DELETE /v1/sessions": PERSON,
    "DELETE /v1/sessions/{session_id}": PERSON,
    "POST /v1/api-keys": PERSON,
    "GET /v1/api-keys": PERSON,
    "GET /v1/api-keys/{key_id}": PERSON,
    "DELETE /v1/api-keys/{key_id}": PERSON,
    "POST /v1/webhooks": PERSON,
    "GET /v1/webhooks": Scope.WEBHOOKS_READ,
    "GET /v1/webhooks/{webhook_id}": Scope.WEBHOOKS_READ,
    "DELETE /v1/webhooks/{webhook_id}": PERSON,
    "POST /v1/webhooks/{webhook_id}/secret": PERSON,
    "GET /v1/webhooks/{webhook_id}/deliveries": Scope.WEBHOOKS_READ,
    "POST /v1/webhooks/{webhook_id}/redeliver": PERSON,
    "GET /v1/styles": NOBODY,
    "POST /v1/figurines": Scope.FIGURINES_WRITE,
    "GET /v1/figurines": Scope.FIGURINES_READ,
    "GET /v1/figurines/{figurine_id}": Scope.FIGURINES_READ,
    "DELETE /v1/figurines/{figurine_id}": Scope.FIGURINES_WRITE,
    "POST /v1/figurines/{figurine_id}/cancel": Scope.FIGURINES_WRITE,
    "POST /v1/figurines/{figurine_id}/edits": Scope.FIGURINES_WRITE,
    "PUT /v1/figurines/{figurine_id}/favourite": Scope.FIGURINES_WRITE,
    "DELETE /v1/figurines/{figurine_id}/favourite": Scope.FIGURINES_WRITE,
    "POST /v1/figurines/{figurine_id}/share": Scope.FIGURINES_WRITE,
    "GET /v1/figurines/{figurine_id}/share": Scope.FIGURINES_READ,
    "DELETE /v1/figurines/{figurine_id}/share": Scope.FIGURINES_WRITE,
    "GET /v1/figurines/{figurine_id}/wishes": Scope.FIGURINES_READ,
    "PUT /v1/figurines/{figurine_id}/rating": Scope.FIGURINES_WRITE,
    "GET /v1/figurines/{figurine_id}/rating": Scope.FIGURINES_READ,
    "GET /v1/figurines/{figurine_id}/pictures/{n}": Scope.FIGURINES_READ,
    "GET /v1/figurines/{figurine_id}/provenance": Scope.FIGURINES_READ,
    "GET /v1/figurines/{figurine_id}/model": Scope.FIGURINES_READ,
    "GET /v1/figurines/{figurine_id}/model.{format}": Scope.FIGURINES_READ,
    "GET /v1/figurines/{figurine_id}/model/preview": Scope.FIGURINES_READ,
    "GET /v1/figurines/{figurine_id}/model/turntable": Scope.FIGURINES_READ,
    "POST /v1/photos/check": Scope.FIGURINES_WRITE,
    "GET /v1/photos": Scope.PHOTOS_READ,
    "GET /v1/photos/{photo_id}": Scope.PHOTOS_READ,
    "DELETE /v1/photos/{photo_id}": Scope.PHOTOS_WRITE,
    "GET /v1/events": Scope.EVENTS_READ,
    "GET /v1/credits": Scope.CREDITS_READ,
    "GET /v1/credits/statement": Scope.CREDITS_READ,
    "POST /v1/credits/codes": PERSON,
    "POST /v1/credits/codes/check": PERSON,
    "GET /v1/catalogue": NOBODY,
    "GET /v1/payment-methods": PERSON,
    "POST /v1/checkout": PERSON,
    "POST /v1/billing-portal": PERSON,
    "GET /v1/orders": PERSON,
    "POST /v1/orders/{order_id}/refund": PERSON,
    "POST /v1/orders/{order_id}/cancel": PERSON,
    "GET /v1/subscription": PERSON,
    "POST /v1/subscription/change": PERSON,
    "POST /v1/subscription/cancel": PERSON,
    "POST /v1/subscription/resume": PERSON,
    "GET /v1/invoices": PERSON,
    "GET /v1/invoices/{invoice_id}": PERSON,
    "GET /v1/invoices/{invoice_id}/pdf": PERSON,
    "GET /v1/billing-details": PERSON,
    "PUT /v1/billing-details": PERSON,
    "POST /v1/payments/{provider}/webhook": NOBODY,
    "GET /v1/consents": PERSON,
    "PUT /v1/consents/{purpose}": PERSON,
    "POST /v1/privacy/requests": PERSON,
    "GET /v1/privacy/requests": PERSON,
    "GET /v1/privacy/requests/{request_id}": PERSON,
    "GET /v1/privacy/requests/{request_id}/archive": PERSON,
    "POST /v1/privacy/requests/{request_id}/cancel": PERSON,
    "GET /v1/privacy/disclosures": PERSON,
    "GET /v1/privacy/accesses": PERSON,
    "GET /v1/privacy/record": PERSON,
    "GET /v1/privacy/processing": NOBODY,
    "GET /v1/privacy/erasures/{request_id}": NOBODY,
    "GET /v1/privacy/erasures/{request_id}/receipt": NOBODY,
    "GET /v1/privacy/keys": NOBODY,
    "GET /v1/policy": NOBODY,
    "GET /v1/policy/versions": NOBODY,
    "GET /v1/policy/versions/{version}": NOBODY,
    "POST /v1/policy/acknowledge": PERSON,
    "GET /v1/promises": NOBODY,
    "GET /v1/promises/{promise}/findings": NOBODY,
    "GET /v1/findings": NOBODY,
    "GET /v1/audits": NOBODY,
    "GET /v1/usage": PERSON,
    "GET /v1/usage/beacon": NOBODY,
    "POST /v1/usage/beacon": NOBODY,
    "GET /v1/statistics": NOBODY,
    "GET /v1/operator/announcements": STAFF,
    "POST /v1/operator/announcements": STAFF,
    "GET /v1/operator/announcements/{announcement_id}": STAFF,
    "PUT /v1/operator/announcements/{announcement_id}": STAFF,
    "DELETE /v1/operator/announcements/{announcement_id}": STAFF,
    "GET /v1/operator/announcements/{announcement_id}/preview": STAFF,
    "POST /v1/operator/announcements/{announcement_id}/test": STAFF,
    "POST /v1/operator/announcements/{announcement_id}/ready": STAFF,
    "POST /v1/operator/announcements/{announcement_id}/draft": STAFF,
    "POST /v1/operator/announcements/{announcement_id}/send": STAFF,
    "POST /v1/operator/announcements/{announcement_id}/stop": STAFF,
    "GET /v1/operator/overview": STAFF,
    "GET /v1/operator/questions": STAFF,
    "POST /v1/operator/questions/{reference}/look": STAFF,
    "POST /v1/operator/questions/{reference}/answer": STAFF,
    "POST /v1/operator/questions/{reference}/close": STAFF,
    "POST /v1/operator/people/look": STAFF,
    "GET /v1/operator/requests": STAFF,
    "GET /v1/operator/audit": STAFF,
    "GET /v1/operator/policies": STAFF,
    "GET /v1/operator/policies/{version}": STAFF,
    "POST /v1/operator/policies/{version}/test": STAFF,
    "POST /v1/operator/policies/{version}/propose": STAFF,
    "POST /v1/operator/policies/words/{word_id}/approve": STAFF,
    "POST /v1/operator/policies/words/{word_id}/decline": STAFF,
    "POST /v1/operator/policies/words/{word_id}/recall": STAFF,
    "GET /v1/operator/staff": STAFF,
    "POST /v1/operator/staff": STAFF,
    "POST /v1/operator/staff/{account_id}/take": STAFF,
    "GET /v1/operator/acts": STAFF,
    "GET /v1/operator/reports": STAFF,
    "GET /v1/operator/reports/{name}": STAFF,
    "GET /v1/operator/dead-letters": STAFF,
    "POST /v1/operator/dead-letters/{service}/open": STAFF,
    "POST /v1/operator/dead-letters/{service}/replay": STAFF,
    "POST /v1/operator/dead-letters/{service}/drop": STAFF,
    "GET /v1/operator/jobs": STAFF,
    "GET /v1/operator/jobs/{figurine_id}": STAFF,
    "POST /v1/operator/jobs/{figurine_id}/cancel": STAFF,
    "POST /v1/operator/jobs/{figurine_id}/retry": STAFF,
    "GET /v1/operator/engines": STAFF,
    "POST /v1/operator/engines/{engine}/try": STAFF,
    "PUT /v1/operator/styles/{style}": STAFF,
    "GET /v1/operator/ledger": STAFF,
    "GET /v1/operator/refunds": STAFF,
    "POST /v1/operator/orders/{order_id}/open": STAFF,
    "POST /v1/operator/refunds": STAFF,
    "POST /v1/operator/refunds/{proposal_id}/approve": STAFF,
    "POST /v1/operator/refunds/{proposal_id}/decline": STAFF,
    "POST /v1/support/tickets": NOBODY,
    "GET /v1/support/tickets": PERSON,
    "GET /v1/support/tickets/{ticket_id}": LETTER,
    "POST /v1/support/tickets/{ticket_id}/messages": LETTER,
    "POST /v1/support/tickets/{ticket_id}/close": LETTER,
    "DELETE /v1/support/tickets/{ticket_id}": LETTER,
    "GET /s/{token}": NOBODY,
    "GET /s/{token}/pictures/{n}": NOBODY,
}


def scope_needed(request: Request) -> Scope | None:
    """What a key has to be for to do this; None when no key may."""
    method = "GET" if request.method == "HEAD" else request.method
    rule = request.url_rule.rule if request.url_rule else ""
    need = NEEDS.get(f"{method} {address_of(rule)}")
    return need if isinstance(need, Scope) else None


def address_of(rule: str) -> str:
    """A route's address as OpenAPI writes it."""
    return _PLACE.sub(r"{\1}", rule)


def describe(document: dict[str, Any]) -> None:
    """Say of every operation what it needs, and what every one of them may be refused for."""
    document["components"]["securitySchemes"]["api_key"]["description"] = " ".join(
        f"`{scope}`: {sentence}" for scope, sentence in SCOPES.items()
    )
    for method, path, operation in operations(document):
        need = NEEDS.get(f"{method} {path}", PERSON)
        if isinstance(need, Scope):
            operation["security"] = [*operation.get("security", ()), {"api_key": [need]}]
            operation["description"] = f"{operation.get('description', '')}\n\nA key needs `{need}`.".strip()
        for refusal in _refusals(need, method):
            _add(operation["responses"], refusal)
        add_examples(document, operation)
        operation["responses"] = dict(sorted(operation["responses"].items()))


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, address and operation of each route."""
    for path, item in document["paths"].items():
        for method in ("get", "post", "put", "patch", "delete"):
            if method in item:
                yield method.upper(), path, item[method]


def _refusals(need: Need, method: str) -> Iterator[type[Refused]]:
    yield RateLimited
    if need is STAFF:
        yield NotFound
        yield SecondFactorRequired
    if need is not NOBODY:
        yield NotSignedIn
        yield ScopeMissing
        if method not in _SAFE:
            yield ForgedRequest
            yield PersonGone


def _add(responses: dict[str, Any], refusal: type[Refused]) -> None:
    """A refusal more among those of its status."""
    ((status, response),) = problems(refusal, statuses={RateLimited: 429}).items()
    known = responses.get(status)
    if known is None or "examples" not in known.get("content", {}).get("application/problem+json", {}):
        responses[status] = response
        known = response
    elif refusal.code not in known["content"]["application/problem+json"]["examples"]:
        known["description"] = f"{known['description']} {response['description']}"
        known["content"]["application/problem+json"]["examples"].update(
            response["content"]["application/problem+json"]["examples"]
        )
    if status == "429":
        known.setdefault("headers", {})["Retry-After"] = {
            "description": "In how many seconds there is room for one more.",
            "schema": {"type": "integer", "minimum": 1},
        }
