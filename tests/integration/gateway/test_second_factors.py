"""A second factor: set up, asked for after the password, taken away, and what stands in for it when it is lost."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from werkzeug.test import TestResponse

from common.clock import MovableClock
from common.service import Service
from common.web import create_app
from gateway.adapters.links import Links
from gateway.domain.factors import RECOVERY_CODES, STEP_LIFETIME
from gateway.use_cases import leaving
from gateway.use_cases.factors import has_second_factor
from tests.integration.gateway.post_office import PostOffice
from tests.integration.gateway.studio import ORIGIN, PASSWORD, Person, Studio

BETTER = "eleven purple umbrellas"


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def timed(studio: Studio, clock: MovableClock) -> Studio:
    """The same studio, whose time goes by when it is told to."""
    service: Service[Any] = replace(studio.service, unit=replace(studio.service.unit, clock=clock))
    return replace(studio, service=service, app=create_app(service))


@pytest.fixture
def post(timed: Studio) -> PostOffice:
    return PostOffice(timed.service.unit)


@pytest.fixture
def ada(timed: Studio) -> Person:
    return timed.sign_up()


@pytest.fixture
def app(ada: Person, clock: MovableClock) -> "App":
    """Ada's authenticator app, set up."""
    app = App(ada, clock)
    app.set_up()
    return app


class App:
    """An authenticator app."""

    def __init__(self, person: Person, clock: MovableClock) -> None:
        self.clock, self.person, self.codes = clock, person, list[str]()
        begun = person.ask("POST", "/v1/account/totp")
        assert begun.status_code == 201, begun.get_json()
        self.told = begun.get_json()
        self.totp = pyotp.parse_uri(self.told["address"])

    def set_up(self) -> None:
        answer = self.person.ask("POST", "/v1/account/totp/confirm", json={"code": self.code()})
        assert answer.status_code == 200, answer.get_json()
        self.codes = answer.get_json()["recovery_codes"]
        self.clock.advance(timedelta(seconds=30))

    def code(self, off: int = 0) -> str:
        assert isinstance(self.totp, pyotp.TOTP)
        return self.totp.generate_otp(int(self.clock.now().timestamp()) // 30 + off)


def sign_in(studio: Studio, email: str, password: str = PASSWORD) -> TestResponse:
    return studio.client().post("/v1/sessions", json={"email": email, "password": password}, base_url=ORIGIN)


def begin(studio: Studio, email: str, password: str = PASSWORD) -> str:
    answer = sign_in(studio, email, password)
    assert answer.status_code == 202, answer.get_json()
    assert "Set-Cookie" not in answer.headers
    return answer.get_json()["step"]


def finish(studio: Studio, step: str, code: str) -> TestResponse:
    return studio.client().post("/v1/sessions/step", json={"step": step, "code": code}, base_url=ORIGIN)


def code_of(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.get_json().get("code", "")


def factors(person: Person) -> dict[str, Any]:
    return person.get("/v1/account/factors").get_json()


def test_an_app_counts_once_it_has_shown_its_first_code(timed: Studio, ada: Person, clock: MovableClock) -> None:
    app = App(ada, clock)
    assert app.told["picture"].startswith("<svg")
    assert "style" not in app.told["picture"]
    assert sign_in(timed, ada.email).status_code == 201
    wrong = ada.ask("POST", "/v1/account/totp/confirm", json={"code": "000000"})
    assert code_of(wrong) == (401, "wrong_code")
    assert factors(ada)["totp_since"] is None
    app.set_up()
    assert len(set(app.codes)) == RECOVERY_CODES
    assert (factors(ada)["totp_since"] is None, factors(ada)["recovery_codes_left"]) == (False, RECOVERY_CODES)
    assert sign_in(timed, ada.email).status_code == 202


def test_a_sign_in_is_finished_with_the_code_the_app_shows(timed: Studio, ada: Person, app: App) -> None:
    answer = sign_in(timed, ada.email).get_json()
    assert answer["ways"] == ["code", "recovery_code"]
    opened = finish(timed, answer["step"], f"{app.code()[:3]} {app.code()[3:]}")
    assert (opened.status_code, opened.headers["Set-Cookie"].startswith("__Host-session=")) == (201, True)
    hers = replace(ada, token=opened.get_json()["token"])
    assert hers.get("/v1/account").status_code == 200
    assert code_of(finish(timed, answer["step"], app.code())) == (401, "sign_in_over")


def test_what_is_half_signed_in_opens_nothing(timed: Studio, ada: Person, app: App) -> None:
    half = replace(ada, token=begin(timed, ada.email))
    for path in ("/v1/account", "/v1/figurines", "/v1/sessions", "/v1/account/factors", "/v1/events"):
        assert half.get(path).status_code == 401
    assert half.ask("POST", "/v1/sessions/proof", json={"password": PASSWORD}).status_code == 401
    client = timed.client()
    client.set_cookie("__Host-session", half.token, secure=True, domain="localhost")
    assert "Sign out" not in client.get("/studio", base_url=ORIGIN).get_data(as_text=True)


def test_each_code_works_once_even_for_two_at_the_same_moment(timed: Studio, ada: Person, app: App) -> None:
    steps = [begin(timed, ada.email) for _ in range(3)]
    with ThreadPoolExecutor(3) as people:
        answers = list(people.map(lambda step: finish(timed, step, app.code()).status_code, steps))
    assert sorted(answers) == [201, 401, 401]


@pytest.mark.parametrize(("off", "status"), [(-2, 401), (-1, 401), (0, 201), (1, 201), (2, 401)])
def test_a_clock_may_go_wrong_by_half_a_minute_and_no_code_comes_after_a_later_one(
    timed: Studio, ada: Person, app: App, off: int, status: int
) -> None:
    # The one before was used to set the app up.
    assert finish(timed, begin(timed, ada.email), app.code(off)).status_code == status


def test_an_earlier_code_than_now_is_taken_where_none_was_used_since(
    timed: Studio, ada: Person, app: App, clock: MovableClock
) -> None:
    clock.advance(timedelta(minutes=5))
    assert finish(timed, begin(timed, ada.email), app.code(-1)).status_code == 201


def test_five_wrong_codes_end_the_sign_in(timed: Studio, ada: Person, app: App, clock: MovableClock) -> None:
    step = begin(timed, ada.email)
    wrong = "000000" if app.code() != "000000" else "111111"
    assert [code_of(finish(timed, step, wrong))[1] for _ in range(5)] == ["wrong_code"] * 5
    assert code_of(finish(timed, step, app.code())) == (401, "sign_in_over")
    # Whoever has the password begins again, and waits.
    assert code_of(finish(timed, begin(timed, ada.email), app.code())) == (429, "rate_limited")
    clock.advance(timedelta(minutes=1))
    assert finish(timed, begin(timed, ada.email), app.code()).status_code == 201


def test_a_sign_in_is_finished_within_ten_minutes(timed: Studio, ada: Person, app: App, clock: MovableClock) -> None:
    step = begin(timed, ada.email)
    clock.advance(STEP_LIFETIME)
    assert code_of(finish(timed, step, app.code())) == (401, "sign_in_over")


@pytest.mark.parametrize("code", ["", "12345", "٠١٢٣٤٥", "000000000000", "\x00", "k7f2m-x3q9t"])
def test_what_is_no_code_is_refused(timed: Studio, ada: Person, app: App, code: str) -> None:
    assert code_of(finish(timed, begin(timed, ada.email), code)) == (401, "wrong_code")


def test_each_recovery_code_stands_in_once_and_a_mail_tells_of_it(
    timed: Studio, post: PostOffice, ada: Person, app: App
) -> None:
    code = app.codes[0]
    assert finish(timed, begin(timed, ada.email), f" {code.upper().replace('-', ' ')} ").status_code == 201
    assert finish(timed, begin(timed, ada.email), code).status_code == 401
    assert factors(ada)["recovery_codes_left"] == RECOVERY_CODES - 1
    post.deliver()
    assert "A recovery code was used" in [letter.subject for letter in post.boxes[ada.email]]


def test_new_recovery_codes_take_the_place_of_the_old(timed: Studio, ada: Person, app: App) -> None:
    renewed = ada.ask("POST", "/v1/account/recovery-codes").get_json()["recovery_codes"]
    assert finish(timed, begin(timed, ada.email), app.codes[0]).status_code == 401
    assert finish(timed, begin(timed, ada.email), renewed[0]).status_code == 201


def test_without_a_second_factor_there_are_no_recovery_codes(ada: Person) -> None:
    assert code_of(ada.ask("POST", "/v1/account/recovery-codes")) == (409, "conflict")


def test_removing_the_app_takes_its_codes_along_and_is_told_by_mail(
    timed: Studio, post: PostOffice, ada: Person, app: App
) -> None:
    for _ in range(2):
        assert ada.ask("DELETE", "/v1/account/totp").status_code == 204
    assert factors(ada) == {"totp_since": None, "passkeys": [], "recovery_codes_left": 0}
    assert sign_in(timed, ada.email).status_code == 201
    post.deliver()
    subjects = [letter.subject for letter in post.boxes[ada.email]]
    assert subjects[-2:] == ["An authenticator app was set up", "Your authenticator app was removed"]


def test_an_app_that_is_set_up_is_not_replaced_unnoticed(ada: Person, app: App) -> None:
    assert code_of(ada.ask("POST", "/v1/account/totp")) == (409, "conflict")
    assert code_of(ada.ask("POST", "/v1/account/totp/confirm", json={"code": app.code()})) == (409, "conflict")


def test_what_guards_an_account_is_changed_on_a_device_that_has_just_proved_itself(
    ada: Person, app: App, clock: MovableClock
) -> None:
    clock.advance(timedelta(minutes=16))
    wishes = [("POST", "/v1/account/totp"), ("DELETE", "/v1/account/totp"), ("POST", "/v1/account/recovery-codes")]
    for method, path in [*wishes, ("POST", "/v1/account/passkeys/options")]:
        assert code_of(ada.ask(method, path)) == (403, "fresh_sign_in_needed")
    wrong = ada.ask("POST", "/v1/sessions/proof", json={"password": "not her password"})
    assert code_of(wrong) == (403, "wrong_password")
    assert ada.ask("POST", "/v1/sessions/proof", json={"password": PASSWORD}).status_code == 204
    assert ada.ask("POST", "/v1/account/recovery-codes").status_code == 201
    clock.advance(timedelta(minutes=16))
    assert code_of(ada.ask("DELETE", "/v1/account/totp")) == (403, "fresh_sign_in_needed")


def reset(studio: Studio, person: Person) -> None:
    with studio.service.unit.begin() as work:
        recovery_id = work.recoveries.put(person.id)
    (links,) = [port for port in studio.service.ports if isinstance(port, Links)]
    token = links.recovery(person.id, recovery_id).partition("token=")[2]
    body = {"token": token, "password": BETTER}
    assert studio.client().post("/v1/accounts/reset", json=body, base_url=ORIGIN).status_code == 204


def test_a_new_password_by_mail_leaves_the_app_and_ends_what_is_half_signed_in(
    timed: Studio, ada: Person, app: App
) -> None:
    with timed.service.unit.begin() as work:
        work.accounts.verify(ada.id)
    step = begin(timed, ada.email)
    reset(timed, ada)
    assert code_of(finish(timed, step, app.code())) == (401, "sign_in_over")
    assert finish(timed, begin(timed, ada.email, BETTER), app.code()).status_code == 201


def test_what_a_stranger_set_up_under_an_address_that_is_not_his_goes_when_its_owner_takes_the_account(
    timed: Studio, ada: Person, app: App
) -> None:
    reset(timed, ada)
    assert sign_in(timed, ada.email, BETTER).status_code == 201


def test_what_is_half_signed_in_ends_when_somebody_leaves_or_signs_out_everywhere(
    timed: Studio, ada: Person, app: App
) -> None:
    one = begin(timed, ada.email)
    assert ada.ask("DELETE", "/v1/sessions").status_code == 200
    assert code_of(finish(timed, one, app.code())) == (401, "sign_in_over")
    other = begin(timed, ada.email)
    with timed.service.unit.begin() as work:
        leaving.sign_out(work, ada.id)
    assert code_of(finish(timed, other, app.code())) == (401, "sign_in_over")


def test_secrets_and_codes_lie_nowhere_in_the_clear(timed: Studio, ada: Person, app: App) -> None:
    with timed.service.unit.database.begin() as connection:
        totp = connection.execute("SELECT totp::text FROM totp WHERE account_id = %s", [ada.id]).fetchall()
        codes = connection.execute("SELECT recovery_codes::text FROM recovery_codes").fetchall()
    assert totp
    assert app.told["secret"] not in str(totp)
    assert app.told["secret"].encode().hex() not in str(totp)
    assert not any(code in str(codes) or code.encode().hex() in str(codes) for code in app.codes)


def test_the_console_can_ask_who_has_a_second_factor(timed: Studio, ada: Person, clock: MovableClock) -> None:
    def has() -> bool:
        with timed.service.unit.begin() as work:
            return has_second_factor(work, ada.id)

    assert not has()
    begun = App(ada, clock)
    assert not has()
    begun.set_up()
    assert has()


def test_the_log_has_it_all(ada: Person, timed: Studio, app: App) -> None:
    finish(timed, begin(timed, ada.email), "000000")
    ada.ask("DELETE", "/v1/account/totp")
    noted = ada.get("/v1/account/security").get_json()["items"]
    assert [each["kind"] for each in noted] == ["totp_off", "code_refused", "totp_on", "signed_in"]
