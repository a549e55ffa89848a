"""What analytics answers over HTTP, to whom the gateway vouches for."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from pydantic import SecretStr

from analytics import use_cases
from analytics.domain import Pseudonyms, day_of
from analytics.repository import Work
from analytics.settings import Settings
from analytics.wiring import build
from common.clock import SYSTEM_CLOCK
from common.contracts.gateway import UserRegistered
from common.service import Service
from common.tokens import TokenIssuer
from common.web import create_app
from tests.integration.analytics.ends import failed, generated

KEY = Ed25519PrivateKey.generate()
ISSUER = TokenIssuer(KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())
PUBLIC_KEY = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

Answer = tuple[int, dict[str, Any]]
Ask = Callable[..., Answer]


@pytest.fixture(scope="module")
def service(analytics_dsn: str) -> Iterator[Service[Work]]:
    service = build(
        Settings(
            mode="local",
            database_url=SecretStr(analytics_dsn),
            broker_url=SecretStr("amqp://localhost/unused"),
            token_public_key=PUBLIC_KEY,
            pseudonym_key=SecretStr(b64encode(bytes(range(32))).decode()),
        )
    )
    yield service
    service.unit.database.close()


@pytest.fixture(scope="module")
def ask(service: Service[Work]) -> Ask:
    client = create_app(service).test_client()

    def ask(path: str, user_id: UUID | None = None, *, audience: str = "analytics") -> Answer:
        token = ISSUER.issue(user_id=user_id, audience=audience)
        response = client.get(path, headers={"Authorization": f"Bearer {token}"})
        return response.status_code, response.get_json()

    return ask


@pytest.fixture
def ada() -> UUID:
    return SYSTEM_CLOCK.new_id()


def test_a_person_sees_her_own_usage_by_style_and_by_day(
    service: Service[Work], ask: Ask, ada: UUID, pseudonyms: Pseudonyms
) -> None:
    now = SYSTEM_CLOCK.now()
    earlier = now - timedelta(days=60)
    with service.unit.begin() as work:
        for event in (
            generated(at=now, user_id=ada, pictures=3),
            generated(at=earlier, user_id=ada, style="acrylic-standee"),
            generated(at=now),
        ):
            use_cases.count_generated(work, event, pseudonyms=pseudonyms)
    status, body = ask("/v1/usage", ada)
    assert status == 200
    assert body == {
        "figurines": 2,
        "pictures": 4,
        "by_style": {
            "acrylic-standee": {"figurines": 1, "pictures": 1},
            "window-box": {"figurines": 1, "pictures": 3},
        },
        "by_day": {
            str(day_of(earlier)): {"figurines": 1, "pictures": 1},
            str(day_of(now)): {"figurines": 1, "pictures": 3},
        },
    }


def test_the_days_show_everybody_together_and_nobody_alone(
    service: Service[Work], ask: Ask, ada: UUID, pseudonyms: Pseudonyms
) -> None:
    now = SYSTEM_CLOCK.now()
    today = str(day_of(now))
    with service.unit.begin() as work:
        use_cases.count_sign_up(work, UserRegistered(user_id=ada, registered_at=now), pseudonyms=pseudonyms)
        use_cases.count_generated(work, generated(at=now, user_id=ada), pseudonyms=pseudonyms)
        use_cases.count_failed(work, failed(at=now, code="no_picture"), pseudonyms=pseudonyms)
        use_cases.count_generated(work, generated(at=now - timedelta(days=40)), pseudonyms=pseudonyms)
    status, body = ask("/v1/usage/daily", None)
    common = {"day": today, "style": "window-box", "figurines": 1}
    assert (status, body) == (
        200,
        {
            "items": [
                {**common, "engine": "none", "outcome": "failed", "pictures": 0},
                {**common, "engine": "studio", "outcome": "succeeded", "pictures": 1},
            ],
            "sign_ups": [{"day": today, "accounts": 1}],
        },
    )


def test_the_days_asked_for_are_the_days_answered(service: Service[Work], ask: Ask, pseudonyms: Pseudonyms) -> None:
    now = SYSTEM_CLOCK.now()
    days = [day_of(now - timedelta(days=back)) for back in (5, 4, 3, 2)]
    with service.unit.begin() as work:
        for back in (5, 4, 3, 2):
            use_cases.count_generated(work, generated(at=now - timedelta(days=back)), pseudonyms=pseudonyms)
    _, body = ask(f"/v1/usage/daily?from={days[1]}&to={days[2]}")
    assert [item["day"] for item in body["items"]] == [str(days[1]), str(days[2])]


@pytest.mark.parametrize(
    "query",
    ["from=yesterday", "from=2026-11-24&to=2026-11-23", "from=2020-01-01&to=2026-11-23", "from=9999-12-31"],
)
def test_days_that_do_not_make_a_span_are_a_malformed_request(ask: Ask, query: str) -> None:
    status, body = ask(f"/v1/usage/daily?{query}")
    assert (status, body["code"]) == (400, "invalid_request")


@pytest.mark.parametrize("query", ["to=0001-01-05", "to=9999-12-31"])
def test_the_ends_of_the_calendar_are_only_empty(ask: Ask, query: str) -> None:
    assert ask(f"/v1/usage/daily?{query}") == (200, {"items": [], "sign_ups": []})


def test_own_usage_is_for_people_who_are_signed_in(ask: Ask) -> None:
    status, body = ask("/v1/usage", None)
    assert (status, body["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize("path", ["/v1/usage", "/v1/usage/daily"])
def test_a_token_for_another_service_opens_nothing(ask: Ask, ada: UUID, path: str) -> None:
    status, body = ask(path, ada, audience="billing")
    assert (status, body["code"]) == (401, "unauthenticated")
