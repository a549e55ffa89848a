"""A receiver of webhooks believes the studio, and nobody else."""

import json
from typing import Any

import pytest

from figurine_client import NotGenuine, verify_signature
from gateway.domain.webhooks import shown_secret, sign

SECRET, OLD_SECRET = b"s" * 32, b"o" * 32
NOW = 1_795_771_800
BODY = json.dumps({"id": "msg_1", "type": "figurine.generated", "sequence": 7, "data": {"figurine_id": "f1"}}).encode()


def headers(*secrets: bytes, body: bytes = BODY, at: int = NOW) -> dict[str, str]:
    """What the studio sends along, signed by the studio's own code."""
    return {"Webhook-Id": "msg_1", "Webhook-Timestamp": str(at), "Webhook-Signature": sign(secrets, "msg_1", at, body)}


def verified(given: dict[str, str], body: bytes = BODY, secret: bytes = SECRET, **more: Any) -> Any:
    return verify_signature(shown_secret(secret), given, body, **{"now": NOW, **more})


def test_what_the_studio_signs_is_believed() -> None:
    call = verified(headers(SECRET))
    assert (call.id, call.type, call.sequence, dict(call.data)) == (
        "msg_1",
        "figurine.generated",
        7,
        {"figurine_id": "f1"},
    )


@pytest.mark.parametrize("secret", [SECRET, OLD_SECRET])
def test_while_a_secret_is_changed_both_are_believed(secret: bytes) -> None:
    assert verified(headers(SECRET, OLD_SECRET), secret=secret).id == "msg_1"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"Webhook-Signature": "v1,AAAA"}, "signature"),
        ({"Webhook-Signature": "v2,"}, "signature"),
        ({"Webhook-Signature": ""}, "signature"),
        ({"Webhook-Signature": "v1,\u00e4"}, "signature"),
        ({"Webhook-Id": "msg_2"}, "signature"),
        ({"Webhook-Timestamp": str(NOW + 1)}, "signature"),
        ({"Webhook-Timestamp": "soon"}, "number"),
        ({"Webhook-Timestamp": "-1"}, "number"),
        ({"Webhook-Timestamp": "9" * 400}, "number"),
        ({"Webhook-Timestamp": "\u00b2"}, "number"),
    ],
)
def test_what_was_changed_is_not_believed(change: dict[str, str], says: str) -> None:
    with pytest.raises(NotGenuine, match=says):
        verified({**headers(SECRET), **change})


@pytest.mark.parametrize("name", ["Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"])
def test_what_is_missing_is_named(name: str) -> None:
    given = headers(SECRET)
    del given[name]
    with pytest.raises(NotGenuine, match=name.lower()):
        verified(given)


def test_a_body_that_was_written_anew_is_not_what_was_signed() -> None:
    with pytest.raises(NotGenuine):
        verified(headers(SECRET), body=json.dumps(json.loads(BODY), indent=1).encode())


@pytest.mark.parametrize(("late", "is_believed"), [(-301, False), (-300, True), (300, True), (301, False)])
def test_a_recorded_call_is_believed_for_five_minutes(late: int, *, is_believed: bool) -> None:
    if is_believed:
        assert verified(headers(SECRET), now=NOW + late).id == "msg_1"
    else:
        with pytest.raises(NotGenuine, match="too old"):
            verified(headers(SECRET), now=NOW + late)


def test_a_body_of_another_version_is_told_apart_from_a_forged_one() -> None:
    body = b'{"hello": 1}'
    with pytest.raises(NotGenuine, match="version"):
        verified(headers(SECRET, body=body), body=body)


@pytest.mark.parametrize("secret", ["whsec_\u00e4", "whsec_a", "not base64!"])
def test_a_secret_that_is_none_is_the_callers_own_mistake(secret: str) -> None:
    with pytest.raises(ValueError, match="whsec_"):
        verify_signature(secret, headers(SECRET), BODY, now=NOW)
