"""The console's door: a role, a second factor shown on this device today, and a trail that nobody can change."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from common.clock import SYSTEM_CLOCK, MovableClock
from common.errors import Invalid
from common.service import Service
from common.web import create_app
from gateway.domain.staff import FACTOR_FOR, Colleague, Role
from gateway.repository.acts import Filter
from gateway.use_cases import acts
from tests.fakes.authenticator import Authenticator
from tests.integration.gateway.hired import hire
from tests.integration.gateway.studio import ORIGIN, PASSWORD, Person, Studio
from tests.integration.gateway.test_passkeys import add
from tests.integration.gateway.test_second_factors import App

REPORTS = "/v1/operator/reports"
PAGE = "/operator"
REASON = "Because she asked why her picture is blue"


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def timed(studio: Studio, clock: MovableClock) -> Studio:
    """The same studio, whose time goes by when it is told to."""
    service: Service[Any] = replace(studio.service, unit=replace(studio.service.unit, clock=clock))
    return replace(studio, service=service, app=create_app(service))


@pytest.fixture
def mira(timed: Studio) -> Person:
    """Somebody with a role, and no second factor yet."""
    mira = timed.sign_up()
    with timed.service.unit.begin() as work:
        work.staff.add(mira.id, Role.ANALYST, operator="root")
    return mira


def at_work(person: Person, role: Role = Role.SUPPORT) -> Colleague:
    return Colleague(account_id=person.id, role=role, roles=frozenset({role}))


def page(person: Person, path: str = PAGE) -> tuple[int, str]:
    answer = person.client.get(path, base_url=ORIGIN)
    return answer.status_code, answer.get_data(as_text=True)


def csrf_of(html: str) -> str:
    return html.partition('name="csrf-token" content="')[2].partition('"')[0]


def test_without_a_second_factor_the_console_says_what_to_do(mira: Person) -> None:
    refused = mira.get(REPORTS)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "second_factor_required")
    status, html = page(mira)
    assert (status, 'href="/account#factors-title"' in html, 'name="code"' in html) == (403, True, False)


def test_whoever_has_no_role_is_not_told_that_a_factor_would_help(timed: Studio) -> None:
    assert page(timed.sign_up())[0] == 404


def test_setting_a_factor_up_opens_the_console_on_this_device_and_on_no_other(
    mira: Person, timed: Studio, clock: MovableClock
) -> None:
    before = timed.client().post("/v1/sessions", json={"email": mira.email, "password": PASSWORD}, base_url=ORIGIN)
    elsewhere = replace(mira, token=before.get_json()["token"])
    App(mira, clock).set_up()
    assert page(mira)[0] == 200
    assert elsewhere.get(REPORTS).get_json()["code"] == "second_factor_required"


def test_a_factor_counts_for_a_working_day_and_a_code_opens_the_next(mira: Person, clock: MovableClock) -> None:
    app = App(mira, clock)
    app.set_up()
    clock.advance(FACTOR_FOR + timedelta(seconds=1))
    status, html = page(mira, "/operator/reports")
    assert (status, 'name="code"' in html) == (403, True)
    form = {"csrf_token": csrf_of(html), "next": "/operator/reports"}
    wrong = mira.client.post("/operator/factor", data={**form, "code": "000000"}, base_url=ORIGIN)
    assert (wrong.status_code, "not right" in wrong.get_data(as_text=True)) == (403, True)
    right = mira.client.post("/operator/factor", data={**form, "code": app.code()}, base_url=ORIGIN)
    assert (right.status_code, right.headers["Location"]) == (303, "/operator/reports")
    assert page(mira, "/operator/reports")[0] == 200


@pytest.mark.parametrize(
    "place", ["https://evil.example/", "//evil.example", "/operator/..//evil", "/\\evil", "/studio"]
)
def test_a_code_leads_nowhere_but_into_the_console(mira: Person, clock: MovableClock, place: str) -> None:
    app = App(mira, clock)
    app.set_up()
    form = {"csrf_token": csrf_of(page(mira)[1]), "next": place, "code": app.code()}
    assert mira.client.post("/operator/factor", data=form, base_url=ORIGIN).headers["Location"] == "/operator"


def test_an_answer_that_took_longer_than_the_factor_counts_is_not_lost(mira: Person, clock: MovableClock) -> None:
    App(mira, clock).set_up()
    with mira.studio.service.unit.begin() as work:
        work.staff.add(mira.id, Role.SUPPORT, operator="root")
    form = {"csrf_token": csrf_of(page(mira)[1]), "message": "A long & careful answer"}
    clock.advance(FACTOR_FOR + timedelta(seconds=1))
    late = mira.client.post("/operator/questions/FS-222222/answer", data=form, base_url=ORIGIN)
    html = late.get_data(as_text=True)
    assert (late.status_code, "A long &amp; careful answer" in html) == (403, True)
    assert 'name="next" value="/operator"' in html


def test_another_site_sends_no_form_into_the_console(mira: Person, clock: MovableClock) -> None:
    App(mira, clock).set_up()
    forged = mira.client.post("/operator/factor", data={"csrf_token": "guessed", "code": "1"}, base_url=ORIGIN)
    assert forged.status_code == 403
    assert forged.get_json()["detail"].startswith("This request did not come from our own page")


def test_a_program_shows_its_factor_with_a_code_and_codes_can_be_tried_ten_times(
    mira: Person, clock: MovableClock
) -> None:
    app = App(mira, clock)
    app.set_up()
    clock.advance(FACTOR_FOR + timedelta(seconds=1))
    assert mira.ask("POST", "/v1/sessions/factor", json={"code": app.code()}).status_code == 204
    assert mira.get(REPORTS).status_code == 503  # let in; nobody counts in this house
    tries = [mira.ask("POST", "/v1/sessions/factor", json={"code": "000000"}).status_code for _ in range(11)]
    assert (tries[0], tries[-1]) == (401, 429)


def test_a_passkey_of_her_own_opens_the_console_in_place_and_nobody_elses_does(
    mira: Person, timed: Studio, clock: MovableClock
) -> None:
    hers, his = (Authenticator(origin=ORIGIN, host="localhost") for _ in range(2))
    assert add(mira, hers).status_code == 201
    assert add(timed.sign_up(), his).status_code == 201
    clock.advance(timedelta(hours=13))
    status, html = page(mira)
    assert (status, 'id="show-passkey"' in html) == (403, True)

    def show(device: Authenticator) -> int:
        asked = mira.ask("POST", "/v1/sessions/passkey/options").get_json()
        body = {"challenge_id": asked["challenge_id"], "credential": device.use(asked["options"])}
        return mira.ask("POST", "/v1/sessions/factor/passkey", json=body).status_code

    assert show(his) == 401
    assert mira.get(REPORTS).status_code == 403
    assert show(hers) == 204
    # It is open; who counts is away here.
    assert mira.get(REPORTS).status_code == 503


def test_whoever_takes_her_factors_away_is_let_in_no_more(mira: Person) -> None:
    hire(mira)
    assert page(mira)[0] == 200
    assert mira.ask("DELETE", "/v1/account/totp").status_code == 204
    assert page(mira)[0] == 403


def test_the_navigation_has_the_rooms_of_her_roles_and_no_others(mira: Person, timed: Studio) -> None:
    assert 'href="/operator"' in page(mira, "/studio")[1]
    assert 'href="/operator"' not in page(timed.sign_up(), "/studio")[1]
    assert 'href="/operator/reports"' in page(hire(mira))[1]
    assert 'href="/operator/reports"' not in page(hire(timed.sign_up(), Role.EDITOR))[1]


def test_a_look_stands_in_the_trail_and_where_its_owner_reads_it(mira: Person, timed: Studio) -> None:
    ada, who = timed.sign_up(), at_work(mira)
    with timed.service.unit.begin() as work:
        acts.note_of(work, who, "person.read", person=ada.id, what="Your account and your credits", reason=REASON)
        acts.note(work, who, "style.off", thing="clay", reason="It looks wrong")
    (told,) = ada.get("/v1/privacy/accesses").get_json()["items"]
    assert (told["operator"], told["what"], told["reason"]) == (who.handle, "Your account and your credits", REASON)
    with timed.service.unit.begin() as work:
        (style, look) = acts.read(work, Filter(by=mira.id), limit=10, before=None)
        assert acts.read(work, Filter(person=ada.id), limit=10, before=None) == [look]
        assert acts.read(work, Filter(by=mira.id, act="style.off"), limit=10, before=look.id) == []
    assert (look.act, look.person, look.reason, style.thing, style.person) == (
        "person.read",
        ada.id,
        REASON,
        "clay",
        None,
    )


def test_without_a_reason_nothing_is_shown_and_nothing_written(mira: Person, timed: Studio) -> None:
    ada = timed.sign_up()
    with pytest.raises(Invalid), timed.service.unit.begin() as work:
        acts.note_of(work, at_work(mira), "person.read", person=ada.id, what="Your account", reason="  ")
    with timed.service.unit.begin() as work:
        assert acts.read(work, Filter(by=mira.id), limit=10, before=None) == []


@pytest.mark.parametrize(
    "change",
    [
        b"UPDATE staff_acts SET act = 'none.none'",
        b"DELETE FROM staff_acts",
        b"TRUNCATE staff_acts",
    ],
)
def test_the_service_itself_can_neither_change_nor_remove_a_line(mira: Person, timed: Studio, change: bytes) -> None:
    with timed.service.unit.begin() as work:
        acts.note(work, at_work(mira), "style.off", thing="clay")
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        timed.service.unit.database.begin() as connection,
    ):
        connection.execute(change)


def test_a_line_is_forgotten_after_three_years_and_not_a_day_before(mira: Person, timed: Studio) -> None:
    now, who = SYSTEM_CLOCK.now(), at_work(mira)
    for years, thing in ((3, "kept"), (3.01, "over")):
        at = now - timedelta(days=365.25 * years - 2)
        then: Service[Any] = replace(timed.service, unit=replace(timed.service.unit, clock=MovableClock(at)))
        with then.unit.begin() as work:
            acts.note(work, who, "style.off", thing=thing)
    with timed.service.unit.begin() as work:
        assert acts.end_old(work) == 1
        assert [act.thing for act in acts.read(work, Filter(by=mira.id), limit=10, before=None)] == ["kept"]


def test_when_she_leaves_the_trail_stays_and_leads_to_nobody(mira: Person, timed: Studio) -> None:
    who = at_work(mira)
    with timed.service.unit.begin() as work:
        acts.note(work, who, "style.off", thing="clay")
    with timed.service.unit.database.begin() as connection:
        changed = connection.execute(
            "SELECT forget_staff_acts(%s, %s)", [mira.id, pseudonym := SYSTEM_CLOCK.new_id()]
        ).fetchone()
    assert changed == (1,)
    with timed.service.unit.begin() as work:
        (line,) = acts.read(work, Filter(by=pseudonym), limit=10, before=None)
    assert (line.handle, line.thing) == (who.handle, "clay")
