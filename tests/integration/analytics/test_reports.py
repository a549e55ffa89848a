"""Every report in every format, out of what was counted, for whom the gateway vouches, and about nobody."""

import csv
import io
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from werkzeug.test import TestResponse

from analytics import use_cases
from analytics.commands import operate
from analytics.domain import COHORT, Fact, Grain, Kind, Measure, Pseudonyms, SketchPlace, start_of
from analytics.domain.money import CostsRefused, read_costs
from analytics.domain.reports import REPORTS
from analytics.domain.rollups import Change, tally
from analytics.repository import Work
from analytics.settings import Settings
from analytics.wiring import build
from common.clock import SYSTEM_CLOCK
from common.contracts.billing import PaymentReceived
from common.contracts.gateway import UsageObserved, UserRegistered
from common.contracts.generation import FigurineRated
from common.service import Service
from common.web import create_app
from tests.integration.analytics.ends import failed, generated
from tests.integration.analytics.test_usage import ISSUER, PUBLIC_KEY

Ask = Callable[[str], TestResponse]
COSTS = "studio=0.002 EUR, gemini=0.039 USD"


@pytest.fixture(scope="module")
def service(analytics_dsn: str) -> Iterator[Service[Work]]:
    service = build(
        Settings(
            mode="local",
            database_url=SecretStr(analytics_dsn),
            broker_url=SecretStr("amqp://localhost/unused"),
            token_public_key=PUBLIC_KEY,
            pseudonym_key=SecretStr(b64encode(bytes(range(32))).decode()),
            picture_costs=COSTS,
        )
    )
    yield service
    service.unit.database.close()


@pytest.fixture(scope="module")
def ask(service: Service[Work]) -> Ask:
    client = create_app(service).test_client()
    token = ISSUER.issue(user_id=None, audience="analytics")
    return lambda path: client.get(path, headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def at() -> datetime:
    """A moment of this month, and of a day that is over or has begun."""
    return SYSTEM_CLOCK.now().replace(minute=0, second=0, microsecond=0)


@pytest.fixture
def _counted(service: Service[Work], pseudonyms: Pseudonyms, at: datetime) -> None:
    ada, bob = SYSTEM_CLOCK.new_id(), SYSTEM_CLOCK.new_id()
    first = generated(at=at, user_id=ada, pictures=3)
    with service.unit.begin() as work:
        use_cases.count_sign_up(work, UserRegistered(user_id=ada, registered_at=at), pseudonyms=pseudonyms)
        order = UsageObserved(
            user_id=ada,
            page="",
            seconds=0,
            kind="order",
            figurine_id=first.figurine_id,
            plan="plus",
            observed_at=at,
            device="phone",
        )
        page = UsageObserved(user_id=None, page="/studio", seconds=40, observed_at=at, device="desktop")
        for seen in (order, page):
            use_cases.count_usage(work, seen, pseudonyms=pseudonyms)
        for made in (first, generated(at=at, user_id=bob)):
            use_cases.count_generated(work, made, pseudonyms=pseudonyms)
        use_cases.count_failed(work, failed(at=at, code="engine_timeout", user_id=bob), pseudonyms=pseudonyms)
        use_cases.count_rating(
            work,
            FigurineRated(
                user_id=ada, figurine_id=first.figurine_id, style=first.style, engine="studio", stars=4, rated_at=at
            ),
            pseudonyms=pseudonyms,
        )
        use_cases.count_payment(
            work,
            PaymentReceived(
                user_id=ada,
                order_id=SYSTEM_CLOCK.new_id(),
                provider="stripe",
                kind="pack",
                price_id="pack",
                credits=10,
                amount=900,
                currency="eur",
            ),
            pseudonyms=pseudonyms,
        )


def rows(ask: Ask, name: str, query: str = "") -> list[dict[str, Any]]:
    answer = ask(f"/v1/reports/{name}?{query}")
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()["rows"]


@pytest.mark.usefixtures("_counted")
def test_each_report_tells_what_was_counted(ask: Ask, at: datetime) -> None:
    day, month = str(at.date()), str(at.date().replace(day=1))
    (line,) = rows(ask, "days")
    assert {name: line[name] for name in line if not name.startswith("people")} == {
        "day": day,
        "accounts": 1,
        "orders": 1,
        "figurines": 3,
        "made": 2,
        "failed": 1,
        "pictures": 4,
        "purchases": 1,
    }
    assert line["people_at_least"] <= line["people"] == 2 <= line["people_at_most"]
    (line,) = rows(ask, "funnel")
    assert (line["month"], line["accounts"], line["orders"], line["made"], line["purchases"]) == (month, 1, 1, 2, 1)
    assert (line["people_with_figurines"], line["people_who_bought"], line["people_who_returned"]) == (2, 1, 0)
    (line,) = rows(ask, "cohorts")
    assert (line["cohort"], line["months_since"], line["people"], line["part"]) == (month, 0, 2, 1)
    (line,) = rows(ask, "times")
    assert (line["engine"], line["timed"], line["total_p50_ms"], line["rendering_p99_ms"]) == ("studio", 2, 7000, 5000)
    (line,) = rows(ask, "failures")
    assert (line["outcome"], line["reason"], line["figurines"]) == ("failed", "engine_timeout", 1)
    (line,) = rows(ask, "quality")
    assert (line["style"], line["ratings"], line["mean"]) == ("window-box", 1, 4)
    # Four pictures at 0.2 cents are 0.8 cents, rounded once.
    (line,) = rows(ask, "money")
    assert (line["currency"], line["income"], line["refunded"], line["cost"], line["margin"]) == ("EUR", 900, 0, 1, 899)
    assert {(line["device"], line["plan"], line["figurines"]) for line in rows(ask, "devices")} == {
        ("phone", "plus", 1),
        ("unknown", "unknown", 2),
    }
    (line,) = rows(ask, "pages")
    assert (line["page"], line["device"], line["views"], line["seconds"]) == ("/studio", "desktop", 1, 40)
    assert {line["kind"] for line in rows(ask, "people")} >= {"all", "figurine", "purchase"}


@pytest.mark.usefixtures("_counted")
@pytest.mark.parametrize("name", REPORTS)
def test_every_report_is_to_be_had_in_every_format_with_the_same_rows(ask: Ask, name: str) -> None:
    told = rows(ask, name)
    sheet = ask(f"/v1/reports/{name}?format=csv")
    read = list(csv.DictReader(io.StringIO(sheet.get_data(as_text=True), newline="")))
    assert (sheet.content_type, len(read)) == ("text/csv; charset=utf-8", len(told))
    parquet = ask(f"/v1/reports/{name}?format=parquet")
    assert (parquet.content_type, parquet.data[:4]) == ("application/vnd.apache.parquet", b"PAR1")


@pytest.mark.parametrize("name", REPORTS)
def test_where_nothing_was_counted_a_report_is_empty(ask: Ask, name: str) -> None:
    assert rows(ask, name, "from=2020-01-01&to=2020-12-31") == []


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/reports/secrets", 404, "not_found"),
        ("/v1/reports/days?from=2026-11-24&to=2026-11-23", 400, "invalid_request"),
        ("/v1/reports/days?from=2020-01-01&to=2026-11-23", 400, "invalid_request"),
        ("/v1/reports/days?format=xlsx", 400, "invalid_request"),
    ],
)
def test_what_cannot_be_told_is_refused_with_a_sentence(ask: Ask, path: str, status: int, code: str) -> None:
    refused = ask(path)
    assert (refused.status_code, refused.get_json()["code"]) == (status, code)


def test_reports_are_for_the_gateway_alone(service: Service[Work]) -> None:
    client = create_app(service).test_client()
    for path in ("/v1/reports", "/v1/reports/days", "/v1/statistics"):
        assert client.get(path).status_code == 401


@pytest.mark.usefixtures("_counted")
def test_whoever_has_only_a_shell_gets_the_same(service: Service[Work], capsys: pytest.CaptureFixture[str]) -> None:
    sheet = io.BytesIO()
    assert operate(service.unit, read_costs(COSTS), ["money", "--format", "csv"], to=sheet) == 0
    (line,) = csv.DictReader(io.StringIO(sheet.getvalue().decode(), newline=""))
    assert line["margin"] == "899"
    assert operate(service.unit, read_costs(COSTS), []) == 0
    assert all(name in capsys.readouterr().out for name in ["cohorts"])
    assert operate(service.unit, read_costs(COSTS), ["days", "--from", "2020-01-01"], to=sheet) == 1


def test_who_returned_had_the_first_figurine_in_an_earlier_month(service: Service[Work], ask: Ask) -> None:
    names = [bytes([n] * 16) for n in range(6)]
    october, november = date(2026, 10, 1), date(2026, 11, 1)
    with service.unit.begin() as work:
        facts = [Fact(kind=Kind.FIGURINE, day=november + timedelta(days=3), style="keychain", outcome="succeeded")]
        work.rollups.add(Grain.MONTH, tally([Change(fact) for fact in facts], Grain.MONTH))

        def cohort(month: date, began: str) -> SketchPlace:
            return SketchPlace(Grain.MONTH, start_of(month), Measure.PEOPLE, COHORT, began)

        work.sketches.add_people(
            {
                cohort(october, "2026-10"): set(names[:4]),
                cohort(november, "2026-10"): set(names[:2]),
                cohort(november, "2026-11"): set(names[4:]),
            }
        )
    (line,) = rows(ask, "funnel", "from=2026-11-01&to=2026-11-30")
    assert line["people_who_returned"] == 2
    assert [
        (each["cohort"], each["people"], each["part"]) for each in rows(ask, "cohorts", "from=2026-11-05&to=2026-11-06")
    ] == [
        ("2026-10-01", 2, 0.5),
        ("2026-11-01", 2, 1),
    ]


@pytest.mark.parametrize(
    "text", ["gemini", "gemini=1", "gemini=-1 EUR", "gemini=1 EUR, gemini=2 EUR", "a=0.0000001 EUR"]
)
def test_costs_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(CostsRefused):
        read_costs(text)


def test_costs_are_exact_in_the_smallest_unit_of_each_currency() -> None:
    costs = read_costs("a=0.039 USD, b=5 JPY, c=0.0015 KWD").of
    assert (costs["a"].of(1000), costs["b"].of(3), costs["c"].of(1)) == (3900, 15, 2)
