"""Reports are for staff: as files and as a page, for whoever has the role at this moment, and for nobody else."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

import analytics.settings
import analytics.use_cases
import analytics.wiring
import gateway.settings
from analytics.domain import Pseudonyms
from analytics.domain.anomalies import Judgement
from common.clock import SYSTEM_CLOCK
from common.contracts.billing import PaymentReceived
from common.contracts.gateway import SignalsCounted, UserRegistered
from common.contracts.generation import FigurineRated
from common.service import Service
from common.web import create_app
from gateway.adapters.peers import Peers
from gateway.domain.staff import Role
from tests.integration.analytics.emptied import empty
from tests.integration.analytics.ends import failed, generated
from tests.integration.gateway import hired
from tests.integration.gateway.conftest import serving
from tests.integration.gateway.studio import ORIGIN, Person, Studio
from tests.integration.gateway.test_support_operators import command

__all__ = ["command"]

REPORT = "/v1/operator/reports/days"


@pytest.fixture(scope="module")
def counter(shared: Callable[[str], dict[str, Any]]) -> Iterator[Service[Any]]:
    """Analytics, which the other tests of the gateway do without."""
    service = analytics.wiring.build(
        analytics.settings.Settings(
            **shared("analytics"),
            pseudonym_key=SecretStr(b64encode(bytes(range(32))).decode()),
            picture_costs="studio=0.002 EUR",
        )
    )
    empty(service.unit.database)
    yield service
    empty(service.unit.database)
    service.unit.database.close()


@pytest.fixture(scope="module")
def house(studio: Studio, counter: Service[Any]) -> Iterator[Studio]:
    """The studio with analytics behind its door."""
    settings = studio.service.settings
    assert isinstance(settings, gateway.settings.Settings)
    with serving(create_app(counter)) as address:
        peers = gateway.wiring.connect(settings.model_copy(update={"analytics_url": address}))
        ports = [peers if isinstance(port, Peers) else port for port in studio.service.ports]
        service = replace(studio.service, ports=ports)
        yield replace(studio, service=service, app=create_app(service))


@pytest.fixture
def ada(house: Studio) -> Person:
    return house.sign_up()


def hire(person: Person) -> Person:
    return hired.hire(person, Role.ANALYST)


def something_happened(counter: Service[Any]) -> None:
    """A month and a half of a small studio, and nothing else."""
    empty(counter.unit.database)
    (pseudonyms,) = [port for port in counter.ports if isinstance(port, Pseudonyms)]
    now, given = SYSTEM_CLOCK.now(), {"pseudonyms": pseudonyms}
    with counter.unit.begin() as work:
        for back in range(0, 40, 3):
            at, person = now - timedelta(days=back), SYSTEM_CLOCK.new_id()
            made = generated(at=at, user_id=person, pictures=2)
            analytics.use_cases.count_sign_up(work, UserRegistered(user_id=person, registered_at=at), **given)
            analytics.use_cases.count_generated(work, made, **given)
            analytics.use_cases.count_failed(work, failed(at=at, code="engine_timeout", user_id=person), **given)
            rated = FigurineRated(
                user_id=person, figurine_id=made.figurine_id, style=made.style, engine="studio", stars=4, rated_at=at
            )
            analytics.use_cases.count_rating(work, rated, **given)
            signal = SignalsCounted(signal="sign_in_failed", hour=at.replace(minute=0, second=0), count=back + 1)
            analytics.use_cases.note_signals(work, signal)
        paid = PaymentReceived(
            user_id=SYSTEM_CLOCK.new_id(),
            order_id=SYSTEM_CLOCK.new_id(),
            provider="stripe",
            kind="pack",
            price_id="pack",
            credits=10,
            amount=123400,
            currency="eur",
        )
        analytics.use_cases.count_payment(work, paid, **given)
        judged = Judgement(value=30, expected=2, step=3, distance=9.3, compared=6)
        work.watches.begin("figurines_failed", "", now - timedelta(hours=5), judged, "More <fail> than usual")


@pytest.mark.parametrize("path", ["/v1/operator/reports", REPORT, f"{REPORT}?format=csv", "/operator/reports"])
def test_for_whoever_is_no_staff_there_is_nothing(ada: Person, house: Studio, path: str) -> None:
    assert ada.client.get(path, base_url=ORIGIN).status_code == 404
    assert ada.get("/v1/operator/reports/days").get_json()["code"] == "not_found"
    stranger = house.client().get(path, base_url=ORIGIN)
    assert stranger.status_code == (302 if path == "/operator/reports" else 401)


def test_staff_reads_every_report_in_every_format(ada: Person, counter: Service[Any]) -> None:
    something_happened(counter)
    hire(ada)
    listed = ada.get("/v1/operator/reports").get_json()["items"]
    assert {"days", "funnel", "money"} <= {report["name"] for report in listed}
    told = ada.get(REPORT)
    assert (told.status_code, told.headers["Cache-Control"]) == (200, "private, no-store")
    assert {column["name"] for column in told.get_json()["columns"]} == told.get_json()["rows"][0].keys()
    sheet = ada.get(f"{REPORT}?format=csv")
    assert sheet.data.startswith(b"day,accounts,orders,figurines")
    assert sheet.headers["Content-Disposition"] == 'attachment; filename="days.csv"'
    assert ada.get(f"{REPORT}?format=parquet").data[:4] == b"PAR1"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/operator/reports/secrets", 404),
        ("/v1/operator/reports/..%2Fusage", 404),
        (f"{REPORT}?from=2026-11-24&to=2026-11-23", 400),
        (f"{REPORT}?format=exe", 400),
        (f"{REPORT}?from=never", 400),
    ],
)
def test_what_there_is_not_is_refused_with_a_sentence(ada: Person, path: str, status: int) -> None:
    refused = hire(ada).get(path)
    assert refused.status_code == status
    assert refused.get_json()["detail"]


def test_the_page_shows_the_reports_and_what_is_unusual(ada: Person, counter: Service[Any]) -> None:
    something_happened(counter)
    page = hire(ada).client.get("/operator/reports?days=30", base_url=ORIGIN)
    html = page.get_data(as_text=True)
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "private, no-store")
    assert "More &lt;fail&gt; than usual" in html
    assert html.count("<svg") > 5
    assert "<td>1,234.00</td>" in html
    assert ada.email not in html


def test_the_overview_says_what_is_unusual_while_it_goes_on(ada: Person, counter: Service[Any]) -> None:
    something_happened(counter)
    (line,) = hire(ada).get("/v1/operator/overview").get_json()["items"]
    assert (line["path"], line["state"], line["says"]) == ("/operator/reports", "urgent", "More <fail> than usual")
    empty(counter.unit.database)
    (line,) = ada.get("/v1/operator/overview").get_json()["items"]
    assert (line["state"], line["says"]) == ("calm", "Everything is as usual.")
    assert "Everything is as usual." in ada.client.get("/operator", base_url=ORIGIN).get_data(as_text=True)


def test_a_studio_in_which_nothing_happened_yet_has_a_page_too(ada: Person, counter: Service[Any]) -> None:
    empty(counter.unit.database)
    html = hire(ada).client.get("/operator/reports?days=nonsense", base_url=ORIGIN).get_data(as_text=True)
    assert "Everything is as usual" in html
    assert "No figurine ended in these days." in html


def test_while_analytics_is_away_the_page_says_so(studio: Studio) -> None:
    mira = hire(studio.sign_up())
    page = mira.client.get("/operator/reports", base_url=ORIGIN)
    assert (page.status_code, "The counters are away" in page.get_data(as_text=True)) == (200, True)
    assert mira.get(REPORT).status_code == 503


def test_a_role_is_given_by_hand_and_counts_until_it_is_taken(command: Any, ada: Person) -> None:
    refused = command("staff", "add", ada.email, "--role", "analyst", "--as", "mira")
    assert (refused.exit_code, "never confirmed" in refused.stderr) == (1, True)
    with ada.studio.service.unit.begin() as work:
        work.accounts.verify(ada.id)
    given = command("staff", "add", ada.email, "--role", "analyst", "--as", "mira")
    assert (given.exit_code, str(ada.id) in given.stdout, ada.email in given.output) == (0, True, False)
    hire(ada)
    assert ada.get(REPORT).status_code == 200
    assert str(ada.id) in command("staff", "list").stdout
    assert command("staff", "remove", str(ada.id), "--role", "analyst", "--as", "mira").exit_code == 0
    assert ada.get(REPORT).status_code == 404
    assert command("staff", "remove", str(ada.id), "--role", "analyst", "--as", "mira").exit_code == 1
    nobody = command("staff", "add", "nobody@example.org", "--role", "analyst", "--as", "mira")
    assert (nobody.exit_code, "no account" in nobody.stderr) == (1, True)


def test_published_numbers_are_for_everybody_and_may_be_kept_by_caches(house: Studio, counter: Service[Any]) -> None:
    empty(counter.unit.database)
    with counter.unit.database.begin() as connection:
        connection.execute(
            "INSERT INTO releases VALUES (date_trunc('month', now() - interval '1 month')::date, '1', 5, 20, now())"
        )
        connection.execute("INSERT INTO released_figurines SELECT month, 'enamel-pin', 412 FROM releases")
    assert "made about 412 figurines" in house.client().get("/status", base_url=ORIGIN).get_data(as_text=True)
    answer = house.client().get("/v1/statistics", base_url=ORIGIN)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "public, max-age=3600")
    assert [(item["style"], item["figurines"]) for item in answer.get_json()["items"]] == [("enamel-pin", 412)]
    assert [(month["epsilon"], month["k"]) for month in answer.get_json()["months"]] == [("1", 20)]


def test_published_numbers_wait_while_analytics_is_away(studio: Studio) -> None:
    assert studio.client().get("/v1/statistics", base_url=ORIGIN).status_code == 503
