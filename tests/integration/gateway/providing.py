"""The studio with an OpenID provider, and browsers that go there and back."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from common.clock import MovableClock
from common.service import Service
from common.web import create_app
from gateway.adapters.keepsakes import Keepsakes
from gateway.adapters.providers import Providers, Wire
from gateway.domain.people import csrf_token
from gateway.domain.providers import Provider
from gateway.routes.context import COOKIE
from tests.fakes.provider import CLIENT, SECRET, FakeProvider
from tests.integration.gateway.studio import ORIGIN, Studio

ADA: dict[str, Any] = {"sub": "248289761001", "name": "Ada Lovelace", "email_verified": True}


def with_provider(studio: Studio, fake: FakeProvider, clock: MovableClock, **changes: Any) -> Studio:
    """The same studio, where people may sign in with that provider, and time goes by when it is told to."""
    fake.now = lambda: clock.now().timestamp()
    company = Provider(
        id="company", name="Example Company", issuer=fake.issuer, client_id=CLIENT, client_secret=SECRET, **changes
    )
    wire = Wire(ca_file=fake.ca_file, deadline=8.0)
    mine: dict[type, object] = {
        Providers: Providers([company], public_url=ORIGIN, clock=clock, wire=wire),
        Keepsakes: Keepsakes(b"k" * 32, clock),
    }
    unit = replace(studio.service.unit, clock=clock)
    service: Service[Any] = replace(
        studio.service, unit=unit, ports=[mine.get(type(port), port) for port in studio.service.ports]
    )
    return replace(studio, service=service, app=create_app(service))


class Browser:
    """A browser that follows nothing by itself."""

    def __init__(self, studio: Studio) -> None:
        self.client: FlaskClient = studio.client()

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, base_url=ORIGIN, **options)

    def send(self, path: str, **form: str) -> TestResponse:
        """A form of the page, with what such a form of hers carries."""
        return self.client.post(path, data={"csrf_token": csrf_token(self.cookie(COOKIE)), **form}, base_url=ORIGIN)

    def cookie(self, name: str) -> str:
        found = self.client.get_cookie(name, domain="localhost")
        return found.value if found else ""

    def set_out(self, query: str = "") -> str:
        """Off to the provider; answers where the browser was sent."""
        response = self.get(f"/signin/with/company{query}")
        assert response.status_code == 302, response.text
        return str(response.location)

    def go(self, fake: FakeProvider, query: str = "", **person: Any) -> TestResponse:
        """There and back."""
        return self.get(fake.sign_in(self.set_out(query), **{**ADA, **person}))

    def finish(self, **changes: str) -> TestResponse:
        """Answer what a newcomer is asked."""
        form = {"name": "Ada", "adult": "on", "policy": "on", "policy_version": "2026-11-01", **changes}
        return self.send("/signin/finish", **{name: said for name, said in form.items() if said})

    def account(self) -> dict[str, Any]:
        """Whose browser it is."""
        response = self.get("/v1/account")
        assert response.status_code == 200, response.text
        return response.get_json()

    def is_in(self) -> bool:
        return self.get("/v1/account").status_code == 200


def place(response: TestResponse) -> tuple[int, str]:
    """Where an answer leads."""
    return response.status_code, urlsplit(str(response.location)).path
