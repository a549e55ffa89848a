"""Signing in with an OpenID provider: whom it lets in, whom it makes an account, and what it never does."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pyotp
import pytest

from common.clock import MovableClock
from gateway.routes.keepsakes import ARRIVAL, ATTEMPT
from gateway.use_cases import recovery
from tests.fakes.provider import FakeProvider, providing
from tests.integration.gateway.post_office import PostOffice
from tests.integration.gateway.providing import Browser, place, with_provider
from tests.integration.gateway.studio import ORIGIN, PASSWORD, Studio

_NUMBERS = count(1)


@pytest.fixture(scope="module")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeProvider]:
    with providing(Path(tmp_path_factory.mktemp("provider"))) as fake:
        yield fake


@pytest.fixture
def fake(_running: FakeProvider) -> FakeProvider:
    _running.instead.clear()
    _running.claims.clear()
    _running.told_apart = False
    return _running


@pytest.fixture(scope="module")
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="module")
def house(studio: Studio, _running: FakeProvider, clock: MovableClock) -> Studio:
    return with_provider(studio, _running, clock)


@pytest.fixture
def her() -> dict[str, Any]:
    """Somebody the provider knows, and the studio does not."""
    number = next(_NUMBERS)
    return {"sub": f"subject-{number}", "email": f"provided-{number}@example.org"}


def newcomer(house: Studio, fake: FakeProvider, her: dict[str, Any]) -> Browser:
    """A browser of hers, once she has an account."""
    browser = Browser(house)
    assert place(browser.go(fake, **her)) == (303, "/signin/finish")
    assert place(browser.finish()) == (303, "/studio")
    return browser


def choose_password(house: Studio, post: PostOffice, browser: Browser, email: str, password: str) -> None:
    """By the link of a mail, as whoever forgot hers."""
    browser.client.post("/v1/accounts/recover", json={"email": email}, base_url=ORIGIN)
    with house.service.unit.begin() as work:
        while recovery.see_to_next(work):
            pass
    post.deliver()
    token = post.boxes[email][-1].link.partition("token=")[2]
    chosen = browser.client.post("/v1/accounts/reset", json={"token": token, "password": password}, base_url=ORIGIN)
    assert chosen.status_code == 204


def test_somebody_new_is_asked_what_a_sign_up_asks_and_has_an_account_without_a_password(
    house: Studio, fake: FakeProvider, her: dict[str, Any]
) -> None:
    browser = Browser(house)
    assert "Continue with Example Company" in browser.get("/signin").text
    assert place(browser.go(fake, "?next=/gallery", **her)) == (303, "/signin/finish")
    page = browser.get("/signin/finish").text
    assert her["email"] in page
    assert 'value="Ada Lovelace"' in page
    assert not browser.is_in()
    assert browser.finish(adult="").status_code == 400
    assert browser.finish(policy="").status_code == 400
    assert place(browser.finish()) == (303, "/gallery")
    own = browser.account()
    assert (own["email"], own["name"], own["verified"]) == (her["email"], "Ada", True)
    house.settle()
    assert browser.get("/v1/credits").get_json()["available"] > 0
    wrong = house.client().post("/v1/sessions", json={"email": her["email"], "password": ""}, base_url=ORIGIN)
    nobodys = {"email": her["email"], "password": "nobody has this password"}
    assert wrong.status_code == 401
    assert house.client().post("/v1/sessions", json=nobodys, base_url=ORIGIN).status_code == 401


def test_the_next_time_the_provider_lets_her_in_at_once_whatever_address_it_says(
    house: Studio, fake: FakeProvider, her: dict[str, Any]
) -> None:
    first = newcomer(house, fake, her)
    elsewhere = Browser(house)
    back = elsewhere.go(fake, "?next=//evil.example/", sub=her["sub"], email="other@example.com", email_verified=False)
    assert place(back) == (303, "/studio")
    assert elsewhere.account()["id"] == first.account()["id"]
    assert elsewhere.account()["email"] == her["email"]


def test_an_address_alone_opens_nobodys_account_she_signs_in_first_and_adds_the_provider(
    house: Studio, fake: FakeProvider, her: dict[str, Any]
) -> None:
    ada = house.sign_up(her["email"])
    browser = Browser(house)
    assert place(browser.go(fake, **her)) == (303, "/signin/finish")
    assert "You have an account already" in browser.get("/signin/finish").text
    assert browser.finish().status_code == 400
    assert not browser.is_in()
    signed = browser.client.post("/v1/sessions", json={"email": ada.email, "password": PASSWORD}, base_url=ORIGIN)
    assert signed.status_code == 201
    assert "from now on?" in browser.get("/signin/finish").text
    assert place(browser.send("/signin/finish")) == (303, "/account")
    assert "Since" in browser.get("/account").text
    post = PostOffice(house.service.unit)
    post.deliver()
    assert post.boxes[ada.email][-1].subject == "Signing in with Example Company was added"
    kinds = [each["kind"] for each in browser.get("/v1/account/security").get_json()["items"]]
    assert "identity_linked" in kinds
    elsewhere = Browser(house)
    elsewhere.go(fake, **her)
    assert elsewhere.account()["id"] == str(ada.id)


def test_adding_a_provider_needs_a_form_of_our_own_and_a_fresh_sign_in(
    house: Studio, fake: FakeProvider, clock: MovableClock, her: dict[str, Any]
) -> None:
    ada = house.sign_up()
    browser = Browser(house)
    browser.client.post("/v1/sessions", json={"email": ada.email, "password": PASSWORD}, base_url=ORIGIN)
    clock.advance(timedelta(hours=1))
    browser.go(fake, **her)
    forged = browser.client.post("/signin/finish", data={"csrf_token": "made up"}, base_url=ORIGIN)
    assert forged.status_code == 403
    assert browser.send("/signin/finish").status_code == 400
    assert browser.send("/signin/finish", password="not hers").status_code == 400
    assert place(browser.send("/signin/finish", password=PASSWORD)) == (303, "/account")


def test_what_belongs_to_one_account_is_added_to_no_other(
    house: Studio, fake: FakeProvider, her: dict[str, Any]
) -> None:
    newcomer(house, fake, her)
    bob = house.sign_up()
    browser = Browser(house)
    browser.client.post("/v1/sessions", json={"email": bob.email, "password": PASSWORD}, base_url=ORIGIN)
    assert browser.go(fake, **her).status_code == 409
    assert browser.account()["email"] == bob.email


def test_a_second_factor_is_asked_for_all_the_same(
    house: Studio, fake: FakeProvider, clock: MovableClock, her: dict[str, Any]
) -> None:
    browser = newcomer(house, fake, her)
    headers = {"Authorization": f"Bearer {browser.cookie('__Host-session')}"}
    ask = house.client()
    begun = ask.post("/v1/account/totp", headers=headers, base_url=ORIGIN).get_json()
    app = pyotp.parse_uri(begun["address"])
    assert isinstance(app, pyotp.TOTP)
    shown = {"code": app.at(clock.now())}
    assert ask.post("/v1/account/totp/confirm", json=shown, headers=headers, base_url=ORIGIN).status_code == 200
    clock.advance(timedelta(minutes=1))
    elsewhere = Browser(house)
    assert place(elsewhere.go(fake, **her)) == (303, "/signin/step")
    assert not elsewhere.is_in()
    page = elsewhere.get("/signin/step").text
    step = page.partition('data-step="')[2].partition('"')[0]
    body = {"step": step, "code": app.at(clock.now())}
    assert elsewhere.client.post("/v1/sessions/step", json=body, base_url=ORIGIN).status_code == 201
    assert elsewhere.is_in()


def test_of_an_answer_that_comes_twice_or_late_or_to_another_browser_nothing_comes(
    house: Studio, fake: FakeProvider, clock: MovableClock, her: dict[str, Any]
) -> None:
    newcomer(house, fake, her)
    browser, other = Browser(house), Browser(house)
    back = fake.sign_in(browser.set_out(), **her)
    assert other.get(back).status_code == 400
    other.set_out()
    assert other.get(back).status_code == 400
    kept = browser.cookie(ATTEMPT)
    assert place(browser.get(back)) == (303, "/studio")
    # She is in: pressing reload does no harm.
    assert place(browser.get(back)) == (303, "/studio")
    thief = Browser(house)
    thief.client.set_cookie(ATTEMPT, kept, domain="localhost", secure=True)
    assert thief.get(back).status_code == 400
    slow = Browser(house)
    late = fake.sign_in(slow.set_out(), **her)
    clock.advance(timedelta(minutes=11))
    assert slow.get(late).status_code == 400
    assert [each.is_in() for each in (other, thief, slow)] == [False, False, False]


def test_somebody_elses_code_signs_nobody_in(house: Studio, fake: FakeProvider, her: dict[str, Any]) -> None:
    newcomer(house, fake, her)
    hers, his = Browser(house), Browser(house)
    stolen = fake.sign_in(hers.set_out(), **her).partition("code=")[2].partition("&")[0]
    own = fake.sign_in(his.set_out(), sub="somebody else")
    state = own.partition("state=")[2]
    assert his.get(f"/signin/from/company?code={stolen}&state={state}").status_code == 400
    assert not his.is_in()


def test_when_the_machine_dies_before_the_answer_she_begins_again_and_finds_the_same_account(
    house: Studio, fake: FakeProvider, her: dict[str, Any]
) -> None:
    browser = Browser(house)
    browser.go(fake, **her)
    kept = browser.cookie(ARRIVAL)
    assert place(browser.finish()) == (303, "/studio")
    # The account is there, the answer was lost: the same form once more, and the whole way once more.
    again = Browser(house)
    again.client.set_cookie(ARRIVAL, kept, domain="localhost", secure=True)
    assert place(again.finish()) == (303, "/studio")
    whole = Browser(house)
    assert place(whole.go(fake, **her)) == (303, "/studio")
    assert len({each.account()["id"] for each in (browser, again, whole)}) == 1


def test_who_calls_it_off_or_meets_a_provider_that_is_away_is_told_so(house: Studio, fake: FakeProvider) -> None:
    for error, status in (("access_denied", 401), ("login_required", 401), ("temporarily_unavailable", 503)):
        browser = Browser(house)
        state = browser.set_out().partition("state=")[2].partition("&")[0]
        # Not even a refusal counts that is no answer to hers.
        assert Browser(house).get(f"/signin/from/company?error={error}&state={state}").status_code == 400
        answer = browser.get(f"/signin/from/company?error={error}&state={state}")
        assert answer.status_code == status
        assert "/signin" in answer.text
    browser = Browser(house)
    state = browser.set_out().partition("state=")[2].partition("&")[0]
    mixed = browser.get(f"/signin/from/company?code=1&state={state}&iss=https://evil.example")
    assert mixed.status_code == 401
    assert browser.get("/signin/with/nobody").status_code == 404


def test_what_a_provider_published_lasts_while_it_is_away_and_its_new_keys_are_found_by_themselves(
    house: Studio, fake: FakeProvider, clock: MovableClock, her: dict[str, Any]
) -> None:
    newcomer(house, fake, her)
    clock.advance(timedelta(hours=2))
    fake.instead |= {"/.well-known/openid-configuration": 503, "/keys": 503}
    assert place(Browser(house).go(fake, **her)) == (303, "/studio")
    fake.instead.clear()
    for algorithm in ("RS256", "EdDSA", "ES256"):
        fake.rotate(algorithm)
        clock.advance(timedelta(seconds=11))
        assert place(Browser(house).go(fake, **her)) == (303, "/studio")


def test_only_addresses_that_were_confirmed_and_are_of_ours_get_in_where_that_is_asked(
    studio: Studio, house: Studio, fake: FakeProvider, clock: MovableClock, her: dict[str, Any]
) -> None:
    assert Browser(house).go(fake, **her, email_verified=False).status_code == 403
    closed = with_provider(studio, fake, clock, domains=frozenset({"example.org"}))
    assert Browser(closed).go(fake, **her, email_verified=False).status_code == 403
    assert Browser(closed).go(fake, sub="x", email="ada@example.org.evil.example").status_code == 403
    assert place(Browser(closed).go(fake, **her)) == (303, "/signin/finish")


def test_a_provider_that_says_more_only_when_it_is_asked_is_asked(
    house: Studio, fake: FakeProvider, her: dict[str, Any]
) -> None:
    fake.told_apart = True
    browser = Browser(house)
    assert place(browser.go(fake, **her)) == (303, "/signin/finish")
    assert her["email"] in browser.get("/signin/finish").text
    assert Browser(house).go(fake, sub="one").status_code == 403


def test_the_last_way_in_stays_and_any_other_can_be_removed(
    house: Studio, fake: FakeProvider, clock: MovableClock, her: dict[str, Any]
) -> None:
    browser = newcomer(house, fake, her)
    remove = browser.get("/account").text.partition('href="/account/identities/')[2].partition('"')[0]
    path = f"/account/identities/{remove}"
    last = browser.send(path)
    assert (last.status_code, "last way into" in last.text) == (400, True)
    assert Browser(house).send(path).status_code == 302
    stranger = Browser(house)
    bob = house.sign_up()
    stranger.client.post("/v1/sessions", json={"email": bob.email, "password": PASSWORD}, base_url=ORIGIN)
    assert stranger.send(path).status_code == 404
    post = PostOffice(house.service.unit)
    choose_password(house, post, browser, her["email"], "a sentence of her own")
    assert place(browser.go(fake, **her)) == (303, "/studio")
    clock.advance(timedelta(hours=1))
    assert browser.send(path).status_code == 400
    assert place(browser.send(path, password="a sentence of her own")) == (303, "/account")
    post.deliver()
    assert post.boxes[her["email"]][-1].subject == "Signing in with Example Company was removed"
    # It is nobody's now: whoever comes with it is asked as somebody new, and told of the account with this address.
    elsewhere = Browser(house)
    assert place(elsewhere.go(fake, **her)) == (303, "/signin/finish")
    assert "You have an account already" in elsewhere.get("/signin/finish").text


def test_an_account_without_a_password_can_be_deleted_after_showing_at_the_provider_that_it_is_she(
    house: Studio, fake: FakeProvider, clock: MovableClock, her: dict[str, Any]
) -> None:
    browser = newcomer(house, fake, her)
    clock.advance(timedelta(hours=1))
    headers = {"Authorization": f"Bearer {browser.cookie('__Host-session')}"}

    def leave() -> int:
        return (
            house.client()
            .post("/v1/privacy/requests", json={"kind": "erasure"}, headers=headers, base_url=ORIGIN)
            .status_code
        )

    assert "Show it with Example Company" in browser.get("/account/delete").text
    assert leave() == 403
    assert browser.go(fake, "?again=1", sub="somebody else").status_code == 409
    stale = browser.go(fake, "?again=1&next=/account/delete", **her, auth_time=int(clock.now().timestamp()) - 600)
    assert stale.status_code == 401
    assert leave() == 403
    assert "prompt=login" in browser.set_out("?again=1")
    assert place(browser.go(fake, "?again=1&next=/account/delete", **her)) == (303, "/account/delete")
    assert leave() == 202
