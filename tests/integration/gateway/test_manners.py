"""What every answer says to browsers, whatever it is an answer to.

Pictures of public links say `same-origin`, too: the programs that show a link's preview are no browsers and do not ask,
and a page of somebody else's that shows them would tell its readers' addresses to us.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from common.service import Service
from common.web import create_app
from tests.integration.gateway.studio import ORIGIN, SHOP, Person, Studio

SAID = {
    "Strict-Transport-Security": "max-age=31536000",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@pytest.fixture(scope="module")
def encrypted(studio: Studio) -> Studio:
    """The same studio, as it answers over TLS."""
    settings = studio.service.settings.model_copy(update={"tls_cert": Path("tls.crt"), "tls_key": Path("tls.key")})
    service: Service[Any] = replace(studio.service, settings=settings)
    return replace(studio, service=service, app=create_app(service))


@pytest.fixture(scope="module")
def ada(encrypted: Studio) -> Person:
    return encrypted.sign_up()


@pytest.mark.parametrize(
    "told",
    [
        "GET / 200",
        "GET /studio 200",
        "GET /account 200",
        "GET /signin 302",
        "GET /signin/from/nobody 404",
        "GET /operator 404",
        "GET /v1/account 200",
        "GET /v1/styles 200",
        "GET /v1/figurines/no-id 400",
        "GET /v1/events 200",
        "GET /static/css/tokens.css 200",
        "GET /static/css/none.css 404",
        "GET /openapi.json 200",
        "GET /healthz 200",
        "GET /nowhere 404",
        "DELETE /v1/styles 405",
        "POST /v1/figurines 403",
        "OPTIONS /v1/styles 204",
        "HEAD / 200",
        "GET /s/unknown 404",
        "GET /s/unknown/pictures/1 404",
    ],
)
def test_every_answer_over_tls_says_how_browsers_are_to_treat_it(ada: Person, told: str) -> None:
    method, path, status = told.split()
    asked = {"Origin": SHOP, "Access-Control-Request-Method": "GET"} if method == "OPTIONS" else {}
    answer = ada.client.open(path, method=method, headers=asked, base_url=ORIGIN)
    try:
        assert answer.status_code == int(status)
        assert {name: answer.headers.get(name) for name in SAID} == SAID
    finally:
        answer.close()


def test_a_picture_with_a_public_link_and_one_that_was_not_changed_say_the_same(encrypted: Studio, ada: Person) -> None:
    figurine = f"/v1/figurines/{ada.order().get_json()['id']}"
    encrypted.settle()
    own = ada.get(f"{figurine}/pictures/1?size=full")
    shared = ada.ask("POST", f"{figurine}/share").get_json()["url"].removeprefix(ORIGIN)
    anybody = encrypted.client()
    first = anybody.get(f"{shared}/pictures/1?size=preview", base_url=ORIGIN)
    again = anybody.get(
        f"{shared}/pictures/1?size=preview", headers={"If-None-Match": first.headers["ETag"]}, base_url=ORIGIN
    )
    page = anybody.get(shared, base_url=ORIGIN)
    assert [each.status_code for each in (own, first, again, page)] == [200, 200, 304, 200]
    for each in (own, first, again, page):
        assert {name: each.headers.get(name) for name in SAID} == SAID
