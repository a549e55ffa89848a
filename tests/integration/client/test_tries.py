"""What is tried again, and what must not be."""

import ssl
from pathlib import Path
from uuid import UUID

import pytest
import trustme

import figurine_client
from figurine_client import (
    Busy,
    CreditsNeeded,
    KeyInTheClear,
    NotFound,
    NotSent,
    NotSignedIn,
    Patience,
    Refused,
    Studio,
)
from figurine_client.errors import AnswerNotUnderstood, StudioAway
from tests.fakes.door import ID, READY, Door, Exchange, Orders, cut, opened, problem, says
from tests.integration.client.conftest import Pauses

ORDER = "POST /v1/figurines"
FIGURINE = UUID(ID)
BALANCE = {"available": 3, "held": 0}
REDELIVER = f"POST /v1/webhooks/{ID}/redeliver"


def test_an_order_whose_answer_is_lost_is_made_once(door: Door, studio: Studio) -> None:
    orders = Orders()
    door.on(ORDER, orders.take_and_lose_the_answer, orders.take_and_lose_the_answer, orders.take)
    assert studio.figurines.order(b"a photo", style="clay").id == FIGURINE
    assert len(door.asked) == 3
    assert len(orders.made) == 1
    assert [b"a photo" in each.body for each in door.asked] == [True, True, True]


def test_two_orders_are_two_although_they_say_the_same(door: Door, studio: Studio) -> None:
    orders = Orders()
    door.on(ORDER, orders.take)
    studio.figurines.order(b"a photo", style="clay")
    studio.figurines.order(b"a photo", style="clay")
    assert len(orders.made) == 2


def test_a_key_of_ones_own_is_the_key(door: Door, studio: Studio) -> None:
    door.on(ORDER, Orders().take)
    studio.figurines.order(b"a photo", style="clay", key="mine")
    assert door.keys() == ["mine"]


def test_what_must_not_happen_twice_is_not_asked_twice(door: Door, studio: Studio) -> None:
    door.on(REDELIVER, cut)
    with pytest.raises(StudioAway):
        studio.webhooks.redeliver(FIGURINE)
    assert len(door.asked) == 1


def test_who_was_told_to_come_later_was_not_served_and_comes_later(door: Door, studio: Studio, pauses: Pauses) -> None:
    door.on(REDELIVER, problem(429, "rate_limited", "Later.", retry_after="7"), says({"again": 2}, 202))
    assert studio.webhooks.redeliver(FIGURINE) == 2
    assert [seconds >= 7 for seconds in pauses.seconds] == [True]


def test_a_moment_given_as_a_date_is_waited_for_by_the_servers_clock(
    door: Door, studio: Studio, pauses: Pauses
) -> None:
    def later(exchange: Exchange) -> None:
        exchange.send_response_only(503)
        exchange.send_header("Date", "Fri, 27 Nov 2026 09:30:00 GMT")
        exchange.send_header("Retry-After", "Fri, 27 Nov 2026 09:30:20 GMT")
        exchange.send_header("Content-Length", "0")
        exchange.end_headers()

    door.on("GET /v1/credits", later, says(BALANCE))
    assert studio.credits.balance().available == 3
    assert [round(seconds) for seconds in pauses.seconds] == [20]


def test_pauses_grow_and_are_never_in_step(door: Door, studio: Studio, pauses: Pauses) -> None:
    door.on("GET /v1/credits", cut, cut, cut, says(BALANCE))
    studio.credits.balance()
    first, second, third = pauses.seconds
    assert 0.25 <= first <= 0.5 <= second <= 1.0 <= third <= 2.0


def test_nobody_waits_an_hour_unasked(door: Door, studio: Studio, pauses: Pauses) -> None:
    door.on("GET /v1/credits", problem(429, "rate_limited", "Much later.", retry_after="3600"))
    with pytest.raises(Busy, match="Much later") as refused:
        studio.credits.balance()
    assert (refused.value.retry_after, refused.value.code, pauses.seconds) == (3600, "rate_limited", [])


def test_patience_ends(door: Door, studio: Studio) -> None:
    door.on("GET /v1/credits", problem(503, "temporarily_unavailable", "Away for a moment."))
    with pytest.raises(Busy, match="Away for a moment"):
        studio.credits.balance()
    assert len(door.asked) == 4


def test_a_refusal_is_not_argued_with(door: Door, studio: Studio) -> None:
    wrong = [{"field": "style", "message": "there is no such style"}]
    door.on(ORDER, problem(402, "insufficient_credits", "There are not enough credits.", errors=wrong, request_id="r1"))
    with pytest.raises(CreditsNeeded, match="not enough") as refused:
        studio.figurines.order(b"a photo", style="clay")
    said = refused.value.problem
    assert (said.code, said.status, said.request_id) == ("insufficient_credits", 402, "r1")
    assert said.errors == (("style", "there is no such style"),)
    assert len(door.asked) == 1


def test_no_key_is_told_apart(door: Door, studio: Studio) -> None:
    door.on("GET /v1/credits", problem(401, "unauthenticated", "Sign in first."))
    with pytest.raises(NotSignedIn):
        studio.credits.balance()


def test_a_deletion_whose_answer_is_lost_has_happened(door: Door, studio: Studio) -> None:
    route = f"DELETE /v1/figurines/{ID}"
    door.on(route, cut, problem(404, "not_found", "There is no such figurine."))
    studio.figurines.delete(FIGURINE)
    door.on(route, problem(404, "not_found", "There is no such figurine."))
    with pytest.raises(NotFound):
        studio.figurines.delete(FIGURINE)


@pytest.mark.parametrize(("state", "is_refused"), [("cancelled", False), ("succeeded", True)])
def test_a_cancellation_whose_answer_is_lost_has_happened_if_it_did(
    door: Door, studio: Studio, state: str, *, is_refused: bool
) -> None:
    door.on(f"POST /v1/figurines/{ID}/cancel", cut, problem(409, "conflict", "It has ended."))
    door.on(f"GET /v1/figurines/{ID}", says({**READY, "state": state}))
    if is_refused:
        with pytest.raises(Refused, match="It has ended"):
            studio.figurines.cancel(FIGURINE)
    else:
        assert studio.figurines.cancel(FIGURINE) == "cancelled"


def test_a_studio_that_says_nothing_is_not_waited_for_for_ever(door: Door, pauses: Pauses) -> None:
    door.on("GET /v1/credits", door.hang)
    patience = Patience(attempts=2, pause=pauses)
    with Studio(door.url, timeout=0.2, patience=patience) as studio, pytest.raises(StudioAway, match="in time"):
        studio.credits.balance()
    assert len(door.asked) == 2


def test_a_studio_that_is_not_there_was_asked_nothing(pauses: Pauses) -> None:
    with opened() as gone:
        url = gone.url
    with Studio(url, patience=Patience(attempts=2, pause=pauses)) as studio, pytest.raises(NotSent):
        studio.webhooks.redeliver(FIGURINE)
    assert len(pauses.seconds) == 1


def test_a_page_of_somebody_elses_is_no_answer(door: Door, studio: Studio) -> None:
    door.on("GET /v1/credits", says(b"<html>Welcome to the hotel</html>"))
    with pytest.raises(AnswerNotUnderstood, match="GET /v1/credits"):
        studio.credits.balance()
    door.on("GET /v1/credits", says(b"<html>moved</html>", 302, Location="https://elsewhere.example/"))
    with pytest.raises(Refused, match="302"):
        studio.credits.balance()


def test_cookies_are_neither_kept_nor_sent(door: Door, studio: Studio) -> None:
    door.on("GET /v1/credits", says(BALANCE, Set_Cookie="__Host-session=x; Path=/"))
    studio.credits.balance()
    studio.credits.balance()
    assert [each.headers.get("Cookie") for each in door.asked] == [None, None]


@pytest.mark.parametrize("url", ["http://studio.example", "http://localhost.example", "studio.example", "ftp://x", ""])
def test_a_key_does_not_travel_in_the_clear(url: str) -> None:
    with pytest.raises(KeyInTheClear):
        Studio(url, api_key="fig_x")


def test_a_certificate_is_always_checked(tmp_path: Path, pauses: Pauses) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    with opened(context) as door:
        door.on("GET /v1/credits", says(BALANCE))
        with Studio(door.url, ca=tmp_path / "ca.pem") as studio:
            assert studio.credits.balance().available == 3
        patience = Patience(attempts=1, pause=pauses)
        with Studio(door.url, patience=patience) as studio, pytest.raises(NotSent, match="certificate"):
            studio.credits.balance()


def test_the_package_exports_what_it_says() -> None:
    assert all(hasattr(figurine_client, name) for name in figurine_client.__all__)
