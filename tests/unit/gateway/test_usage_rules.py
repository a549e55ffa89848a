"""Which pages are counted, of whom, and what is a sign of faults and threats."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Flask

from common.errors import Conflict, Refused, Unavailable
from gateway.domain.allowances import RateLimited
from gateway.domain.corrections import WrongPassword
from gateway.domain.people import ForgedRequest, NotSignedIn, WrongCredentials
from gateway.domain.photo import PhotoTooLarge
from gateway.domain.signals import Noticed, hour_of, signal_of
from gateway.domain.usage import (
    PAGES,
    UnknownPage,
    asks_not_to_be_followed,
    check_page,
    lets_herself_be_counted,
    network_of,
    page_of,
)
from gateway.routes import BLUEPRINTS


def test_every_page_that_is_counted_is_a_page_there_is() -> None:
    app = Flask("pages", static_folder=None)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    assert {page_of(rule.rule) for rule in app.url_map.iter_rules()} - {None} == PAGES


@pytest.mark.parametrize("rule", [None, "/verify", "/leaving/<request_id>", "/v1/figurines/<figurine_id>"])
def test_what_letters_lead_to_and_what_is_no_page_is_not_counted(rule: str | None) -> None:
    assert page_of(rule) is None


@pytest.mark.parametrize("page", ["", "/s/abcdefgh", "/invoices/0190", "/studio?x=1", "/nowhere", "/studio/"])
def test_a_page_with_an_id_in_it_or_one_that_is_not_there_is_refused(page: str) -> None:
    with pytest.raises(UnknownPage):
        check_page(page)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.255", "203.0.113.0/24"),
        ("10.1.2.3", "10.1.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("::1", "::/48"),
        ("", None),
        ("203.0.113", None),
        ("203.0.113.0/8", None),
    ],
)
def test_of_an_address_its_network_is_left(address: str, network: str | None) -> None:
    assert network_of(address) == network


def test_a_browser_says_by_either_header_that_it_wants_not_to_be_followed() -> None:
    assert asks_not_to_be_followed(do_not_track="1", global_privacy_control=None)
    assert asks_not_to_be_followed(do_not_track="0", global_privacy_control=" 1 ")
    assert not asks_not_to_be_followed(do_not_track="0", global_privacy_control=None)
    assert not asks_not_to_be_followed(do_not_track="unspecified", global_privacy_control="")


def test_who_restricted_or_took_it_back_is_not_counted() -> None:
    assert lets_herself_be_counted({"analytics", "processing", "saved_photos"})
    assert not lets_herself_be_counted({"analytics"})
    assert not lets_herself_be_counted({"processing"})


@pytest.mark.parametrize(
    ("rule", "status", "refusal", "token", "signal"),
    [
        ("/v1/sessions", 401, WrongCredentials, False, "sign_in_failed"),
        ("/v1/privacy/requests", 401, WrongCredentials, True, "password_refused"),
        ("/v1/account", 403, WrongPassword, False, "password_refused"),
        ("/v1/account", 401, NotSignedIn, True, "token_refused"),
        ("/v1/account", 401, NotSignedIn, False, None),
        ("/v1/figurines", 413, PhotoTooLarge, True, "upload_refused.photo_too_large"),
        ("/v1/figurines", 403, ForgedRequest, False, "forged_request"),
        ("/v1/figurines", 429, RateLimited, True, "rate_limited"),
        ("/v1/support/tickets", 429, Conflict, False, "rate_limited"),
        ("/v1/payments/<provider>/webhook", 400, None, False, "webhook_refused"),
        ("/v1/payments/<provider>/webhook", 503, Unavailable, False, "service_away"),
        ("/s/<token>", 404, None, False, "link_refused"),
        (None, 404, None, False, "address_unknown"),
        ("/v1/figurines/<figurine_id>", 404, None, True, None),
        ("/studio", 500, None, False, "request_failed"),
        ("/studio", 503, Unavailable, False, "service_away"),
        ("/studio", 200, None, False, None),
        ("/v1/figurines", 409, Conflict, True, None),
    ],
)
def test_an_answer_is_a_sign_of_one_thing_or_of_nothing(
    rule: str | None, status: int, refusal: type[Refused] | None, signal: str | None, *, token: bool
) -> None:
    assert signal_of(Noticed(rule=rule, status=status, refusal=refusal, token=token)) == signal


def test_an_hour_begins_in_utc_whatever_the_clock_says_elsewhere() -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    assert hour_of(datetime(2026, 3, 1, 5, 10, 9, tzinfo=india)) == datetime(2026, 2, 28, 23, tzinfo=UTC)
