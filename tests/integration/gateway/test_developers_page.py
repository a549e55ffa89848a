"""What developers are told works as it is told, and the page is for who is signed in."""

import re
from pathlib import Path
from time import time
from typing import Any

import pytest

from gateway.domain.keys import Scope
from gateway.domain.webhooks import Happening, shown_secret, sign
from gateway.routes.developers import HAPPENINGS
from tests.integration.gateway.studio import ORIGIN, Person, Studio

GUIDE = Path(__file__).parents[3] / "docs" / "developers.md"
SECRET = b"s" * 32


@pytest.fixture(scope="module")
def is_genuine() -> Any:
    """The sample of the guide, as a reader copies it."""
    (sample,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(sample, names)  # noqa: S102 - it is ours
    return names["is_genuine"]


def headers(body: bytes, timestamp: int, *secrets: bytes) -> dict[str, str]:
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(secrets or (SECRET,), "msg_1", timestamp, body),
    }


def test_the_sample_of_the_guide_takes_what_is_genuine_and_nothing_else(is_genuine: Any) -> None:
    now = int(time())
    secret, body = shown_secret(SECRET), b'{"a":1}'
    assert is_genuine(secret, headers(body, now), body)
    assert is_genuine(secret, headers(body, now, b"new" * 11, SECRET), body), "while the secret changes"
    assert not is_genuine(secret, headers(body, now), body + b" ")
    assert not is_genuine(shown_secret(b"o" * 32), headers(body, now), body)
    assert not is_genuine(secret, headers(body, now - 301), body), "recorded, and played again"
    assert not is_genuine(secret, headers(body, now) | {"webhook-id": "msg_2"}, body)


def test_the_guide_names_every_scope_and_every_event() -> None:
    told = GUIDE.read_text()
    assert [each for each in (*Scope, *Happening) if f"`{each}`" not in told] == []
    assert set(HAPPENINGS) == set(Happening)


def test_the_page_is_for_who_is_signed_in(studio: Studio) -> None:
    ada: Person = studio.sign_up()
    page = ada.client.get("/developers", base_url=ORIGIN).get_data(as_text=True)
    assert [scope for scope in Scope if f'value="{scope}"' not in page] == []
    assert studio.client().get("/developers", base_url=ORIGIN).headers["Location"] == "/signin?next=/developers"
