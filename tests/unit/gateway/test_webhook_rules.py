"""Call-backs: what is signed and how, and where none may go."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from common.errors import Invalid
from gateway.domain.webhooks import PATIENCE, body_of, check_url, is_public, sign, wait_after

MESSAGE = UUID("01a21ae1-2b00-709c-9728-51839d4b0658")


def test_the_signature_is_the_one_anybody_can_compute_from_the_standard() -> None:
    body, secret, other = b'{"a":1}', b"k" * 32, b"o" * 32
    expected = base64.b64encode(hmac.new(secret, b"msg_1.1700000000." + body, hashlib.sha256).digest()).decode()
    first, second = sign([secret, other], "msg_1", 1700000000, body).split(" ")
    assert first == f"v1,{expected}"
    assert second.startswith("v1,")
    assert second != first


def test_a_body_has_ids_and_nothing_else() -> None:
    said = json.loads(
        body_of(MESSAGE, "figurine.generated", MESSAGE, seq=3, happened_at=datetime(2026, 11, 27, tzinfo=UTC))
    )
    assert said == {
        "id": f"msg_{MESSAGE}",
        "type": "figurine.generated",
        "timestamp": "2026-11-27T00:00:00+00:00",
        "sequence": 3,
        "data": {"figurine_id": str(MESSAGE)},
    }


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.1",
        "0.0.0.0",  # noqa: S104 - nothing listens here
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "192.0.0.8",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
    ],
)
def test_no_call_goes_to_what_is_not_the_internet(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.215.14", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_calls_go_to_the_internet(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/in",
        "ftp://shop.example/in",
        "https://",
        "https:///in",
        "//shop.example/in",
        "shop.example",
        "https://ada:secret@shop.example/in",
        "https://shop.example/in#here",
        "https://shop.example:0/in",
        "https://shop.example:99999/in",
        "https://shop.example:22/in",
        "https://shop.example/a b",
        "https://shop.example/\r\nX-Evil: 1",
        "https://shöp.example/in",
        "https://127.0.0.1/in",
        "https://[::1]/in",
        "https://[::ffff:10.0.0.1]/in",
        "https://169.254.169.254/latest",
        "https://[oops/in",
        "https://shop.example/" + "x" * 500,
    ],
)
def test_an_address_no_call_could_go_to_is_refused_when_it_is_given(url: str) -> None:
    with pytest.raises(Invalid):
        check_url(url, local=False)


@pytest.mark.parametrize("url", ["https://shop.example/in?of=1", "https://shop.example:8443", "https://1.1.1.1/in"])
def test_an_address_on_the_internet_is_taken(url: str) -> None:
    assert check_url(url, local=False) == url


def test_this_machine_is_called_in_local_mode_alone() -> None:
    assert check_url("http://localhost:8000/in", local=True)
    with pytest.raises(Invalid):
        check_url("http://localhost:8000/in", local=False)


def test_it_is_tried_more_and_more_rarely_for_a_day() -> None:
    waits = [wait_after(n) for n in range(1, 40)]
    assert waits == sorted(waits)
    tries, waited = 0, waits[0] * 0
    while waited < PATIENCE:
        waited += waits[tries]
        tries += 1
    assert 10 < tries < 25
